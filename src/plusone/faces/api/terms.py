"""What a reward's terms look like: one shape for all kinds, made of what each kind asks for."""

from typing import Annotated, Any, Literal, TypeAlias, Union

from pydantic import Field, Strict, create_model

from plusone.rewards.types import types

from .fields import NO_CONTROL, Body, Found, Positive, Reference

SHAPES: dict[str, Any] = {
    "money": Positive,
    "percent": Annotated[float, Strict(), Field(gt=0, le=100)],
    "days": Annotated[int, Strict(), Field(ge=1, le=3650)],
    "text": Annotated[str, Strict(), Field(max_length=120, pattern=NO_CONTROL)],
    "product": Reference,
    "membership": Reference,
    "count": Annotated[int, Strict(), Field(ge=1, le=3650)],
}
OUT: dict[str, Any] = {"money": int, "percent": float, "days": int, "count": int}


def _takers() -> dict[str, tuple[str, list[str]]]:
    """Return each input's sort, and the kinds that take it."""
    found: dict[str, tuple[str, list[str]]] = {}
    for kind in types:
        for wanted in kind.inputs:
            found.setdefault(wanted.name, (wanted.kind, []))[1].append(kind.name)
    return found


TAKERS = _takers()
KIND = Literal[tuple(types.names())]  # type: ignore[valid-type]  # the room's own list

RewardTermsIn = create_model(
    "RewardTermsIn",
    __base__=Body,
    __doc__="What somebody receives. Each kind takes some of the fields; the others are ignored.",
    kind=(KIND, ...),
    **{
        name: (Annotated[SHAPES[sort] | None, Field(description=f"For: {', '.join(kinds)}.")], None)
        for name, (sort, kinds) in TAKERS.items()
    },
)  # type: ignore[call-overload]  # fields made from the room's own list

# One shape for each kind, with its own fields alone.
OUTS = [
    create_model(
        f"{kind.__name__}RewardOut",
        __base__=Found,
        __doc__=kind.__doc__,
        kind=(Literal[kind.name], ...),
        **{wanted.name: (OUT.get(wanted.kind, str) | None, ...) for wanted in kind.inputs},
    )  # type: ignore[call-overload]  # see above
    for kind in types
]
RewardTermsOut: TypeAlias = Annotated[Union[tuple(OUTS)], Field(discriminator="kind")]  # type: ignore[valid-type]  # noqa: UP007, UP040  # made of a list


def show_terms(params: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a reward of an offer as the API shows it."""
    return {**{wanted.name: None for wanted in types[params["kind"]].inputs}, **params} if params else None
