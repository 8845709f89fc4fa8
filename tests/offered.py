"""What the machine of tests/referrals/test_model.py draws, and whom it knows."""

from typing import Any

from hypothesis import strategies as some

from plusone.clients.models import Client
from plusone.referrals.models import Referral
from plusone.rewards.models import Reward
from plusone.store.models import Order
from tied import KEPT, Gift, Person, Sale, Tie

EXPIRY = some.sampled_from((None, None, 5, 40))
MONEY = some.builds(
    lambda amount, days: {"kind": "balance", "amount": amount, "expires_days": days},
    some.sampled_from((300, 1000, 1500)),
    EXPIRY,
)
PERCENT = some.builds(
    lambda percent, days: {"kind": "balance", "percent": percent, "expires_days": days},
    some.sampled_from((10, 33.33, 2.9)),
    EXPIRY,
)
PRODUCT, MONTH = "the product", "the month"  # stand for their ids, which the machine fills in
THINGS: tuple[dict[str, Any], ...] = (
    {"kind": "coupon", "amount": 700, "valid_days": 20},
    {"kind": "coupon", "percent": 50, "valid_days": 45},
    {"kind": "manual", "text": "A towel", "expires_days": 10},
    {"kind": "product", "product": PRODUCT},
    {"kind": "membership_days", "days": 10},
    {"kind": "membership", "membership_type": MONTH},
)
REWARD = some.one_of(MONEY, PERCENT, some.sampled_from(THINGS))
CHOICE = some.builds(
    lambda options: {"kind": "choice", "options": options},
    some.lists(
        some.sampled_from((*THINGS, {"kind": "balance", "amount": 800}, {"kind": "balance", "percent": 20})),
        min_size=2,
        max_size=3,
        unique_by=str,
    ),
)
FOR_AMBASSADOR = some.one_of(MONEY, REWARD, CHOICE, CHOICE)
CONDITIONS = some.lists(
    some.one_of(
        some.just({"kind": "activated"}),
        some.builds(lambda n: {"kind": "orders", "at_least": n}, some.integers(1, 2)),
        some.builds(lambda n: {"kind": "spend", "at_least": n}, some.sampled_from((1, 3000, 6000))),
        some.builds(lambda n: {"kind": "sessions_attended", "at_least": n}, some.integers(1, 2)),
        some.just({"kind": "membership_bought"}),
        some.builds(lambda days: {"kind": KEPT, "days": days}, some.sampled_from((10, 35))),
        some.just({"kind": "check", "text": "A form"}),
    ),
    max_size=2,
    unique_by=lambda condition: condition["kind"],
)
CAPS = some.one_of(
    some.none(),
    some.fixed_dictionaries(
        {},
        optional={
            "rewards_total": some.integers(1, 3),
            "rewards_per_month": some.integers(1, 2),
            "amount_total": some.sampled_from((900, 2600)),
            "amount_per_month": some.sampled_from((400, 1700)),
        },
    ),
)
STEPS = some.lists(
    some.fixed_dictionaries(
        {
            "conditions": CONDITIONS,
            "friend_reward": some.one_of(some.none(), REWARD),
            "ambassador_reward": FOR_AMBASSADOR,
            "hold_days": some.sampled_from((None, None, 0, 7)),
        }
    ),
    max_size=2,
)


def in_one_sentence(terms: dict[str, Any]) -> dict[str, Any]:
    """Further steps do not go together with one reward for several friends. Nobody promises what takes longer than the
    friend has. What time alone makes true of a further step has no last day here: tests/referrals/test_told_late.py
    tells of those."""
    steps = terms["steps"] if terms["every"] == 1 else []
    takes = max((one["days"] for one in terms["conditions"] if one["kind"] == KEPT), default=0)
    days = terms["qualification_days"] and max(terms["qualification_days"], takes)
    kept = any(one["kind"] == KEPT for step in steps for one in step["conditions"])
    return {**terms, "steps": steps, "qualification_days": 0 if kept else days}


TERMS = some.fixed_dictionaries(
    {
        "friend_reward": some.one_of(some.none(), REWARD),
        "ambassador_reward": FOR_AMBASSADOR,
        "friend_reward_on": some.sampled_from(("registered", "qualified")),
        "conditions": some.one_of(some.just([]), some.just([{"kind": "orders", "at_least": 1}]), CONDITIONS),
        "hold_days": some.sampled_from((0, 0, 0, 3, 14)),
        "friend_hold_days": some.sampled_from((0, 0, 5, 20)),
        "qualification_days": some.sampled_from((0, 10, 30)),
        "caps": CAPS,
        "budget": some.sampled_from((None, None, 700, 4000)),
        "every": some.sampled_from((1, 1, 1, 2, 3)),
        "clawback": some.sampled_from(("within_balance", "only_pending", "allow_negative")),
        "approval": some.sampled_from(("auto", "auto", "auto", "manual")),
        "require_active_ambassador": some.booleans(),
        "steps": some.one_of(some.just([]), STEPS),
    }
).map(in_one_sentence)


def narrowed(**worlds: some.SearchStrategy[Any]) -> some.SearchStrategy[dict[str, Any]]:
    """Return terms of which some are drawn from a smaller world, in which things happen sooner."""
    return some.builds(lambda terms, small: in_one_sentence({**terms, **small}), TERMS, some.fixed_dictionaries(worlds))


AT_ONCE = {"conditions": some.just([]), "hold_days": some.sampled_from((0, 0, 3)), "approval": some.just("auto")}
ONE_BY_ONE = {"every": some.just(1), "steps": some.just([])}
AT_HOME = {**AT_ONCE, **ONE_BY_ONE, "budget": some.none(), "require_active_ambassador": some.just(False)}
FEW = some.fixed_dictionaries({"rewards_total": some.integers(1, 2)}, optional={"amount_per_month": some.just(1700)})
THING = some.sampled_from(THINGS)
COUPON = some.sampled_from([thing for thing in THINGS if thing["kind"] == "coupon"])
LITTLE = some.sampled_from(
    (
        {"kind": "balance", "amount": 300, "expires_days": 5},
        {"kind": "balance", "percent": 2.9, "expires_days": 40},
        {"kind": "coupon", "percent": 50, "valid_days": 45},
        {"kind": "membership_days", "days": 10},
    )
)
ASKED = some.sampled_from(
    (
        [{"kind": "orders", "at_least": 2}],
        [{"kind": "activated"}, {"kind": "orders", "at_least": 1}],
        [{"kind": "sessions_attended", "at_least": 2}, {"kind": "orders", "at_least": 1}],
        [{"kind": KEPT, "days": 10}],
    )
)
FOR_LONG = (
    *([{"kind": KEPT, "days": days}] for days in (10, 29, 30, 35)),
    [{"kind": KEPT, "days": 10}, {"kind": "sessions_attended", "at_least": 1}],
    [{"kind": KEPT, "days": 35}, {"kind": "orders", "at_least": 2}],
)
AGAIN = (
    [],
    [],
    [{"kind": "orders", "at_least": 1}],
    [{"kind": "spend", "at_least": 3000}],
    [{"kind": "sessions_attended", "at_least": 1}],
    [{"kind": "membership_bought"}],
    [{"kind": KEPT, "days": 10}],
)
ON_COMING = {"friend_reward_on": some.just("registered"), "friend_hold_days": some.just(0)}
# Small worlds, in which what is rare in the whole one happens in every story.
SCENES: dict[str, some.SearchStrategy[dict[str, Any]]] = {
    "all": TERMS,
    "choices": narrowed(**AT_HOME, ambassador_reward=CHOICE, caps=FEW),
    "coupons": narrowed(**AT_HOME, **ON_COMING, ambassador_reward=COUPON, friend_reward=COUPON, caps=some.none()),
    "things": narrowed(**AT_HOME, **ON_COMING, ambassador_reward=THING, friend_reward=THING),
    "sets": narrowed(**AT_ONCE, ambassador_reward=MONEY, every=some.sampled_from((2, 2, 3))),
    "money": narrowed(**AT_HOME, ambassador_reward=some.one_of(MONEY, PERCENT)),
    "records": narrowed(
        **{**AT_HOME, "conditions": some.one_of(some.just([]), some.just([{"kind": "orders", "at_least": 2}]))},
        ambassador_reward=some.one_of(MONEY, PERCENT, THING),
        friend_reward=some.one_of(some.none(), MONEY, THING),
        caps=some.one_of(some.none(), FEW),
    ),
    "better": narrowed(
        every=some.just(1),
        steps=some.one_of(some.just([]), STEPS),
        hold_days=some.sampled_from((3, 14)),
        conditions=ASKED,
        ambassador_reward=LITTLE,
        friend_reward=some.one_of(some.none(), LITTLE),
        qualification_days=some.sampled_from((0, 10, 30)),
        clawback=some.sampled_from(("within_balance", "allow_negative", "allow_negative")),
        caps=some.one_of(some.none(), FEW),
    ),
    "kept": narrowed(
        **{**AT_HOME, "conditions": some.sampled_from(FOR_LONG)},
        **ON_COMING,
        friend_reward=some.sampled_from((None, {"kind": "membership_days", "days": 10})),
        qualification_days=some.sampled_from((0, 1, 40)),
    ),
    "returning": narrowed(
        **{**AT_HOME, "conditions": some.sampled_from(AGAIN), "every": some.sampled_from((1, 1, 1, 2))},
        ambassador_reward=some.one_of(MONEY, PERCENT, THING),
        friend_reward=some.one_of(some.none(), MONEY, THING),
        returning=some.one_of(
            some.just({"months": 1}),
            some.builds(
                lambda own, friend: {"months": 1, "ambassador_reward": own, "friend_reward": friend},
                some.one_of(MONEY, PERCENT, some.none()),
                some.one_of(some.none(), MONEY),
            ),
        ),
    ),
    "doubt": narrowed(
        **{**AT_HOME, "hold_days": some.sampled_from((0, 3))},
        ambassador_reward=REWARD,
        friend_reward=some.one_of(MONEY, THING),
    ),
}


# What makes an offer better, or not, beside all that it said before.
BETTER: tuple[dict[str, Any], ...] = (
    {"ambassador_reward": {"kind": "balance", "amount": 2000}},
    {"ambassador_reward": {"kind": "balance", "amount": 2500, "expires_days": 50}},
    {"ambassador_reward": {"kind": "balance", "percent": 40}},
    {"ambassador_reward": {"kind": "coupon", "percent": 60, "valid_days": 50}},
    {"ambassador_reward": {"kind": "membership_days", "days": 14}},
    {"ambassador_reward": {"kind": "choice", "options": [*THINGS[:3], {"kind": "balance", "amount": 3000}]}},
    {"friend_reward": {"kind": "balance", "amount": 2000}},
    {"friend_reward": {"kind": "coupon", "amount": 900, "valid_days": 30}},
    {"friend_reward": {"kind": "manual", "text": "A towel", "expires_days": 10}},
    {"friend_reward_on": "registered"},
    {"conditions": []},
    {"conditions": [{"kind": "orders", "at_least": 1}]},
    {"conditions": [{"kind": "sessions_attended", "at_least": 1}, {"kind": "check", "text": "A form"}]},
    {"hold_days": 0},
    {"hold_days": 1, "friend_hold_days": 1},
    {"qualification_days": 0},
    {"qualification_days": 60},
    {"caps": None, "budget": None},
    {"caps": {"rewards_total": 4}},
    {"clawback": "only_pending", "approval": "auto"},
    {"clawback": "allow_negative"},
    {"require_active_ambassador": False},
    {
        "steps": [
            {
                "conditions": [{"kind": "orders", "at_least": 2}],
                "friend_reward": {"kind": "balance", "amount": 400},
                "ambassador_reward": {"kind": "balance", "amount": 500},
                "hold_days": None,
            }
        ]
    },
)


def without_none(terms: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in terms.items() if value is not None}


def filled(terms: Any, ids: dict[str, str]) -> Any:
    """Return terms with the ids of what is given in its place."""
    if isinstance(terms, dict):
        return {name: filled(value, ids) for name, value in terms.items()}
    if isinstance(terms, list):
        return [filled(value, ids) for value in terms]
    return ids.get(terms, terms) if isinstance(terms, str) else terms


class Cast:
    """Which row of the database is whom of the model."""

    rows: dict[Any, Any]

    def person(self, name: str, client: Client, status: str = "active") -> Person:
        person = Person(name, status)
        self.rows[person] = client.pk
        return person

    def client(self, person: Person) -> Client:
        return Client.objects.select_related("business").get(pk=self.rows[person])

    def order(self, sale: Sale) -> Order:
        return Order.objects.select_related("business", "client").get(pk=self.rows[id(sale)])

    def referral(self, tie: Tie) -> Referral:
        return Referral.objects.select_related("business", "friend", "ambassador").get(pk=self.rows[tie])

    def reward(self, tie: Tie, gift: Gift) -> Reward:
        milestone = "set" if gift.is_set else str(gift.step)
        mine = Reward.objects.filter(source_id=self.rows[tie], side=gift.side, milestone=milestone)
        return mine.select_related("business", "client").get()
