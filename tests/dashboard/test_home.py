"""The first page: the set-up checklist, what needs attention, a few figures; and the settings."""

import re
from typing import Any

from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from plusone.clients.models import Client
from plusone.connect.models import ApiKey
from plusone.connect.queries import api_key
from plusone.events.models import Event
from plusone.kernel.commands import add_collaborator
from plusone.kernel.countries import timezones
from plusone.kernel.models import Business, User
from plusone.rules.models import Run
from plusone.store.models import Product
from world import NOON, add_client, bring, launch, sell

from .conftest import browser_of
from .pages import once_of, send, text_of


def at(gym: Business, name: str, *args: str) -> str:
    return reverse(f"b:{name}", args=[gym.slug, *args])


def test_checklist_goes_with_the_business(gym: Business, olga: Browser) -> None:
    """UX B1: six steps, progress, deep links; gone once all is done."""
    page = olga.get(at(gym, "home"))
    assert "1 of 6 done" in text_of(page)
    assert at(gym, "client_add") in page.content.decode()
    ana = add_client(gym, "Ana")
    assert "2 of 6 done" in text_of(olga.get(at(gym, "home")))
    launch(gym)
    page = olga.get(at(gym, "home"))
    assert "4 of 6 done" in text_of(page)
    assert f"{at(gym, 'client', ana.public_id)}#link" in page.content.decode()
    bring(ana, "Ben")
    assert "Set up in six steps" not in text_of(olga.get(at(gym, "home")))


def test_checklist_can_be_put_away(gym: Business, olga: Browser) -> None:
    assert olga.get(at(gym, "checklist_dismiss")).status_code == 405
    assert olga.post(at(gym, "checklist_dismiss")).status_code == 302
    assert "Set up in six steps" not in text_of(olga.get(at(gym, "home")))


def test_home_says_what_waits_and_counts(gym: Business, ana: Client, olga: Browser) -> None:
    launch(gym)
    bring(ana, "Ben")
    page = text_of(olga.get(at(gym, "home")))
    assert "1 lead waits to be contacted" in page
    assert "Registered leads" in page
    assert "Nothing waits for you." not in page


def test_who_may_not_change_the_offer_reads_it(gym: Business, olga: Browser) -> None:
    """R-050: the front desk is led to see the offer, and reads it as words, not as fields that take nothing."""
    campaign = launch(gym)
    fran = User.objects.create_user("fran@vela.example", language="en", name="Fran")
    add_collaborator(gym, fran, role="front_desk")
    desk, offer = browser_of(fran), at(gym, "campaign_one", campaign.public_id)
    pages = {name: (text_of(who.get(at(gym, "home"))), who.get(offer)) for name, who in (("o", olga), ("f", desk))}
    assert ["Change the offer" in pages[name][0] for name in "of"] == [True, False]
    assert ["See the offer" in pages[name][0] for name in "of"] == [False, True]
    assert ['name="ambassador_amount"' in pages[name][1].content.decode() for name in "of"] == [True, False]
    assert campaign.terms.text["en"] in text_of(pages["f"][1])


def test_home_stays_cheap(
    gym: Business, ana: Client, bono: Product, olga: Browser, django_assert_max_num_queries: Any
) -> None:
    launch(gym)
    sell(bring(ana, "Ben").friend, bono)
    with django_assert_max_num_queries(12) as one:
        olga.get(at(gym, "home"))
    for name in ("Cleo", "Dora"):
        sell(bring(ana, name).friend, bono)
    with django_assert_max_num_queries(12) as three:
        olga.get(at(gym, "home"))
    assert len(one) == len(three)


def test_the_desk_sees_no_money_on_the_home_page(gym: Business, ana: Client, desk: Browser) -> None:
    launch(gym)
    page = text_of(desk.get(at(gym, "home")))
    assert "Active clients" in page
    assert "Outstanding balance" not in page
    assert "Set up in six steps" not in page


def test_failed_steps_are_shown_empty(gym: Business, olga: Browser) -> None:
    assert "Nothing failed" in text_of(olga.get(at(gym, "failed")))


def test_of_failed_steps_every_one_can_be_read(gym: Business, ana: Client, olga: Browser) -> None:
    """The home page counts them all, so the list must not end before they do."""
    event = Event.objects.filter(client_id=ana.pk).latest("pk")
    runs = [
        Run(business=gym, event=event, rule=f"rule:{n}", state="failed", not_before=NOON, error=f"Broke no. {n:02}")
        for n in range(60)
    ]
    Run.objects.bulk_create(runs)
    assert "60 automatic steps failed" in text_of(olga.get(at(gym, "home")))
    first = olga.get(at(gym, "failed"))
    later = olga.get(at(gym, "failed"), {"after": first.context["page"].after})
    read = re.findall(r"Broke no\. (\d\d)", text_of(first) + text_of(later))
    assert read == [f"{n:02}" for n in reversed(range(60))]
    assert "Next" in text_of(first)
    assert "Previous" in text_of(later)


def test_failed_steps_are_tried_again_or_put_aside(gym: Business, salon: Business, ana: Client, olga: Browser) -> None:
    """What needs attention can be settled: a mended fault is made good, and the rest stops asking."""
    event = Event.objects.filter(client_id=ana.pk).latest("pk")
    fails = {"event": event, "state": "failed", "not_before": NOON, "attempts": 9, "error": "Broke"}
    run = Run.objects.create(business=gym, rule="rule:1", **fails)
    other = Run.objects.create(business=salon, rule="rule:2", **fails)
    answer = olga.post(at(gym, "failed_again"), follow=True)
    assert "1 step is tried again." in text_of(answer)
    run.refresh_from_db()
    assert (run.state, run.attempts, run.not_before <= timezone.now()) == ("waiting", 0, True)
    assert "automatic step failed" not in text_of(olga.get(at(gym, "home")))
    Run.objects.filter(pk=run.pk).update(state="failed")
    assert "1 step is put aside." in text_of(olga.post(at(gym, "failed_aside"), follow=True))
    run.refresh_from_db()
    other.refresh_from_db()
    assert (run.state, other.state) == ("skipped", "failed")
    assert "Nothing failed" in text_of(olga.get(at(gym, "failed")))


# Settings


def settings_of(gym: Business, **changes: str) -> dict[str, str]:
    known = {
        "name": gym.name, "kind": gym.kind, "email": gym.email, "phone": "", "address": "", "brand_color": "#0b6b5d",
        "country": gym.country, "language": gym.language, "timezone": gym.timezone, "currency": gym.currency,
        "legal_preset": gym.legal_preset, "news_to": gym.news_to, "quiet_from": str(gym.quiet_from),
        "quiet_until": str(gym.quiet_until), "news_weekly_max": str(gym.news_weekly_max),
    }  # fmt: skip
    return known | changes


def test_settings_are_saved(gym: Business, olga: Browser) -> None:
    url = at(gym, "settings")
    changes = {"name": "Vela & Co", "brand_color": "#7c3aed", "timezone": "Atlantic/Canary", "consent_required": "on"}
    assert send(olga, url, settings_of(gym, **changes))["Location"] == url
    gym.refresh_from_db()
    assert (gym.name, gym.brand_color, gym.timezone) == ("Vela & Co", "#7c3aed", "Atlantic/Canary")
    assert (gym.consent_required, gym.free_orders_activate, gym.slug) == (True, False, "studio-vela")


def test_default_colour_is_no_choice(gym: Business, olga: Browser) -> None:
    send(olga, at(gym, "settings"), settings_of(gym))
    gym.refresh_from_db()
    assert gym.brand_color == ""


def test_currency_is_fixed_once_money_moved(gym: Business, ana: Client, bono: Product, olga: Browser) -> None:
    """DESIGN 5."""
    send(olga, at(gym, "settings"), settings_of(gym, currency="USD"))
    gym.refresh_from_db()
    assert gym.currency == "USD"
    sell(ana, bono)
    page = olga.get(at(gym, "settings")).content.decode()
    assert "Fixed, since money has moved in it." in page
    send(olga, at(gym, "settings"), settings_of(gym, currency="EUR"))
    gym.refresh_from_db()
    assert gym.currency == "USD"


def test_time_zones_are_said_in_the_readers_language(gym: Business, olga: Browser) -> None:
    """By city and country, sorted as that language is; an old name of a zone stays what it is, and shows itself."""
    User.objects.filter(email="olga@vela.example").update(language="es")
    page = olga.get(at(gym, "settings")).content.decode()
    assert '<option value="Europe/Madrid" selected>Madrid (España)</option>' in page
    assert '<option value="Europe/London">Londres (Reino Unido)</option>' in page
    assert '<option value="Europe/Belfast">Londres (Reino Unido) · Europe/Belfast</option>' in page
    french = timezones("fr")
    assert [words for name, words in french if name == "Europe/Athens"] == ["Athènes (Grèce)"]
    words = [words for _name, words in french]
    assert len(set(words)) == len(words)
    assert words.index("Açores (Portugal)") < words.index("Adak (États-Unis)"), "an accent moves nothing to the end"
    assert {name for name, _words in french} == {name for name, _words in timezones("en")}


def test_wrong_settings_stand_at_their_fields_and_change_nothing(gym: Business, olga: Browser) -> None:
    for field, value in (("name", ""), ("brand_color", "blue"), ("email", "no address"), ("timezone", "Mars/Base")):
        answer = send(olga, at(gym, "settings"), settings_of(gym, **{field: value}))
        assert f'id="id_{field}_error"' in answer.content.decode(), field
    gym.refresh_from_db()
    assert (gym.name, gym.timezone) == ("Studio Vela", "Europe/Madrid")


def test_api_key_is_shown_once_and_works_until_revoked(gym: Business, olga: Browser) -> None:
    url = at(gym, "keys")
    data = {"name": "Website", "once": once_of(olga.get(url))}
    answer = olga.post(url, data)
    key = ApiKey.objects.get(name="Website")
    secret = next(word for word in text_of(answer).split() if word.startswith("pk_") and not word.endswith("…"))
    found = api_key(secret)
    assert found == key
    assert secret not in olga.get(url).content.decode()
    assert olga.post(url, data).status_code == 302
    assert ApiKey.objects.filter(name="Website").count() == 1
    asked = text_of(olga.get(at(gym, "key_revoke", key.public_id)))
    assert "Programs that use it stop working at once." in asked
    assert api_key(secret) is not None, "without JavaScript the link leads to a question, and asking revokes nothing"
    olga.post(at(gym, "key_revoke", key.public_id))
    assert api_key(secret) is None
    assert "Website" not in text_of(olga.get(url)).replace("“Website”", "")


def test_team_shows_the_owner_and_what_roles_may(gym: Business, olga: Browser) -> None:
    page = text_of(olga.get(at(gym, "team")))
    assert "olga@vela.example Say here what you are called Owner" in page
    page = text_of(olga.get(at(gym, "team_roles")))
    assert "Change the business's settings" in page
