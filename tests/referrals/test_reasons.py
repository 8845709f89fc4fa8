"""Every state and reason of a reward and of a recommendation has its words, for staff and for the client (R-290)."""

import ast
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy

import plusone
from plusone.clients.commands import activate, archive, reactivate
from plusone.clients.models import Client
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Business
from plusone.referrals import capped, catalogue, reasons
from plusone.referrals.commands import reject_referral
from plusone.referrals.doubt import signs
from plusone.referrals.models import Referral
from plusone.referrals.progress import friends_of
from plusone.referrals.queries import events_of
from plusone.rewards.commands import approve, decline, forget_notes
from plusone.rewards.models import Reward
from plusone.store.commands import cancel, close_dispute, dispute, place_order, withdraw_coupon
from plusone.store.models import Coupon, Order, Product
from world import EUR10, NOON, add_client, bring, later, launch, sell

LANGUAGES = ("en", "es", "fr")
KEPT = {
    ("revoked", "part"): reasons.KEPT_PART,
    ("revoked", "all"): reasons.KEPT_ALL,
    ("revoked", "owed"): reasons.OWED,
    ("revoked", "owed all"): reasons.OWED_ALL,
    ("granted", "kept"): reasons.REDUCED_KEPT,
    ("granted", "owed"): reasons.REDUCED_OWED,
    **{("capped", limit): words for limit, words in capped.BY_LIMIT.items()},
    **{("granted", name): words for name, words in vars(catalogue).items() if name.startswith("HAND_")},
}


def test_no_state_and_no_reason_is_without_words_in_any_language() -> None:
    """CONTRACT, States: a sentence and a next step, each for staff and for the client, in three languages."""
    assert {state for state, reason in reasons.REWARDS if not reason} == set(Reward.State)
    told = {reason for _state, reason in reasons.REWARDS if reason}
    fallbacks = {Reward.Reason.HOLD, Reward.Reason.DECLINED}  # one state each, whose own words say it
    assert told | fallbacks == set(Reward.Reason)
    assert {state for state, reason in reasons.REFERRALS if not reason} == set(Referral.State)
    beside = {reasons.FLAGGED, reasons.PUT_ASIDE}
    assert {reason for _state, reason in reasons.REFERRALS if reason} == {*Referral.Reason, *beside}
    for where, words in {**reasons.REWARDS, **reasons.REFERRALS, **KEPT}.items():
        for text in vars(words).values():
            in_three_languages(text, where)


# States that nothing dates: what they wait for has not come yet. Their last moment stands with the progress.
UNDATED = {Reward.State.PROMISED, Reward.State.AWAITING_APPROVAL}


def in_three_languages(text: object, where: object) -> None:
    """Fail where a text is missing in a language."""
    said = []
    for language in LANGUAGES:
        with translation.override(language):
            said.append(str(text))
    assert all(said), where
    assert len(set(said)) == len(LANGUAGES), (where, said)


def test_every_reason_has_its_date() -> None:
    """R-290: whatever happened on a day says on which, to staff and to the client."""
    for (state, reason), words in {**reasons.REWARDS, **reasons.REFERRALS, **KEPT}.items():
        for sentence in (words.staff, words.client):
            assert ("%(day)s" in str(sentence)) is (state not in UNDATED), (state, reason, sentence)


def test_every_sign_of_doubt_has_its_evidence_and_a_next_step(gym: Business, ana: Client) -> None:
    """R-289: what was noticed, in a sentence, and what a person can do to find out, in three languages; the page shows
    since when."""
    launch(gym)
    ben = bring(ana, "Ben")
    for sign in signs:
        assert sign.__doc__, sign
        in_three_languages(sign.label, sign.name)
        in_three_languages(sign.advice, sign.name)
        said = []
        for language in LANGUAGES:
            with translation.override(language):
                said.append(sign().says(ben, {"people": 3, "number": 20, "ad": "gclid"}))
        assert len(set(said)) == len(LANGUAGES), (sign.name, said)
        assert all(sentence.endswith(".") for sentence in said), said


def test_staff_are_told_to_bring_a_friend_back_before_activating(gym: Business, ana: Client) -> None:
    """R-290, 4.1: an archived lead cannot be activated, so the next step is another one; the client is told no more."""
    launch(gym)
    ben = bring(ana, "Ben")
    before = reasons.tell_referral(ben, to="client")
    archive(ben.friend, actor="user:1", now=later(1))
    ben = Referral.objects.get(pk=ben.pk)
    with pytest.raises(Refused):
        activate(ben.friend, actor="user:1", now=later(2))
    told = reasons.tell_referral(ben, to="staff")
    assert "put aside" in told.sentence
    assert "bring them back first" in told.next
    assert reasons.tell_referral(ben, to="client") == before
    reactivate(ben.friend, actor="user:1", now=later(2))
    assert "activate Ben" in reasons.tell_referral(Referral.objects.get(pk=ben.pk), to="staff").next


def refusals(room: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield every place where a room's commands say no to a person, save to a field that is filled in wrongly."""
    for path in sorted((SOURCE / room).rglob("commands*/**/*.py")) + sorted((SOURCE / room).glob("commands.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NOES:
                yield f"{path.relative_to(SOURCE)}:{node.lineno}", node


def kinds_of(kind: type[Refused]) -> Iterator[type[Refused]]:
    for one in kind.__subclasses__():
        yield one
        yield from kinds_of(one)


SOURCE = Path(plusone.__path__[0])
NOES = {kind.__name__ for kind in [Refused, *kinds_of(Refused)] if not issubclass(kind, Invalid)}
BY_CLASS = {"CouponRefused"}  # which says its next step itself, see below
# What another rule of the same terms says, one sentence each, walked by its own test.
BY_RULE = {"referrals/commands/upgrading.py"}


def test_no_refusal_leaves_its_reader_alone() -> None:
    """R-290, UX 12: every no of the loop (registering, coupons, disputes, refunds, decisions) is a sentence and what
    its reader can do about it: a next step, or the field to fill in; in three languages."""
    found = 0
    for room in ("referrals", "rewards", "store", "ledger", "agenda"):
        for where, call in refusals(room):
            texts = [
                (kind, node.args[0].value)
                for node in ast.walk(call)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args
                for kind in [node.func.id]
                if kind == "_" and isinstance(node.args[0], ast.Constant)
            ]
            named = {keyword.arg for keyword in call.keywords}
            assert texts or where.split(":")[0] in BY_RULE or "then" in named, where
            two_sentences = any(str(text).rstrip(".").count(". ") for _kind, text in texts)
            helps = named & {"then", "field"} or two_sentences or call.func.id in BY_CLASS  # type: ignore[attr-defined]
            assert helps or where.split(":")[0] in BY_RULE, (where, texts)
            for _kind, text in texts:
                in_three_languages(gettext_lazy(str(text)), where)
            found += 1
    assert found > 45


def test_what_is_refused_says_its_day_and_the_next_step(gym: Business, ana: Client, bono: Product) -> None:
    """R-290, R-254: an existing friend, somebody else's friend, a used, withdrawn or expired coupon, a dispute that has
    ended: since when, and what now."""
    launch(gym, friend={"kind": "coupon", "amount": 700, "valid_days": 10})
    marta, carla = add_client(gym, "Marta"), add_client(gym, "Carla", email="carla@clients.example")
    ben = bring(ana, "Ben").friend
    coupon = Coupon.objects.get()
    told = []

    def refused(act: Callable[[], object]) -> None:
        with pytest.raises(Refused) as no:
            act()
        told.append((no.value.code, no.value.told))

    def order(days: int) -> Order:
        return place_order(gym, ben, [(bono, 1)], coupon=coupon.code, actor="user:1", now=later(days))

    refused(lambda: bring(marta, "Ben"))
    refused(lambda: bring(ana, "Carla", email=str(carla.email)))
    refused(lambda: order(11))
    first = order(1)
    refused(lambda: order(2))
    cancel(first, actor="user:1", now=later(2))
    withdraw_coupon(coupon, actor="user:1", now=later(3))
    refused(lambda: order(4))
    sold = sell(carla, bono)
    refused(lambda: close_dispute(sold, "won", actor="user:1", now=NOON))
    dispute(sold, actor="user:1", now=later(1))
    close_dispute(sold, "won", actor="user:1", now=later(2))
    refused(lambda: close_dispute(sold, "lost", actor="user:1", now=later(3)))
    another = "Choose another one, or order without a coupon."
    first_one = "If that is wrong, reject the first recommendation; then the friend may get another ambassador."
    afterwards = "Say afterwards who recommended them, until 72 hours after the first payment."
    assert dict(told) == {
        "already_referred": f"Somebody else recommended this person on Mar 10, 2026. {first_one}",
        "existing_client": f"This person is a client since Mar 10, 2026. {afterwards}",
        "coupon_expired": f"This coupon could be used until Mar 19, 2026. {another}",
        "coupon_used": f"This coupon was used on Mar 11, 2026, with order {first.number}. {another}",
        "coupon_withdrawn": f"This coupon was withdrawn on Mar 13, 2026. {another}",
        "not_disputed": "This order is not disputed. Mark its payment as disputed first, if the bank says so.",
        "dispute_closed": "This dispute was won on Mar 12, 2026. "
        "If that was wrong, refund the order or adjust the balance.",
    }


def test_a_reward_says_why_and_until_when(gym: Business, ana: Client) -> None:
    """CASES 53, UX 12: one sentence, one date, one next step, for each reader."""
    launch(gym, hold_days=14, friend=EUR10, friend_reward_on="qualified", approval="manual")
    ben = bring(ana, "Ben")

    activate(ben.friend, actor="user:1", now=NOON)
    mine, his = (Reward.objects.select_related("business", "client").get(side=s) for s in ("ambassador", "friend"))
    told = reasons.tell_reward(mine, to="staff")
    assert told.sentence == "€15.00 of balance for Ana López is in its verification period until Mar 24, 2026."
    assert told.next == "It is given by itself on that day, unless the purchase is refunded before."
    assert told.at == mine.available_at
    assert reasons.tell_reward(his, to="client").sentence == (
        "Studio Vela confirms each reward by hand, and €10.00 of balance is waiting for that."
    )


def test_what_was_declined_is_told_kindly_and_may_be_given_after_all(gym: Business, ana: Client) -> None:
    """CASES 61: the client reads why and whom to ask; the trail keeps both decisions."""
    launch(gym, approval="manual")
    ben = bring(ana, "Ben")

    activate(ben.friend, actor="user:1", now=NOON)
    reward = Reward.objects.select_related("business", "client").get()
    decline(reward, note="same flat", actor="user:1", now=NOON)
    shown = friends_of(ana, most=9, now=NOON).shown[0]
    assert shown.state == "ineligible"
    assert shown.sentence == (
        "Studio Vela looked at €15.00 of balance on Mar 10, 2026 and did not give it. "
        "If you think this is wrong, write to Studio Vela."
    )
    approve(reward, note="they live next door", actor="user:1", now=NOON + timedelta(days=1))
    reward.refresh_from_db()
    assert (reward.note, reward.declined_note) == ("they live next door", "same flat")
    forget_notes(ana)
    reward.refresh_from_db()
    assert (reward.note, reward.declined_note) == ("", "")

    names = list(events_of(ben, [reward]).values_list("name", flat=True))
    assert [name for name in names if name in ("reward.declined", "reward.granted")] == [
        "reward.granted",
        "reward.declined",
    ]


def test_a_rejected_recommendation_says_so_on_both_sides(gym: Business, ana: Client) -> None:
    """R-282: the ambassador reads that it was not accepted, never a bare code."""
    launch(gym)
    ben = bring(ana, "Ben")
    reject_referral(ben, note="two accounts", actor="user:1", now=NOON)
    reward = Reward.objects.select_related("business", "client").get()
    assert (reward.state, reward.reason) == ("lapsed", "declined")
    assert reasons.tell_reward(reward, to="client").sentence == (
        "You do not receive €15.00 of balance: on Mar 10, 2026 Studio Vela did not accept this recommendation."
    )
    shown = friends_of(ana, most=9, now=NOON).shown[0]
    assert shown.sentence == (
        "On Mar 10, 2026 Studio Vela did not accept this recommendation. "
        "If you think this is wrong, write to Studio Vela."
    )
