"""Mail providers that many businesses have: what is filled in for them, and what to know (R-249; issue 3).

PRESETS has them in the order of the page; one more is one more line.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import MailServer

OTHER = "other"


@dataclass(frozen=True)
class Preset:
    """One provider: its server, what its user name and password are, and how it shows that it may send for a domain.

    `spf` stands in a domain's SPF record; "" means: the server's own name. `own_domains` are the provider's: whoever
    sends from an address there has no records to set up.
    """

    code: str
    label: str | Promise
    host: str = ""
    spf: str = ""
    hint: str | Promise = ""
    dkim: str | Promise = ""
    own_domains: tuple[str, ...] = ()
    port: int = 587
    security: str = MailServer.Security.STARTTLS


PRESETS = {
    preset.code: preset
    for preset in (
        Preset(
            "gmail",
            "Gmail, Google Workspace",
            "smtp.gmail.com",
            "include:_spf.google.com",
            _(
                "Google wants an app password here, not the one you log in with. Switch on 2-Step Verification in your "
                "Google account, then make one under “App passwords”. A Gmail account sends about 500 mails a day, "
                "Google Workspace 2,000."
            ),
            _("In the Google Admin console: Apps, Google Workspace, Gmail, Authenticate email."),
            ("gmail.com", "googlemail.com"),
        ),
        Preset(
            "microsoft",
            "Microsoft 365",
            "smtp.office365.com",
            "include:spf.protection.outlook.com",
            _(
                "Whoever looks after your Microsoft 365 has to allow “Authenticated SMTP” for this mailbox. Personal "
                "Outlook.com and Hotmail addresses do not work: Microsoft takes no passwords for them any more."
            ),
            _("In the Microsoft Defender portal: Email authentication settings, DKIM."),
            ("onmicrosoft.com",),
        ),
        Preset(
            "brevo",
            "Brevo",
            "smtp-relay.brevo.com",
            "include:spf.brevo.com",
            _(
                "User name and password stand in Brevo under SMTP & API: the “login” there, and an SMTP key as "
                "password. The sender must be confirmed in Brevo."
            ),
            _("In Brevo: Senders, Domains & Dedicated IPs, Domains."),
        ),
        Preset(
            "mailgun",
            "Mailgun",
            "smtp.mailgun.org",
            "include:mailgun.org",
            _(
                "User name and password stand in Mailgun under Sending, Domain settings, SMTP credentials. For a "
                "domain in Mailgun's European region the server is smtp.eu.mailgun.org."
            ),
            _("In Mailgun: Sending, Domain settings, DNS records."),
        ),
        Preset(
            "ses",
            "Amazon SES",
            "email-smtp.eu-west-1.amazonaws.com",
            "include:amazonses.com",
            _(
                "Make SMTP credentials in the SES console (they are not your AWS access keys), and put your own region "
                "into the server's name. The sender must be verified in SES, and Amazon lets a new account out of its "
                "sandbox first."
            ),
            _("In the SES console: Identities, your domain, DKIM. It shows three CNAME records."),
        ),
        Preset(
            OTHER,
            _("Another mail server"),
            hint=_(
                "Your mail provider's help pages say what to enter: look for “outgoing mail” or “SMTP”. Often the user "
                "name is your e-mail address."
            ),
        ),
    )
}


def preset_of(server: MailServer) -> Preset:
    """Return the provider that was chosen for a server."""
    return PRESETS.get(server.preset, PRESETS[OTHER])


def sent_by(server: MailServer) -> str:
    """Say how an SPF record names who sends: as the provider asks for it, else by the server's name."""
    return preset_of(server).spf or server.host


def needs_no_records(server: MailServer) -> bool:
    """Whether the sender's domain is the provider's own, which has set its records up itself."""
    return any(server.domain == own or server.domain.endswith(f".{own}") for own in preset_of(server).own_domains)
