"""The index that the first migration was given late: who had run that one on PostgreSQL before has none."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("clients", "0018_invited_with_a_plan")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX IF NOT EXISTS clients_created ON clients_client (business_id, created_at, id)",
            migrations.RunSQL.noop,
        ),
    ]
