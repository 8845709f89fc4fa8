"""All of the migrations up to 0002 in one, for a new installation; an older one takes them one by one."""

import django.db.models.deletion
from django.db import migrations, models

import plusone.kernel.ids


class Migration(migrations.Migration):
    initial = True
    replaces = [("agenda", "0001_initial"), ("agenda", "0002_checks")]
    dependencies = [("clients", "0001_squashed_0015_saved_views"), ("kernel", "0001_squashed_0005_bonus_limit")]
    operations = [
        migrations.CreateModel(
            name="Check",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("what", models.CharField(blank=True, max_length=120)),
                ("key", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("data", models.JSONField(default=dict)),
                ("marked_at", models.DateTimeField()),
                ("marked_by", models.CharField(max_length=40)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="checks", to="clients.client"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["client", "-at"], name="agenda_check_client")],
                "constraints": [models.UniqueConstraint(fields=("business", "key"), name="agenda_check_once")],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("outcome", models.CharField(choices=[("attended", "Attended"), ("missed", "Missed")], max_length=12)),
                ("key", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("data", models.JSONField(default=dict)),
                ("marked_at", models.DateTimeField()),
                ("marked_by", models.CharField(max_length=40)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="clients.client"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["client", "-at"], name="agenda_client"),
                    models.Index(fields=["business", "-at"], name="agenda_business"),
                ],
                "constraints": [models.UniqueConstraint(fields=("business", "key"), name="agenda_visit_once")],
            },
        ),
    ]
