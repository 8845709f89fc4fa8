"""Take messages out of the house, each once.

A message is claimed by one conditional UPDATE before it is given to its channel, and closed by another after it was
taken. Only a worker that dies between the two can make a double, and that has the same Message-ID.
"""

import time
from contextlib import nullcontext
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from plusone.events.commands import DEPTH_MAX, caused_by, record
from plusone.kernel import clock, faults
from plusone.kernel.models import Business
from plusone.kernel.queue import Later, Permanent, task
from plusone.kernel.queue.identity import has_died, own_name
from plusone.messaging.channels import Bounced, Channel, channels
from plusone.messaging.events import MessageFact, MessageFailed, MessageSent, MessageSuppressed
from plusone.messaging.models import Category, Message
from plusone.messaging.quiet import is_quiet

CLAIM = timedelta(minutes=2)
PAUSE_FIRST = timedelta(seconds=20)
PAUSE_MAX = timedelta(minutes=15)
HAND_OVER_BATCH = 500
# Of a batch: after so many failures in a row the server is taken to be away, and after so long the claims grow old.
FAULTS_MAX = 2
SHIFT_SECONDS = 60.0
State = Message.State


# The message itself says when it is no longer worth a try; until then it is tried again, however often.
@task(atomic=False, attempts_max=1000)
def deliver(message_id: int) -> str:
    """Send one message, unless it was sent, is being sent or came too late. Return its state."""
    message = Message.objects.select_related("business", "event", "client").get(pk=message_id)
    channel = channels[message.channel]()
    now = clock.now()
    if _is_due(message, channel, now):
        _wait_for(channel, message.business)
        _claim(message)
        _hand_to(channel, message, now)
    return message.state


@task(atomic=False, attempts_max=1000, priority=-10)
def deliver_many(message_ids: list[int]) -> int:
    """Send messages of a mailing by one connection, claimed together. Return how many left.

    Each is closed in a transaction of its own as soon as the mail server has it, so that a worker that dies repeats at
    most the one it had in hand. What could not be sent is tried again with the rest of them.
    """
    mine = Message.objects.filter(pk__in=message_ids, state=State.QUEUED, handed_over_at__isnull=False)
    now = clock.now()
    due = [
        message
        for message in mine.select_related("business", "event", "client").order_by("pk")
        if _is_due(message, channels[message.channel](), now)
    ]
    if not due:
        return 0
    held = [message for message in due if _is_held(message)]
    if held:
        raise Later(CLAIM, "another worker is sending them")
    channel = channels[due[0].channel]()
    _wait_for(channel, due[0].business)
    _claim_all(due)
    until = time.monotonic() + SHIFT_SECONDS
    sent, faults_in_a_row, pauses = 0, 0, []
    with channel.together(due[0].business):
        for number, message in enumerate(due):
            if faults_in_a_row == FAULTS_MAX or time.monotonic() > until:
                _unclaim(due[number:])
                pauses.append(PAUSE_FIRST if faults_in_a_row else timedelta(0))
                break
            try:
                _hand_to(channel, message, now)
            except Later as later:
                faults_in_a_row += 1
                pauses.append(later.pause)
            else:
                sent, faults_in_a_row = sent + 1, 0
    if pauses:
        raise Later(max(pauses), "some are still to be sent")
    return sent


def _wait_for(channel: Channel, business: Business | None) -> None:
    """Raise Later while a mail server that has failed is left alone."""
    if rest := channel.rests(business):
        raise Later(rest, "the mail server is away")


def _is_due(message: Message, channel: Channel, now: datetime) -> bool:
    """Say whether it is to be sent now. What came too late is closed, and what has to wait goes back to the outbox."""
    if message.state != State.QUEUED:
        return False
    if message.useful_until < timezone.now():
        _close(message, State.FAILED if message.attempts else State.SUPPRESSED, now, reason=Message.Reason.TOO_LATE)
        return False
    if not channel.is_ready(message.business) or _rests(message, channel, now):
        Message.objects.filter(pk=message.pk, state=State.QUEUED).update(handed_over_at=None)
        return False
    return True


def _hand_to(channel: Channel, message: Message, now: datetime) -> None:
    """Give a claimed message to its channel and note what came of it. Raise Later where it is to be tried again."""
    try:
        channel.deliver(message)
        faults.hit("message.taken")
    except Bounced as error:
        _close(message, State.FAILED, now, reason=Message.Reason.BOUNCED, error=str(error))
    except Permanent as error:
        _close(message, State.FAILED, now, error=str(error))
    except Later:  # it was not tried
        _unclaim([message])
        raise
    except Exception as error:  # noqa: BLE001  # whatever a channel raises, the message is to be tried again
        _give_back(message, error)
        pause = min(PAUSE_FIRST * 2 ** (message.attempts - 1), PAUSE_MAX)
        # Only the kind of error: its words may hold the address, and logs must not.
        raise Later(pause, type(error).__name__) from None
    else:
        _close(message, State.SENT, now)


def hand_over(now: datetime) -> int:
    """Give what waits in the outbox to the queue, now that its channel is ready and nobody sleeps. Return how many."""
    can_go = _can_go()
    waiting = Message.objects.filter(can_go, state=State.QUEUED, handed_over_at=None)
    promotions = waiting.filter(category=Category.PROMOTIONAL).order_by().values("business").distinct()
    asleep = [one.pk for one in Business.objects.filter(pk__in=promotions) if is_quiet(one, now)]
    if asleep:
        waiting = waiting.exclude(category=Category.PROMOTIONAL, client__isnull=False, business__in=asleep)
    if not waiting.exists():
        return 0
    with transaction.atomic():
        messages = list(waiting.select_for_update(skip_locked=True).order_by("pk")[:HAND_OVER_BATCH])
        Message.objects.filter(pk__in=[message.pk for message in messages]).update(handed_over_at=timezone.now())
        for message in messages:
            deliver.enqueue(message.pk)
    return len(messages)


def _can_go() -> Q:
    """Say which messages have a way out: by channels that are ready for all, or for their business alone."""
    found = Q(pk__in=[])
    for channel in channels:
        way = channel()
        found |= Q(channel=way.name) if way.is_ready(None) else Q(channel=way.name, business__in=way.ready_for())
    return found


def _rests(message: Message, channel: Channel, now: datetime) -> bool:
    """Whether it is a promotion that came to its turn in quiet hours: it waits for their end."""
    if (
        message.business is None
        or message.client_id is None
        or message.category != Category.PROMOTIONAL
        or not channel.disturbs
    ):
        return False
    return is_quiet(message.business, now)


def _is_held(message: Message) -> bool:
    """Say whether a worker that lives has it in hand."""
    held = message.worker and message.claimed_at and message.claimed_at > timezone.now() - CLAIM
    return bool(held) and not has_died(message.worker)


def _claim(message: Message) -> None:
    """Make this worker the only one that sends it. Raise Later where another has it in hand."""
    if _is_held(message):
        raise Later(CLAIM, "another worker is sending it")
    # One conditional UPDATE: of two workers that have read the same row, one finds it unchanged.
    claimed = Message.objects.filter(pk=message.pk, state=State.QUEUED, attempts=message.attempts).update(
        attempts=F("attempts") + 1, worker=own_name(), claimed_at=timezone.now()
    )
    if not claimed:
        raise Later(CLAIM, "another worker was quicker")
    message.attempts += 1


def _claim_all(messages: list[Message]) -> None:
    """The same for several, in one transaction: all or none."""
    with transaction.atomic():
        for message in messages:
            _claim(message)


def _unclaim(messages: list[Message]) -> None:
    """Put back what was claimed and not begun, as if it never had been."""
    mine = Message.objects.filter(pk__in=[message.pk for message in messages], state=State.QUEUED, worker=own_name())
    mine.update(worker="", attempts=F("attempts") - 1)


def _give_back(message: Message, error: Exception) -> None:
    text = f"{type(error).__name__}: {error}"[:300]
    Message.objects.filter(pk=message.pk, state=State.QUEUED, attempts=message.attempts).update(worker="", error=text)


@transaction.atomic
def _close(message: Message, state: str, now: datetime, *, reason: str = "", error: str = "") -> None:
    """Note what came of it, with its fact, unless somebody else has."""
    message.state, message.reason, message.error = state, reason, error[:300] or message.error
    if state == State.SENT:
        message.sent_at, message.error = now, ""
    mine = Message.objects.filter(pk=message.pk, state=State.QUEUED, attempts=message.attempts)
    if mine.update(state=state, reason=reason, error=message.error, sent_at=message.sent_at, worker=""):
        tell(message, now)


def tell(message: Message, now: datetime) -> None:
    """Record what became of a message of a business, as an effect of the event that it tells of."""
    if message.business is None:
        return
    event = message.event
    # At the end of a chain it stands alone: a mail that has left must be noted, or it would leave again.
    with caused_by(event) if event is not None and event.depth < DEPTH_MAX else nullcontext():
        record(message.business, _fact(message), client=message.client_id, actor="system", now=now)


def _fact(message: Message) -> MessageFact:
    number, template, channel = message.pk, message.template, message.channel
    if message.state == State.SUPPRESSED:
        return MessageSuppressed(message=number, template=template, channel=channel, reason=message.reason)
    kind = MessageSent if message.state == State.SENT else MessageFailed
    return kind(message=number, template=template, channel=channel)
