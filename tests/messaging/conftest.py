"""A message of our own and a mail server in memory."""

import pytest
from django.core import mail
from django.db import transaction

from plusone.events.commands import record
from plusone.events.events import ReactionFailed
from plusone.messaging.channels import email
from plusone.messaging.commands import send
from plusone.messaging.models import Category
from plusone.messaging.texts import Placeholder, Template, placeholders, templates


class Hello(Template):
    """Greets; made for these tests."""

    name = "test.hello"
    label = "Hello"

    def subject(self, ctx):
        return "{business}: {greeting}"

    def paragraphs(self, ctx):
        return ["{first_name|Friend}, {greeting}", "<b>{companion}</b> said so.", "{portal}"]

    def button(self, ctx):
        return "Look", "{portal}"


class News(Hello):
    """Promotes; made for these tests."""

    name = "test.news"
    category = Category.PROMOTIONAL


class Greeting(Placeholder):
    """A word from the test."""

    name = "greeting"
    label = "Greeting"

    def value(self, ctx):
        return None


class Friend(Placeholder):
    """A client the message speaks of."""

    name = "companion"
    label = "Friend"

    def value(self, ctx):
        return ctx.naming(ctx.data["about"]) if "about" in ctx.data else "Somebody"


@pytest.fixture(autouse=True)
def texts(monkeypatch):
    """Declare them for one test."""
    for registry, items in ((templates, [Hello, News]), (placeholders, [Greeting, Friend])):
        monkeypatch.setattr(registry, "_items", dict(registry._items))
        for item in items:
            registry(item)


@pytest.fixture(autouse=True)
def a_rested_server():
    """No failure of an earlier test keeps a mail waiting."""
    email.rest.end()
    yield
    email.rest.end()


@pytest.fixture
def mail_server(settings):
    """A mail server that takes everything; what it took is in the list."""
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    mail.outbox = []
    return mail.outbox


@pytest.fixture
def cause(gym, ana, noon):
    """Something that happened to Ana."""
    with transaction.atomic():
        return record(gym, ReactionFailed(reaction="x", error="y"), client=ana.pk, actor="system", now=noon)


@pytest.fixture
def hello(gym, ana, noon):
    """Greet Ana."""

    def hello(template="test.hello", *, key="k", to_client=ana, business=gym, **options):
        return send(business, template, to_client=to_client, key=key, now=noon, **options)

    return hello
