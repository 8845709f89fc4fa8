"""The one way to extend the product: a named, typed catalogue that rooms add classes to."""

from collections.abc import Iterator


class Registry[T]:
    """A catalogue of classes by their `name`. Use it as a decorator; a second class of the same name is a bug."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._items: dict[str, T] = {}

    def __call__[C](self, item: C) -> C:
        """Register a class."""
        name = str(item.name)  # type: ignore[attr-defined]  # every registered class carries a `name`
        assert name not in self._items, f"two {self.kind}s are called {name!r}"
        assert item.__doc__, f"{self.kind} {name!r} has no docstring: it is its help text"
        self._items[name] = item  # type: ignore[assignment]  # C is a T by the registry's own use
        return item

    def __getitem__(self, name: str) -> T:
        return self._items[name]

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[T]:
        return iter(self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def get(self, name: str) -> T | None:
        """Return the class called `name`, or None."""
        return self._items.get(name)

    def names(self) -> list[str]:
        """Return all names, sorted."""
        return sorted(self._items)
