"""The connect room."""

from plusone.kernel.apps import RoomConfig


class ConnectConfig(RoomConfig):
    """Businesses open here; keys, idempotency and imports."""

    name = "plusone.connect"
    label = "connect"
