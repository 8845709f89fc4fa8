"""All of the migrations up to 0005 in one, for a new installation; an older one takes them one by one."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import plusone.kernel.ids


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("kernel", "0001_initial"),
        ("kernel", "0002_news"),
        ("kernel", "0003_mail"),
        ("kernel", "0004_retention"),
        ("kernel", "0005_bonus_limit"),
    ]
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("language", models.CharField(blank=True, max_length=8)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="Business",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("name", models.CharField(max_length=120)),
                ("slug", models.CharField(max_length=80, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("coach", "Coach or personal trainer"),
                            ("studio", "Studio or gym"),
                            ("salon", "Salon or spa"),
                            ("clinic", "Clinic or practice"),
                            ("venue", "Restaurant or venue"),
                            ("other", "Something else"),
                        ],
                        default="other",
                        max_length=20,
                    ),
                ),
                ("country", models.CharField(blank=True, max_length=2)),
                ("currency", models.CharField(max_length=3)),
                ("timezone", models.CharField(max_length=64)),
                ("language", models.CharField(default="en", max_length=8)),
                ("legal_preset", models.CharField(default="other", max_length=20)),
                ("brand_color", models.CharField(blank=True, max_length=7)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=20)),
                ("address", models.CharField(blank=True, max_length=300)),
                ("sender_name", models.CharField(blank=True, max_length=120)),
                ("reply_to", models.EmailField(blank=True, max_length=254)),
                ("auto_apply_to_renewal", models.BooleanField(default=True)),
                ("consent_required", models.BooleanField(default=False)),
                ("free_orders_activate", models.BooleanField(default=False)),
                (
                    "news_to",
                    models.CharField(
                        choices=[
                            ("clients", "Clients, until they decline"),
                            ("agreed", "Only clients who have agreed"),
                        ],
                        default="clients",
                        max_length=10,
                    ),
                ),
                ("quiet_from", models.PositiveSmallIntegerField(default=21)),
                ("quiet_until", models.PositiveSmallIntegerField(default=8)),
                ("news_weekly_max", models.PositiveSmallIntegerField(default=2)),
                ("idle_leads_months", models.PositiveSmallIntegerField(default=24)),
                ("mail_bodies_days", models.PositiveSmallIntegerField(default=90)),
                ("bonus_limit", models.BigIntegerField(blank=True, null=True)),
                ("marketing_started_at", models.DateTimeField(blank=True, null=True)),
                ("marketing_started_by", models.CharField(blank=True, max_length=40)),
                ("checklist_dismissed_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="WorkerSeen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Once",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope", models.CharField(max_length=60)),
                ("key", models.CharField(max_length=80)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("result", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="once_at")],
                "constraints": [models.UniqueConstraint(fields=("scope", "key"), name="once")],
            },
        ),
        migrations.CreateModel(
            name="QueuedTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.CharField(max_length=200)),
                ("queue", models.CharField(max_length=40)),
                ("args", models.JSONField(default=list)),
                ("kwargs", models.JSONField(default=dict)),
                ("priority", models.SmallIntegerField()),
                ("key", models.CharField(blank=True, max_length=200, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("READY", "Ready"),
                            ("RUNNING", "Running"),
                            ("FAILED", "Failed"),
                            ("SUCCESSFUL", "Successful"),
                        ],
                        default="READY",
                        max_length=10,
                    ),
                ),
                ("enqueued_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("worker", models.CharField(blank=True, max_length=80)),
                ("first_started_at", models.DateTimeField(blank=True, null=True)),
                ("last_started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("return_value", models.JSONField(blank=True, null=True)),
                ("errors", models.JSONField(default=list)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("finished_at__isnull", True)),
                        fields=["-priority", "due_at", "id"],
                        name="task_next",
                    ),
                    models.Index(
                        condition=models.Q(("finished_at__isnull", False)), fields=["finished_at"], name="task_finished"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("finished_at__isnull", True)), fields=("key",), name="task_key_live_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Collaborator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("role", models.CharField(max_length=20)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="collaborations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("business", "user"), name="collaborator_once")]},
        ),
    ]
