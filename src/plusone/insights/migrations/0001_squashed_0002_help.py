"""All of the migrations up to 0002 in one, for a new installation; an older one takes them one by one."""

import django.db.models.deletion
from django.db import migrations, models

import plusone.kernel.ids


class Migration(migrations.Migration):
    initial = True
    replaces = [("insights", "0001_initial"), ("insights", "0002_help")]
    dependencies = [("kernel", "0001_squashed_0005_bonus_limit")]
    operations = [
        migrations.CreateModel(
            name="Goal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("kpi", models.CharField(max_length=40)),
                ("target", models.BigIntegerField()),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=80)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("business", "kpi", "since", "until"), name="insights_goal_once"),
                    models.CheckConstraint(condition=models.Q(("target__gt", 0)), name="insights_goal_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("until__gte", models.F("since"))), name="insights_goal_days"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="HelpAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("topic", models.CharField(max_length=40)),
                ("yes", models.PositiveIntegerField(default=0)),
                ("no", models.PositiveIntegerField(default=0)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("business", "topic"), name="insights_help_once")]},
        ),
    ]
