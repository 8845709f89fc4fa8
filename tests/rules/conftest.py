"""The words of lamps.py, in registries of one test alone."""

import pytest

from bare import gym, salon  # noqa: F401  # fixtures of this folder
from plusone.events.facts import facts
from plusone.rules.defaults import default_rules
from plusone.rules.vocabulary import actions, fields, whos
from rules.lamps import Break, BusinessKind, Everybody, LampLit, Scribble


@pytest.fixture
def words(monkeypatch):
    """Declare them; there are no default rules but those that a test declares."""
    for registry, items in (
        (facts, [LampLit]),
        (actions, [Scribble, Break]),
        (whos, [Everybody]),
        (fields, [BusinessKind]),
        (default_rules, []),
    ):
        monkeypatch.setattr(registry, "_items", {} if registry is default_rules else dict(registry._items))
        for item in items:
            registry(item)
    monkeypatch.setattr(Break, "mended", False)
