"""What counts as a visit: a person's browser that opens the link, not what looks at it for them (CONTRACT, Pages)."""

from functools import lru_cache
from typing import Any

from crawleruseragents import is_crawler

# Fetchers of previews that the public list does not hold; parts of the user agent, lower case.
PREVIEWS = (
    "whatsapp/",
    "facebookexternalhit",
    "kakaotalk-scrap",
    "zulip url preview",
    "cfnetwork/",
    "gptbot",
    "perplexity",
    "+http",
)
AGENT_MAX = 1000


@lru_cache(maxsize=4096)
def is_bot(agent: str) -> bool:
    """Say whether a user agent is a listed bot's or fetches previews."""
    lowered = agent.lower()
    return any(part in lowered for part in PREVIEWS) or bool(is_crawler(agent))


def is_visit(environ: dict[str, Any]) -> bool:
    """Say whether a request for a link is a person's visit."""
    if environ["REQUEST_METHOD"] != "GET":
        return False
    agent = str(environ.get("HTTP_USER_AGENT", "")).strip()
    if not agent or len(agent) > AGENT_MAX or is_bot(agent):
        return False
    if "prefetch" in str(environ.get("HTTP_SEC_PURPOSE", "")) + str(environ.get("HTTP_PURPOSE", "")):
        return False
    if not any(name.startswith("HTTP_SEC_FETCH_") for name in environ):  # an old browser sends none of them
        return True
    return (environ.get("HTTP_SEC_FETCH_MODE"), environ.get("HTTP_SEC_FETCH_DEST")) == ("navigate", "document")
