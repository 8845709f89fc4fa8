"""Where the mail provider reports bounces and complaints: for its programs, not for people (TRUST DEL-8)."""

import logging
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from plusone.faces.ui.http import public
from plusone.kernel.errors import NotHere
from plusone.messaging.commands import note_report
from plusone.messaging.models import Suppression
from plusone.messaging.providers import USER, reports_secret

log = logging.getLogger("plusone.mail")

VIEWS = {
    "postmark": "PostmarkTrackingWebhookView",
    "mailgun": "MailgunTrackingWebhookView",
    "brevo": "BrevoTrackingWebhookView",
}
Reason = Suppression.Reason


# A program of the provider's posts here without cookies; its password, and with Mailgun its signature, are the proof.
@csrf_exempt
@public
@require_http_methods(["POST", "HEAD"])
def reports(request: Any, provider: str) -> HttpResponse:
    """Take what the provider reports of mails that it was given."""
    if not settings.EMAIL_PROVIDER or provider != settings.EMAIL_PROVIDER:
        raise NotHere
    if request.method == "HEAD":  # a look whether somebody is there
        return HttpResponse()
    reader = _reader(provider)
    try:
        reader.run_validators(request)
    except SuspiciousOperation:
        return HttpResponse("The password or the signature of this report is wrong.", status=403)
    try:
        events = reader.parse_events(request)
    except (ValueError, KeyError, TypeError, AttributeError):
        return HttpResponse("This report cannot be read.", status=400)
    for event in events:
        if reason := _reason(event):
            said = str(event.mta_response or event.description or "")
            note_report(str((event.metadata or {}).get("message", "")), reason, said=said, now=request.now)
    return HttpResponse()


def _reader(provider: str) -> Any:
    """Return what knows how this provider writes and signs its reports."""
    more = {"webhook_signing_key": settings.EMAIL_SIGNING_KEY} if provider == "mailgun" else {}
    view = getattr(import_module(f"anymail.webhooks.{provider}"), VIEWS[provider])
    return view(webhook_secret=f"{USER}:{reports_secret()}", **more)


def _reason(event: Any) -> str:
    """Return why its address is not to be written to; nothing for what passes or only tells."""
    if event.event_type == "complained":
        return Reason.COMPLAINED
    raw = event.esp_event if isinstance(event.esp_event, dict) else {}
    is_soft = any("soft" in str(raw.get(name, "")).lower() for name in ("Type", "event"))  # full today, not gone
    if event.event_type == "bounced" and not is_soft and event.reject_reason in ("bounced", "invalid"):
        return Reason.BOUNCED
    return ""


urlpatterns = [path("mail/reports/<str:provider>", reports, name="mail_reports")]
