"""What stands beside a page of the dashboard when somebody asks for help: a few sentences per place, by `nav` key."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Topic:
    """One place and what is to be known about it."""

    key: str
    title: str | Promise
    lines: tuple[str | Promise, ...]


_TOPICS = (
    Topic(
        "home",
        _("Home"),
        (
            _("What waits for a person stands under “Needs attention”: leads, rewards to decide, things to hand over."),
            _("The figures count the whole time. The small i beside each says exactly what it counts."),
            _("The set-up list leads to your first recommendation. Put it away whenever you like."),
        ),
    ),
    Topic(
        "clients",
        _("Clients"),
        (
            _(
                "Search by any part of a name, e-mail or phone, however it is spelt. Filters stand in the page's "
                "address, so a colleague who gets the address sees the same list."
            ),
            _(
                "Add people by form, let them add themselves with a shared link, or import a file. You see first what "
                "an import will do, and can undo a whole import for 14 days."
            ),
            _("Select several to tag, archive, activate or export. Archiving can be undone; deleting cannot."),
        ),
    ),
    Topic(
        "visits",
        _("Visits"),
        (
            _("Mark who came, one by one or a whole class. A mark can be taken back."),
            _("It takes a use of a client's pack, and taking it back gives the use back."),
        ),
    ),
    Topic(
        "tags",
        _("Tags"),
        (
            _("A tag is a word of your own for clients, such as a class. Write it where you need it."),
            _("A new name or colour shows up everywhere at once. Deleting a tag changes nothing else of a client."),
        ),
    ),
    Topic(
        "orders",
        _("Orders"),
        (
            _("Choose the client, what they buy, and how they pay. A coupon counts first, then balance, then money."),
            _("A refund gives balance and money back as they were paid, and says beforehand what it takes back."),
            _("“Who sent you?” can be answered while you take the payment, and until 72 hours after the first one."),
        ),
    ),
    Topic(
        "products",
        _("Products"),
        (
            _("What you sell, with its price and a picture. Clients see it in their store."),
            _("A new price holds for new orders; those of before stay as they were."),
        ),
    ),
    Topic(
        "balances",
        _("Balance book"),
        (
            _("Balance that clients can still use is a debt of the business; this page is for whoever keeps accounts."),
            _("A month that is over never changes, and the file has the same amounts."),
        ),
    ),
    Topic(
        "overview",
        _("Impact overview"),
        (
            _("What recommendations brought and what they cost, for the days that you choose."),
            _("Each number has its definition beside it and the rows behind it. Every table is a file, too."),
            _("Visits of your test link and rejected recommendations are counted nowhere."),
        ),
    ),
    Topic(
        "campaign",
        _("Campaign"),
        (
            _("One sentence says what both sides receive. Beside it you see what your client and the friend read."),
            _("A change holds for friends who register from then on. Those before keep the terms of their day."),
            _(
                "Activating makes your clients' links work and tells them where you have ticked so; for half a minute "
                "you can stop that."
            ),
            _("Your test link, under “More”, shows it all on your own phone before anybody else sees it."),
        ),
    ),
    Topic(
        "leads",
        _("Leads"),
        (
            _("Friends who have registered and are not clients yet, with who recommended them. Call or write soon."),
            _("“Activate” says beforehand who will receive what. A paid order does the same by itself."),
            _("“Why?” says where a recommendation stands and what comes next."),
        ),
    ),
    Topic(
        "review",
        _("Review"),
        (
            _("What looks unusual waits here for you. Only rewards wait; the leads are yours either way."),
            _("Your decision holds for everybody in the case. Nothing is given and nothing is dropped by itself."),
        ),
    ),
    Topic(
        "ambassadors",
        _("Ambassadors"),
        (
            _("Who brings friends, how many of them became clients, and what was given for it."),
            _(
                "Trust somebody, and nothing they bring is held back. Switch a link off, and it registers nobody. "
                "Both can be taken back."
            ),
        ),
    ),
    Topic(
        "materials",
        _("Materials"),
        (
            _("A poster for the reception and a card for each client, in your name and colour."),
            _("Their codes lead somewhere while a campaign is active."),
        ),
    ),
    Topic(
        "settings",
        _("Your business"),
        (
            _("The time zone says when a day ends; the country, which rules for contacting people apply."),
            _("The currency stays as it is once money has moved in it."),
        ),
    ),
    Topic(
        "mail",
        _("Mail"),
        (
            _("A test mail shows whether mails leave, and says in words what is wrong."),
            _(
                "With your own mail server mails come from your own address; nothing is saved before a test mail has "
                "left."
            ),
            _("Copy the three records to where your domain is managed: they keep mails out of the spam folder."),
        ),
    ),
    Topic(
        "team",
        _("Team"),
        (
            _("Invite people by name and address. A role says what they see; “What can they see?” lists it."),
            _("Removing somebody ends their access at once, and asks who takes over their clients."),
        ),
    ),
    Topic(
        "networks",
        _("Networks"),
        (
            _("Many who register at your desk or in your Wi-Fi are your best recommendations, not a fraud."),
            _("Say which internet address is yours, and registrations from there are not held back for their number."),
        ),
    ),
    Topic(
        "privacy",
        _("Privacy"),
        (
            _("What is kept of people, until when and where. Some of it you decide here."),
            _("Clients take their data along and erase their account in their own pages, under “Me”."),
        ),
    ),
    Topic(
        "activity",
        _("Activity"),
        (
            _("Who did what, when and to whom. Nothing here can be changed or deleted."),
            _("“Why?” shows what led to a thing that happened by itself."),
        ),
    ),
)
TOPICS = {topic.key: topic for topic in _TOPICS}
ANSWERED = "help_answered"


def topic_of(nav: str) -> Topic | None:
    """Return what helps on a page, or None."""
    return TOPICS.get("orders" if nav == "income" else nav)
