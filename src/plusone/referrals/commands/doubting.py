"""Doubt about a recommendation: noticed when it is registered, kept as one case, decided by a person once."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, Q
from django.utils import translation

from plusone.clients.models import Client
from plusone.events.commands import record
from plusone.kernel.db.locks import take_turns
from plusone.kernel.models import Business, User
from plusone.messaging.commands import send
from plusone.referrals import events
from plusone.referrals.doubt import Noticed, noticed_about, signs
from plusone.referrals.doubt.crowd import ManyByOneCode
from plusone.referrals.models import DoubtCase, DoubtSign, Referral, waiting_members
from plusone.referrals.reasons import day_in_words
from plusone.referrals.standing import is_trusted

from .pausing import pause_link

State = DoubtCase.State
REMIND_AFTER_DAYS = (14, 30)
PAUSES = {ManyByOneCode.name}
SWEEP_BATCH = 200


def look_closely(referral: Referral, given: Iterable[str], *, now: datetime) -> tuple[str, ...]:
    """Let all signs look at a new referral, with those that its form `given`. Flag it and return their names.

    A trusted ambassador gets no new flags (CASES 79). A crowd by one link pauses the link (FRA-8).
    """
    given = tuple(given)
    assert all(name in signs for name in given), f"no sign of doubt is called so: {given}"
    if is_trusted(referral.ambassador):
        return ()
    found = {name: Noticed() for name in given} | noticed_about(referral, now=now)
    if found:
        _note(referral, found, now=now)
    if PAUSES & set(found):
        pause_link(referral, now=now)
    return tuple(found)


@transaction.atomic
def look_again(referral: Referral, *, now: datetime) -> tuple[str, ...]:
    """Let the signs look once more at an open referral, since one of its people was changed or the friend has paid.

    Return the names of those that are new; what a person has decided about before is not noticed a second time. What is
    not given yet waits, what was given stays.
    """
    if not referral.is_open or is_trusted(referral.ambassador):
        return ()
    known = set(DoubtSign.objects.filter(referral=referral).values_list("name", flat=True))
    seen = noticed_about(referral, again=True, now=now)
    found = {name: noticed for name, noticed in seen.items() if name not in known}
    if not found:
        return ()
    case, is_new = _case_for(referral, {key for noticed in found.values() for key in noticed.others}, now=now)
    for name, noticed in found.items():
        _sign(case, referral, name, noticed, now=now)
    _flag(referral, tuple(found), now=now)
    referral.flagged = True
    if is_new:
        told = events.DoubtOpened(
            referral=referral.pk, ambassador=referral.ambassador_id, flags=tuple(found), paused=False
        )
        record(referral.business, told, client=referral.friend_id, actor="system", now=now)
    return tuple(found)


def look_again_at(client: Client, *, now: datetime) -> int:
    """Look once more at what is open of a client whose address, phone or name was changed, on either side of it. Return
    how many became doubtful."""
    theirs = Q(friend=client) | Q(ambassador=client)
    found = Referral.objects.filter(theirs, business=client.business).exclude(state=Referral.State.CLOSED)
    rows = found.select_related("business", "friend", "ambassador").order_by("-id")[:SWEEP_BATCH]
    return sum(bool(look_again(referral, now=now)) for referral in rows)


def _note(referral: Referral, found: Mapping[str, Noticed], *, now: datetime) -> None:
    others = {key for noticed in found.values() for key in noticed.others}
    case, is_new = _case_for(referral, others, now=now)
    members = Referral.objects.filter(business=referral.business, pk__in=others).select_related("business")
    for member in members.order_by("pk"):
        seen = {name: noticed for name, noticed in found.items() if member.pk in noticed.others}
        for name, noticed in seen.items():
            _sign(case, member, name, noticed, now=now)
        _flag(member, tuple(seen), now=now)
    for name, noticed in found.items():
        _sign(case, referral, name, noticed, now=now)
    Referral.objects.filter(pk=referral.pk).update(flagged=True, flags=list(found))
    referral.flagged, referral.flags = True, list(found)
    if is_new:
        told = events.DoubtOpened(
            referral=referral.pk,
            ambassador=referral.ambassador_id,
            flags=tuple(found),
            paused=bool(PAUSES & set(found)),
        )
        record(referral.business, told, client=referral.friend_id, actor="system", now=now)


def _case_for(referral: Referral, others: set[int], *, now: datetime) -> tuple[DoubtCase, bool]:
    """Return the open case that this belongs to (of the same ambassador, or of a recommendation it is tied to), locked,
    and whether it is new; several of them become the oldest one."""
    kept = _one_case(referral.business, Q(referral__ambassador_id=referral.ambassador_id) | Q(referral__in=others))
    if kept is None:
        return DoubtCase.objects.create(business=referral.business, opened_at=now), True
    return kept, False


@transaction.atomic
def join_cases(gone: Client, kept: Client) -> None:
    """Let what is doubtful of two records of one ambassador be one case (CASES 21)."""
    _one_case(gone.business, Q(referral__ambassador__in=(gone.pk, kept.pk)))


def _one_case(business: Business, near: Q) -> DoubtCase | None:
    """Return the open case of some signs, locked: several become the oldest one. None where there is none, perhaps
    since somebody decided it a moment ago."""
    take_turns(f"doubt {business.pk}")
    tied = DoubtSign.objects.filter(near, business=business, case__state=State.OPEN)
    keys = sorted(set(tied.values_list("case_id", flat=True)))
    cases = list(DoubtCase.objects.select_for_update().filter(pk__in=keys, state=State.OPEN).order_by("pk"))
    if not cases:
        return None
    kept, *rest = cases
    DoubtSign.objects.filter(case__in=rest).update(case=kept)
    DoubtCase.objects.filter(pk__in=[case.pk for case in rest]).delete()
    return kept


def _sign(case: DoubtCase, referral: Referral, name: str, noticed: Noticed, *, now: datetime) -> None:
    """Write what was noticed; the same again counts on instead of making a second one (CASES 76)."""
    again = DoubtSign.objects.filter(referral=referral, name=name)
    if again.update(times=F("times") + 1, last_at=now):
        return
    DoubtSign.objects.create(
        business=case.business,
        case=case,
        referral=referral,
        name=name,
        detail=dict(noticed.detail),
        first_at=now,
        last_at=now,
    )


def _flag(referral: Referral, names: tuple[str, ...], *, now: datetime) -> None:
    """Flag an older recommendation that belongs to the case: what is not given yet waits; what was given stays."""
    flags = list(dict.fromkeys([*referral.flags, *names]))
    if referral.flags == flags:
        return
    held = Referral.objects.filter(pk=referral.pk).exclude(state=Referral.State.CLOSED).update(flagged=True)
    Referral.objects.filter(pk=referral.pk).update(flags=flags)
    if held:
        told = events.ReferralFlagged(referral=referral.pk, ambassador=referral.ambassador_id, flags=names)
        record(referral.business, told, client=referral.friend_id, actor="system", now=now)


def lock_case(case: DoubtCase) -> DoubtCase:
    """Return a case as it is now, locked until the transaction ends: whoever decides does it alone (FRA-14)."""
    return DoubtCase.objects.select_for_update(of=("self",)).select_related("business").get(pk=case.pk)


def case_of(referral: Referral) -> DoubtCase | None:
    """Return the open case that a referral belongs to, locked, or None. Lock it before the referral."""
    key = DoubtSign.objects.filter(referral=referral, case__state=State.OPEN).values_list("case_id", flat=True).first()
    if key is None:
        return None
    return DoubtCase.objects.select_for_update().filter(pk=key, state=State.OPEN).first()


@transaction.atomic
def close_case(case: DoubtCase, state: DoubtCase.State, *, note: str = "", actor: str, now: datetime) -> None:
    """Write down how a case (locked and open) was decided, and by whom."""
    case.state, case.decided_at, case.decided_by, case.note = state, now, actor, note[:300]
    case.save(update_fields=["state", "decided_at", "decided_by", "note"])


def members_of(case: DoubtCase) -> list[Referral]:
    """Return the recommendations of a case, oldest first."""
    found = Referral.objects.filter(business=case.business, signs__case=case).distinct()
    return list(found.select_related("business", "ambassador", "friend").order_by("pk"))


def end_moot_cases(now: datetime) -> int:
    """End the cases of which every recommendation ended without a decision: nobody is asked about them. Return how
    many."""
    idle = DoubtCase.objects.filter(~Exists(waiting_members()), state=State.OPEN).order_by("pk")
    return sum(_end_moot(case, now) for case in idle[:SWEEP_BATCH])


@transaction.atomic
def _end_moot(case: DoubtCase, now: datetime) -> bool:
    found = lock_case(case)
    if not found.is_open or any(member.flagged and member.is_open for member in members_of(found)):
        return False
    close_case(found, State.MOOT, actor="system", now=now)
    return True


def remind_of_cases(now: datetime) -> int:
    """Write to the owners of cases that have waited 14 days, and once more after 30; a case is never decided by itself
    (CASES 80). Return how many were reminded of."""
    end_moot_cases(now)
    done = 0
    for number, days in enumerate(REMIND_AFTER_DAYS):
        late = DoubtCase.objects.filter(state=State.OPEN, reminders=number, opened_at__lte=now - timedelta(days=days))
        for case in late.select_related("business").order_by("pk")[:SWEEP_BATCH]:
            done += _remind(case, number, now)
    return done


@transaction.atomic
def _remind(case: DoubtCase, number: int, now: datetime) -> int:
    if not DoubtCase.objects.filter(pk=case.pk, state=State.OPEN, reminders=number).update(reminders=number + 1):
        return 0
    owners = User.objects.filter(collaborations__business=case.business, collaborations__role="owner", is_active=True)
    for owner in owners.order_by("pk"):
        with translation.override(owner.language or case.business.language):
            since = day_in_words(case.business, case.opened_at)
        key = f"doubt:{case.pk}:{number}:{owner.pk}"
        send(case.business, "doubt.reminder", to_user=owner, context={"since": since}, key=key, now=now)
    return 1
