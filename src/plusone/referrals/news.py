"""The words of a campaign to its clients: the usual ones, own ones with gaps, and what is wrong with them."""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from plusone.kernel.errors import Invalid
from plusone.messaging.texts import one_line

# What may stand in curly brackets: what is known of any client, without an event.
GAPS = ("first_name", "business", "offer", "live_reward", "link", "portal")
SUBJECT_MAX, TEXT_MAX = 150, 4000
_GAP = re.compile(r"\{([^{}]*)\}")
_TO_REPLACE = re.compile(r"\[[^\[\]]*\]")


def usual(language: str, kind: str = "announcement") -> dict[str, str]:
    """Return the words that every campaign starts from; a reminder has others than the announcement (R-016)."""
    with translation.override(language):
        if kind == "reminder":
            greeting, way = _("Hello {first_name|there},"), _("Your link still waits for your friends: {link}")
            return {
                "subject": _("Have you thought of somebody for {business}?"),
                "text": f"{greeting}\n\n{way}\n\n{{offer}}",
            }
        greeting, way = _("Hello {first_name|there},"), _("This is your own link. Hand it on to whom you like: {link}")
        return {
            "subject": _("Recommend {business} to your friends"),
            "text": f"{greeting}\n\n{{offer}}\n\n{way}",
        }


def words_in(texts: Mapping[str, Mapping[str, str]], language: str, kind: str = "announcement") -> dict[str, str]:
    """Return the words for a reader: own ones in their language, else the usual ones in it."""
    own = texts.get(language) or {}
    return {**usual(language, kind), **{part: text for part, text in own.items() if text}}


def clean_texts(given: Mapping[str, Mapping[str, Any]], kind: str = "announcement") -> dict[str, dict[str, str]]:
    """Return own words as they are kept: only what differs from the usual ones. Raise Invalid naming the field."""
    kept: dict[str, dict[str, str]] = {}
    for language, name in settings.LANGUAGES:
        said = given.get(language) or {}
        plain = usual(language, kind)
        plain["subject"] = one_line(plain["subject"])  # French sets a space there that no line keeps
        subject = one_line(str(said.get("subject", "")))
        text = str(said.get("text", "")).replace("\r\n", "\n").strip()
        _check(subject, f"subject_{language}", SUBJECT_MAX, str(name))
        _check(text, f"text_{language}", TEXT_MAX, str(name))
        own = {part: words for part, words in (("subject", subject), ("text", text)) if words and words != plain[part]}
        if own:
            kept[language] = own
    return kept


def _check(text: str, field: str, most: int, language: str) -> None:
    if len(text) > most:
        raise Invalid(
            _("%(language)s: at most %(most)s characters.") % {"language": language, "most": most}, field=field
        )
    if "\x00" in text:
        raise Invalid(_("This text holds characters that cannot be stored."), field=field)
    found = _TO_REPLACE.search(text)
    if found:
        told = {"language": language, "part": found.group(0)}
        raise Invalid(_("%(language)s: replace %(part)s with your own words first.") % told, field=field)
    for gap in _GAP.findall(text):
        if gap.partition("|")[0] not in GAPS:
            told = {"language": language, "gap": "{" + gap + "}"}
            raise Invalid(_("%(language)s: there is no placeholder %(gap)s.") % told, field=field)
    if set("{}") & set(_GAP.sub("", text)):
        raise Invalid(_("%(language)s: a curly bracket is left open.") % {"language": language}, field=field)
