"""All of the migrations up to 0008 in one, for a new installation; an older one takes them one by one."""

import django.db.models.deletion
from django.db import migrations, models

import plusone.kernel.ids


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("rewards", "0001_initial"),
        ("rewards", "0002_clocks"),
        ("rewards", "0003_kinds"),
        ("rewards", "0004_steps"),
        ("rewards", "0005_choice"),
        ("rewards", "0006_told_limits"),
        ("rewards", "0007_unrecovered"),
        ("rewards", "0008_bonuses"),
    ]
    dependencies = [("clients", "0001_squashed_0015_saved_views"), ("kernel", "0001_squashed_0005_bonus_limit")]
    operations = [
        migrations.CreateModel(
            name="Reward",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("side", models.CharField(choices=[("friend", "Friend"), ("ambassador", "Ambassador")], max_length=12)),
                ("source_kind", models.CharField(max_length=20)),
                ("source_id", models.BigIntegerField()),
                ("milestone", models.CharField(default="1", max_length=20)),
                ("kind", models.CharField(max_length=20)),
                ("params", models.JSONField(default=dict)),
                ("options", models.JSONField(default=list)),
                ("amount", models.BigIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("promised", "Promised"),
                            ("on_hold", "In verification"),
                            ("awaiting_approval", "Awaiting approval"),
                            ("awaiting_choice", "To be chosen"),
                            ("granted", "Granted"),
                            ("capped", "Over the limit"),
                            ("declined", "Declined"),
                            ("lapsed", "Lapsed"),
                            ("revoked", "Taken back"),
                        ],
                        default="promised",
                        max_length=20,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("hold", "The verification period is running"),
                            ("approval", "The business approves each reward"),
                            ("flagged", "The business is checking this recommendation"),
                            ("deadline", "The time to complete the conditions is over"),
                            ("refunded", "The purchase was refunded"),
                            ("error", "Something went wrong; the business will look at it"),
                            ("declined", "The business declined this reward"),
                            ("cap_count", "The number of rewards is limited, and the limit was reached"),
                            ("cap_amount", "The amount is limited, and the limit was reached"),
                            ("budget", "The budget of the campaign is used up"),
                            ("ambassador_inactive", "Only for clients who are active when the reward is due"),
                        ],
                        max_length=20,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                ("unrecovered", models.BigIntegerField(default=0)),
                ("hold_days", models.PositiveIntegerField(default=0)),
                ("needs_approval", models.BooleanField(default=False)),
                ("needs_active", models.BooleanField(default=False)),
                ("clawback", models.CharField(default="within_balance", max_length=16)),
                ("limits", models.JSONField(default=dict)),
                ("promised_at", models.DateTimeField()),
                ("due_by", models.DateTimeField(blank=True, null=True)),
                ("available_at", models.DateTimeField(blank=True, null=True)),
                ("choice_since", models.DateTimeField(blank=True, null=True)),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                ("granted_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("decided_by", models.CharField(blank=True, max_length=40)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rewards", to="clients.client"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["client", "-id"], name="rewards_client"),
                    models.Index(condition=models.Q(("state", "on_hold")), fields=["available_at"], name="rewards_due"),
                    models.Index(fields=["business", "state"], name="rewards_state"),
                    models.Index(
                        condition=models.Q(("reminded_at", None), ("state", "awaiting_choice")),
                        fields=["choice_since"],
                        name="rewards_choice",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("business", "source_kind", "source_id", "side", "milestone"), name="rewards_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount", None), ("amount__gt", 0), _connector="OR"),
                        name="rewards_amount_positive",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("actor", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "reward",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="handover", to="rewards.reward"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=80)),
                ("number", models.BigIntegerField(default=0)),
                ("amount", models.BigIntegerField(default=0)),
                ("told_of", models.BigIntegerField(default=0)),
                ("told_percent", models.PositiveSmallIntegerField(default=0)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("business", "key"), name="rewards_tally_once"),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0), ("number__gte", 0)), name="rewards_tally_positive"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Bonus",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("amount", models.BigIntegerField()),
                ("reason", models.CharField(max_length=200)),
                ("expires_days", models.PositiveIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("given", "Given"), ("declined", "Declined")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.CharField(max_length=40)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=40)),
                ("note", models.CharField(blank=True, max_length=300)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bonuses", to="clients.client"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["business", "id"],
                        name="rewards_bonus_waiting",
                    ),
                    models.Index(fields=["client"], name="rewards_bonus_client"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="rewards_bonus_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "waiting")),
                            models.Q(models.Q(("state", "waiting"), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="rewards_bonus_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("asked_by", models.F("decided_by")), _negated=True),
                        name="rewards_bonus_two_people",
                    ),
                ],
            },
        ),
    ]
