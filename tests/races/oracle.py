"""What must hold after any run, asked in plain SQL: the promises I1 to I8 of the trust plan, none of our own code.

Amounts are integers; each list is what breaks a promise, and has to be empty.
"""

from collections.abc import Callable
from typing import Any

from django.db import connection

PROMISES = {
    "I1 every transfer sums to zero": """SELECT transfer_id FROM ledger_entry
        GROUP BY transfer_id HAVING SUM(amount) <> 0""",
    "I1 every transfer has two sides": """SELECT t.id FROM ledger_transfer t
        WHERE (SELECT COUNT(*) FROM ledger_entry e WHERE e.transfer_id = t.id) <> 2""",
    "I2 the books of a business sum to zero": """SELECT business_id FROM ledger_entry
        GROUP BY business_id HAVING SUM(amount) <> 0""",
    "I3 a balance is the sum of its entries": """SELECT b.account_id FROM ledger_accountbalance b
        WHERE b.posted <> COALESCE((SELECT SUM(e.amount) FROM ledger_entry e WHERE e.account_id = b.account_id), 0)""",
    "I3 a balance is the sum of its lots": """SELECT b.account_id FROM ledger_accountbalance b
        WHERE b.posted <> COALESCE(
            (SELECT SUM(l.remaining) FROM ledger_lotbalance l WHERE l.account_id = b.account_id), 0)""",
    "I3 what is held is the sum of the open holds": """SELECT b.account_id FROM ledger_accountbalance b
        WHERE b.held <> COALESCE(
            (SELECT SUM(h.amount) FROM ledger_hold h WHERE h.account_id = b.account_id AND h.state = 'open'), 0)""",
    "I4 no balance is below zero": "SELECT account_id FROM ledger_accountbalance WHERE posted < held OR held < 0",
    "I4 no lot is below zero": "SELECT lot_id FROM ledger_lotbalance WHERE remaining < held OR held < 0",
    "I5 one reward for each referral and side": """SELECT source_id FROM rewards_reward
        GROUP BY business_id, source_kind, source_id, side, milestone HAVING COUNT(*) > 1""",
    "I5 a granted reward was posted once": """SELECT r.id FROM rewards_reward r WHERE r.kind = 'balance'
        AND (SELECT COUNT(*) FROM ledger_transfer t
             WHERE t.kind = 'earn' AND t.ref_kind = 'reward' AND t.ref_id = r.id)
            <> (CASE WHEN r.granted_at IS NULL THEN 0 ELSE 1 END)""",
    "I6 what an order used was posted once": """SELECT o.id FROM store_order o WHERE o.balance_used > 0
        AND o.paid_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_transfer t
            WHERE t.id = o.redemption_id AND t.amount = -o.balance_used
            AND t.ref_kind = 'order' AND t.ref_id = o.id)""",
    "I6 a redemption for an order has exactly that order": """SELECT t.id FROM ledger_transfer t
        WHERE t.kind = 'redeem' AND t.ref_kind = 'order'
        AND (SELECT COUNT(*) FROM store_order o WHERE o.redemption_id = t.id AND o.id = t.ref_id) <> 1""",
    "I6 nobody used more than they were given": """SELECT client_id FROM ledger_transfer
        GROUP BY business_id, client_id HAVING SUM(amount) < 0""",
    "I6 a refund is never more than was paid": """SELECT o.id FROM store_order o
        WHERE COALESCE((SELECT SUM(r.amount) FROM store_refund r WHERE r.order_id = o.id), 0)
            <> o.refunded_to_balance + o.refunded_to_method
        OR o.refunded_to_balance + o.refunded_to_method > o.total""",
    "I6 a paid order has its payment, an unpaid one none": """SELECT o.id FROM store_order o WHERE o.due > 0
        AND (SELECT COUNT(*) FROM store_payment p WHERE p.order_id = o.id AND p.amount = o.due)
            <> (CASE WHEN o.paid_at IS NULL THEN 0 ELSE 1 END)""",
    "I7 nothing crosses businesses": """SELECT e.id FROM ledger_entry e
        JOIN ledger_account a ON a.id = e.account_id JOIN ledger_transfer t ON t.id = e.transfer_id
        WHERE a.business_id <> e.business_id OR t.business_id <> e.business_id""",
    "a friend has one referral": """SELECT friend_id FROM referrals_referral
        WHERE reason NOT IN ('rejected', 'withdrawn', 'campaign_ended') GROUP BY friend_id HAVING COUNT(*) > 1""",
    "a referred friend who is active has an activated referral": """SELECT r.id FROM referrals_referral r
        JOIN clients_client c ON c.id = r.friend_id WHERE c.activated_at IS NOT NULL AND r.activated_at IS NULL
        AND r.state <> 'closed'""",
}

# I8: where each acknowledged operation must stand, exactly once.
ACKNOWLEDGED = {
    "registered": """SELECT COUNT(*) FROM clients_client c JOIN referrals_referral r ON r.friend_id = c.id
        WHERE c.email = %s""",
    "placed": "SELECT COUNT(*) FROM store_order WHERE public_id = %s",
    "paid": "SELECT COUNT(*) FROM store_order WHERE public_id = %s AND paid_at IS NOT NULL",
    "refunded": """SELECT COUNT(*) FROM store_order o JOIN store_refund r ON r.order_id = o.id
        WHERE o.public_id = %s AND o.state IN ('refunded', 'partially_refunded')""",
    "redeemed": "SELECT COUNT(*) FROM ledger_transfer WHERE kind = 'redeem' AND amount = -300 AND key = %s",
    "adjusted": "SELECT COUNT(*) FROM ledger_transfer WHERE kind = 'adjust' AND amount = 900 AND key = %s",
}


def _of_the_test(query: str, values: list[str]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return list(cursor.fetchall())


def broken(acknowledged: list[str], ask: Callable[[str, list[str]], list[Any]] = _of_the_test) -> list[str]:
    """Return every promise that does not hold; `acknowledged` are lines of a word and the key of its row.

    `ask` puts a question to the database, that of the running test unless said otherwise.
    """
    found = []
    for promise, query in PROMISES.items():
        if rows := ask(query, []):
            found.append(f"{promise}: {rows[:5]}")
    for line in acknowledged:
        word, key, *_more = line.split()
        [[count]] = ask(ACKNOWLEDGED[word], [key])
        if count != 1:
            found.append(f"I8 {line}: there {count} times")
    return found
