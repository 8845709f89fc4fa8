"""The store room."""

from plusone.kernel.apps import RoomConfig


class StoreConfig(RoomConfig):
    """Products, orders, payments and refunds."""

    name = "plusone.store"
    label = "store"
