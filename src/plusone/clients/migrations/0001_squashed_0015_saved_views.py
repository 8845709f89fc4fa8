"""All of the migrations up to 0015 in one, for a new installation; an older one takes them one by one."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import plusone.kernel.ids


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("clients", "0001_initial"),
        ("clients", "0002_news"),
        ("clients", "0003_spelling"),
        ("clients", "0004_professional"),
        ("clients", "0005_departures"),
        ("clients", "0006_own_words"),
        ("clients", "0007_jobs"),
        ("clients", "0008_data_exports"),
        ("clients", "0009_signup_link"),
        ("clients", "0010_imported"),
        ("clients", "0011_typed_code"),
        ("clients", "0012_invitations"),
        ("clients", "0013_job_waits"),
        ("clients", "0014_not_a_lead"),
        ("clients", "0015_saved_views"),
    ]
    dependencies = [
        ("kernel", "0001_squashed_0005_bonus_limit"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Client",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("invited", "Invited"),
                            ("lead", "Lead"),
                            ("active", "Active"),
                            ("archived", "Archived"),
                            ("deleted", "Deleted"),
                        ],
                        max_length=12,
                    ),
                ),
                ("status_before", models.CharField(blank=True, max_length=12)),
                ("access", models.BooleanField(default=True)),
                ("first_name", models.CharField(max_length=80)),
                ("last_name", models.CharField(blank=True, max_length=120)),
                ("email", models.CharField(blank=True, max_length=254, null=True)),
                ("email_key", models.CharField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=20)),
                ("language", models.CharField(blank=True, max_length=8)),
                ("code", models.CharField(default=plusone.kernel.ids.referral_code, max_length=9, unique=True)),
                ("source", models.CharField(max_length=20)),
                ("news_by_default", models.BooleanField(default=False)),
                ("external_id", models.CharField(blank=True, max_length=120, null=True)),
                ("import_id", models.BigIntegerField(null=True)),
                ("told_after", models.BigIntegerField(null=True)),
                ("undated", models.BooleanField(default=False)),
                ("typed_code", models.CharField(blank=True, max_length=40)),
                ("own_words", models.CharField(blank=True, max_length=500)),
                ("search", models.CharField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField()),
                ("activated_at", models.DateTimeField(blank=True, null=True)),
                ("activated_via", models.CharField(blank=True, max_length=12)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "professional",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clients",
                        to="kernel.collaborator",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="clients",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["business", "status", "-id"], name="clients_status"),
                    models.Index(fields=["business", "created_at", "id"], name="clients_created"),
                    models.Index(fields=["business", "email_key"], name="clients_email_key"),
                    models.Index(fields=["business", "phone"], name="clients_phone"),
                    models.Index(fields=["email"], name="clients_email"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("email__isnull", False)),
                        fields=("business", "email"),
                        name="clients_email_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("external_id__isnull", False)),
                        fields=("business", "external_id"),
                        name="clients_external_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("purpose", models.CharField(max_length=40)),
                ("given", models.BooleanField()),
                ("text", models.CharField(max_length=500)),
                ("source", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="consents", to="clients.client"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("act", models.CharField(max_length=20)),
                ("options", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for its time"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("undoing", "Being undone"),
                            ("undone", "Undone"),
                        ],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0)),
                ("created_by", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("undone_by", models.CharField(blank=True, max_length=80)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "waiting")), fields=["due_at"], name="clients_job_due")
                ]
            },
        ),
        migrations.CreateModel(
            name="JobRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("done", "Done"),
                            ("skipped", "Left out"),
                            ("undone", "Undone"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("same", "They were looked after like this already."),
                            ("no_pro", "Whoever was to look after them has left the team."),
                            ("not_archived", "They were not archived."),
                            ("no_consent", "They do not want news and promotions."),
                            ("no_address", "There is no address to write to."),
                            ("channel_off", "The channel is switched off."),
                            ("blocked", "Their address does not take our mails."),
                            ("weekly_max", "They were sent enough promotions this week."),
                            ("had_it", "They had this tag already."),
                            ("had_it_not", "They did not have this tag."),
                            ("tag_gone", "The tag was deleted meanwhile."),
                            ("invited", "They have not accepted the invitation yet."),
                            ("no_lead", "Not a lead, so there was nothing to activate."),
                            ("not_a_lead", "Not a lead, and only leads are deleted like this."),
                            ("archived", "They are archived."),
                            ("deleted", "They were deleted meanwhile."),
                            ("refused", "It was not possible for them as they stand."),
                            ("stopped", "Undone before their turn came."),
                        ],
                        max_length=20,
                    ),
                ),
                ("had", models.BigIntegerField(null=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.client"
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="clients.job",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["job", "state", "id"], name="clients_job_next")],
                "constraints": [models.UniqueConstraint(fields=("job", "client"), name="clients_job_each_once")],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("name", models.CharField(max_length=40)),
                ("query", models.CharField(max_length=1500)),
                ("created_by", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField()),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("business", "name"), name="clients_view_once")]},
        ),
        migrations.CreateModel(
            name="SignupLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("token", models.CharField(default=plusone.kernel.ids.public_id, max_length=32, unique=True)),
                (
                    "becomes",
                    models.CharField(
                        choices=[
                            ("active", "A client at once"),
                            ("lead", "A lead, until you or a purchase make them a client"),
                        ],
                        default="active",
                        max_length=12,
                    ),
                ),
                ("created_by", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
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
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("business",),
                        name="clients_one_signup_link",
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="Spelling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form", models.CharField(max_length=24)),
                ("word", models.CharField(max_length=24)),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="kernel.business",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["business", "word"], name="clients_spelling_word")],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "form", "word"), name="clients_spelling_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("name", models.CharField(max_length=60)),
                ("key", models.CharField(max_length=60)),
                (
                    "color",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Grey"),
                            ("accent", "Your colour"),
                            ("good", "Green"),
                            ("warn", "Yellow"),
                            ("bad", "Red"),
                            ("info", "Blue"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("description", models.CharField(blank=True, max_length=200)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("business", "key"), name="clients_tag_once")]},
        ),
        migrations.AddField(
            model_name="client",
            name="tags",
            field=models.ManyToManyField(blank=True, related_name="clients", to="clients.tag"),
        ),
        migrations.CreateModel(
            name="DataExport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("own", models.BooleanField()),
                ("language", models.CharField(max_length=8)),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.CharField(max_length=40)),
                ("kept_until", models.DateTimeField()),
                ("ready_at", models.DateTimeField(null=True)),
                ("data", models.BinaryField(null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="clients.client"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["kept_until"], name="clients_export_kept")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ready_at__isnull", True)),
                        fields=("client", "own"),
                        name="clients_one_export_at_a_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Departure",
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
            ],
            options={"indexes": [models.Index(fields=["business", "mark"], name="clients_departed")]},
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("token", models.CharField(default=plusone.kernel.ids.public_id, max_length=32, unique=True)),
                ("words", models.CharField(blank=True, max_length=500)),
                ("times", models.PositiveSmallIntegerField(default=1)),
                ("created_by", models.CharField(max_length=80)),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "client",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="invitation", to="clients.client"
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["expires_at"], name="clients_invitation_ends")]},
        ),
    ]
