"""Amounts, texts and fields that nobody should send (MON-10, FUZ-2, FUZ-9, FUZ-12)."""

import pytest

from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger.models import Transfer
from plusone.store.models import Order, Product

from .calls import Caller, is_problem

RANDOM = "A" * 22

MONEY = [-1, 0.001, 10**18, "1e3", "1,5", "15", 2**63, 10**400, 1.0, True, None, [], {}]


@pytest.mark.parametrize("amount", MONEY, ids=str)
@pytest.mark.slow
def test_only_whole_positive_amounts(vela: Caller, amount: object, carla: Client, bono: Product, gym: Business) -> None:
    """MON-10: 422 each, no 5xx, nothing posted."""
    order = vela.post("/orders", {"client": carla.public_id, "lines": [{"product": bono.public_id}]}).body["id"]
    vela.post(f"/orders/{order}/pay", {"method": "cash"})
    reward = {"kind": "balance", "amount": amount}
    lines = [{"product": bono.public_id}]
    sent = [
        ("POST", "/products", {"name": "X", "price": amount}),
        ("PATCH", f"/products/{bono.public_id}", {"price": amount}),
        ("POST", "/campaigns", {"name": "X", "ambassador_reward": reward}),
        ("POST", "/campaigns", {"name": "X", "friend_reward": reward}),
        ("POST", "/orders", {"client": carla.public_id, "lines": [{"product": bono.public_id, "quantity": amount}]}),
    ]
    if amount is not True:
        sent.append(("POST", "/orders", {"client": carla.public_id, "lines": lines, "use_balance": amount}))
    if amount is not None:  # which says: all that is left
        sent.append(("POST", f"/orders/{order}/refunds", {"amount": amount}))
    if amount != -1:
        path = f"/clients/{carla.public_id}/balance/adjustments"
        sent.append(("POST", path, {"amount": amount, "reason": "gift"}))
    for method, path, body in sent:
        assert vela.call(method, path, body).status == 422, (method, path, body)
    assert (Transfer.objects.count(), Order.objects.count(), Product.objects.count()) == (0, 1, 1)


def test_zero_is_no_reward_no_refund_and_no_adjustment(vela: Caller, carla: Client, bono: Product) -> None:
    """MON-10: 0 is a price, and nothing else."""
    assert vela.post("/products", {"name": "Free", "price": 0}).status == 201
    assert vela.post("/campaigns", {"name": "X", "ambassador_reward": {"kind": "balance", "amount": 0}}).status == 422
    path = f"/clients/{carla.public_id}/balance/adjustments"
    answer = vela.post(path, {"amount": 0, "reason": "nothing"})
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, "amount")
    assert not Transfer.objects.exists()


NASTY = [
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff x",
    "\u202egnp.exe",
    "\u200b",
    "a\u200bb",
    "{{7*7}}",
    "{% load x %}",
    "a\r\nBcc: x@y.z",
    "\"'`;--",
    "<script>alert(1)</script>",
    "x" * 1_000,
    "𝒜" * 90,
    "\ufeff",
    "\u2028",
    "\x7f",
    "\x1b[31m",
    "' OR 1=1 --",
    "%s%n",
    "../../etc/passwd",
    "  ",
    "\t",
    "İ",
    "ﷺ" * 20,
    "é",
    "e\u0301",
]


@pytest.mark.parametrize("text", NASTY, ids=ascii)
@pytest.mark.slow
def test_nasty_texts_are_refused_or_kept_as_typed(vela: Caller, text: str, gym: Business) -> None:
    """FUZ-2: no 5xx, in any field of any call; what is taken is shown as it was typed."""
    made = vela.post("/products", {"name": "P", "price": 1, "description": text})
    assert made.status in (201, 422)
    if made.status == 201:
        assert made.body["description"] == text
    client = vela.post("/clients", {"email": "a@example.org", "first_name": "A"}).body["id"]
    fields = ("email", "first_name", "last_name", "phone", "tags", "language")
    for field in fields:
        value: object = [text] if field == "tags" else text
        assert vela.post("/clients", {"email": "b@example.org", "first_name": "B", field: value}).status in (
            201,
            409,
            422,
        )
        assert vela.patch(f"/clients/{client}", {field: value}).status in (200, 409, 422)
    for field in (
        "name",
        "country",
        "currency",
        "timezone",
        "language",
        "email",
        "phone",
        "address",
        "brand_color",
        "kind",
    ):
        assert vela.patch("/business", {field: text}).status in (200, 409, 422)
    assert vela.post("/campaigns", {"name": text}).status in (201, 422)
    assert vela.post("/referrals", {"code": text, "friend": {"email": text, "first_name": text}}).status == 422
    assert vela.post("/referrals", {"ambassador": text, "friend": text}).status == 422
    assert vela.post("/orders", {"client": text, "lines": [{"product": text}]}).status == 422
    assert vela.post(f"/clients/{client}/archive", {"reason": text}).status in (200, 422)
    try:
        headers = {"idempotency_key": text}
        assert vela.post("/products", {"name": "P", "price": 1}, **headers).status in (201, 422)
    except (UnicodeEncodeError, ValueError):
        pass  # no HTTP client could send that header


@pytest.mark.parametrize(
    "query",
    [
        "limit=1000000000",
        "limit=0",
        "limit=-1",
        "limit=x",
        "limit=",
        "limit=1.5",
        "limit=%00",
        "limit=1e2",
        "limit=٣",
        "cursor=%00",
        "cursor=../x",
        "cursor=!",
        "cursor=" + RANDOM,
        "cursor=" + "a" * 100,
    ],
)
def test_a_wrong_page_is_refused(vela: Caller, query: str) -> None:
    """FUZ-9: for every list, quickly."""
    for path in ("/clients", "/products", "/orders", "/campaigns", "/referrals"):
        assert is_problem(vela.get(f"{path}?{query}"), 422, "validation")


def test_unknown_parameters_are_ignored(vela: Caller, lune: Caller) -> None:
    """FUZ-9: sort=password, a filter of somebody else's tenant."""
    for query in ("sort=password", "page=-1", "filter[tenant]=1", "business=1", "q=%00"):
        assert vela.get(f"/clients?{query}").status in (200, 422)
    assert vela.get("/clients?sort=password").body == {"items": [], "next": None}


def test_nothing_can_be_assigned_that_is_not_offered(vela: Caller, gym: Business, salon: Business) -> None:
    """FUZ-12: tenant, balance, status, code, referrer: ignored, the row as without them."""
    extra = {
        "id": RANDOM,
        "business": salon.public_id,
        "business_id": salon.pk,
        "status": "archived",
        "balance": 999,
        "code": "bbbbbbbbb",
        "user": 1,
        "source": "x",
        "is_staff": True,
        "referrer": RANDOM,
        "activated_at": "2020-01-01T00:00:00Z",
        "public_id": RANDOM,
        "external_id": "7",
        "created_at": "2020-01-01T00:00:00Z",
    }
    made = vela.post("/clients", {"email": "a@example.org", "first_name": "A", **extra})
    assert (made.status, made.body["status"], made.body["external_id"]) == (201, "active", None)
    row = Client.objects.filter(business=gym).values().get()
    assert (row["code"], row["source"], row["public_id"]) != ("bbbbbbbbb", "x", RANDOM)
    assert vela.patch(f"/clients/{made.body['id']}", extra).status == 200
    assert Client.objects.filter(business=gym).values().get() == row
    before = Business.objects.filter(pk=gym.pk).values().get()
    assert vela.patch("/business", {"slug": "x", "legal_preset": "x", **extra}).status == 200
    assert Business.objects.filter(pk=gym.pk).values().get() == before
    order = {
        "client": made.body["id"],
        "lines": [
            {"product": vela.post("/products", {"name": "P", "price": 5}).body["id"], "price": 0, "unit_price": 0}
        ],
    }
    assert vela.post("/orders", {**order, "total": 0, "state": "paid", "discount": 5, **extra}).body["due"] == 5
    assert not Client.objects.filter(business=salon).exists()
