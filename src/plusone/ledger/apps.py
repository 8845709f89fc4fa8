"""The ledger room."""

from plusone.kernel.apps import RoomConfig


class LedgerConfig(RoomConfig):
    """Accounts, transfers, lots and holds."""

    name = "plusone.ledger"
    label = "ledger"
