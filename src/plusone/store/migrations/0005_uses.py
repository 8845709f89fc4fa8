"""Packs that run already have all their uses."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import OuterRef, Subquery


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Write how many uses are left."""
    memberships = apps.get_model("store", "Membership").objects.using(editor.connection.alias)
    kinds = apps.get_model("store", "MembershipType").objects.using(editor.connection.alias)
    uses = kinds.filter(pk=OuterRef("type_id")).values("uses")[:1]
    memberships.filter(started_at__isnull=False).update(uses_left=Subquery(uses))


class Migration(migrations.Migration):
    dependencies = [("store", "0004_gifts")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
