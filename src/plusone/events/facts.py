"""What can happen: the base of all facts and their registry.

A room declares its facts in its own `events.py`:

    @facts
    @dataclass(frozen=True, kw_only=True)
    class OrderPaid(Fact):
        '''An order was paid: with money, with balance, or with both.'''

        name: ClassVar[str] = "order.paid"
        says: ClassVar[str | Promise] = _("An order was paid")

        order: int
        total: int

The trigger list of the rule builder, the timeline of a client, the webhooks and the API's pages read this registry.
"""

import dataclasses
import re
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

from django.utils.functional import Promise

from plusone.kernel.registry import Registry

_NAME = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")
_SCALARS = (int, str, bool)
# People are told apart by id, so that erasing somebody touches no history. A number called `message` is such an id.
_PERSONAL = re.compile(r"(^|_)(names?|e?mails?|phones?|address(es)?|birth\w*)($|_)")
_FREE_TEXT = re.compile(r"(^|_)(notes?|texts?|messages?|comments?)($|_)")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fact:
    """Base of all facts. Fields hold ids, amounts and codes; never names, e-mails, phones or free text."""

    name: ClassVar[str]
    says: ClassVar[str | Promise]

    def data(self) -> dict[str, Any]:
        """The fields, fit for JSON."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """The fact from a stored row, also from one written before a field was added or taken away."""
        known = {field.name: data.get(field.name, _default(field)) for field in dataclasses.fields(cls)}
        return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in known.items()})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Changed(Fact):
    """Base of facts about an edit. `open_fields` name what is no personal data, `before` and `after` its values."""

    open_fields: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def moved(names: Iterable[str], row: Any, changes: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return for a `Changed` fact what of these fields changes in a row: call it before the row is written."""
    found = tuple(name for name in names if name in changes and getattr(row, name) != changes[name])
    values = [(_plain(getattr(row, name)), _plain(changes[name])) for name in found]
    return {"open_fields": found, "before": tuple(old for old, _ in values), "after": tuple(new for _, new in values)}


def _plain(value: Any) -> str:
    return "yes" if value is True else "no" if value is False else str(value)


class Facts(Registry[type[Fact]]):
    """The registry of facts. Refuses one that could carry personal data or could not be stored."""

    def __call__[C](self, item: C) -> C:
        """Register a fact class, after checking its name, its help text and its fields."""
        assert isinstance(item, type), f"{item} is no class"
        assert issubclass(item, Fact), f"{item} is no fact"
        assert "__dataclass_fields__" in vars(item), f"{item} is no dataclass"
        label = f"{item.__module__}.{item.__qualname__}"
        assert _NAME.fullmatch(item.name), f"{label} is called {item.name!r}, which is not noun.verb"
        # A dataclass without a docstring gets its signature for one.
        assert not str(item.__doc__).startswith(f"{item.__name__}("), f"{label} has no docstring: its help text"
        for name, kind in _kinds(item).items():
            sounds = _PERSONAL.search(name) or (_holds_text(kind) and _FREE_TEXT.search(name))
            assert not sounds, f"{label}.{name} sounds like personal data: store an id or a code"
            assert _is_storable(kind), (
                f"{label}.{name} must be an int, a str, a bool, None or a tuple of them, not {kind}"
            )
        return super().__call__(item)


facts = Facts("fact")


def fields_of(fact: type[Fact]) -> dict[str, str]:
    """Name and kind (`int`, `str`, `bool`, `list`) of each field: for the rule builder and the documentation."""
    kinds: dict[str, str] = {}
    for name, kind in _kinds(fact).items():
        first = next(option for option in _options(kind) if option is not type(None))
        kinds[name] = "list" if typing.get_origin(first) is tuple else first.__name__
    return kinds


def _kinds(fact: type[Fact]) -> dict[str, Any]:
    hints = typing.get_type_hints(fact)
    return {field.name: hints[field.name] for field in dataclasses.fields(fact)}


def _default(field: dataclasses.Field[Any]) -> Any:
    return None if field.default is dataclasses.MISSING else field.default


def _options(kind: Any) -> tuple[Any, ...]:
    return typing.get_args(kind) if typing.get_origin(kind) in (types.UnionType, typing.Union) else (kind,)


def _holds_text(kind: Any) -> bool:
    return any(option is str or str in typing.get_args(option) for option in _options(kind))


def _is_storable(kind: Any) -> bool:
    return all(
        option in (*_SCALARS, type(None))
        or (typing.get_origin(option) is tuple and set(typing.get_args(option)) <= {*_SCALARS, ...})
        for option in _options(kind)
    )
