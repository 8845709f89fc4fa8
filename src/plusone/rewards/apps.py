"""The rewards room."""

from plusone.kernel.apps import RoomConfig


class RewardsConfig(RoomConfig):
    """Rewards and their own state machine."""

    name = "plusone.rewards"
    label = "rewards"
