"""The cookie by which the business knows a device of its own: the tablet at the desk where friends fill in the form.

Staff put it there by a button of the settings. It names the device, nobody who uses it; where the device was removed
from the settings it says nothing any more.
"""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from plusone.kernel.models import Business
from plusone.referrals.models import OwnDevice

COOKIE = "plusone_desk"
KEPT_SECONDS = 366 * 24 * 3600


def mark(response: HttpResponse, device: OwnDevice) -> None:
    """Let this device know which one it is."""
    value = _signer().sign(device.public_id)
    response.set_cookie(
        COOKIE,
        value,
        max_age=KEPT_SECONDS,
        path="/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def device_of(request: HttpRequest, business: Business) -> OwnDevice | None:
    """Return which of the business's own devices this is, or None. Only a device with the cookie asks the database."""
    try:
        name = _signer().unsign(request.COOKIES.get(COOKIE, ""), max_age=KEPT_SECONDS)
    except signing.BadSignature:
        return None
    return OwnDevice.objects.filter(business=business, public_id=name).first()


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="plusone.desk")
