"""R-020..R-024, R-051, CASES 5, 7, 13, 14, 17, 24, 28, 74, AUTH-8, PRI-9: the invitation page and its form."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser
from django.utils import timezone

from filling_in import fill_in, page_of, token_in
from plusone.clients.commands import archive, set_own_words
from plusone.clients.models import Client, Consent
from plusone.events.models import Event
from plusone.kernel import clock
from plusone.kernel.models import Business, User
from plusone.messaging.models import Message
from plusone.referrals.commands import deactivate_campaign, record_visit
from plusone.referrals.models import Campaign, Referral
from plusone.referrals.touches import visit_token
from plusone.rewards.models import Reward
from plusone.rules.engine import work
from world import add_client, bring, launch, open_salon

pytestmark = pytest.mark.django_db


def rows() -> tuple[int, int, int, int]:
    return Client.objects.count(), Referral.objects.count(), Reward.objects.count(), Event.objects.count()


def plain(response: Any) -> str:
    """The words of a page, without what differs from form to form."""
    return re.sub(r'(name="(token|csrfmiddlewaretoken)" value="|nonce=")[^"]+', "", response.content.decode())


def test_the_page_says_who_invites_to_what(ana: Client, browser: Browser) -> None:
    """R-020: first name and initial, the business, the offer, its conditions, three fields, the code at hand."""
    page = page_of(browser, f"/join/{ana.code}?lang=en")
    for words in ("Ana L. invites you to Studio Vela", "€10.00 of balance", 'name="first_name"', 'name="email"'):
        assert words in page
    assert f'value="{ana.code}"' in page
    assert "López" not in page
    assert "600111222" not in page
    assert "ana.l" not in page


def test_it_speaks_the_readers_language_else_the_businesss(ana: Client, browser: Browser) -> None:
    at = f"/join/{ana.code}"
    assert '<html lang="es"' in page_of(browser, at)
    assert '<html lang="fr"' in page_of(browser, at, HTTP_ACCEPT_LANGUAGE="de,fr-CA;q=0.8,en;q=0.5")
    assert '<html lang="en"' in page_of(browser, f"{at}?lang=en", HTTP_ACCEPT_LANGUAGE="fr")


def test_messengers_find_a_preview(ana: Client, browser: Browser, settings: Any) -> None:
    """A picture under 300 kB, absolute addresses; the ambassador's first name is in it, in no address."""
    page = page_of(browser, f"/join/{ana.code}?lang=en", HTTP_USER_AGENT="WhatsApp/2.23")
    image = re.search(r'property="og:image" content="([^"]+)"', page)
    assert image
    assert image[1] == f"{settings.BASE_URL}/join/{ana.code}/card.jpg?lang=en"
    assert 'property="og:title" content="Ana L. invites you to Studio Vela"' in page
    picture = browser.get(image[1])
    assert picture["Content-Type"] == "image/jpeg"
    assert len(picture.content) < 300_000
    assert "Set-Cookie" not in picture.headers


def test_nothing_is_remembered_of_who_only_looks(
    ana: Client, browser: Browser, django_assert_max_num_queries: Any
) -> None:
    """PRI-9: no cookie, no session read, no foreign origin, at most 60 kB."""
    with django_assert_max_num_queries(6) as queries:
        response = browser.get(f"/join/{ana.code}")
    assert not any("django_session" in query["sql"] for query in queries.captured_queries)
    assert response.cookies == {}
    assert "Cookie" not in response.headers.get("Vary", "")
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert len(response.content) < 60_000
    assert not re.search(r'(src|href)="https?://(?!testserver)', response.content.decode())


def test_a_friend_becomes_a_lead_under_todays_terms(ana: Client, browser: Browser) -> None:
    """R-021: lead, referral and gift at once, with the visit that led here; no session, no CSRF cookie."""
    visit = record_visit(ana.business_id, ana.pk, Campaign.objects.get().pk)
    token = token_in(page_of(browser, f"/join/{ana.code}?v={visit_token(visit)}"))
    response = fill_in(browser, f"/join/{ana.code}", token, phone="600 333 444", HTTP_ACCEPT_LANGUAGE="fr")
    referral = Referral.objects.select_related("friend").get()
    ben = referral.friend
    assert response.status_code == 200
    assert (ben.status, ben.first_name, ben.email, ben.phone) == ("lead", "Ben", "ben@friends.example", "+34600333444")
    assert (ben.language, ben.source) == ("fr", "referral")
    assert (referral.ambassador_id, referral.source, referral.visit_id) == (ana.pk, "link", visit)
    assert (referral.state, referral.flagged) == ("registered", False)
    assert [(reward.side, reward.state) for reward in Reward.objects.order_by("side")] == [
        ("ambassador", "promised"),
        ("friend", "granted"),
    ]
    assert "sessionid" not in response.cookies


def test_the_thanks_page_leads_to_a_login_with_the_address_in_the_form(ana: Client, browser: Browser) -> None:
    response = fill_in(browser, f"/join/{ana.code}?lang=en")
    page = response.content.decode()
    assert "Thank you, Ben!" in page
    assert 'name="email" value="ben@friends.example"' in page
    assert not re.search(r'(href|action)="[^"]*(ben|friends\.example)', page)


@pytest.mark.parametrize(
    ("gift", "use"),
    [
        ({"kind": "balance", "amount": 1000}, "You can use it in our store with your next order."),
        ({"kind": "coupon", "amount": 800, "valid_days": 60}, "Your page shows the code. Use it with one order"),
        ({"kind": "manual", "text": "A cup of tea"}, "It waits for you: ask for it at the desk."),
    ],
)
def test_the_thanks_page_says_how_the_gift_is_used(
    ana: Client, browser: Browser, gift: dict[str, object], use: str
) -> None:
    """R-114: a cup of tea is not used in the store."""
    deactivate_campaign(Campaign.objects.get(), actor="user:1", now=clock.now())
    launch(ana.business, friend=gift)
    assert use in fill_in(browser, f"/join/{ana.code}?lang=en").content.decode()


@pytest.mark.parametrize("spelt", ["upper", "title", "spaces"])
def test_a_code_is_the_same_in_any_spelling(ana: Client, browser: Browser, spelt: str) -> None:
    """CASES 2."""
    code = {"upper": ana.code.upper(), "title": ana.code.title(), "spaces": f"%20{ana.code}%20"}[spelt]
    assert fill_in(browser, f"/join/{code}", code=f" {ana.code.upper()} ").status_code == 200
    assert Referral.objects.get().source == "link"


def test_a_replay_answers_the_same_and_makes_nothing(ana: Client, browser: Browser) -> None:
    """CASES 13, IDEM-12: one referral, whatever is pressed how often, and no second mail."""
    token = token_in(page_of(browser, f"/join/{ana.code}"))
    first = fill_in(browser, f"/join/{ana.code}", token)
    work(clock.now())
    before, mails = rows(), Message.objects.count()
    assert mails
    again = fill_in(browser, f"/join/{ana.code}", token)
    anew = fill_in(browser, f"/join/{ana.code}")
    assert plain(first) == plain(again) == plain(anew)
    assert rows() == before
    work(clock.now())
    assert Message.objects.count() == mails


def test_two_friends_on_one_phone_are_two(ana: Client, browser: Browser) -> None:
    """A page that the back button brings back registers the next person too."""
    token = token_in(page_of(browser, f"/join/{ana.code}"))
    fill_in(browser, f"/join/{ana.code}", token)
    fill_in(browser, f"/join/{ana.code}", token, first_name="Eva", email="eva@friends.example")
    assert sorted(Referral.objects.values_list("friend__first_name", flat=True)) == ["Ben", "Eva"]


def test_the_ambassadors_own_words_stand_in_the_invitation(ana: Client, gym: Business, browser: Browser) -> None:
    """R-104: as text, whatever was typed; the business's own sentences stay beneath."""
    set_own_words(ana, "Come with me on Tuesdays! <b>See</b>", actor="client:1", now=clock.now())
    page = page_of(browser, f"/join/{ana.code}")
    assert "“Come with me on Tuesdays! &lt;b&gt;See&lt;/b&gt;”" in page
    set_own_words(ana, "", actor="client:1", now=clock.now())
    assert "<blockquote" not in page_of(browser, f"/join/{ana.code}")


def test_everybody_gets_the_same_page(ana: Client, gym: Business, browser: Browser) -> None:
    """R-023, R-294, CASES 24, 28: a client, the ambassador, another's friend see what a stranger sees."""
    eva = add_client(gym, "Eva", email="eva@clients.example")
    old = add_client(gym, "Old", email="old@clients.example")
    archive(old, actor="user:1", now=clock.now())
    bring(eva, "Tom", email="tom@friends.example")
    assert ana.email
    stranger = fill_in(browser, f"/join/{ana.code}", email="new@friends.example")
    before = rows()[:3]
    for address in (
        ana.email,
        ana.email.upper().replace("@", "+x@"),
        "eva@clients.example",
        "old@clients.example",
        "tom@friends.example",
    ):
        answer = fill_in(browser, f"/join/{ana.code}", email=address)
        assert answer.status_code == 200
        assert plain(answer).replace(address, "new@friends.example") == plain(stranger)
    assert rows()[:3] == before
    assert sorted(Message.objects.values_list("client__first_name", "template", "state")) == [
        ("Ana", "invitation.own", "queued"),
        ("Eva", "invitation.client", "queued"),
        ("Old", "invitation.returning", "queued"),
        ("Tom", "invitation.lead", "queued"),
    ]


def test_the_truth_goes_by_mail_once_a_day(ana: Client, gym: Business, browser: Browser) -> None:
    """CASES 28, FRA-13: to the address the business has, never to the typed one; in the reader's language."""
    eva = add_client(gym, "Eva", email="eva@clients.example", phone="+34600999888")
    for address in ("eva@clients.example", "attacker@else.example", "eva+1@clients.example"):
        fill_in(browser, f"/join/{ana.code}", email=address, phone="+34600999888")
    message = Message.objects.get()
    assert (message.client_id, message.to, message.category) == (eva.pk, "eva@clients.example", "account")
    assert message.subject == "Ya eres cliente de Studio Vela"
    assert "/p/studio-vela/" in message.text
    assert "attacker" not in message.text + message.html


def test_a_phone_that_somebody_has_gives_nothing_away(ana: Client, browser: Browser) -> None:
    before = rows()
    answer = fill_in(browser, f"/join/{ana.code}", phone="+34 600 111 222")
    assert "ben@friends.example" in answer.content.decode()
    assert rows() == before


def test_only_a_changed_code_overrides_the_link(ana: Client, gym: Business, browser: Browser) -> None:
    """CONTRACT, CASES 17: left as it was, or emptied, the path's client is thanked; another's code wins."""
    eva = add_client(gym, "Eva")
    fill_in(browser, f"/join/{ana.code}", email="one@friends.example", code="")
    fill_in(browser, f"/join/{ana.code}", email="two@friends.example", code=eva.code)
    assert list(Referral.objects.order_by("pk").values_list("ambassador_id", "source")) == [
        (ana.pk, "link"),
        (eva.pk, "code"),
    ]


@pytest.mark.parametrize("whose", ["nobody", "other business", "archived"])
def test_a_code_that_leads_nowhere_never_blocks(ana: Client, gym: Business, browser: Browser, whose: str) -> None:
    """CASES 7, 14: a lead without a referral, and the page says that the code is not known."""
    zoe = add_client(open_salon().business, "Zoé")
    old = add_client(gym, "Old")
    archive(old, actor="user:1", now=clock.now())
    code = {"nobody": "bcdfghjkm", "other business": zoe.code, "archived": old.code}[whose]
    response = fill_in(browser, f"/join/{ana.code}?lang=en", code=code)
    ben = Client.objects.get(email="ben@friends.example")
    assert (response.status_code, ben.status, ben.source, ben.business_id) == (200, "lead", "form", gym.pk)
    page = response.content.decode()
    assert f"Nobody has the code “{code}”." in page
    assert "€10.00" not in page, "the gift comes with a recommendation (CASES 88)"
    assert ben.typed_code == code
    assert Referral.objects.count() == 0


def test_a_form_is_refused_with_what_was_wrong_and_kept(ana: Client, browser: Browser) -> None:
    before = rows()
    response = fill_in(browser, f"/join/{ana.code}?lang=en", first_name=" ", email="no address", phone="12")
    page = response.content.decode()
    assert response.status_code == 422
    for words in ("This is not an e-mail address.", "This is not a phone number.", 'value="no address"', 'value="12"'):
        assert words in page
    assert rows() == before
    assert fill_in(browser, f"/join/{ana.code}", token_in(page)).status_code == 200


@pytest.mark.parametrize("typed", ["+33 6 12 34 56 78", "0033 6 12 34 56 78"])
def test_a_friend_from_abroad_writes_the_phone_with_its_country(ana: Client, browser: Browser, typed: str) -> None:
    """R-024, CASES 22: the form says how; without it the error shows how, and nothing costs a field more."""
    link = f"/join/{ana.code}?lang=en"
    page = page_of(browser, link)
    assert "From abroad: with + or 00 and the country code." in page
    refused = fill_in(browser, link, token_in(page), phone="06 12 34 56 78").content.decode()
    assert "One from abroad begins with + or 00 and its country code: +33 6 12 34 56 78." in refused
    fill_in(browser, link, token_in(refused), phone=typed)
    assert Client.objects.get(first_name="Ben").phone == "+33612345678"


def test_the_token_is_checked(ana: Client, gym: Business, browser: Browser) -> None:
    """AUTH-8: none, a made-up one, another link's, an old one: 403, what was typed is kept, nothing made."""
    eva = add_client(gym, "Eva")
    others = token_in(page_of(browser, f"/join/{eva.code}"))
    with time_machine.travel(timezone.now() - timedelta(days=21)):
        old = token_in(page_of(browser, f"/join/{ana.code}"))
    before = rows()
    for token in ("none", "made:up:token", others, old):
        response = fill_in(browser, f"/join/{ana.code}", token)
        assert response.status_code == 403
        assert 'value="ben@friends.example"' in response.content.decode()
    assert rows() == before
    assert fill_in(browser, f"/join/{ana.code}", token_in(response.content.decode())).status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://testserver", 200),
        ("http://127.0.0.1:8000", 200),
        ("https://evil.example", 403),
        ("null", 403),
        ("http://testserver.evil.example", 403),
    ],
)
def test_a_foreign_origin_is_refused(ana: Client, browser: Browser, settings: Any, origin: str, status: int) -> None:
    """CONTRACT, Pages: BASE_URL or the request's own host; an absent one passes (all other tests)."""
    settings.BASE_URL = "http://127.0.0.1:8000"
    before = rows()
    response = fill_in(browser, f"/join/{ana.code}", HTTP_ORIGIN=origin)
    assert response.status_code == status
    assert (rows() == before) == (status == 403)


def test_consent_is_asked_only_where_the_business_wants_it(ana: Client, gym: Business, browser: Browser) -> None:
    """R-022, PRI-5: then it is required, and kept word for word."""
    assert 'name="consent"' not in page_of(browser, f"/join/{ana.code}")
    Business.objects.filter(pk=gym.pk).update(consent_required=True)
    before = rows()
    assert fill_in(browser, f"/join/{ana.code}?lang=en").status_code == 422
    assert rows() == before
    assert fill_in(browser, f"/join/{ana.code}?lang=en", consent="on").status_code == 200
    consent = Consent.objects.get()
    words = "I agree that Studio Vela contacts me by e-mail or phone. I can take this back at any time."
    assert (consent.client.first_name, consent.given, consent.text) == ("Ben", True, words)


def test_a_campaign_that_ended_refuses_the_open_form_too(ana: Client, gym: Business, browser: Browser) -> None:
    """CASES 4, R-051: 410 with the business's contact; nobody is registered."""
    Business.objects.filter(pk=gym.pk).update(email="hola@vela.example")
    token = token_in(page_of(browser, f"/join/{ana.code}"))
    deactivate_campaign(Campaign.objects.get(), actor="user:1", now=clock.now())
    before = rows()
    for response in (
        browser.get(f"/join/{ana.code}"),
        fill_in(browser, f"/join/{ana.code}", token),
        browser.get(f"/at/{gym.slug}"),
        fill_in(browser, f"/at/{gym.slug}", token),
    ):
        assert response.status_code == 410
        assert "hola@vela.example" in response.content.decode()
    assert browser.get(f"/join/{ana.code}/card.jpg").status_code == 404
    assert rows() == before


def test_the_link_of_who_is_no_active_client_registers_nobody(ana: Client, gym: Business, browser: Browser) -> None:
    lead = bring(ana, "Lea").friend
    archive(ana, actor="user:1", now=clock.now())
    assert browser.get(f"/join/{ana.code}").status_code == 410
    assert browser.get(f"/join/{lead.code}").status_code == 410
    assert browser.get("/join/bcdfghjkm").status_code == 404


def test_a_typed_code_does_the_same(ana: Client, gym: Business, browser: Browser) -> None:
    """CONTRACT: /at/ for posters and spoken codes; without a code a lead whom nobody brought."""
    page = page_of(browser, f"/at/{gym.slug.upper()}?lang=en")
    assert "Welcome to Studio Vela" in page
    assert "Ana" not in page
    fill_in(browser, f"/at/{gym.slug}", email="one@friends.example", code=ana.code.upper())
    fill_in(browser, f"/at/{gym.slug}", email="two@friends.example")
    fill_in(browser, f"/at/{gym.slug}", email="three@friends.example", code="bcdfghjkm")
    assert list(Referral.objects.values_list("ambassador_id", "friend__email", "source")) == [
        (ana.pk, "one@friends.example", "code")
    ]
    assert Client.objects.filter(status="lead").count() == 3
    assert browser.get("/at/nowhere").status_code == 404


def test_without_rewards_no_money_is_spoken_of(gym: Business, browser: Browser) -> None:
    """R-048."""
    ana = add_client(gym, "Ana", "López")
    launch(gym, ambassador=None)
    page = (
        page_of(browser, f"/join/{ana.code}?lang=en") + fill_in(browser, f"/join/{ana.code}?lang=en").content.decode()
    )
    assert not re.search(r"€|balance|reward|gift", page)


def test_the_ambassador_sees_her_invitation_as_a_friend_does(ana: Client, browser: Browser) -> None:
    """R-024: with a note; the form does not look who is logged in (POST reads no session)."""

    ana.user = User.objects.create_user(ana.email or "")
    ana.save(update_fields=["user"])
    browser.force_login(ana.user)
    page = page_of(browser, f"/join/{ana.code}?lang=en")
    assert "This is your own invitation" in page
    assert "Ana L. invites you to Studio Vela" in page
    other = Browser()
    other.force_login(User.objects.create_user("someone@else.example"))
    assert "This is your own invitation" not in page_of(other, f"/join/{ana.code}?lang=en")


@pytest.mark.parametrize(
    "nasty", ["Ann\x00a", "x" * 500, "<script>alert(1)</script>", "{{7*7}}", "\u202eAnna", "'; DROP"]
)
def test_nasty_names_are_shown_as_typed_or_refused(ana: Client, browser: Browser, nasty: str) -> None:
    """FUZ-2."""
    response = fill_in(browser, f"/join/{ana.code}", first_name=nasty)
    assert response.status_code in (200, 422)
    assert "<script>alert" not in response.content.decode()
    assert "{{7*7}}" in response.content.decode() or nasty != "{{7*7}}"


def test_queries_do_not_grow(ana: Client, browser: Browser, django_assert_max_num_queries: Any) -> None:
    for number in range(3):
        bring(ana, f"F{number}")
    with django_assert_max_num_queries(6):
        browser.get(f"/join/{ana.code}")
