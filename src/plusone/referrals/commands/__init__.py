"""The verbs of the referral loop."""

from .answering import Answer, answer_invitation, answer_sign_up, name_ambassador
from .appealing import ask_for_review
from .campaigns import (
    MoneyNeedsReason,
    activate_campaign,
    archive_campaign,
    create_campaign,
    deactivate_campaign,
    edit_campaign,
)
from .checking import asked_checks, take_back_check, tick_off
from .choosing import choose_reward
from .deciding import (
    approve_referral,
    decide_case,
    decide_reward,
    is_earned_again,
    reject_referral,
    reject_several,
)
from .doubting import look_again, look_again_at, remind_of_cases
from .foreseeing import Lost, foresee_lost_dispute, foresee_refund
from .forgetting import forget_notes
from .imports import RecommendedLine, import_referrals, time_imported, undo_imported
from .mailings import (
    announce,
    pause_mailing,
    send_due,
    send_test,
    send_to_latecomers,
    stop_mailing,
    tell_newcomers,
    write_news,
)
from .margins import AboveMargin, keep_margin
from .merging import move_link_visits, move_made, move_received
from .networks import add_own_device, add_own_network, forget_arrivals, remove_own_device, remove_own_network
from .planning import schedule_campaign, start_and_end_campaigns
from .registering import (
    AlreadyReferred,
    CampaignInactive,
    ExistingClient,
    SelfReferral,
    UnknownCode,
    attach_referral,
    refer,
    register_friend,
    register_without_referral,
)
from .reminders import (
    ReminderPlan,
    change_reminder,
    plan_reminder,
    remove_reminder,
    run_reminders,
    runs_ahead,
    times_in_all,
)
from .reviving import revive
from .settling import complete, mark_activated, settle
from .sharing import share_link
from .standing import block_ambassador, restore_ambassador, trust_ambassador
from .sweeping import ask_again, close_overdue, end_holds
from .upgrading import Upgrade, foresee_upgrade, upgrade_open_referrals, upgrade_referral
from .visits import record_past_visit, record_trial, record_visit, roll_up_visits, set_apart_own_visit

__all__ = [
    "AboveMargin",
    "AlreadyReferred",
    "Answer",
    "CampaignInactive",
    "ExistingClient",
    "Lost",
    "MoneyNeedsReason",
    "RecommendedLine",
    "ReminderPlan",
    "SelfReferral",
    "UnknownCode",
    "Upgrade",
    "activate_campaign",
    "add_own_device",
    "add_own_network",
    "announce",
    "answer_invitation",
    "answer_sign_up",
    "approve_referral",
    "archive_campaign",
    "ask_again",
    "ask_for_review",
    "asked_checks",
    "attach_referral",
    "block_ambassador",
    "change_reminder",
    "choose_reward",
    "close_overdue",
    "complete",
    "create_campaign",
    "deactivate_campaign",
    "decide_case",
    "decide_reward",
    "edit_campaign",
    "end_holds",
    "foresee_lost_dispute",
    "foresee_refund",
    "foresee_upgrade",
    "forget_arrivals",
    "forget_notes",
    "import_referrals",
    "is_earned_again",
    "keep_margin",
    "look_again",
    "look_again_at",
    "mark_activated",
    "move_link_visits",
    "move_made",
    "move_received",
    "name_ambassador",
    "pause_mailing",
    "plan_reminder",
    "record_past_visit",
    "record_trial",
    "record_visit",
    "refer",
    "register_friend",
    "register_without_referral",
    "reject_referral",
    "reject_several",
    "remind_of_cases",
    "remove_own_device",
    "remove_own_network",
    "remove_reminder",
    "restore_ambassador",
    "revive",
    "roll_up_visits",
    "run_reminders",
    "runs_ahead",
    "schedule_campaign",
    "send_due",
    "send_test",
    "send_to_latecomers",
    "set_apart_own_visit",
    "settle",
    "share_link",
    "start_and_end_campaigns",
    "stop_mailing",
    "take_back_check",
    "tell_newcomers",
    "tick_off",
    "time_imported",
    "times_in_all",
    "trust_ambassador",
    "undo_imported",
    "upgrade_open_referrals",
    "upgrade_referral",
    "write_news",
]
