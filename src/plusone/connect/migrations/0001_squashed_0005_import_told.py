"""All of the migrations up to 0005 in one, for a new installation; an older one takes them one by one."""

import django.db.models.deletion
from django.db import migrations, models

import plusone.kernel.ids


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("connect", "0001_initial"),
        ("connect", "0002_team_invitations"),
        ("connect", "0003_client_imports"),
        ("connect", "0004_import_checking"),
        ("connect", "0005_import_told"),
    ]
    dependencies = [("kernel", "0001_squashed_0005_bonus_limit")]
    operations = [
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("name", models.CharField(max_length=80)),
                ("prefix", models.CharField(max_length=16)),
                ("hash", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=40)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="ClientImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("filename", models.CharField(max_length=120)),
                ("header", models.JSONField(default=list)),
                ("fields", models.JSONField(default=list)),
                ("filled", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checking", "Being looked through"),
                            ("checked", "Looked through"),
                            ("running", "Being imported"),
                            ("done", "Imported"),
                            ("undoing", "Being undone"),
                            ("undone", "Undone"),
                        ],
                        default="checked",
                        max_length=10,
                    ),
                ),
                ("lines", models.PositiveIntegerField(default=0)),
                ("created", models.PositiveIntegerField(default=0)),
                ("updated", models.PositiveIntegerField(default=0)),
                ("skipped", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                ("left", models.PositiveIntegerField(default=0)),
                ("event_id", models.BigIntegerField(null=True)),
                ("told_by", models.CharField(blank=True, max_length=40)),
                ("created_by", models.CharField(max_length=40)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                ("kept_until", models.DateTimeField()),
                ("forgotten_at", models.DateTimeField(null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["business", "-id"], name="connect_imports"),
                    models.Index(
                        condition=models.Q(("forgotten_at__isnull", True)),
                        fields=["kept_until"],
                        name="connect_imports_kept",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="ImportLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("cells", models.JSONField(default=list)),
                ("problem", models.CharField(blank=True, max_length=10)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("created", "Created"),
                            ("updated", "Updated"),
                            ("same", "Same"),
                            ("twin", "Twin"),
                            ("failed", "Failed"),
                            ("left", "Left"),
                        ],
                        max_length=10,
                    ),
                ),
                ("field", models.CharField(blank=True, max_length=20)),
                ("reasons", models.JSONField(default=dict)),
                ("client_id", models.BigIntegerField(null=True)),
                ("referral_id", models.BigIntegerField(null=True)),
                ("undo", models.JSONField(default=dict)),
                ("written", models.BooleanField(default=False)),
                ("undone", models.BooleanField(default=False)),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.business",
                    ),
                ),
                (
                    "imported",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="connect.clientimport",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["imported", "outcome"], name="connect_importline_outcome"),
                    models.Index(fields=["business", "client_id"], name="connect_importline_client"),
                ],
                "constraints": [models.UniqueConstraint(fields=("imported", "number"), name="connect_importline_once")],
            },
        ),
        migrations.CreateModel(
            name="TeamInvitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("email", models.CharField(max_length=254)),
                ("name", models.CharField(max_length=80)),
                ("role", models.CharField(max_length=20)),
                ("invited_by", models.CharField(max_length=40)),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["email"], name="connect_team_email")],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "email"), name="connect_team_invitation_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=255)),
                ("request", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("body", models.TextField()),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "api_key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="connect.apikey"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="connect_answer_at")],
                "constraints": [models.UniqueConstraint(fields=("api_key", "key"), name="connect_answer_once")],
            },
        ),
    ]
