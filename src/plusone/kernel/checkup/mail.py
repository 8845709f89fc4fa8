"""Whether mail leaves the house, and whether it is believed where it arrives."""

from collections.abc import Iterator
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import mailers

from plusone.kernel import dns

from .fault import Fault

FIXES = {
    "SPF": "Add a TXT record at {name}: {wanted} (your mail provider says which servers to name).",
    "DKIM": "Switch on DKIM at your mail provider and publish the record it shows; if it is there, name its selector "
    "with ?dkim=SELECTOR at the end of PLUSONE_EMAIL_URL.",
    "DMARC": "Add a TXT record at {name}: {wanted}",
}
PROBLEMS = {
    "SPF": "{domain} does not say which servers send its mail (no SPF record).",
    "DKIM": "No DKIM key is published for {domain}: its mails look forged.",
    "DMARC": "{domain} does not say what to do with forged mail (no DMARC record).",
}


def server() -> Iterator[Fault]:
    """Knock at the mail server, with user and password."""
    if not settings.EMAIL_URL:
        problem = "No mail leaves the house, but by businesses' own mail servers: it waits in the database."
        yield Fault("email", problem, "Set PLUSONE_EMAIL_URL.")
        return
    try:
        mailer = mailers["default"]
        mailer.open()
        mailer.close()
    except (OSError, ValueError) as error:  # smtplib's errors are among them
        yield Fault("email_server", f"The mail server does not take us: {error}", "Correct PLUSONE_EMAIL_URL.")


def domain() -> Iterator[Fault]:
    """Look at the records that receivers check. Where no name server answers, nothing is said."""
    if not settings.EMAIL_URL or settings.ENV != "production":
        return
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    if "." not in sender:
        yield Fault(
            "email_sender",
            f"Mail comes from {settings.DEFAULT_FROM_EMAIL}, which nobody can answer.",
            "Name the sender with ?from=Name+<you@your.domain> at the end of PLUSONE_EMAIL_URL.",
        )
        return
    host = settings.EMAIL_SENT_BY
    for record in dns.look(sender, server=host, selector=settings.DKIM_SELECTOR):
        if record.verdict == "missing":
            problem = PROBLEMS[record.kind].format(domain=sender)
        elif record.verdict == "wrong":
            problem = f"The {record.kind} record at {record.name} does not do its work: {record.found}"
        else:
            continue
        yield Fault(record.kind.lower(), problem, FIXES[record.kind].format(name=record.name, wanted=record.wanted))
