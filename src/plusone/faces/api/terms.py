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
    "running": Literal["extend", "queue", "convert", "once"],
}
OUT: dict[str, Any] = {"money": int, "percent": float, "days": int, "count": int}


def _takers() -> dict[str, tuple[str, list[str]]]:
    """Return each input's sort, and the kinds that take it."""
    found: dict[str, tuple[str, list[str]]] = {}
    for kind in types:
        for wanted in kind.inputs:
            found.setdefault(wanted.name, (wanted.kind, []))[1].append(kind.name)
    return found


def _has_options(name: str) -> bool:
    return any(wanted.kind == "options" for wanted in types[name].inputs)


TAKERS = _takers()
KIND = Literal[tuple(types.names())]  # type: ignore[valid-type]  # the room's own list


def _shape_in(name: str, kinds: Any, told: str, *, without: str = "") -> Any:
    """Return the shape of a reward as it is sent: every input of every kind, each optional."""
    return create_model(
        name,
        __base__=Body,
        __doc__=told,
        kind=(kinds, ...),
        **{
            name: (Annotated[SHAPES[sort] | None, Field(description=f"For: {', '.join(takers)}.")], None)
            for name, (sort, takers) in TAKERS.items()
            if sort != without
        },
    )  # type: ignore[call-overload]  # fields made from the room's own list


PLAIN = Literal[tuple(name for name in types.names() if not _has_options(name))]  # type: ignore[valid-type]  # see KIND
RewardOptionIn = _shape_in(
    "RewardOptionIn", PLAIN, "One of several rewards that a client may choose from.", without="options"
)
SHAPES["options"] = Annotated[list[RewardOptionIn], Field(min_length=2, max_length=4)]  # type: ignore[valid-type]  # see KIND
RewardTermsIn = _shape_in(
    "RewardTermsIn", KIND, "What somebody receives. Each kind takes some of the fields; the others are ignored."
)


# One shape for each kind, with its own fields alone.
def _shape_out(kind: Any) -> Any:
    return create_model(
        f"{kind.__name__}RewardOut",
        __base__=Found,
        __doc__=kind.__doc__,
        kind=(Literal[kind.name], ...),
        **{wanted.name: (OUT.get(wanted.kind, str) | None, ...) for wanted in kind.inputs},
    )  # type: ignore[call-overload]  # see above


OPTIONS = [_shape_out(kind) for kind in types if not _has_options(kind.name)]
OptionOut: TypeAlias = Annotated[Union[tuple(OPTIONS)], Field(discriminator="kind")]  # type: ignore[valid-type]  # noqa: UP007, UP040  # made of a list
OUT["options"] = list[OptionOut]
OUTS = [*OPTIONS, *(_shape_out(kind) for kind in types if _has_options(kind.name))]
RewardTermsOut: TypeAlias = Annotated[Union[tuple(OUTS)], Field(discriminator="kind")]  # type: ignore[valid-type]  # noqa: UP007, UP040  # made of a list


def show_terms(params: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a reward of an offer as the API shows it."""
    if not params:
        return None
    shown = {**{wanted.name: None for wanted in types[params["kind"]].inputs}, **params}
    if "options" in params:
        shown["options"] = [show_terms(option) for option in params["options"]]
    return shown
