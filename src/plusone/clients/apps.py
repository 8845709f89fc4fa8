"""The clients room."""

from plusone.kernel.apps import RoomConfig


class ClientsConfig(RoomConfig):
    """The client book."""

    name = "plusone.clients"
    label = "clients"
