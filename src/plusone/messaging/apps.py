"""Messages to clients and staff."""

from plusone.kernel.apps import RoomConfig


class MessagingConfig(RoomConfig):
    """The messaging room."""

    name = "plusone.messaging"
    label = "messaging"
