"""Further steps and a choice of rewards in the builder (R-297, R-104, R-141)."""

from django.test import Client as Browser

from plusone.kernel.models import Business
from plusone.referrals.models import Campaign
from world import EUR10, EUR15, launch

from .pages import once_of, text_of
from .test_campaign import OFFER, at

EUR20 = {"kind": "balance", "amount": 2000}
MASSAGE = {"kind": "manual", "text": "Massage"}


def test_a_step_is_added_written_and_taken_away(gym: Business, olga: Browser) -> None:
    """R-297: a button puts a second sentence beneath the first; what is saved stands there again."""
    url = at(gym, "campaign_save_new")
    assert "Step 2" not in text_of(olga.get(at(gym, "campaign_new"))), "the simple case has nothing more to read"
    page = olga.post(url, {**OFFER, "ambassador_amount": "", "more_step": "1"})
    said = page.content.decode()
    assert "Step 2 Remove this step Once the friend" in text_of(page)
    assert "invalid-feedback" not in said
    assert said.count("autofocus") == 1
    sent = {
        **OFFER,
        "step_2_name": "Loyal",
        "step_2_condition": "spend",
        "step_2_condition_at_least": "90",
        "step_2_condition_2": "sessions_attended",
        "step_2_condition_2_at_least": "3",
        "step_2_friend_kind": "balance",
        "step_2_friend_amount": "5",
        "step_2_ambassador_kind": "balance",
        "step_2_ambassador_amount": "20",
        "step_2_hold_days": "10",
        "step_3_condition": "orders",
        "step_3_condition_at_least": "4",
        "step_3_ambassador_kind": "manual",
        "step_3_ambassador_text": "Massage",
    }
    assert olga.post(url, sent).status_code == 302
    campaign = Campaign.objects.get()
    loyal, fourth = campaign.terms.steps
    assert loyal == {
        "name": "Loyal", "hold_days": 10, "friend_reward": {"kind": "balance", "amount": 500},
        "ambassador_reward": EUR20,
        "conditions": [{"kind": "spend", "at_least": 9000}, {"kind": "sessions_attended", "at_least": 3}],
    }  # fmt: skip
    assert (fourth["ambassador_reward"], fourth["hold_days"], fourth["name"]) == (MASSAGE, None, "")
    shown = olga.get(at(gym, "campaign_one", campaign.public_id))
    for name, value in (("step_2_ambassador_amount", "20"), ("step_2_hold_days", "10"), ("step_2_name", "Loyal")):
        assert f'name="{name}" value="{value}' in shown.content.decode()
    assert "your client also receives “Massage”" in text_of(shown)
    save = at(gym, "campaign_save", campaign.public_id)
    again = {**sent, "once": once_of(shown), "save": "1"}
    assert olga.post(save, again).status_code == 302
    assert campaign.versions.count() == 1, "the same again makes no new terms"
    fewer = olga.post(save, {**sent, "drop": "step_2_"}).context["form"].initial
    assert (fewer["step_2_ambassador_text"], "step_3_condition" in fewer) == ("Massage", False)


def test_the_preview_tells_the_step_as_it_is_written(gym: Business, olga: Browser) -> None:
    step = {"step_2_condition": "sessions_attended", "step_2_condition_at_least": "3",
            "step_2_ambassador_kind": "balance", "step_2_ambassador_amount": "20"}  # fmt: skip
    said = text_of(olga.post(at(gym, "campaign_preview"), {**OFFER, **step}))
    assert "Once the friend has come 3 times, your client also receives €20.00 of balance." in said
    assert "You also receive €20.00 of balance once the friend has come 3 times." in said


def test_the_client_is_given_a_choice(gym: Business, olga: Browser) -> None:
    """R-104: "or" after the reward, up to four; one alone is no choice."""
    url = at(gym, "campaign_save_new")
    page = olga.post(url, {**OFFER, "more_option": "1"})
    assert page.content.decode().count("reward-slot") == 4  # with the one for former clients
    assert "as they choose" in text_of(page)
    sent = {
        **OFFER,
        "ambassador_amount": "15",
        "option_2_kind": "manual",
        "option_2_text": "Massage",
        "option_3_kind": "",
    }
    assert olga.post(url, sent).status_code == 302
    campaign = Campaign.objects.get()
    assert campaign.terms.ambassador_reward == {"kind": "choice", "options": [EUR15, MASSAGE]}
    shown = olga.get(at(gym, "campaign_one", campaign.public_id))
    assert 'name="option_2_text" value="Massage"' in shown.content.decode()
    assert "your client receives a choice of €15.00 of balance or “Massage”" in text_of(shown)
    save = at(gym, "campaign_save", campaign.public_id)
    fewer = olga.post(save, {**sent, "drop": "option_2"}).context["form"].initial
    assert (fewer["option_2_kind"], "option_3_kind" in fewer) == ("", False)
    alone = {**sent, "option_2_kind": "", "once": once_of(shown), "save": "1"}
    assert olga.post(save, alone).status_code == 302
    assert campaign.terms.ambassador_reward == EUR15
    four = {**OFFER, **{f"option_{number}_kind": "" for number in (2, 3, 4)}}
    assert "more_option" not in olga.post(url, {**four, "more": "1"}).content.decode()


def test_what_is_wrong_in_a_step_stands_at_it(gym: Business, olga: Browser) -> None:
    url = at(gym, "campaign_save_new")
    step = {"step_2_condition": "spend", "step_2_condition_at_least": "90"}
    for more, said in (
        ({}, "Say what this step gives, and to whom."),
        ({"step_2_ambassador_kind": "balance", "step_2_ambassador_amount": "x"}, "Write an amount such as"),
        (
            {"step_2_ambassador_kind": "balance", "step_2_ambassador_amount": "5", "every": "3"},
            "One reward for several friends has no further steps.",
        ),
        (
            {"ambassador_kind": "", "friend_kind": "", "step_2_friend_kind": "balance", "step_2_friend_amount": "5"},
            "Say first what is given at the start",
        ),
        (
            {
                "step_2_friend_kind": "balance",
                "step_2_friend_amount": "5",
                "option_2_kind": "balance",
                "option_2_amount": OFFER["ambassador_amount"],
            },
            "Two options are the same.",
        ),
    ):
        assert said in text_of(olga.post(url, {**OFFER, **step, **more})), said
    assert not Campaign.objects.exists()


def test_an_offer_of_the_api_is_shown_whole_and_kept(gym: Business, olga: Browser) -> None:
    """What a program wrote is what the builder shows: saving it unchanged makes no new terms."""
    either = {"kind": "choice", "options": [EUR10, {"kind": "balance", "percent": 12.5}]}
    step = {"name": "Later", "conditions": [{"kind": "activated"}], "ambassador_reward": either, "hold_days": 0}
    campaign = launch(gym, ambassador=either, steps=[step])
    page = olga.get(at(gym, "campaign_one", campaign.public_id))
    form = page.context["form"]
    sent = {name: value for name, value in form.initial.items() if value is not None and value is not False}
    sent["once"] = once_of(page)
    assert olga.post(at(gym, "campaign_save", campaign.public_id), {**sent, "save": "1"}).status_code == 302
    assert campaign.versions.count() == 1


def test_a_tab_that_is_opened_again_comes_back_to_the_builder(gym: Business, olga: Browser) -> None:
    """R-109: after “Add a step” the address is that of saving; asked for anew it leads to the page, not to a 405."""
    live = launch(gym)
    assert olga.get(at(gym, "campaign_save_new")).headers["Location"] == at(gym, "campaign_new")
    assert olga.get(at(gym, "campaign_save", live.public_id)).headers["Location"] == at(
        gym, "campaign_one", live.public_id
    )
    assert Campaign.objects.get().terms.version == 1
