"""The story is told once a module, since telling it takes longer than any test of it."""

from typing import TYPE_CHECKING

from told import once_a_module

if TYPE_CHECKING:
    from insights.story import Story


def _tell() -> "Story":
    import world
    from insights.story import tell

    return tell(world.open_gym().business)


_told, story = once_a_module(_tell)
