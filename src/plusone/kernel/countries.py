"""What a country sets for a new business: currency, time zone, language and the legal preset (TRUST A2)."""

import zoneinfo
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import combining, normalize

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location
from babel.languages import get_official_languages
from babel.numbers import get_territory_currencies
from django.utils.translation import gettext_lazy as _

LANGUAGES = ("en", "es", "fr")
CONTINENTS = frozenset({"Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"})
# Countries with several zones: the one most people there live in.
ZONES = {
    "US": "America/New_York",
    "CA": "America/Toronto",
    "MX": "America/Mexico_City",
    "BR": "America/Sao_Paulo",
    "AU": "Australia/Sydney",
    "ES": "Europe/Madrid",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "CL": "America/Santiago",
    "AR": "America/Argentina/Buenos_Aires",
    "EC": "America/Guayaquil",
    "FR": "Europe/Paris",
    "GB": "Europe/London",
    "DE": "Europe/Berlin",
    "NZ": "Pacific/Auckland",
    "CN": "Asia/Shanghai",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
}
# Which rules on contacting people a business follows (TRUST A2).
LEGAL_PRESETS = {
    "eu": _("European Union and EEA"),
    "dach": _("Germany, Austria and Switzerland"),
    "uk": _("United Kingdom"),
    "us": _("United States"),
    "ca": _("Canada"),
    "other": _("Another country"),
}
EEA = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "HR",
        "CY",
        "CZ",
        "DK",
        "EE",
        "FI",
        "FR",
        "DE",
        "GR",
        "HU",
        "IE",
        "IT",
        "LV",
        "LT",
        "LU",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SK",
        "SI",
        "ES",
        "SE",
        "IS",
        "LI",
        "NO",
    ]
)


@dataclass(frozen=True)
class Country:
    """What a country means for a business that opens in it."""

    code: str
    currency: str
    timezone: str
    language: str
    legal_preset: str


@lru_cache
def countries(language: str) -> list[tuple[str, str]]:
    """Return (code, name) of all countries in `language`, sorted by name."""
    names = Locale.parse(language).territories
    known = {code for code in get_global("territory_currencies") if len(code) == 2 and code.isalpha()}
    return sorted(((code, names[code]) for code in known - {"ZZ"} if code in names), key=lambda pair: _plain(pair[1]))


@lru_cache
def currencies(language: str) -> list[tuple[str, str]]:
    """Return (code, "EUR – Euro") of the currencies in use, sorted by code."""
    names = Locale.parse(language).currencies
    used = {code for territory in get_global("territory_currencies") for code in get_territory_currencies(territory)}
    return [(code, f"{code} – {names.get(code, code)}") for code in sorted(used)]


@lru_cache
def known_timezones() -> frozenset[str]:
    """Return every time zone's name. Found by walking the machine's files, so once a process."""
    return frozenset(zoneinfo.available_timezones())


def zone_name(zone: str, language: str) -> str:
    """Return a time zone as people say it: its city and country, as in "Nueva York (Estados Unidos)"."""
    city = _city(zone, language)
    aliases, territories = get_global("zone_aliases"), get_global("zone_territories")
    territory = Locale.parse(language).territories.get(territories.get(aliases.get(zone, zone), ""), "")
    return f"{city} ({territory})" if territory and territory != city else city


@lru_cache
def timezones(language: str) -> list[tuple[str, str]]:
    """Return (name, name as people say it) of the time zones of the world's cities, sorted by city.

    Of several zones that are said alike one has the plain words; the others, mostly its old names, show theirs.
    """
    cities = [name for name in known_timezones() if name.partition("/")[0] in CONTINENTS and "/" in name]
    said: dict[str, str] = {}
    for name in sorted(cities, key=_oldness):
        words = zone_name(name, language)
        said[f"{words} · {name}" if words in said else words] = name
    return [*((said[words], words) for words in sorted(said, key=_plain)), ("UTC", "UTC")]


def _city(zone: str, language: str) -> str:
    return get_timezone_location(zone, locale=language, return_city=True).rpartition("/")[2].replace("_", " ")


def _oldness(zone: str) -> tuple[bool, bool, int, str]:
    """Return what tells a zone from its old names: chosen here, called as its city is, and the longer name."""
    is_other = zone.rpartition("/")[2] != _city(zone, "en").replace(" ", "_")
    return zone not in ZONES.values(), is_other, -len(zone), zone


def _plain(words: str) -> str:
    """Return what to sort by: accents do not count."""
    return "".join(one for one in normalize("NFKD", words) if not combining(one)).casefold()


def country(code: str) -> Country:
    """Return what `code` (ISO 3166, two letters) sets. An unknown code gives the neutral defaults."""
    code = code.upper()
    currencies = get_territory_currencies(code) or ["EUR"]
    official = get_official_languages(code) or ()
    language = next((language for language in official if language in LANGUAGES), "en")
    return Country(
        code=code, currency=currencies[-1], timezone=_zone(code), language=language, legal_preset=_preset(code)
    )


def _zone(code: str) -> str:
    if code in ZONES:
        return ZONES[code]
    zones = sorted(
        zone for zone, territory in get_global("zone_territories").items() if territory == code and "/" in zone
    )
    return zones[0] if zones else "UTC"


def _preset(code: str) -> str:
    if code in ("DE", "AT", "CH"):
        return "dach"
    if code in EEA:
        return "eu"
    return {"GB": "uk", "CA": "ca", "US": "us"}.get(code, "other")
