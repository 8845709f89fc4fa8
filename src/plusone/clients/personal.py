"""What the client book, the log and the books below it keep about a client."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import ClassVar

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.events.models import Event
from plusone.kernel.devices import address_of
from plusone.kernel.models import User
from plusone.kernel.queue.pruning import forget_errors
from plusone.ledger.queries import movements_of
from plusone.rules.commands import forget_errors as forget_run_errors

from . import commands
from .keeping import BOOKS, COUNTS, LOG, NO_NEWS, Kept, Row, kept, words_of
from .models import Client, DataExport, Invitation, NextStep, Note

BATCH = 1000


@kept
class Profile(Kept):
    """Who somebody is to the business."""

    name = "profile"
    label = gettext_lazy("Details")
    columns = {"field": gettext_lazy("Detail"), "value": gettext_lazy("Value")}
    stays = COUNTS

    def rows(self, client: Client) -> Iterator[Row]:
        """One detail a row."""
        yield "business", client.business.name
        for name in ("first_name", "last_name", "email", "phone", "language", "own_words", "external_id", "code"):
            yield name, getattr(client, name) or ""
        yield "typed_code", client.typed_code
        for name in ("status", "source", "activated_via"):
            yield name, getattr(client, name)
        for name in ("created_at", "activated_at", "archived_at"):
            yield name, getattr(client, name)
        yield "tags", ", ".join(tag.name for tag in client.tags.order_by("key"))

    def forget(self, client: Client, *, now: datetime) -> None:
        """The columns go with the deletion itself; what failed while it was about them loses its words."""
        forget_errors(words_of(client))
        forget_run_errors(client.business, client.pk)

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """The command fills in what is missing; nobody would look for what failed about the record that goes."""
        self.forget(gone, now=now)
        return 0


@kept
class Consents(Kept):
    """What the client agreed to, and took back."""

    name = "consents"
    label = gettext_lazy("Consents")
    columns = {
        "at": gettext_lazy("Date"),
        "purpose": gettext_lazy("Purpose"),
        "given": gettext_lazy("Agreed"),
        "text": gettext_lazy("Text"),
        "source": gettext_lazy("Source"),
    }
    stays = NO_NEWS

    def rows(self, client: Client) -> Iterable[Row]:
        """Newest first."""
        return client.consents.order_by("-pk").values_list("at", "purpose", "given", "text", "source")

    def forget(self, client: Client, *, now: datetime) -> None:
        """They prove something about nobody then."""
        commands.forget_consents(client)

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """All of it, with its day."""
        return commands.move_consents(gone, kept)


class _Notes(Kept):
    """Notes of the team; who of them wrote one is not told."""

    columns = {
        "at": gettext_lazy("Date"),
        "edited_at": gettext_lazy("Changed"),
        "text": gettext_lazy("Text"),
    }
    is_private: ClassVar[bool]

    def rows(self, client: Client) -> Iterable[Row]:
        """Newest first."""
        found = Note.objects.filter(client=client, is_private=self.is_private).order_by("-pk")
        return found.values_list("written_at", "edited_at", "text")

    def forget(self, client: Client, *, now: datetime) -> None:
        """Delete them."""
        commands.forget_notes(client)

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """All of them, with who wrote them."""
        return commands.move_notes(gone, kept, is_private=self.is_private)


@kept
class Notes(_Notes):
    """What the team wrote about the client (R-074)."""

    name = "notes"
    label = gettext_lazy("Notes")
    is_private = False


@kept
class PrivateNotes(_Notes):
    """Private notes: whom they are about may read them, others of the team may not."""

    name = "private_notes"
    label = gettext_lazy("Private notes")
    is_private = True
    is_own = True


@kept
class Planned(Kept):
    """What the business means to do with the client next (R-210)."""

    name = "next_step"
    label = gettext_lazy("Next step")
    columns = {"on": gettext_lazy("Date"), "text": gettext_lazy("Text")}

    def rows(self, client: Client) -> Iterable[Row]:
        """The one there is."""
        return NextStep.objects.filter(client=client).values_list("on", "text")

    def forget(self, client: Client, *, now: datetime) -> None:
        """Delete it."""
        commands.forget_next_step(client)

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """What is planned, unless there is a plan already."""
        return commands.move_next_step(gone, kept)


@kept
class Invited(Kept):
    """That they were invited and have not answered yet."""

    name = "invitation"
    label = gettext_lazy("Invitation")
    columns = {"at": gettext_lazy("Date"), "until": gettext_lazy("Valid until"), "text": gettext_lazy("Text")}

    def rows(self, client: Client) -> Iterable[Row]:
        """The one there is."""
        return Invitation.objects.filter(client=client).values_list("sent_at", "expires_at", "words")

    def forget(self, client: Client, *, now: datetime) -> None:
        """Delete it, and its link with it."""
        commands.forget_invitation(client)


@kept
class Login(Kept):
    """With what and from where the person logs in."""

    name = "login"
    label = gettext_lazy("Logins and devices")
    columns = {
        "at": gettext_lazy("Date"),
        "seen_at": gettext_lazy("Last seen"),
        "address": gettext_lazy("Address"),
        "device": gettext_lazy("Device"),
    }
    is_own = True

    def rows(self, client: Client) -> Iterator[Row]:
        """The login, then each device."""
        if client.user is None:
            return
        yield client.user.created_at, client.user.last_login, client.user.email, ""
        for one in UserSession.objects.filter(user=client.user).order_by("-pk"):
            yield one.created_at, one.last_seen_at, address_of(one), one.user_agent

    def forget_login(self, user: User) -> None:
        """Log every device out."""
        commands.end_sessions(user)


@kept
class History(Kept):
    """What happened to the client."""

    name = "history"
    label = gettext_lazy("What happened")
    columns = {
        "at": gettext_lazy("Date"),
        "name": gettext_lazy("Kind"),
        "says": gettext_lazy("What happened"),
        "by": gettext_lazy("By"),
    }
    stays = LOG

    def rows(self, client: Client) -> Iterator[Row]:
        """Newest first, in words; who of the business did it is not told."""
        found = Event.objects.filter(business=client.business, client_id=client.pk).order_by("-at", "-pk")
        me = {f"client:{client.pk}", f"user:{client.user_id}"}
        for event in found.iterator(chunk_size=BATCH):
            by = _("you") if event.actor in me else client.business.name
            yield event.at, event.name, str(event.fact.says), by


@kept
class Movements(Kept):
    """What came into the balance and what went out."""

    name = "balance"
    label = gettext_lazy("Movements of the balance")
    columns = {
        "at": gettext_lazy("Date"),
        "kind": gettext_lazy("Kind"),
        "amount": gettext_lazy("Amount"),
        "balance": gettext_lazy("Balance"),
        "reason": gettext_lazy("Reason"),
    }
    money = frozenset({"amount", "balance"})
    stays = BOOKS

    def rows(self, client: Client) -> Iterator[Row]:
        """Newest first."""
        for entry in movements_of(client.business, client.pk).iterator(chunk_size=BATCH):
            moved = entry.transfer
            yield moved.at, moved.kind, entry.amount, entry.running, moved.reason

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """The balance, by postings of its own."""
        return commands.move_own_balance(gone, kept, actor=actor, now=now)


@kept
class Copies(Kept):
    """Copies of these data that were asked for; they are kept for some days."""

    name = "copies"
    label = gettext_lazy("Copies of the data")
    columns = {"at": gettext_lazy("Date"), "ready_at": gettext_lazy("Ready"), "kept_until": gettext_lazy("Kept until")}

    def rows(self, client: Client) -> Iterable[Row]:
        """When they were asked for."""
        found = DataExport.objects.filter(client=client).order_by("-pk")
        return found.values_list("asked_at", "ready_at", "kept_until")

    def forget(self, client: Client, *, now: datetime) -> None:
        """Delete them."""
        commands.forget_copies(client)

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """They hold what is told of one record alone, and go."""
        commands.drop_copies(gone)
        return 0
