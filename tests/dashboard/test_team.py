"""Who works in a business: invited by mail, with a role, until they leave (R-102, R-213, R-221, Q-20)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client as Browser
from django.utils import timezone

from plusone.clients.commands import assign
from plusone.clients.models import Client
from plusone.connect.commands import LastOwner, remove_from_team, set_role
from plusone.connect.models import TeamInvitation
from plusone.connect.queries import professions_of
from plusone.events.models import Event
from plusone.kernel.commands import add_collaborator, user_for
from plusone.kernel.models import Business, Collaborator, User
from plusone.messaging.models import Message
from world import NOON

from .conftest import browser_of
from .pages import send, text_of
from .test_accounts import CODE, CONFIRM, code_in

TEAM = "/b/studio-vela/settings/team/"
PABLO = {"name": "Pablo Ruiz", "email": "Pablo@Vela.example", "role": "professional"}


def roles(business: Business) -> dict[str, str]:
    return {row.user.email: row.role for row in Collaborator.objects.filter(business=business).select_related("user")}


def told(business: Business) -> list[str]:
    found = Event.objects.filter(business=business, name__startswith="team.").order_by("pk")
    return list(found.values_list("name", flat=True))


def invitation(olga: Browser, **changes: str) -> TeamInvitation:
    assert send(olga, TEAM, PABLO | changes)["Location"] == TEAM
    return TeamInvitation.objects.latest("pk")


def link_in(mail: Message) -> str:
    found = re.search(r"http\S+(/team/\S+)", mail.text)
    assert found, mail.text
    return found[1]


def test_somebody_is_invited_proves_the_address_and_works_here(gym: Business, olga: Browser) -> None:
    """R-221: name and address; the mail's link shows a page, a code proves the address, and a POST accepts."""
    invitation(olga)
    mail = Message.objects.get(template="team.invitation")
    assert (mail.to, mail.language) == ("pablo@vela.example", "es")
    assert not User.objects.filter(email="pablo@vela.example").exists()
    page, pablo = link_in(mail), Browser()
    for _time in range(2):
        shown = pablo.get(page)
        assert (shown.status_code, "Studio Vela" in text_of(shown)) == (200, True)
    assert pablo.post(page).status_code == 200  # not proved: the page asks for it
    assert roles(gym) == {"olga@vela.example": "owner"}

    assert pablo.post(CODE, {"email": "pablo@vela.example", "next": page})["Location"].startswith(CONFIRM)
    code = code_in(Message.objects.get(template="login_code"))
    assert pablo.post(CONFIRM, {"code": code, "next": page})["Location"] == page
    assert roles(gym) == {"olga@vela.example": "owner"}  # being there is not accepting
    assert pablo.post(page)["Location"] == "/b/studio-vela/"

    assert roles(gym) == {"olga@vela.example": "owner", "pablo@vela.example": "professional"}
    assert User.objects.get(email="pablo@vela.example").name == "Pablo Ruiz"
    assert pablo.get("/b/studio-vela/").status_code == 200
    assert pablo.get(TEAM).status_code == 404
    assert Browser().get(page).status_code == 410  # the link has done its work
    names = told(gym)
    assert names == ["team.invited", "team.joined"]


def test_invitation_is_for_its_address_alone(gym: Business, olga: Browser, ana_herself: Browser) -> None:
    """Whoever else holds the link gets nothing by it, and sees no address."""
    page = f"/team/{invitation(olga).public_id}"
    for somebody in (ana_herself, olga):
        assert somebody.post(page).status_code == 200
    assert "pablo@vela.example" not in text_of(ana_herself.get(page))
    assert roles(gym) == {"olga@vela.example": "owner"}
    assert TeamInvitation.objects.count() == 1


def test_invitation_waits_where_one_logs_in(gym: Business, olga: Browser) -> None:
    """Who logs in without the mail finds it among the places to go."""
    found = invitation(olga)
    pablo = browser_of(User.objects.create_user("pablo@vela.example", language="en"))
    assert pablo.get("/")["Location"] == f"/team/{found.public_id}"
    assert "You are invited to work here: Professional" in text_of(pablo.get("/switch"))


def test_invitation_is_sent_again_ends_and_is_taken_back(gym: Business, olga: Browser) -> None:
    found = invitation(olga)
    page = f"/team/{found.public_id}"
    pablo = browser_of(User.objects.create_user("pablo@vela.example", language="en"))
    TeamInvitation.objects.update(expires_at=NOON)
    assert (pablo.get(page).status_code, pablo.post(page).status_code) == (410, 410)
    assert "The link has ended" in text_of(olga.get(TEAM))

    with time_machine.travel(timezone.now() + timedelta(minutes=3)):  # not sooner (FRA-13)
        olga.post(f"{TEAM}invited/{found.public_id}/resend/")
    assert Message.objects.filter(template="team.invitation").count() == 2
    assert pablo.get(page).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=6, seconds=1)):
        invitation(olga, name="Pablo", role="manager")  # the same address: renewed, not doubled
    assert list(TeamInvitation.objects.values_list("name", "role")) == [("Pablo", "manager")]

    olga.post(f"{TEAM}invited/{found.public_id}/revoke/")
    assert (pablo.post(page).status_code, roles(gym)) == (410, {"olga@vela.example": "owner"})


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"email": "nonsense"}, "not an e-mail address"),
        ({"email": "olga@vela.example"}, "works here already"),
        ({"name": "x" * 90}, "80"),
        ({"role": "emperor"}, "emperor"),
    ],
)
def test_wrong_invitations_are_refused_at_their_field(
    gym: Business, olga: Browser, typed: dict[str, str], says: str
) -> None:
    answer = send(olga, TEAM, PABLO | typed)
    assert (answer.status_code, says in text_of(answer)) == (200, True)
    assert (TeamInvitation.objects.count(), Message.objects.count()) == (0, 0)


def test_role_holds_at_once_and_leaving_ends_access_at_once(gym: Business, olga: Browser, desk: Browser) -> None:
    """R-221, R-223: no new login needed, and no page left open."""
    row = Collaborator.objects.get(user__email="desk@vela.example")
    assert (desk.get("/b/studio-vela/").status_code, desk.get("/b/studio-vela/overview/").status_code) == (200, 404)
    olga.post(f"{TEAM}{row.public_id}/", {"role": "manager"})
    assert desk.get("/b/studio-vela/overview/").status_code == 200
    assert "at once" in text_of(olga.get(f"{TEAM}{row.public_id}/remove/"))
    assert desk.get("/b/studio-vela/").status_code == 200  # asking removed nobody
    assert olga.post(f"{TEAM}{row.public_id}/remove/")["Location"] == TEAM
    assert desk.get("/b/studio-vela/").status_code == 404
    assert desk.get("/", follow=True).redirect_chain[-1][0] == "/start"
    names = told(gym)
    assert names == ["team.role_changed", "team.left"]


def test_clients_are_found_by_what_who_looks_after_them_works_as(
    gym: Business, ana: Client, carla: Client, olga: Browser, desk: Browser
) -> None:
    """R-075, Q-16: said on the team's page, in one spelling; the client list then narrows to it, also for the desk."""
    trainers = [add_collaborator(gym, user_for(f"{name}@vela.example"), role="professional") for name in ("pia", "tom")]
    physio = add_collaborator(gym, user_for("ida@vela.example"), role="professional")
    assign([ana], trainers[0], actor="user:1", now=NOON)
    assign([carla], physio, actor="user:1", now=NOON)
    clients = f"/b/{gym.slug}/clients/"
    assert 'name="work"' not in olga.get(clients).content.decode()
    for member, said in ((trainers[0], "Entrenadora  física"), (trainers[1], "entrenadora FISICA"), (physio, "Physio")):
        answer = olga.post(f"/b/{gym.slug}/settings/team/{member.public_id}/profession/", {"profession": said})
        assert answer.status_code == 302
    assert professions_of(gym) == ["Entrenadora física", "Physio"]
    assert "Entrenadora física" in text_of(olga.get(f"/b/{gym.slug}/settings/team/"))
    for browser in (olga, desk):
        page = browser.get(clients, {"work": "Entrenadora física"})
        assert [row["client"].first_name for row in page.context["rows"]] == ["Ana"]
        assert "Whatever their profession" in text_of(page)
    assert olga.get(clients, {"work": "Painter"}).context["rows"] == []
    facts = Event.objects.filter(name="team.profession_changed")
    assert {tuple(sorted(data)) for data in facts.values_list("data", flat=True)} == {("user",)}
    too_long = olga.post(f"/b/{gym.slug}/settings/team/{physio.public_id}/profession/", {"profession": "x" * 61})
    assert too_long.status_code == 200
    assert desk.post(f"/b/{gym.slug}/settings/team/{physio.public_id}/profession/", {}).status_code == 404
    olga.post(f"/b/{gym.slug}/settings/team/{physio.public_id}/profession/", {"profession": ""})
    assert professions_of(gym) == ["Entrenadora física"]


def test_who_signed_up_says_their_own_name(gym: Business, olga: Browser, desk: Browser) -> None:
    """R-102: the owner has an address and no name until they say one, on their own page; nobody says another's."""
    owner = Collaborator.objects.get(business=gym, role="owner")
    pia = add_collaborator(gym, user_for("pia@vela.example"), role="professional")
    mine, hers = (f"{TEAM}{row.public_id}/" for row in (owner, pia))
    assert "Say here what you are called" in text_of(olga.get(TEAM))
    assert ("Your name" in text_of(olga.get(mine)), "Your name" in text_of(olga.get(hers))) == (True, False)
    assert olga.post(f"{mine}name/", {"name": "  Olga   Sanz "}).status_code == 302
    page = text_of(olga.get(TEAM))
    assert "Olga Sanz" in page
    assert "Say here what you are called" not in page
    fact = Event.objects.get(name="team.name_changed")
    assert fact.data == {"user": owner.user_id}
    assert olga.post(f"{mine}name/", {"name": "Olga Sanz"}).status_code == 302  # nothing new, nothing told
    assert olga.post(f"{mine}name/", {"name": "x" * 81}).status_code == 200
    assert "Everybody says their own name." in text_of(olga.post(f"{hers}name/", {"name": "Eve"}, follow=True))
    assert desk.post(f"{mine}name/", {"name": "Eve"}).status_code == 404
    assert set(Collaborator.objects.filter(business=gym).values_list("user__name", flat=True)) == {"", "Olga Sanz"}
    assert Event.objects.filter(name="team.name_changed").count() == 1


def test_the_last_owner_cannot_go(gym: Business, olga: Browser) -> None:
    """A business always has an owner: neither by another role nor by leaving."""
    row = Collaborator.objects.get(business=gym)
    assert "always has an owner" in text_of(olga.post(f"{TEAM}{row.public_id}/", {"role": "manager"}))
    assert "always has an owner" in text_of(olga.post(f"{TEAM}{row.public_id}/remove/", follow=True))
    assert roles(gym) == {"olga@vela.example": "owner"}
    with pytest.raises(LastOwner):
        remove_from_team(row, actor="user:1", now=NOON)

    other = add_collaborator(gym, User.objects.create_user("eva@vela.example"), role="owner")
    assert olga.post(f"{TEAM}{row.public_id}/remove/")["Location"] == "/"
    assert olga.get("/b/studio-vela/").status_code == 404
    with pytest.raises(LastOwner):
        set_role(other, "front_desk", actor="user:1", now=NOON)
    assert roles(gym) == {"eva@vela.example": "owner"}


def test_roles_are_said_in_plain_words(gym: Business, olga: Browser, desk: Browser) -> None:
    """Generated from the table that the doors read."""
    page = text_of(olga.get(f"{TEAM}roles/"))
    for words in ("Sell and take payments", "Front desk", "Sees and does everything."):
        assert words in page
    assert desk.get(f"{TEAM}roles/").status_code == 404


def test_the_link_to_the_team_is_handed_over_by_hand(gym: Business, olga: Browser) -> None:
    """R-221: where no mail arrives; it opens nothing without the address, which a code proves."""
    found = invitation(olga)
    page = olga.get(TEAM).content.decode()
    assert f'data-copy="http://testserver/team/{found.public_id}"' in page or f"/team/{found.public_id}" in page
    assert "https://wa.me/?text=" in page
    assert "They prove their address by a code, and that comes by mail, too." in page
