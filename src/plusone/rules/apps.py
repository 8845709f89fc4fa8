"""WHEN something happens, IF it fits, DO something TO somebody."""

from plusone.kernel.apps import RoomConfig


class Config(RoomConfig):
    """The rules room."""

    name = "plusone.rules"
    label = "rules"
