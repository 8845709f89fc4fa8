"""The client book: who they are, and where they stand (REQUIREMENTS 4.1).

Personal data lives here and nowhere above the ledger.
"""

import unicodedata
from typing import ClassVar

from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from plusone.clients.search import NEAR_MAX, NUMBER, WORD, forms_of, holding, holding_number_nearly, one_slip_apart
from plusone.kernel import ids
from plusone.kernel.identity import takes_mail
from plusone.kernel.models import Business, Collaborator, Owned, User
from plusone.kernel.permissions import allows

# Their last word was yes, or they said none and are told by default.
WANT_NEWS = Q(said_to_news=True) | Q(said_to_news=None, news_by_default=True)


def fold(text: str) -> str:
    """Return text as search compares it: no accents, no letter case (R-068)."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold().strip()


def asked(text: str) -> list[str]:
    """Return the folded words of what somebody typed into a search; a NUL, which no database takes, finds nothing."""
    return fold(text.replace("\0", "\N{REPLACEMENT CHARACTER}")).split()


class Tag(Owned):
    """A label of a business for its clients. Case is kept for display, folded for uniqueness (R-080, R-232)."""

    class Color(models.TextChoices):
        """The tones of the kit that a tag may have: legible in light and dark."""

        GREY = "", _("Grey")
        ACCENT = "accent", _("Your colour")
        GREEN = "good", _("Green")
        YELLOW = "warn", _("Yellow")
        RED = "bad", _("Red")
        BLUE = "info", _("Blue")

    name = models.CharField(max_length=60)
    key = models.CharField(max_length=60)
    color = models.CharField(max_length=10, choices=Color, blank=True, default=Color.GREY)
    description = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "key"], name="clients_tag_once")]

    def __str__(self) -> str:
        return self.name


def own_of(collaborator: Collaborator, path: str = "") -> dict[str, Collaborator]:
    """Return the filter that leaves what somebody may see of rows whose client stands at `path`; empty for all."""
    return {} if allows(collaborator.role, "clients.all") else {f"{path}professional": collaborator}


def sees(collaborator: Collaborator, client: "Client") -> bool:
    """Say whether somebody who works in a client's business may see them."""
    return allows(collaborator.role, "clients.all") or client.professional_id == collaborator.pk


def veiled(client: "Client") -> "Client":
    """Return what of a client is told to who may not see them: first name and initial, and no way to their profile."""
    return Client(
        pk=client.pk,
        business_id=client.business_id,
        public_id=client.public_id,
        first_name=client.short_name,
        status=Client.Status.DELETED,
        deleted_at=client.created_at,
    )


class ClientQuerySet(models.QuerySet["Client"]):
    """Filters of the client book."""

    def of(self, business: Business) -> "ClientQuerySet":
        """Keep the clients of a business that were not deleted."""
        return self.filter(business=business).exclude(status=Client.Status.DELETED)

    def wanting_news(self) -> "ClientQuerySet":
        """Keep those who may be sent promotions: their last word was yes, or they said none and are told by default."""
        return self._with_their_word().filter(WANT_NEWS)

    def with_their_wish(self) -> "ClientQuerySet":
        """Write on each whether they may be sent promotions (`wants_news`)."""
        wishes = Case(When(WANT_NEWS, then=Value(True)), default=Value(False))
        return self._with_their_word().annotate(wants_news=wishes)

    def _with_their_word(self) -> "ClientQuerySet":
        said = Consent.objects.filter(client=models.OuterRef("pk"), purpose="promotions").order_by("-pk")
        return self.annotate(said_to_news=models.Subquery(said.values("given")[:1]))

    def seen_by(self, collaborator: Collaborator) -> "ClientQuerySet":
        """Keep the clients of a business that somebody who works there may see: all, or own ones (R-221)."""
        return self.of(collaborator.business).filter(**own_of(collaborator))

    def search(self, text: str) -> "ClientQuerySet":
        """Keep those whose name, address or phone has every word of `text`, in any letter case, with or without
        accents."""
        found = self
        for word in asked(text):
            found = found.filter(holding(word))
        return found

    def find(self, business: Business, text: str) -> "ClientQuerySet":
        """Keep whom `search` finds; where that is nobody, whom it finds when each word may have one typo."""
        exact = self.search(text)
        words = asked(text)
        if not words or exact.exists():
            return exact
        found = self
        for word in words:
            found = found.filter(_holding_nearly(business, word))
        return found


def _holding_nearly(business: Business, word: str) -> Q:
    """Keep clients who have this word, or a word of the business's clients that is one slip away from it."""
    found = holding(word)
    if NUMBER.fullmatch(word):
        return found | holding_number_nearly(word)
    for part in WORD.findall(word):
        near = Q(pk__in=[])
        for other in Spelling.near(business, part):
            near |= holding(word.replace(part, other))
        found |= near
    return found


class Spelling(models.Model):
    """A word of the clients of a business, under a form of it that lacks one letter, or none (see `search`)."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+", db_index=False)
    form = models.CharField(max_length=24)
    word = models.CharField(max_length=24)

    objects: ClassVar[models.Manager["Spelling"]] = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "form", "word"], name="clients_spelling_once")]
        indexes = [models.Index(fields=["business", "word"], name="clients_spelling_word")]

    def __str__(self) -> str:
        return self.form

    @classmethod
    def near(cls, business: Business, word: str) -> list[str]:
        """Return words of the business's clients one slip away from `word`, those with its first letter first."""
        known = cls.objects.filter(business=business, form__in=forms_of(word)).values_list("word", flat=True)
        near = {other for other in known if one_slip_apart(word, other)}
        return sorted(near, key=lambda other: (other[:1] != word[:1], other))[:NEAR_MAX]


class Client(Owned):
    """A person in one business. A login (`user`) may have many, one a business (Q-20)."""

    class Status(models.TextChoices):
        """Where a client stands. `deleted` is a tombstone without personal data."""

        INVITED = "invited", pgettext_lazy("client", "Invited")
        LEAD = "lead", _("Lead")
        ACTIVE = "active", _("Active")
        ARCHIVED = "archived", _("Archived")
        DELETED = "deleted", _("Deleted")

    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="clients")
    # Who looks after them. Whoever leaves the team hands their clients over first.
    professional = models.ForeignKey(
        Collaborator, null=True, blank=True, on_delete=models.PROTECT, related_name="clients"
    )
    status = models.CharField(max_length=12, choices=Status)
    status_before = models.CharField(max_length=12, blank=True)  # what `reactivate` returns to
    access = models.BooleanField(default=True)
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=120, blank=True)
    email = models.CharField(max_length=254, null=True, blank=True)  # the login identity; null where there is none
    email_key = models.CharField(max_length=254, blank=True)  # the fraud identity: no +tag, no Gmail dots
    phone = models.CharField(max_length=20, blank=True)  # E.164
    language = models.CharField(max_length=8, blank=True)
    code = models.CharField(max_length=9, unique=True, default=ids.referral_code)
    source = models.CharField(max_length=20)  # staff, invitation, signup, referral, form, import, api
    news_by_default = models.BooleanField(default=False)  # told of news until they say anything about it
    external_id = models.CharField(max_length=120, null=True, blank=True)
    import_id = models.BigIntegerField(null=True)  # the file, of a room above, that brought them through a browser
    # Texts to many up to this number, of a room above, are not for them: an import sends nothing (CONTRACT).
    told_after = models.BigIntegerField(null=True)
    undated = models.BooleanField(default=False)  # imported without a date: the first order's stands in for it
    # What they wrote as the code of who invited them, where nobody has it: for staff, who may know whom they meant.
    typed_code = models.CharField(max_length=40, blank=True)
    own_words = models.CharField(max_length=500, blank=True)  # with which they invite friends; empty: the usual ones
    tags = models.ManyToManyField(Tag, related_name="clients", blank=True)
    search = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True, blank=True)
    activated_via = models.CharField(max_length=12, blank=True)  # manual, purchase
    archived_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Client"]] = models.Manager.from_queryset(ClientQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "email"], condition=Q(email__isnull=False), name="clients_email_once"
            ),
            models.UniqueConstraint(
                fields=["business", "external_id"], condition=Q(external_id__isnull=False), name="clients_external_once"
            ),
        ]
        indexes = [
            models.Index(fields=["business", "status", "-id"], name="clients_status"),
            models.Index(fields=["business", "created_at", "id"], name="clients_created"),
            models.Index(fields=["business", "email_key"], name="clients_email_key"),
            models.Index(fields=["business", "phone"], name="clients_phone"),
            models.Index(fields=["email"], name="clients_email"),
        ]

    @property
    def full_name(self) -> str:
        """The whole name; a deleted client has none left."""
        return f"{self.first_name} {self.last_name}".strip() or str(_("Deleted client"))

    @property
    def short_name(self) -> str:
        """First name and initial: what other clients may see (R-049)."""
        return (
            f"{self.first_name} {self.last_name[:1].upper()}.".strip()
            if self.last_name
            else self.first_name or str(_("Deleted client"))
        )

    @property
    def initials(self) -> str:
        """One or two letters for the avatar."""
        return (self.first_name[:1] + self.last_name[:1]).upper()

    @property
    def is_lead(self) -> bool:
        """Registered, not yet a client."""
        return self.status == self.Status.LEAD

    @property
    def is_invited(self) -> bool:
        """Asked to be a client, and has not said yes."""
        return self.status == self.Status.INVITED

    @property
    def takes_mail(self) -> bool:
        """Whether mails can be sent to the address, if there is one."""
        return not self.email or takes_mail(self.email)

    @property
    def is_active(self) -> bool:
        """A client of today."""
        return self.status == self.Status.ACTIVE

    @property
    def is_archived(self) -> bool:
        """Put aside, nothing lost."""
        return self.status == self.Status.ARCHIVED

    @property
    def can_delete(self) -> bool:
        """Only a lead or an archived client may be deleted (Q-05, R-097)."""
        return self.status in (self.Status.LEAD, self.Status.ARCHIVED)

    def reads(self) -> str:
        """Return the language to write to this client in."""
        return self.language or self.business.language

    def search_text(self) -> str:
        """Return what `search` should hold."""
        return fold(f"{self.first_name} {self.last_name} {self.email or ''} {self.phone}")[:500]


class Consent(Owned):
    """That a client agreed to something, in which words, when and where (PRI-5). Withdrawing adds a row."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=40)
    given = models.BooleanField()
    text = models.CharField(max_length=500)
    source = models.CharField(max_length=40)
    at = models.DateTimeField()
