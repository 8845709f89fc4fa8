"""Signs of doubt: one class each, in a registry (R-289). They hold a reward for a person; they never refuse anybody."""

import logging
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction

from plusone.kernel import faults
from plusone.referrals.models import Referral

from . import address, crowd, form, identity, network, people
from .base import PUBLIC, Noticed, Sign, signs

__all__ = ["Noticed", "Sign", "address", "crowd", "form", "identity", "network", "noticed_about", "people", "signs"]

logger = logging.getLogger(__name__)


def noticed_about(referral: Referral, *, again: bool = False, now: datetime) -> dict[str, Noticed]:
    """Let every sign look at a new referral, or with `again` those that look at what may change. Return what each
    noticed, by its name.

    A sign that breaks is `unchecked`: the reward waits, and the registration goes on (FRA-15).
    """
    found: dict[str, Noticed] = {}
    for kind in signs:
        if again and not kind.looks_again:
            continue
        if (kind.public_only and referral.source not in PUBLIC) or (kind.away_only and referral.at_home):
            continue
        try:
            with transaction.atomic():
                faults.hit(f"doubt.{kind.name}")
                noticed = kind().look(referral, now=now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("the sign %s could not look at referral %s", kind.name, referral.pk)
            found["unchecked"] = Noticed({"sign": kind.name})
            continue
        if noticed is not None:
            found[kind.name] = noticed
    return found
