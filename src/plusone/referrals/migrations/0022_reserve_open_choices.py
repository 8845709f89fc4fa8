"""What was offered to be chosen before money was kept free for it: the worker settles it right after the upgrade."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q
from django.utils import timezone


def ask_at_once(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Let the recommendations be asked again, which keeps free what each choice may come to."""
    rewards = apps.get_model("rewards", "Reward").objects.using(editor.connection.alias)
    referrals = apps.get_model("referrals", "Referral").objects.using(editor.connection.alias)
    now = timezone.now()
    waiting = rewards.filter(source_kind="referral", state="awaiting_choice", reserved=0, counted_at__isnull=False)
    asked_later = Q(asks_at=None) | Q(asks_at__gt=now)
    referrals.filter(asked_later, pk__in=waiting.values("source_id")).exclude(state="closed").update(asks_at=now)


class Migration(migrations.Migration):
    dependencies = [("rewards", "0016_reserved"), ("referrals", "0021_late_clients")]

    operations = [migrations.RunPython(ask_at_once, migrations.RunPython.noop, elidable=True)]
