"""The index that the first migration was given late: who had run that one on PostgreSQL before has none."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("store", "0008_scheduled")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX IF NOT EXISTS store_order_placed ON store_order (business_id, placed_at, id)",
            migrations.RunSQL.noop,
        ),
    ]
