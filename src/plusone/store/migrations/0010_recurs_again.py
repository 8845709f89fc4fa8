"""What recurs ended with its last use until it was given new ones in each period: where its time still runs, it runs."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Case, Exists, OuterRef, Value, When
from django.utils import timezone


def open_again(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Let them wait for the uses of their next period, but for who has the same anew or is gone."""
    memberships = apps.get_model("store", "Membership").objects.using(editor.connection.alias)
    running = ("scheduled", "active", "frozen", "past_due", "ending")
    anew = memberships.filter(client=OuterRef("client"), type=OuterRef("type"), state__in=running)
    stopped = memberships.filter(state="used_up", type__kind="recurring", ends_at__gt=timezone.now())
    stopped.exclude(client__status="deleted").exclude(Exists(anew)).update(
        state=Case(When(cancelled_at=None, then=Value("active")), default=Value("ending")), ended_at=None
    )


class Migration(migrations.Migration):
    dependencies = [("clients", "0017_invited"), ("store", "0009_placed_index")]

    operations = [migrations.RunPython(open_again, migrations.RunPython.noop, elidable=True)]
