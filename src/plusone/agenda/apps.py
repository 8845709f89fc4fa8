"""The agenda room."""

from plusone.kernel.apps import RoomConfig


class AgendaConfig(RoomConfig):
    """Visits: attended or missed."""

    name = "plusone.agenda"
    label = "agenda"
