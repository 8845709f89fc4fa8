"""All of the migrations up to 0015 in one, for a new installation; an older one takes them one by one."""

import django.db.models.deletion
from django.db import migrations, models

import plusone.kernel.ids


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("referrals", "0001_initial"),
        ("referrals", "0002_clocks"),
        ("referrals", "0003_mailings"),
        ("referrals", "0004_doubt"),
        ("referrals", "0005_reminders"),
        ("referrals", "0006_trials"),
        ("referrals", "0007_newcomers"),
        ("referrals", "0008_moot"),
        ("referrals", "0009_steps"),
        ("referrals", "0010_clinic_override"),
        ("referrals", "0011_asks_at"),
        ("referrals", "0012_networks"),
        ("referrals", "0013_own_visits"),
        ("referrals", "0014_wording"),
        ("referrals", "0015_campaign_days"),
    ]
    dependencies = [("clients", "0001_squashed_0015_saved_views"), ("kernel", "0001_squashed_0005_bonus_limit")]
    operations = [
        migrations.CreateModel(
            name="RollUp",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("mark", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigIntegerField(default=plusone.kernel.ids.time_id, primary_key=True, serialize=False)),
                ("business_id", models.BigIntegerField()),
                ("client_id", models.BigIntegerField()),
                ("campaign_id", models.BigIntegerField()),
                ("is_own", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("scheduled", "Scheduled"),
                            ("active", "Active"),
                            ("inactive", "Not active"),
                            ("archived", "Archived"),
                        ],
                        default="draft",
                        max_length=12,
                    ),
                ),
                ("is_default", models.BooleanField(default=False)),
                (
                    "open_referrals",
                    models.CharField(
                        choices=[
                            ("honour", "Keep what was promised"),
                            ("honour_days", "Keep it for some days"),
                            ("stop", "End them without a reward"),
                        ],
                        default="honour",
                        max_length=12,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("activated_at", models.DateTimeField(blank=True, null=True)),
                ("deactivated_at", models.DateTimeField(blank=True, null=True)),
                ("starts_on", models.DateField(blank=True, null=True)),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("tell_by_email", models.BooleanField(default=True)),
                ("tell_by_portal", models.BooleanField(default=True)),
                ("news", models.JSONField(default=dict)),
                ("override_reason", models.CharField(blank=True, max_length=300)),
                ("override_by", models.CharField(blank=True, max_length=40)),
                ("override_at", models.DateTimeField(blank=True, null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)), fields=("business",), name="referrals_one_default"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_default", False), ("state", "active"), _connector="OR"),
                        name="referrals_default_active",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("starts_on__isnull", False), ("state", "scheduled")),
                            models.Q(models.Q(("state", "scheduled"), _negated=True), ("starts_on", None)),
                            _connector="OR",
                        ),
                        name="referrals_scheduled_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_on", None),
                            ("ends_on", None),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="referrals_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("override_at", None), ("override_reason", "")),
                            models.Q(models.Q(("override_reason", ""), _negated=True), ("override_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="referrals_override_said",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="DoubtCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waits for a decision"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("moot", "Nothing was left to decide"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("reminders", models.PositiveSmallIntegerField(default=0)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_by", models.CharField(blank=True, max_length=40)),
                ("note", models.CharField(blank=True, max_length=300)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")), fields=["business", "id"], name="referrals_open_cases"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "open")),
                            models.Q(models.Q(("state", "open"), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="referrals_case_decided",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OwnNetwork",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("cidr", models.CharField(max_length=43)),
                ("name", models.CharField(blank=True, max_length=80)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=40)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("business", "cidr"), name="referrals_own_network_once")]
            },
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("registered", "Registered"), ("activated", "Active client"), ("closed", "Closed")],
                        default="registered",
                        max_length=12,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("completed", "Completed"),
                            ("rejected", "Not accepted"),
                            ("lead_deleted", "The lead was deleted"),
                            ("not_converted", "Did not become a client in time"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=20,
                    ),
                ),
                ("flagged", models.BooleanField(default=False)),
                ("flags", models.JSONField(default=list)),
                ("source", models.CharField(max_length=12)),
                ("ad", models.CharField(blank=True, db_default="", max_length=8)),
                ("at_home", models.BooleanField(db_default=False, default=False)),
                ("visit_id", models.BigIntegerField(null=True)),
                ("touches", models.JSONField(default=list)),
                ("qualified_at", models.DateTimeField(blank=True, null=True)),
                ("deadline_at", models.DateTimeField(blank=True, null=True)),
                ("asks_at", models.DateTimeField(blank=True, null=True)),
                ("registered_at", models.DateTimeField()),
                ("activated_at", models.DateTimeField(blank=True, null=True)),
                ("via", models.CharField(blank=True, max_length=12)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.CharField(blank=True, max_length=300)),
                (
                    "ambassador",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="referrals_made", to="clients.client"
                    ),
                ),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="referrals.campaign",
                    ),
                ),
                (
                    "friend",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals_received",
                        to="clients.client",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["business", "-id"], name="referrals_newest"),
                    models.Index(fields=["ambassador", "-id"], name="referrals_ambassador"),
                    models.Index(fields=["business", "registered_at"], name="referrals_registered"),
                    models.Index(fields=["business", "activated_at"], name="referrals_activated"),
                    models.Index(
                        condition=models.Q(("state", "closed"), _negated=True),
                        fields=["deadline_at"],
                        name="referrals_deadline",
                    ),
                    models.Index(
                        condition=models.Q(models.Q(("state", "closed"), _negated=True), ("asks_at__isnull", False)),
                        fields=["asks_at"],
                        name="referrals_asks",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("reason__in", ("rejected", "withdrawn")), _negated=True),
                        fields=("business", "friend"),
                        name="referrals_one_ambassador",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ambassador", models.F("friend")), _negated=True),
                        name="referrals_not_oneself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DoubtSign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("name", models.CharField(max_length=40)),
                ("detail", models.JSONField(default=dict)),
                ("times", models.PositiveIntegerField(default=1)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="signs", to="referrals.doubtcase"
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="signs", to="referrals.referral"
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("referral", "name"), name="referrals_sign_once")]},
        ),
        migrations.CreateModel(
            name="Arrival",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("mark", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="arrivals",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["business", "mark", "at"], name="referrals_arrived"),
                    models.Index(fields=["at"], name="referrals_arrived_at"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("starts_on", models.DateField()),
                ("at", models.TimeField()),
                ("every_weeks", models.PositiveSmallIntegerField(default=0)),
                ("until", models.DateField(null=True)),
                ("channels", models.JSONField(default=list)),
                (
                    "audience",
                    models.CharField(
                        choices=[("all", "All clients"), ("idle", "Only clients who have not brought anybody yet")],
                        default="all",
                        max_length=12,
                    ),
                ),
                ("texts", models.JSONField(default=dict)),
                ("next_on", models.DateField(null=True)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=80)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reminders", to="referrals.campaign"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_on__isnull", False)),
                        fields=["next_on"],
                        name="referrals_reminder_next",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("every_weeks", 0), ("until", None)),
                            models.Q(("every_weeks__gte", 1), ("until__gte", models.F("starts_on"))),
                            _connector="OR",
                        ),
                        name="referrals_reminder_ends",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Mailing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("announcement", "Announcement"),
                            ("reminder", "Reminder"),
                            ("newcomers", "Announcement to imported clients"),
                        ],
                        max_length=12,
                    ),
                ),
                ("round", models.PositiveIntegerField()),
                ("channels", models.JSONField(default=list)),
                ("texts", models.JSONField(default=dict)),
                ("audience", models.CharField(default="all", max_length=12)),
                ("import_id", models.BigIntegerField(null=True)),
                ("planned_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting for its time"),
                            ("stopped", "Stopped"),
                            ("running", "Being sent"),
                            ("paused", "Paused"),
                            ("sent", "Sent"),
                            ("skipped", "Left out"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("inactive", "The campaign was not active."),
                            ("missed", "Its time had passed by too long."),
                            ("no_channel", "Its channels are switched off."),
                        ],
                        max_length=12,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=80)),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mailings",
                        to="referrals.campaign",
                    ),
                ),
                (
                    "reminder",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="runs",
                        to="referrals.reminder",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("queued", "running"))),
                        fields=["due_at"],
                        name="referrals_mailing_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("campaign", "kind", "round"), name="referrals_mailing_round"),
                    models.UniqueConstraint(
                        condition=models.Q(("reminder__isnull", False)),
                        fields=("reminder", "planned_at"),
                        name="referrals_reminder_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("import_id__isnull", False), models.Q(("state", "stopped"), _negated=True)),
                        fields=("campaign", "import_id"),
                        name="referrals_newcomers_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Terms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("version", models.PositiveIntegerField()),
                ("friend_reward", models.JSONField(blank=True, null=True)),
                ("ambassador_reward", models.JSONField(blank=True, null=True)),
                ("conditions", models.JSONField(default=list)),
                ("friend_reward_on", models.CharField(default="registered", max_length=12)),
                ("hold_days", models.PositiveIntegerField(default=0)),
                ("friend_hold_days", models.PositiveIntegerField(default=0)),
                ("needs_approval", models.BooleanField(default=False)),
                ("qualification_days", models.PositiveIntegerField(default=90)),
                ("caps", models.JSONField(blank=True, null=True)),
                ("budget", models.BigIntegerField(blank=True, null=True)),
                ("clawback", models.CharField(default="within_balance", max_length=16)),
                ("attribution", models.CharField(default="last_touch", max_length=12)),
                ("attribution_days", models.PositiveIntegerField(default=90)),
                ("every", models.PositiveIntegerField(default=1)),
                ("require_active_ambassador", models.BooleanField(default=False)),
                ("steps", models.JSONField(default=list)),
                ("text", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=40)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="referrals.campaign"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("campaign", "version"), name="referrals_terms_version")]
            },
        ),
        migrations.AddField(
            model_name="referral",
            name="terms",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="referrals",
                to="referrals.terms",
            ),
        ),
        migrations.CreateModel(
            name="Trial",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("visits", models.PositiveIntegerField(default=0)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("business",), name="referrals_trial_once"),
                    models.CheckConstraint(condition=models.Q(("visits__gt", 0)), name="referrals_trial_visits"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Trust",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("trusted", "Trusted"), ("blocked", "Blocked"), ("paused", "Paused")], max_length=12
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=40)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "client",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="trust", to="clients.client"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="VisitDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("visits", models.PositiveIntegerField()),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="referrals.campaign"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.client"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["business", "day"], name="referrals_visit_days")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("business", "client", "campaign", "day"), name="referrals_visit_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Wording",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("digest", models.CharField(max_length=64)),
                ("texts", models.JSONField()),
                ("created_at", models.DateTimeField()),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "terms",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="wordings", to="referrals.terms"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("terms", "digest"), name="referrals_wording_once")]
            },
        ),
        migrations.AddField(
            model_name="referral",
            name="wording",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="referrals.wording",
            ),
        ),
    ]
