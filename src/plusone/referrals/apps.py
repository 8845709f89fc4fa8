"""The referrals room."""

from plusone.kernel.apps import RoomConfig


class ReferralsConfig(RoomConfig):
    """Campaigns, links, visits and who recommended whom."""

    name = "plusone.referrals"
    label = "referrals"
