"""What the tests of isolation walk on: every route, two businesses alike, and canaries in every text of one of them."""

import io
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver
from PIL import Image

from plusone.clients.commands import (
    assign,
    attach_logins,
    open_signup_link,
    plan_next_step,
    start_job,
    tag_called,
    write_note,
)
from plusone.clients.models import Client
from plusone.connect.commands import invite_collaborator, look_through, stage_import
from plusone.connect.models import ApiKey, TeamInvitation
from plusone.insights.commands import set_goal
from plusone.kernel import guards, ids
from plusone.kernel.commands import add_collaborator, user_for
from plusone.kernel.models import Business, Collaborator, User
from plusone.ledger.commands import adjust
from plusone.messaging.commands import suppress
from plusone.referrals.commands import ReminderPlan, add_own_device, add_own_network, plan_reminder, register_friend
from plusone.referrals.models import Campaign, Referral
from plusone.rewards.commands import give_bonus
from plusone.rewards.models import Reward
from plusone.rules.engine import work
from plusone.store.commands import create_membership_type, place_order, refund, set_picture
from plusone.store.models import Order, Picture, Product
from world import EUR10, NOON, House, add_client, bring, later, launch, make_product, sell

CANARY = "zq7canary"
PART = CANARY[1:]  # finds a canary without being one
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
STAFF = ("owner", "manager", "professional", "front_desk")


@dataclass(frozen=True)
class Route:
    """An address of the program, as the map of addresses has it."""

    pattern: str
    door: str
    parameters: tuple[str, ...]

    def path(self, values: dict[str, str]) -> str:
        """Return the address with its places filled. A KeyError says: name a new place in `values_of`."""
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda place: values[place[1]], self.pattern)


def routes() -> list[Route]:
    """Return all routes, those of the framework too."""
    return sorted(set(_walk(get_resolver(), "")), key=lambda route: route.pattern)


def _walk(resolver: URLResolver, prefix: str) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        place = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, place)
        elif isinstance(pattern, URLPattern) and "^" not in place:  # the one that catches the rest of the API
            yield Route(place, getattr(pattern.callback, "door", ""), tuple(re.findall(r"<(?:\w+:)?(\w+)>", place)))


@dataclass
class Side:
    """A business with one of everything, and browsers of all who have to do with it."""

    house: House
    browsers: dict[str, Browser] = field(default_factory=dict)

    @property
    def business(self) -> Business:
        return self.house.business


def fill(house: House) -> Side:
    """Let a business live a little: people, an offer, sales, a refund, balance; and somebody in every role."""
    business, side = house.business, Side(house)
    campaign = launch(business, friend=EUR10, approval="manual")
    weekly = ReminderPlan(starts_on=later(7).date(), at=NOON.time(), every_weeks=1, until=later(30).date(), texts={})
    plan_reminder(campaign, weekly, actor="user:1", now=NOON)
    ana = add_client(business, "Ana", "López", email=f"ana@{business.slug}.example")
    ben = bring(ana, "Ben", email=f"ben@{business.slug}.example")
    bring(ana, "Eva", email=f"eva@{business.slug}.example")
    register_friend(
        business,
        ana,
        first_name="Sam",
        email=f"sam@{business.slug}.example",
        flags=("too_fast",),
        actor="public",
        now=NOON,
    )
    product = make_product(business, "Bono")
    set_picture(product, _picture(), actor="user:1", now=NOON)
    refund(sell(ana, product), 100, reason="half", actor="user:1", now=NOON)  # the first order: the client's own
    sell(ben.friend, product)
    place_order(business, ana, [(product, 1)], actor="user:1", now=NOON)
    monthly = create_membership_type(business, name="Mes", kind="recurring", price=900, period="month", now=NOON)
    place_order(business, ana, [(monthly, 1)], actor="user:1", now=NOON)
    adjust(business, ana.pk, 300, key="gift", reason="a gift", actor="user:1", now=NOON)
    open_signup_link(business, **WHO)
    add_own_network(business, "203.0.113.7", name="Front desk", **WHO)
    add_own_device(business, name="Tablet", **WHO)
    set_goal(
        business,
        kpi="registered_leads",
        target=9,
        since=NOON.date(),
        until=later(9).date(),
        actor="user:1",
        now=NOON,
    )
    _import(business)
    start_job(business, "tag", Client.objects.of(business), options={"tag": tag_called(business, "VIP").pk}, **WHO)
    work(NOON)  # rules write their messages
    for role in STAFF:
        user = house.owner if role == "owner" else user_for(f"{role}@{business.slug}.example")
        add_collaborator(business, user, role=role)
        side.browsers[role] = _logged_in(user)
    Business.objects.filter(pk=business.pk).update(bonus_limit=200)
    manager = Collaborator.objects.get(business=business, role="manager")
    give_bonus(ana, 500, reason="loyal", key="bonus", actor=f"user:{manager.user_id}", now=NOON)  # waits for a second
    looks_after = Collaborator.objects.get(business=business, role="professional")
    assign(Client.objects.filter(business=business).select_related("business"), looks_after, actor="user:1", now=NOON)
    write_note(ana, "hopes for less pain", by=house_owner(house), now=NOON)
    plan_next_step(ana, "ask how it went", on=later(2).date(), **WHO)
    suppress(business, f"eva@{business.slug}.example", "bounced", now=NOON)
    guest = f"guest@{business.slug}.example"
    invite_collaborator(business, name="Gala", email=guest, role="manager", actor="user:1", now=NOON)
    for name, client in (("client", ana), ("lead", Client.objects.get(business=business, first_name="Eva"))):
        user = user_for(str(client.email))
        attach_logins(user)
        side.browsers[name] = _logged_in(user)
    return side


def house_owner(house: House) -> Collaborator:
    """Return the owner's place in the team."""
    return Collaborator.objects.select_related("user", "business").get(business=house.business, user=house.owner)


def _import(business: Business) -> None:
    """Look through a file of clients, with a bad line."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(b"id,first name,email,tags\n1,Ida,ida@mail.example,vip\n2,,x@mail.example,\n")
        file.flush()
        imported = stage_import(business, Path(file.name), filename="clients.csv", actor="user:1", now=NOON)
    look_through(imported, now=NOON)


def _picture() -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Image.new("RGB", (4, 3), "teal").save(drawn, "PNG")
    return SimpleUploadedFile("picture.png", drawn.getvalue(), content_type="image/png")


def _logged_in(user: User) -> Browser:
    browser = Browser(raise_request_exception=False)
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


def values_of(business: Business) -> dict[str, str]:
    """Return what stands in each place of an address for a business; a new place in a route is named here."""
    latest: Callable[[type[models.Model]], str] = lambda model: str(  # noqa: E731
        model._default_manager.filter(business=business).order_by("pk").values_list("public_id", flat=True).first()
    )
    named = {
        "client": latest(Client),
        "campaign": latest(Campaign),
        "referral": latest(Referral),
        "reward": latest(Reward),
        "product": latest(Product),
        "order": latest(Order),
        "key": latest(ApiKey),
        "invited": latest(TeamInvitation),
    }
    others = {
        model._meta.model_name or "": latest(model)
        for model in apps.get_models()
        if {"business", "public_id"} <= {one.name for one in model._meta.fields}
        and (model._meta.model_name or "") not in named
    }
    return {
        **others,
        **named,
        **{f"{name}_id": value for name, value in (others | named).items()},
        "ambassador": named["client"],
        "business": business.slug,
        "code": Client.objects.filter(business=business).order_by("pk")[0].code,
        "token": "x",
        "name": "registered_leads",
        "topic": "campaign",
        "provider": "postmark",
        "version": _version(business),
        "side": "192",
        "session": "777777",
        "passkey": "777777",
    }


def _version(business: Business) -> str:
    return Picture.objects.filter(product__business=business).values_list("version", flat=True).first() or "x"


def foreign(mine: dict[str, str], theirs: dict[str, str]) -> dict[str, str]:
    """Return the places with the business of one and all ids of the other."""
    return {**theirs, "business": mine["business"]}


def unknown(mine: dict[str, str]) -> dict[str, str]:
    """Return the places with ids that nobody has."""
    keep = ("business", "token", "name", "topic", "version", "side")
    nobodys = {place: "999999" if value.isdecimal() else ids.public_id() for place, value in mine.items()}
    return {**nobodys, **{place: value for place, value in mine.items() if place in keep}}


def text_of(response: HttpResponse) -> str:
    """Return what an answer says: its headers that say something, and its whole body."""
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    told = "\n".join(
        response.headers.get(name, "") for name in ("Location", "Content-Disposition", "Link", "Set-Cookie")
    )
    return told + "\n" + body.decode(errors="replace")


def plain(text: str, *values: str) -> str:
    """Return a text without what differs each time: ids of the question, tokens, nonces."""
    for value in values:
        text = text.replace(value, "…")
    text = re.sub(r'(nonce|value|data-once)="[^"]*"', r'\1=""', text)
    text = re.sub(r"chart-\d+", "chart", text)  # counted on, so that ids are unique in a page put together
    return re.sub(r"(csrftoken|sessionid)=\S+", "", text)


def plant(business: Business) -> int:
    """Put a canary into every free text of a business's rows, whatever room they are in. Return how many."""
    planted = 0
    with guards.lifted(connection):
        for model in apps.get_models():
            owner = "pk" if model is Business else "business" if _has(model, "business") else "business_id"
            if model is not Business and not _has(model, owner):
                continue
            for row in model._default_manager.filter(**{owner: business.pk}):
                changes = {one.name: _canary(one, row) for one in model._meta.concrete_fields if _is_free(one, row)}
                if changes:
                    model._default_manager.filter(pk=row.pk).update(**changes)
                    planted += len(changes)
    return planted


def _has(model: type[models.Model], name: str) -> bool:
    return any(one.name == name for one in model._meta.fields)


# Codes and keys of ours, which no person writes.
TECHNICAL = {
    "activated_via",
    "actor",
    "brand_color",
    "changed_by",
    "cidr",
    "channel",
    "code",
    "country",
    "created_by",
    "currency",
    "decided_by",
    "email_key",
    "figure",
    "hash",
    "inputs",
    "key",
    "kind",
    "language",
    "legal_preset",
    "marketing_started_by",
    "method",
    "milestone",
    "phone",
    "prefix",
    "public_id",
    "ref_kind",
    "request",
    "role",
    "slug",
    "source",
    "source_kind",
    "state",
    "status_before",
    "template",
    "timezone",
    "version",
    "via",
    "worker",
}


def _is_free(one: Any, row: models.Model) -> bool:
    if one.primary_key or one.choices or one.name in TECHNICAL or row._meta.app_label in ("events", "rules"):
        return False
    if one.name == "override_reason" and not row.override_reason:  # type: ignore[attr-defined]
        return False  # without a moment it must be empty
    if isinstance(one, models.JSONField):
        return bool(row._meta.model_name == "terms" and one.name == "text")
    return isinstance(one, (models.CharField, models.TextField)) and (one.max_length or 1000) >= 40


def _canary(one: Any, row: models.Model) -> Any:
    word = f"{CANARY}-{row._meta.model_name}-{one.name}-{row.pk}"
    if isinstance(one, models.JSONField):
        return dict.fromkeys(("en", "es", "fr"), word)
    return f"{word}@canary.example" if one.name in ("email", "to") else word[: one.max_length]


def links_in(text: str) -> set[str]:
    """Return the addresses on this site that a page leads to."""
    return {link.split("#")[0] for link in re.findall(r'href="(/[^"]*)"', text) if not link.startswith("/static/")} - {
        ""
    }


def api(side: Side, method: str, path: str, body: Any = None) -> HttpResponse:
    """Call the API with the key of a business."""
    headers = {"authorization": f"Bearer {side.house.api_key}"}
    sent = json.dumps(body or {}).encode()
    browser = Browser(raise_request_exception=False)
    return browser.generic(method, path, sent, content_type="application/json", headers=headers)
