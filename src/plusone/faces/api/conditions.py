"""What a condition of an offer looks like: one shape for each, made of what each asks for."""

from typing import Annotated, Any, Literal, TypeAlias, Union

from pydantic import Field, Strict, create_model

from plusone.referrals.conditions import Condition, Input, conditions
from plusone.referrals.conditions.base import DAYS_MAX, TEXT_MAX

from .fields import ONE_LINE, Body, Found, Positive, Reference

SHAPES: dict[str, Any] = {
    "count": Annotated[int, Strict(), Field(ge=1, le=1000)],
    "money": Positive,
    "days": Annotated[int, Strict(), Field(ge=1, le=DAYS_MAX)],
    "membership": Reference,
    "text": Annotated[str, Strict(), Field(min_length=1, max_length=TEXT_MAX, pattern=ONE_LINE)],
}
OUT: dict[str, Any] = {"count": int, "money": int, "days": int}


def _shape(wanted: Input) -> Any:
    """Return the field of an input with its default: a type of membership may be left out."""
    return (SHAPES[wanted.kind], ...) if wanted.is_required else (SHAPES[wanted.kind] | None, None)


def _only(kind: type[Condition]) -> Any:
    return Literal[kind.name]


def _in(kind: type[Condition]) -> Any:
    return create_model(
        f"{kind.__name__}ConditionIn",
        __base__=Body,
        __doc__=kind.__doc__,
        kind=(_only(kind), ...),
        **{wanted.name: _shape(wanted) for wanted in kind.inputs},
    )


def _out(kind: type[Condition]) -> Any:
    return create_model(
        f"{kind.__name__}ConditionOut",
        __base__=Found,
        __doc__=kind.__doc__,
        kind=(_only(kind), ...),
        **{
            wanted.name: (OUT.get(wanted.kind, str) if wanted.is_required else OUT.get(wanted.kind, str) | None, ...)
            for wanted in kind.inputs
        },
    )  # type: ignore[call-overload]  # see above


INS = tuple(_in(kind) for kind in conditions)
OUTS = tuple(_out(kind) for kind in conditions)
ConditionIn: TypeAlias = Annotated[Union[INS], Field(discriminator="kind")]  # type: ignore[valid-type]  # noqa: UP007, UP040  # made of a list
ConditionOut: TypeAlias = Annotated[Union[OUTS], Field(discriminator="kind")]  # type: ignore[valid-type]  # noqa: UP007, UP040  # see above


def show_condition(params: dict[str, Any]) -> dict[str, Any]:
    """Return a condition of an offer as the API shows it."""
    return {**{wanted.name: None for wanted in conditions[params["kind"]].inputs}, **params}
