"""The words rules are written in. A room adds its own in `automation.py`, one class each:

@fields
class ClientStatus(Field):
    '''Where the client stands: lead, active, archived.'''

    name, label, kind = "client.status", _("Status of the client"), "str"

    def value(self, moment: Moment) -> str: ...

@whos
class Ambassador(Who):
    '''Who recommended the client that the event is about.'''

    name, label = "ambassador", _("The ambassador")

    def people(self, moment: Moment) -> list[Person]: ...

@actions
class GrantReward(Action):
    '''Gives a reward.'''

    name, label, params = "grant_reward", _("Give a reward"), ("amount",)

    def do(self, moment: Moment, person: Person, *, amount: int) -> None:
        grant(..., key=f"{moment.key}:{person}", now=moment.now)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.events.facts import Fact, facts, fields_of
from plusone.events.models import Event
from plusone.kernel.models import Business
from plusone.kernel.registry import Registry


class UnknownWord(LookupError):
    """A rule uses a word that nothing declares: a field, operator, action or who of a room that has gone."""


@dataclass(frozen=True)
class Person:
    """Somebody an action is aimed at: a client of the business, or a user who works there."""

    client: int | None = None
    user: int | None = None

    def __post_init__(self) -> None:
        assert (self.client is None) != (self.user is None), "a person is a client or a user"

    def __str__(self) -> str:
        return f"client:{self.client}" if self.client is not None else f"user:{self.user}"


@dataclass(frozen=True)
class Moment:
    """What fields, whos and actions may look at. `key` names this step of this run, the same when it is retried."""

    business: Business
    event: Event
    now: datetime
    key: str = ""

    @property
    def fact(self) -> Fact:
        """What happened."""
        return self.event.fact


class Field:
    """Something a condition can ask about. `kind` (`int`, `str`, `bool`, `list`) decides which operators fit."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    kind: ClassVar[str]

    def value(self, moment: Moment) -> Any:
        """Return what it is now; None where there is none."""
        raise NotImplementedError


class Operator:
    """A comparison. One that finds None on the left does not hold, unless it says otherwise."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    kinds: ClassVar[frozenset[str]]

    def holds(self, value: Any, wanted: Any) -> bool:
        """Say whether it holds between what is and what the rule wants."""
        raise NotImplementedError


class Who:
    """Somebody, or several, that an action can be aimed at."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]

    def people(self, moment: Moment) -> Iterable[Person]:
        """Return them, each once; empty where there is nobody, and then nothing is done."""
        raise NotImplementedError


class Action:
    """Something a rule can do. `params` are the settings a rule may give it."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    params: ClassVar[tuple[str, ...]] = ()

    def do(self, moment: Moment, person: Person, **params: Any) -> None:
        """Do it, inside the step's transaction: all that it writes is there exactly once, or the step is tried again.

        What leaves the house must not be done here but be written down and sent after the commit. Raise Refused where
        trying again cannot help.
        """
        raise NotImplementedError

    def faults(self, params: Mapping[str, Any]) -> list[str]:
        """What is wrong with these settings, whose names are known to fit."""
        return []


fields: Registry[type[Field]] = Registry("field")
operators: Registry[type[Operator]] = Registry("operator")
whos: Registry[type[Who]] = Registry("who")
actions: Registry[type[Action]] = Registry("action")


@dataclass(frozen=True)
class Condition:
    """IF: one field compared with one value. `event.<field>` reads the fact itself, other names a registered field."""

    field: str
    operator: str
    value: Any

    def holds(self, moment: Moment) -> bool:
        """Ask it now."""
        return self._operator()().holds(self._value(moment), self.value)

    def faults(self, when: str) -> list[str]:
        """What keeps it from being asked at that fact."""
        if self.operator not in operators:
            return [f"no operator is called {self.operator!r}"]
        prefix, _dot, rest = self.field.partition(".")
        if prefix == "event":
            kind = fields_of(facts[when]).get(rest) if when in facts else None
        else:
            kind = fields[self.field].kind if self.field in fields else None
        if kind is None:
            return [f"no field is called {self.field!r}"]
        return [] if kind in operators[self.operator].kinds else [f"{self.operator!r} does not fit {self.field!r}"]

    def _operator(self) -> type[Operator]:
        if self.operator not in operators:
            raise UnknownWord(self.operator)
        return operators[self.operator]

    def _value(self, moment: Moment) -> Any:
        prefix, _dot, rest = self.field.partition(".")
        if prefix == "event":
            if rest not in fields_of(type(moment.fact)):
                raise UnknownWord(self.field)
            return getattr(moment.fact, rest)
        if self.field not in fields:
            raise UnknownWord(self.field)
        return fields[self.field]().value(moment)


class Step:
    """DO … TO: one action, whom it is aimed at, and the action's settings."""

    def __init__(self, do: str, *, to: str = "client", **params: Any) -> None:
        self.do = do
        self.to = to
        self.params = params

    def written(self) -> dict[str, Any]:
        """The step as a rule's row keeps it; `Step(**written)` reads it back."""
        return {"do": self.do, "to": self.to, **self.params}

    def act(self, moment: Moment) -> None:
        """Do it to everyone it is aimed at."""
        if self.do not in actions or self.to not in whos:
            raise UnknownWord(self.do if self.do not in actions else self.to)
        action = actions[self.do]()
        for person in whos[self.to]().people(moment):
            action.do(moment, person, **self.params)

    def faults(self) -> list[str]:
        """What keeps it from being done."""
        if self.do not in actions:
            return [f"no action is called {self.do!r}"]
        action = actions[self.do]
        wrong = [] if self.to in whos else [f"nobody is called {self.to!r}"]
        wrong += [f"{self.do!r} has no {name!r}" for name in self.params if name not in action.params]
        return wrong or action().faults(self.params)


@operators
class Is(Operator):
    """Equal; holds for None too."""

    name, label, kinds = "is", _("is"), frozenset({"int", "str", "bool"})

    def holds(self, value: Any, wanted: Any) -> bool:
        """Compare."""
        return bool(value == wanted)


@operators
class IsNot(Operator):
    """Not equal; holds for None too."""

    name, label, kinds = "is_not", _("is not"), frozenset({"int", "str", "bool"})

    def holds(self, value: Any, wanted: Any) -> bool:
        """Compare."""
        return bool(value != wanted)


@operators
class IsOneOf(Operator):
    """Equal to one of a list."""

    name, label, kinds = "is_one_of", _("is one of"), frozenset({"int", "str"})

    def holds(self, value: Any, wanted: Any) -> bool:
        """Look it up."""
        return value in wanted


@operators
class AtLeast(Operator):
    """As much or more."""

    name, label, kinds = "at_least", _("is at least"), frozenset({"int"})

    def holds(self, value: Any, wanted: Any) -> bool:
        """Compare."""
        return value is not None and bool(value >= wanted)


@operators
class AtMost(Operator):
    """As much or less."""

    name, label, kinds = "at_most", _("is at most"), frozenset({"int"})

    def holds(self, value: Any, wanted: Any) -> bool:
        """Compare."""
        return value is not None and bool(value <= wanted)


@operators
class Contains(Operator):
    """A list that has this in it."""

    name, label, kinds = "contains", _("contains"), frozenset({"list"})

    def holds(self, value: Any, wanted: Any) -> bool:
        """Look it up."""
        return value is not None and wanted in value
