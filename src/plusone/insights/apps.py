"""The insights room."""

from plusone.kernel.apps import RoomConfig


class InsightsConfig(RoomConfig):
    """Figures with their definitions, rankings and goals."""

    name = "plusone.insights"
    label = "insights"
