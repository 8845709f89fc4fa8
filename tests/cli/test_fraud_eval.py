"""FRA-16: what is noticed of what is known to be fraud, and how many good people wait for it."""

import pytest

from plusone.faces.cli.fraud_eval import BARS, evaluate
from plusone.referrals.doubt import crowd, network
from plusone.referrals.models import DoubtCase


@pytest.mark.any_engine
@pytest.mark.slow
@pytest.mark.django_db
def test_fraud_is_noticed_and_families_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """FRA-16: the bars hold in a small set too, with smaller crowds; `plusone fraud-eval` tells of 5,000."""
    monkeypatch.setattr(crowd, "MOST", 7)
    monkeypatch.setattr(network, "MOST", 6)
    told = evaluate(160, seed=1, fraud_share=0.4)
    assert (told["referrals"], told["fraud"], told["missed_bars"]) == (160, 64, [])
    assert told["recall"] >= BARS["recall"]
    assert told["precision"] >= BARS["precision"]
    assert told["family_hold_rate"] <= BARS["family_hold_rate"]
    kinds = told["kinds"]
    assert all(kinds[name]["held"] == kinds[name]["refused"] == 0 for name in ("open_day", "flatmates", "colleagues"))
    assert kinds["coupon_site"]["held"] == kinds["coupon_site"]["number"] == 8
    assert DoubtCase.objects.filter(state="open").exists()
