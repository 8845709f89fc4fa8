"""Every no is a problem document (RFC 9457), and no body can hurt (FUZ-1, 2, 8, 9, 12, MON-10)."""

import json
import time

import pytest
from django.test import Client as Browser

from plusone.clients.models import Client
from plusone.connect.commands import revoke_api_key
from plusone.connect.models import ApiKey
from plusone.kernel.models import Business
from plusone.store.models import Product
from world import NOON, House

from .calls import Caller, is_problem

RANDOM = "A" * 22


def test_a_key_is_needed(nobody: Caller, vela: Caller, house: House) -> None:
    """401 without a key, with a wrong one, with another scheme, with a revoked one; a session does not count."""
    for headers in (
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": f"Basic {house.api_key}"},
        {"authorization": "Bearer"},
    ):
        answer = nobody.call("GET", "/business", **headers)
        assert is_problem(answer, 401, "unauthorized")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    browser = Browser()
    browser.force_login(house.owner, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get("/api/v1/business").status_code == 401
    assert vela.get("/business").status == 200
    revoke_api_key(ApiKey.objects.get(), actor="user:1", now=NOON)
    assert is_problem(vela.get("/business"), 401, "unauthorized")


def test_what_is_not_there(vela: Caller, lune: Caller, gym: Business) -> None:
    """404 for unknown addresses and ids; another business's id is told the same to the letter (ISO-1)."""
    theirs = lune.post("/clients", {"email": "x@x.example.org", "first_name": "X"}).body["id"]
    unknown, foreign = vela.get(f"/clients/{RANDOM}"), vela.get(f"/clients/{theirs}")
    assert is_problem(unknown, 404, "not_found")
    assert unknown.text == foreign.text
    assert {**unknown.headers, "X-Request-Id": ""} == {**foreign.headers, "X-Request-Id": ""}
    for path in ("/nothing", "/clients/", "/clients/x/y/z", "/clients/%00", "/orders/..", "/"):
        assert is_problem(vela.get(path), 404, "not_found")
    for path in ("/api/", "/api/v2/clients", "/api/v1"):
        answer = Browser().get(path)
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_a_method_that_is_not_known(vela: Caller) -> None:
    answer = vela.call("PUT", "/clients")
    assert is_problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, POST"
    assert is_problem(vela.call("POST", "/business"), 405, "method_not_allowed")


def test_head_is_get_without_the_body(vela: Caller, lune: Caller, nobody: Caller, ana: Client) -> None:
    """RFC 9110, 9.3.2: a program that looks before it reads gets the same status and headers."""
    for path in ("/clients", f"/clients/{ana.public_id}", "/insights/impact", "/openapi.json"):
        got, looked = vela.get(path), vela.call("HEAD", path)
        assert (looked.status, looked.text) == (200, "")
        assert looked.headers["Content-Type"] == got.headers["Content-Type"]
    assert lune.call("HEAD", f"/clients/{ana.public_id}").status == 404
    assert nobody.call("HEAD", "/clients").status == 401
    assert vela.call("HEAD", f"/clients/{ana.public_id}/archive").status == 405


def test_the_language_is_the_callers(vela: Caller) -> None:
    """English without Accept-Language; cookies and what nobody speaks are ignored."""
    says = {
        language: vela.get(f"/clients/{RANDOM}", accept_language=language).body["detail"]
        for language in ("", "es", "fr-FR,en;q=0.1", "xx", "de, es;q=0.5", "*")
    }
    assert says[""] == says["xx"] == says["*"] == "There is nothing here."
    assert says["es"] == says["de, es;q=0.5"] == "Aquí no hay nada."
    assert says["fr-FR,en;q=0.1"] == "Il n’y a rien ici."


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b'{"email": NaN}',
        b'{"email": Infinity}',
        b'{"email": "a@example.org", "email": "b@example.org"}',
        b'{"x": {"y": 1, "y": 2}}',
        b"\xff\xfe{\x00}\x00",
        '{"first_name": "é"}'.encode("latin-1"),
        '{"first_name": "Ana"}'.encode("utf-16"),
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b"[" * 100_000,
        b'{"n": 1' + b"0" * 5000 + b"}",
        b"not json",
        b'{"a": 1} {"b": 2}',
    ],
)
def test_a_body_that_cannot_be_read(vela: Caller, raw: bytes, gym: Business) -> None:
    """FUZ-8: 400 and quickly, whatever it is."""
    begin = time.monotonic()
    assert is_problem(vela.call("POST", "/clients", raw=raw), 400, "unreadable")
    assert time.monotonic() - begin < 5
    assert not Client.objects.exists()


def test_a_body_that_is_too_large_is_not_even_read(vela: Caller) -> None:
    """FUZ-8: 50 MB are refused by their announced length."""
    assert is_problem(vela.call("POST", "/clients", raw=b" " * 1_000_001), 400, "unreadable")
    begin = time.monotonic()
    answer = vela.call("POST", "/clients", raw=b"{}", content_length="50000000")
    assert is_problem(answer, 400, "unreadable")
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"5", b'"x"', b"true", b"[1, 2]"])
def test_a_body_that_is_no_object(vela: Caller, raw: bytes) -> None:
    assert is_problem(vela.call("POST", "/clients", raw=raw), 422, "validation")
    assert is_problem(vela.call("PATCH", "/business", raw=raw), 422, "validation")


def test_each_wrong_field_is_named(vela: Caller) -> None:
    """422 with errors: field, code, detail; the same codes whoever finds the fault."""
    answer = vela.post(
        "/clients", {"email": 5, "tags": ["ok", ""], "access": "yes", "phone": None}, accept_language="es"
    )
    assert is_problem(answer, 422, "validation")
    assert {(error["field"], error["code"]) for error in answer.body["errors"]} == {
        ("email", "wrong_type"),
        ("first_name", "required"),
        ("tags.1", "too_short"),
        ("access", "wrong_type"),
        ("phone", "wrong_type"),
    }
    assert {error["detail"] for error in answer.body["errors"]} >= {"Este campo es obligatorio."}
    answer = vela.post("/clients", {"email": "no address", "first_name": "Ben"})
    assert answer.body["errors"] == [{"field": "email", "code": "invalid", "detail": "This is not an e-mail address."}]
    assert is_problem(answer, 422, "validation")
    for condition, field in (
        ({"kind": "spend", "at_least": 0}, "conditions.0.at_least"),
        ({"kind": "orders"}, "conditions.0.at_least"),
        ({"kind": "sessions_attended", "at_least": "3"}, "conditions.0.at_least"),
    ):
        answer = vela.post("/campaigns", {"name": "X", "conditions": [condition]})
        assert [error["field"] for error in answer.body["errors"]] == [field]
    answer = vela.post("/orders", {"client": RANDOM, "lines": [{"product": "x"}, {"quantity": 1}]})
    assert [error["field"] for error in answer.body["errors"]] == ["lines.1.product"]


def test_what_is_not_built_yet_says_so(vela: Caller, nobody: Caller, carla: Client, bono: Product) -> None:
    """CONTRACT: an option or kind that is not built, with anything but its default: 422 not_available."""
    for method, path in [
        ("POST", "/webhook-endpoints"),
    ]:
        assert is_problem(vela.call(method, path), 422, "not_available")
        assert is_problem(nobody.call(method, path), 401, "unauthorized")
    defaults = {
        "attribution": "last_touch",
        "attribution_days": 90,
        "qualification_days": 90,
        "caps": None,
        "every": 1,
        "clawback": "within_balance",
        "approval": "auto",
        "conditions": [{"kind": "activated"}],
        "friend_reward": None,
        "budget": None,
        "require_active_ambassador": False,
        "hold_days": 0,
    }
    assert vela.post("/campaigns", {"name": "X", **defaults}).status == 201
    assert vela.post("/campaigns", {"name": "X", "caps": {}}).status == 201


def test_an_offer_with_everything_comes_back_as_it_was_sent(vela: Caller) -> None:
    """CONTRACT: percentages, conditions, limits, deadline and clawback."""
    offer = {
        "ambassador_reward": {"kind": "balance", "percent": 12.5, "expires_days": 365},
        "conditions": [{"kind": "orders", "at_least": 2}, {"kind": "spend", "at_least": 5000}],
        "qualification_days": 30,
        "caps": {"rewards_per_month": 3},
        "budget": 100_000,
        "clawback": "only_pending",
        "hold_days": 14,
    }
    made = vela.post("/campaigns", {"name": "X", **offer})
    assert made.status == 201
    assert made.body["ambassador_reward"] == {"kind": "balance", "amount": None, "percent": 12.5, "expires_days": 365}
    assert made.body["conditions"] == offer["conditions"]
    assert made.body["caps"] == {
        "rewards_total": None,
        "rewards_per_month": 3,
        "amount_total": None,
        "amount_per_month": None,
    }
    assert (made.body["qualification_days"], made.body["budget"], made.body["clawback"]) == (
        30,
        100_000,
        "only_pending",
    )
    for wrong in (
        {"ambassador_reward": {"kind": "balance", "amount": 100, "percent": 10}},
        {"ambassador_reward": {"kind": "balance", "percent": 10.123}},
        {"ambassador_reward": {"kind": "balance"}},
        {"conditions": [{"kind": "spend"}]},
        {"conditions": [{"kind": "orders", "at_least": 0}]},
        {"conditions": [{"kind": "membership_kept", "days": 0}]},
        {"conditions": [{"kind": "membership_bought", "membership_type": RANDOM}]},
        {"caps": {"rewards_total": -1}},
        {"budget": 1.5},
    ):
        assert is_problem(vela.post("/campaigns", {"name": "X", **wrong}), 422, "validation"), wrong


def test_conditions_about_memberships_come_back_as_they_were_sent(vela: Caller) -> None:
    """CONTRACT: membership_bought of any or a given type, membership_kept; the field that is wrong is named."""
    monthly = {"name": "Mes", "kind": "recurring", "price": 4500, "period": "month"}
    wanted = vela.post("/membership-types", monthly).body["id"]
    sent = [{"kind": "membership_bought", "membership_type": wanted}, {"kind": "membership_kept", "days": 30}]
    made = vela.post("/campaigns", {"name": "X", "conditions": sent, "friend_reward_on": "qualified"})
    assert (made.status, made.body["conditions"]) == (201, sent)
    assert made.body["terms"]["text"].count("«Mes»") == 1
    any_type = vela.post("/campaigns", {"name": "X", "conditions": [{"kind": "membership_bought"}]})
    assert any_type.body["conditions"] == [{"kind": "membership_bought", "membership_type": None}]
    wrong = vela.post("/campaigns", {"name": "X", "conditions": [{**sent[0], "membership_type": RANDOM}]})
    assert [error["field"] for error in wrong.body["errors"]] == ["conditions.0.membership_type"]


def test_an_order_with_a_null_coupon_is_plain(vela: Caller, carla: Client, bono: Product) -> None:
    order = {"client": carla.public_id, "lines": [{"product": bono.public_id}]}
    assert vela.post("/orders", {**order, "coupon": None}).status == 201


def test_a_failure_of_ours_is_told_and_undone(vela: Caller, gym: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    """500 as a problem with a request id, without a word of what it was; nothing of the call stays."""
    from plusone.faces.api import clients

    monkeypatch.setattr(clients, "show", lambda *_: 1 / 0)
    answer = vela.post("/clients", {"email": "a@example.org", "first_name": "A"}, idempotency_key="k")
    assert is_problem(answer, 500, "internal")
    assert "division" not in answer.text
    assert not Client.objects.exists()


def test_answers_are_json_in_utf8_that_nobody_keeps(vela: Caller) -> None:
    answer = vela.get("/business")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert json.loads(answer.text)["name"] == "Studio Vela"


def test_where_a_business_is_written_to_is_one_address(vela: Caller, gym: Business) -> None:
    """FUZ-2, FUZ-13: answers to all its mails go there; with a line break in it none of them could leave."""
    for text in ("olga@vela.example\nBcc: all@list.example", "olga", "a@b.example, c@d.example", "   "):
        answer = vela.patch("/business", {"email": text})
        assert is_problem(answer, 422, "validation")
        assert answer.body["errors"][0]["field"] == "email"
    gym.refresh_from_db()
    assert gym.email == "olga@vela.example"
    assert vela.patch("/business", {"email": " Hola@BÜCHER.example "}).body["email"] == "hola@bücher.example"


def test_what_no_database_keeps_is_a_wrong_field(vela: Caller, ana: Client) -> None:
    """FUZ-1, FUZ-8: a number beyond all floats, and moments before any calendar of ours or written as numbers."""
    event = f'{{"type": "session.attended", "client": "{ana.public_id}", "key": "k", %s}}'
    for sent, field in (
        ('"data": {"x": [1e400]}', "data"),
        ('"data": {"x": -1e400}', "data"),
        ('"occurred_at": "0001-01-01T00:00:00+14:00"', "occurred_at"),
        ('"occurred_at": "1900-01-01T00:00:00Z"', "occurred_at"),
        ('"occurred_at": 12345', "occurred_at"),
        ('"occurred_at": "2026-03-01T10:00:00"', "occurred_at"),
        ('"occurred_at": "yesterday"', "occurred_at"),
    ):
        answer = vela.call("POST", "/events", raw=(event % sent).encode())
        assert is_problem(answer, 422, "validation"), sent
        assert answer.body["errors"][0]["field"] == field
    assert answer.body["errors"][0]["detail"] == "Write a moment such as 2026-01-31T18:00:00+01:00."
    assert vela.call("POST", "/events", raw=(event % '"occurred_at": "2026-03-01T10:00Z"').encode()).status == 201


def test_a_wrong_filter_is_named_as_it_was_written(vela: Caller) -> None:
    for path, field in (
        ("/clients?status=x", "status"),
        ("/orders?state=x", "state"),
        ("/referrals?state=x", "state"),
        ("/insights/impact?from=x", "from"),
    ):
        answer = vela.get(path)
        assert is_problem(answer, 422, "validation")
        assert [error["field"] for error in answer.body["errors"]] == [field]
