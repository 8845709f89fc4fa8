"""The spine: what happened, to whom, because of what."""

from plusone.kernel.apps import RoomConfig


class Config(RoomConfig):
    """The events room."""

    name = "plusone.events"
    label = "events"
