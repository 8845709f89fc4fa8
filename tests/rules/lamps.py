"""Words for rules, made for the tests of this room."""

import dataclasses
from typing import ClassVar

from plusone.events.facts import Fact
from plusone.kernel.models import Business
from plusone.rules.defaults import DefaultRule
from plusone.rules.vocabulary import Action, Field, Person, Step, Who


@dataclasses.dataclass(frozen=True, kw_only=True)
class LampLit(Fact):
    """Somebody lit a lamp; made for these tests."""

    name: ClassVar[str] = "lamp.lit"
    says: ClassVar[str] = "A lamp was lit"
    watts: int = 5


class Scribble(Action):
    """Appends its key, whom it was aimed at and a word to the business's address."""

    name, label, params = "scribble", "Scribble", ("word",)

    def do(self, moment, person, *, word=""):
        address = Business.objects.values_list("address", flat=True).get(pk=moment.business.pk)
        Business.objects.filter(pk=moment.business.pk).update(address=f"{address}[{moment.key} {person} {word}]")


class Break(Action):
    """Writes and then breaks, unless it has been mended."""

    name, label = "break", "Break"
    mended = False

    def do(self, moment, person):
        Scribble().do(moment, person, word="half done")
        if not Break.mended:
            raise ValueError("it broke")


class Everybody(Who):
    """Two people."""

    name, label = "both", "Both"

    def people(self, moment):
        return [Person(client=1), Person(user=2)]


class BusinessKind(Field):
    """What the business is."""

    name, label, kind = "business.kind", "Kind of business", "str"

    def value(self, moment):
        return moment.business.kind


class LightIsSeen(DefaultRule):
    """A lamp is noted; made for these tests."""

    name = "lamp.note"
    label = "Note a lamp"
    when = LampLit
    actions = (Step("scribble", word="seen"),)
