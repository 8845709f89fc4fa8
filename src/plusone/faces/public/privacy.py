"""What a friend is told about their data, by the law the business lives under (TRUST A2), and what they agree to."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from plusone.kernel.models import Business

type Named = dict[str, str]


def consent_text(business: Business) -> str:
    """Return the words beside the box, as they are kept with the consent (PRI-5)."""
    text = _("I agree that %(business)s contacts me by e-mail or phone. I can take this back at any time.")
    return text % {"business": business.name}


def privacy_lines(business: Business, ambassador_name: str, *, is_guarded: bool = False) -> list[str]:
    """Return what happens to what is written into the form, in short sentences that are true of this program.

    `is_guarded`: the form has a cookie of its own, against being sent by another site.
    """
    contact = business.email or business.phone or business.name
    named = {"business": business.name, "name": ambassador_name, "contact": contact}
    lines = [
        _("%(business)s uses your name, e-mail and phone to answer you and to look after you as a client.") % named
    ]
    if ambassador_name:
        lines.append(_("%(name)s sees your first name and whether you have become a client, nothing more.") % named)
    lines.append(_("Nothing is sold or passed on for advertising."))
    guarded, free = (
        _("One cookie keeps others from sending this form for you."),
        _("No cookies are needed to register."),
    )
    lines.append(guarded if is_guarded else free)
    return lines + BY_PRESET.get(business.legal_preset, _other)(named)


def _eu(named: Named) -> list[str]:
    return [
        _("The legal basis is your own request (Article 6(1)(b) GDPR)."),
        _("You can ask to see, correct, move or erase your data at any time: %(contact)s.") % named,
        _("You may also complain to your data protection authority."),
    ]


def _uk(named: Named) -> list[str]:
    return [
        _("The legal basis is your own request (Article 6(1)(b) UK GDPR)."),
        _("You can ask to see, correct, move or erase your data at any time: %(contact)s.") % named,
        _("You may also complain to the Information Commissioner's Office."),
    ]


def _ca(named: Named) -> list[str]:
    return [
        _("You can ask to see or correct your data and withdraw your consent at any time: %(contact)s.") % named,
        _("Every promotional message says how to stop it."),
    ]


def _us(named: Named) -> list[str]:
    return [
        _("You can ask to see, correct or delete your data at any time: %(contact)s.") % named,
        _("Every promotional message says how to stop it."),
    ]


def _other(named: Named) -> list[str]:
    return [_("You can ask to see, correct or erase your data at any time: %(contact)s.") % named]


BY_PRESET: dict[str, Callable[[Named], list[str]]] = {"eu": _eu, "dach": _eu, "uk": _uk, "ca": _ca, "us": _us}
