"""The client book in a real browser, where a page of it and the bar for many are shown at once (UX task 19)."""

from browser.pages import faults_of
from browser.people import Person
from plusone.clients.commands import give_tag, tag_called
from world import NOON, House, add_client, bring, launch


def test_the_list_with_a_row_picked(vela: House, olga: Person) -> None:
    """Clients with tags, a lead, and the bar for those who are picked: on a phone and at a desk, light and dark."""
    launch(vela.business)
    morning = tag_called(vela.business, "Morning")
    for name in ("Ana", "Carla", "Dora"):
        client = add_client(vela.business, name, "Núñez")
        give_tag(client, morning, actor="user:1", now=NOON)
    bring(client, "Ben")
    olga.begin_at(vela, "clients/")
    olga.page.locator("input[data-pick]").first.check()
    assert faults_of(olga.page, olga.page.context.new_cdp_session(olga.page)) == {}
