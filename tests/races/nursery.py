"""Started by test_kill.py: for each `go` on stdin it forks a child that registers, sells and redeems until killed.

A child writes a line to its file after each commit: what it was told is done. It begins a new one before the next.
"""

import os
import random
import sys
import traceback
from pathlib import Path

import django

django.setup()

from plusone.clients.models import Client  # noqa: E402
from plusone.kernel import clock  # noqa: E402
from plusone.kernel.models import Business  # noqa: E402
from plusone.ledger.commands import InsufficientBalance, adjust, redeem  # noqa: E402
from plusone.referrals.commands import register_friend  # noqa: E402
from plusone.store.commands import pay, place_order, refund  # noqa: E402
from plusone.store.models import Product  # noqa: E402


def work(name: str, seed: int) -> None:
    """Do one thing after another, as long as we live."""
    draw = random.Random(seed)
    told = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def acknowledge(*words: object) -> None:
        os.write(told, (" ".join(map(str, words)) + "\n").encode())

    business = Business.objects.get()
    ambassadors = list(Client.objects.filter(business=business, source="staff").order_by("id"))
    products = list(Product.objects.filter(business=business).order_by("id"))
    number = 0
    while True:
        number += 1
        own, now, actor = f"{Path(name).name}-{number}", clock.now(), "user:1"
        ambassador = draw.choice(ambassadors)
        email = f"{own}@kill.example"
        # As the business's own program does: a crowd by a public link would pause it (FRA-8).
        friend = register_friend(
            business, ambassador, first_name="Friend", email=email, source="api", actor="api", now=now
        ).referral.friend
        acknowledge("registered", email)
        buyer = draw.choice((friend, ambassador))
        line = [(draw.choice(products), draw.randint(1, 2))]
        order = place_order(business, buyer, line, use_balance=draw.random() < 0.7, actor=actor, now=now)
        acknowledge("placed", order.public_id, order.total)
        if order.due:
            pay(order, method="cash", actor=actor, now=now)
        acknowledge("paid", order.public_id)
        if draw.random() < 0.3:
            refund(order, draw.choice((None, 700)), actor=actor, now=now)
            acknowledge("refunded", order.public_id)
        try:
            redeem(business, ambassador.pk, 300, key=f"kill:{own}", actor=actor, now=now)
            acknowledge("redeemed", f"kill:{own}")
        except InsufficientBalance:
            adjust(business, ambassador.pk, 900, key=f"gift:{own}", reason="gift", actor=actor, now=now)
            acknowledge("adjusted", f"gift:{own}")


def main() -> None:
    """Fork a child for each line, and tell its number."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        _go, name, seed = line.split()
        child = os.fork()
        if not child:
            try:
                work(name, int(seed))
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(1)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
