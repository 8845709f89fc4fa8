"""That the figures of the demo say what its rows say."""

from datetime import datetime

from plusone.clients.models import Client
from plusone.insights.queries import ambassadors, impact
from plusone.kernel.models import Business
from plusone.ledger.queries import balances_of, outstanding
from plusone.referrals.models import Referral
from plusone.store.models import Payment, Refund
from plusone.store.queries import income_by_month


def disagreements(business: Business, now: datetime) -> list[str]:
    """Return the figures that two ways of reckoning tell differently; none, when all is right."""
    told, ranking = impact(business, now=now), ambassadors(business, with_team=True, now=now)
    friends = set(
        Referral.objects.filter(business=business, activated_at__isnull=False).values_list("friend_id", flat=True)
    )
    paid = list(Payment.objects.filter(business=business).values_list("client_id", "amount"))
    back = list(Refund.objects.filter(business=business).values_list("client_id", "to_method"))
    balances = balances_of(
        business, list(Client.objects.filter(business=business).values_list("pk", flat=True)), now=now
    )
    pairs = {
        "registered leads": (told.registered_leads, sum(one.total_leads for one in ranking)),
        "activated clients": (told.activated_clients.total, sum(one.total_active for one in ranking)),
        "generated income": (
            told.generated_income,
            sum(amount for client, amount in paid if client in friends)
            - sum(amount for client, amount in back if client in friends),
        ),
        "income by month": (
            sum(net for _month, _in, _out, net in income_by_month(business)),
            sum(amount for _client, amount in paid) - sum(amount for _client, amount in back),
        ),
        "outstanding balance": (outstanding(business, now=now), sum(one.available for one in balances.values())),
        "outstanding balance of the overview": (told.outstanding_balance, outstanding(business, now=now)),
    }
    return [f"{name}: {one} and {other}" for name, (one, other) in pairs.items() if one != other]
