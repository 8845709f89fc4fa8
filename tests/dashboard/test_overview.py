"""The impact overview over HTTP (R-031..R-044, R-107): exact values, files equal to the screen, isolation."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

import world
from dashboard.figures_world import read_csv
from insights.story import NOW, Story, at, tell
from plusone.clients.commands import edit_client
from plusone.insights.kpis import kpis
from plusone.insights.models import Goal
from plusone.insights.scope import Scope
from plusone.kernel.models import Collaborator
from told import once_a_module
from world import House


def _tell() -> tuple[House, Story]:
    house = world.open_gym()
    return house, tell(house.business)


_told, told = once_a_module(_tell)


@pytest.fixture
def house(told: tuple[House, Story]) -> House:
    return told[0]


@pytest.fixture
def story(told: tuple[House, Story], monkeypatch: pytest.MonkeyPatch) -> Story:
    monkeypatch.setattr("plusone.kernel.clock.now", lambda: NOW)
    return told[1]


@pytest.fixture
def olga(house: House, client: Browser) -> Browser:
    house.owner.language = "en"
    house.owner.save(update_fields=["language"])
    client.force_login(house.owner)
    return client


def page(browser: Browser, story: Story, path: str) -> str:
    answer = browser.get(f"/b/{story.business.slug}/{path}")
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().replace("\xa0", " ").split())


def figures(text: str) -> dict[str, str]:
    """The tiles of a page: label to value."""
    found = {}
    for tile in text.split('<div class="stat-label"><span>')[1:]:
        label = tile.split("</span>")[0]
        found[label] = tile.split('<div class="stat-value">')[1].split("</div>")[0] if "stat-value" in tile else ""
    return found


def test_tiles(olga: Browser, story: Story) -> None:
    """R-031..R-044: the figures of all time."""
    text = page(olga, story, "overview/")
    assert figures(text) == {
        "Registered leads": "6",
        "Activated clients": "3",
        "Products purchased by new clients": "2",
        "Ambassadors": "2",
        "Rewards issued": "€30.00",
        "Generated income": "€70.00",
        "Commissions": "€0.00",
        "Deleted leads": "1",
        "Open leads": "1",
        "Conversion rate": "50%",
        "Rewards redeemed": "€5.00",
        "Outstanding balance": "€55.00",
        "Visits": "0",
        "Archived leads": "1",  # M-4: shown apart
    }
    assert "By hand: 1 · By a purchase: 2" in text
    assert "Free" in text
    assert "Most people are lost between registering and becoming a client." in text
    assert "Ana López" in text  # named, with the way to the tab
    assert f"/b/{story.business.slug}/ambassadors/{story.ana.public_id}/" in text


@pytest.mark.parametrize(
    ("query", "leads", "income"),
    [
        ("?period=month", "1", "€0.00"),
        ("?period=last_month", "1", "-€75.00"),
        ("?period=last_quarter", "3", "€100.00"),
        ("?period=year", "6", "€70.00"),
        ("?from=2026-04-01&to=2026-04-30", "1", "€45.00"),
        ("?from=2026-04-01", "3", "-€30.00"),
    ],
)
def test_periods(olga: Browser, story: Story, query: str, leads: str, income: str) -> None:
    """An address asks for the days; last quarter is two clicks away (UX B2 task 14)."""
    found = figures(page(olga, story, f"overview/{query}"))
    assert (found["Registered leads"], found["Generated income"]) == (leads, income)


def test_a_period_that_cannot_be_read_is_said(olga: Browser, story: Story) -> None:
    text = page(olga, story, "overview/?from=2026-02-31")
    assert "Write the days as 2026-05-12." in text
    assert figures(text)["Registered leads"] == "6"
    assert "The last day lies before the first." in page(olga, story, "overview/?from=2026-03-02&to=2026-03-01")


def test_campaign_filter(olga: Browser, story: Story) -> None:
    other = world.launch(story.business, now=at("06-02 10:00"))
    assert figures(page(olga, story, f"overview/?campaign={other.public_id}"))["Registered leads"] == "0"
    assert figures(page(olga, story, f"overview/?campaign={story.campaign.public_id}"))["Registered leads"] == "6"


@pytest.mark.parametrize("name", [kpi.name for kpi in kpis])
def test_files_equal_the_screen(olga: Browser, story: Story, name: str) -> None:
    """The rows of each file add up to the number of the tile, to the minor unit."""
    kpi = kpis[name]()
    for query, since, until in (("", None, None), ("?from=2026-04-01&to=2026-04-30", 1, 30)):
        text = page(olga, story, f"overview/{name}/{query}")
        header, *rows = read_csv(olga.get(f"/b/{story.business.slug}/overview/{name}.csv{query}"))
        scope = Scope(story.business, NOW, *(date(2026, 4, day) if day else None for day in (since, until)))
        value = kpi.value(scope)
        if kpi.unit == "money":
            assert round(sum(float(row[-1]) for row in rows) * 100) == value
        elif kpi.columns[-1].name == "n":
            assert sum(int(row[-1]) for row in rows) == value
        elif kpi.unit == "count":
            assert len(rows) == value
        assert str(kpi.definition).split(",")[0] in text.replace("&#x27;", "'")
        assert len(header) == len(kpi.columns)


def test_key_indicators_and_their_file(olga: Browser, story: Story) -> None:
    """R-038; the totals of the page are the sums of the file."""
    text = page(olga, story, "overview/new-clients/")
    assert "€70.00" in text
    assert "€30.00" in text
    header, *rows = read_csv(olga.get(f"/b/{story.business.slug}/overview/new-clients.csv"))
    assert header == [
        "New client",
        "Registered on",
        "Active since",
        "Status",
        "Referred by",
        "Income (EUR)",
        "Reward (EUR)",
    ]
    assert rows[3] == ["Eva", "2026-03-28", "2026-03-29", "Active", "Ana López", "70.00", "15.00"]
    assert [row[0] for row in rows] == ["Ina", "Hal", "Fay", "Eva", "Deleted client", "Ben"]


def test_names_are_no_formulas(olga: Browser, story: Story) -> None:
    """TRUST FUZ-5: a name that a spreadsheet would run gets an apostrophe; an international phone number stays."""
    wild = ["=1+1", "+SUM(A1)", "-2+3", "@cmd", "|calc", "%0A", "＝1"]
    for number, name in enumerate(wild):
        one = world.add_client(story.business, name, email=f"w{number}@x.example", now=at("06-01 10:00"))
        world.bring(one, f"Guest{number}", now=at("06-02 10:00"))
    edit_client(story.ana, phone="+34 600 000 000", actor="user:1", now=NOW)
    rows = read_csv(olga.get(f"/b/{story.business.slug}/ambassadors.csv"))[1:]
    assert {row[0] for row in rows} == {"Ana López", "Bea Ruiz", *(f"'{name}" for name in wild)}
    assert {row[2] for row in rows} == {"", "+34600000000"}


def test_months_file(olga: Browser, story: Story) -> None:
    rows = read_csv(olga.get(f"/b/{story.business.slug}/overview/months.csv"))
    assert rows[0] == [
        "Month",
        "Registered leads",
        "Activated clients",
        "Generated income (EUR)",
        "Rewards issued (EUR)",
    ]
    assert rows[3:6] == [
        ["2026-03", "1", "1", "100.00", "15.00"],
        ["2026-04", "1", "1", "45.00", "15.00"],
        ["2026-05", "1", "0", "-75.00", "-15.00"],
    ]


def test_ambassadors(olga: Browser, story: Story) -> None:
    """R-061..R-065, R-039: columns, order, search."""
    text = page(olga, story, "ambassadors/")
    assert text.index("Ana López") < text.index("Bea Ruiz")
    turned = page(olga, story, "ambassadors/?sort=active")
    assert turned.index("Bea Ruiz") < turned.index("Ana López")
    assert "Ana López" not in page(olga, story, "ambassadors/?q=ruiz")
    assert "Nobody by that name" in page(olga, story, "ambassadors/?q=nobody")
    header, ana, bea = read_csv(olga.get(f"/b/{story.business.slug}/ambassadors.csv"))
    assert header[3:7] == ["Total leads", "Total active", "Total rewards (EUR)", "Total redeemed (EUR)"]
    assert ana[3:] == ["4", "2", "30.00", "5.00", "0.00", "0.00", "25.00", "70.00"]
    assert bea[3:] == ["2", "1", "15.00", "0.00", "0.00", "15.00", "0.00", "0.00"]


def test_history_of_an_ambassador(olga: Browser, story: Story) -> None:
    """R-066: movements for each friend, with order and running balance, and as a file."""
    text = page(olga, story, f"ambassadors/{story.ana.public_id}/")
    assert "Balance from recommendations" in text
    assert f"order {story.orders['ana'].number}" in text
    rows = read_csv(olga.get(f"/b/{story.business.slug}/ambassadors/{story.ana.public_id}.csv"))[1:]
    assert [row[4:] for row in rows] == [["5.00", "25.00"], ["-10.00", "20.00"], ["15.00", "30.00"], ["15.00", "15.00"]]
    assert [row[2] for row in rows] == ["Ben", "Ben", "Eva", "Ben"]


def test_goals(olga: Browser, story: Story) -> None:
    """R-107: set once however often it is sent, shown on the overview, removed."""
    given = {"kpi": "generated_income", "target": "1.000,50", "since": "2026-01-01", "until": "2026-12-31", "once": "x"}
    for _time in range(2):
        assert olga.post(f"/b/{story.business.slug}/goals/", given).status_code == 302
    (goal,) = Goal.objects.all()
    assert goal.target == 100050
    assert "of €1,000.50" in page(olga, story, "overview/")
    for wrong, sentence in (
        ({"target": "many"}, "Write an amount such as"),
        ({"kpi": "ambassadors", "target": "1.5"}, "Write a whole number"),
        ({"kpi": "conversion_rate", "target": "140"}, "A rate is at most 100%."),
        ({"kpi": "conversion_rate", "target": "Infinity"}, "Write a percentage, such as 40."),
        ({"kpi": "conversion_rate", "target": "9e999999"}, "Write a percentage, such as 40."),
        ({"since": "9999-12-31", "until": "9999-12-31"}, "Choose days between 2000 and 2100."),
        ({"until": "2025-01-01"}, "The last day lies before the first."),
    ):
        answer = olga.post(f"/b/{story.business.slug}/goals/", given | {"once": "y"} | wrong)
        assert answer.status_code == 200
        assert sentence in answer.content.decode()
    assert Goal.objects.count() == 1
    olga.post(f"/b/{story.business.slug}/goals/{goal.public_id}/remove/")
    assert Goal.objects.count() == 0


def test_who_may_see_figures(client: Browser, house: House, story: Story) -> None:
    """Front desk ranks ambassadors but sees no money figures; other businesses' people see nothing (404)."""
    paths = [
        "overview/",
        "overview/new-clients/",
        "overview/generated_income/",
        "overview/generated_income.csv",
        "goals/",
    ]
    both = ["ambassadors/"]
    paths.append(f"ambassadors/{story.ana.public_id}/")  # its movements are money
    person = house.owner
    Collaborator.objects.filter(business=house.business, user=person).update(role="front_desk")
    client.force_login(person)
    assert {client.get(f"/b/{house.business.slug}/{path}").status_code for path in paths} == {404}
    assert {client.get(f"/b/{house.business.slug}/{path}").status_code for path in both} == {200}
    assert client.get(f"/b/{house.business.slug}/ambassadors.csv").status_code == 404
    salon = world.open_salon()
    client.force_login(salon.owner)
    assert {client.get(f"/b/{house.business.slug}/{path}").status_code for path in paths + both} == {404}
    assert client.get(f"/b/{salon.business.slug}/ambassadors/{story.ana.public_id}/").status_code == 404
    assert "Ana" not in client.get(f"/b/{salon.business.slug}/overview/").content.decode()
    client.logout()
    assert {client.get(f"/b/{house.business.slug}/{path}").status_code for path in paths + both} == {302}


def test_queries(
    olga: Browser, story: Story, django_assert_max_num_queries: Callable[[int], AbstractContextManager[Any]]
) -> None:
    """A page costs the same with one row and with many, and at most twelve queries."""
    paths = ["overview/", "overview/generated_income/", "overview/new-clients/", "ambassadors/", "goals/"]
    paths.append(f"ambassadors/{story.ana.public_id}/")

    def cost() -> list[int]:
        counts = []
        for path in paths:
            with CaptureQueriesContext(connection) as found:
                page(olga, story, path)
            counts.append(len(found))
        return counts

    page(olga, story, "overview/")
    before = cost()
    for number in range(3):
        one = world.add_client(story.business, f"Kim{number}", now=at("06-01 10:00"))
        world.sell(world.bring(one, f"Lou{number}", now=at("06-02 10:00")).friend, story.product, now=at("06-03 10:00"))
        world.bring(story.ana, f"Max{number}", now=at("06-02 10:00"))
    assert cost() == before
    assert max(before) <= 12, dict(zip(paths, before, strict=True))
