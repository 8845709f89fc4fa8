import time

import pytest
from django.core.exceptions import ImproperlyConfigured

from plusone.kernel import faults


def order(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(faults, "_orders", faults.read(text.split(",")))


def test_nothing_happens_without_an_order() -> None:
    assert faults.hit("smtp") is False


def test_what_is_ordered_happens_there_and_only_there(monkeypatch: pytest.MonkeyPatch) -> None:
    order(monkeypatch, "smtp:drop,rule.email:raise,ledger.checked:sleep=50")
    assert faults.hit("smtp") is True
    assert faults.hit("elsewhere") is False
    with pytest.raises(faults.Fault, match=r"rule\.email"):
        faults.hit("rule.email")
    before = time.monotonic()
    assert faults.hit("ledger.checked") is False
    assert time.monotonic() - before >= 0.05


def test_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    order(monkeypatch, "never:drop:0,always:drop:1,sometimes:drop:0.5")
    assert not any(faults.hit("never") for _ in range(100))
    assert all(faults.hit("always") for _ in range(100))
    assert 10 < sum(faults.hit("sometimes") for _ in range(100)) < 90


@pytest.mark.parametrize("text", ["smtp", "smtp:explode", "smtp:drop:often", ":raise", "x:sleep=long"])
def test_an_unreadable_order_is_refused(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="PLUSONE_FAULTS"):
        faults.read([text])
