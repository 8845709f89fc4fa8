"""Marketing ▸ Referrals ▸ Review, and an ambassador's trust (UX 16, R-289, CASES 78, 79)."""

from typing import Any

from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of
from plusone.referrals.commands import register_friend
from plusone.referrals.models import DoubtCase, Referral
from plusone.rewards.models import Reward
from world import NOON, later, launch

from .pages import text_of


def at(gym: Business, name: str, *args: str) -> str:
    return reverse(f"b:{name}", args=[gym.slug, *args])


def doubtful(ana: Client, first_name: str) -> Referral:
    return register_friend(
        ana.business, ana, first_name=first_name, email=f"{first_name}@mailinator.com".lower(), actor="public", now=NOON
    ).referral


def test_evidence_and_decision_stand_on_one_screen(
    gym: Business, ana: Client, olga: Browser, desk: Browser, django_assert_max_num_queries: Any
) -> None:
    """UX 16, FRA-14: plain words, one press decides for all of a case, who comes second reads what was decided."""
    launch(gym)
    assert "Nothing needs a look" in text_of(olga.get(at(gym, "review")))
    ben = doubtful(ana, "Ben")
    activate(ben.friend, actor="user:1", now=NOON)
    with django_assert_max_num_queries(12):
        olga.get(at(gym, "review"))
    doubtful(ana, "Eva")
    doubtful(ana, "Tom")
    with django_assert_max_num_queries(12):
        page = olga.get(at(gym, "review"))
    said = text_of(page)
    assert "Ana López recommended Ben" in said
    assert "The e-mail address is of a service that hands out mailboxes for some minutes." in said
    assert "Ana López: €15.00 of balance (Awaiting approval)" in said
    assert "3 recommendations, one decision" in said
    html = page.content.decode()
    assert 'data-key="a"' in html
    assert 'data-key="r"' in html
    decide = at(gym, "review_decide", DoubtCase.objects.get().public_id)
    assert "Approved: it counts" in text_of(olga.post(decide, {"act": "approve", "note": "called them"}, follow=True))
    assert balance_of(gym, ana.pk, now=later(1)).available == 1500
    second = text_of(desk.post(decide, {"act": "reject"}, follow=True))
    assert "olga@vela.example decided this before you: Approved." in second
    assert balance_of(gym, ana.pk, now=later(1)).available == 1500
    assert not Referral.objects.filter(flagged=True).exists()
    assert set(Reward.objects.values_list("state", flat=True)) == {"granted", "promised"}


def test_an_ambassador_is_trusted_blocked_and_treated_like_everybody_again(
    gym: Business, ana: Client, olga: Browser, desk: Browser
) -> None:
    """CASES 78, 79: shown on their page, with who it is for and the way back; the front desk decides nothing here."""
    launch(gym)
    stand, page = at(gym, "ambassador_standing", ana.public_id), at(gym, "ambassador", ana.public_id)
    assert desk.post(stand, {"act": "trust"}).status_code == 404
    olga.post(stand, {"act": "trust", "note": "from the first day"})
    said = text_of(olga.get(page))
    assert "Trusted since" in said
    assert "Note: from the first day" in said
    assert doubtful(ana, "Ben").flagged is False
    olga.post(stand, {"act": "restore"})
    assert "Treated like everybody" in text_of(olga.get(page))
    olga.post(stand, {"act": "block"})
    assert Browser().get(f"/r/{ana.code}").status_code == 410
    assert Browser().get(f"/join/{ana.code}").status_code == 410
    olga.post(stand, {"act": "restore"})
    assert Browser().get(f"/r/{ana.code}").status_code == 302
