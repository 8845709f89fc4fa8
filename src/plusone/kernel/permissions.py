"""What staff may do: one entry per permission, one set per role (R-223)."""

from django.utils.translation import gettext_lazy as _

PERMISSIONS = {
    "home.view": _("See the home page"),
    "clients.view": _("See clients"),
    "clients.all": _("See all clients, not only own ones"),
    "clients.assign": _("Say who looks after a client"),
    "clients.manage": _("Add and edit clients"),
    "clients.activate": _("Activate, archive and bring back clients"),
    "clients.delete": _("Delete clients for good"),
    "notes.all": _("Read the private notes of others"),
    "campaigns.view": _("See campaigns, leads and ambassadors"),
    "campaigns.manage": _("Set up campaigns"),
    "referrals.manage": _("Say who recommended a client, approve and reject"),
    "rewards.decide": _("Approve and decline rewards"),
    "insights.view": _("See figures"),
    "exports.make": _("Export data"),
    "store.view": _("See products and orders"),
    "store.manage": _("Set up products"),
    "orders.sell": _("Sell and take payments"),
    "orders.refund": _("Refund payments"),
    "visits.mark": _("Mark visits"),
    "balance.adjust": _("Adjust a client's balance"),
    "settings.manage": _("Change the business's settings"),
    "team.manage": _("Invite people to the team, change their roles, remove them"),
    "imports.run": _("Import data"),
}

ALL = frozenset(PERMISSIONS)
ROLES = {
    "owner": ALL,
    "manager": ALL - {"settings.manage", "team.manage", "notes.all"},
    "professional": frozenset({"home.view", "clients.view", "clients.manage", "campaigns.view", "visits.mark"}),
    "front_desk": frozenset(
        {
            "home.view",
            "clients.view",
            "clients.all",
            "clients.manage",
            "clients.activate",
            "campaigns.view",
            "store.view",
            "orders.sell",
            "visits.mark",
            "referrals.manage",
        }
    ),
}
ROLE_NAMES = {
    "owner": _("Owner"),
    "manager": _("Manager"),
    "professional": _("Professional"),
    "front_desk": _("Front desk"),
}

# What a role means, in one sentence.
ROLE_WORDS = {
    "owner": _("Sees and does everything."),
    "manager": _("Everything but settings, keys and the team."),
    "professional": _("Sees and edits own clients only; no money of the business."),
    "front_desk": _("All clients, sales and payments; no figures of the business."),
}


def allows(role: str, permission: str) -> bool:
    """Say whether a role holds a permission. An unknown permission is a bug."""
    assert permission in ALL, f"no such permission: {permission}"
    return permission in ROLES.get(role, frozenset())
