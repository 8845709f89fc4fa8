"""All of the migrations up to 0006 in one, for a new installation; an older one takes them one by one."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import plusone.kernel.ids


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("messaging", "0001_initial"),
        ("messaging", "0002_news"),
        ("messaging", "0003_failed"),
        ("messaging", "0004_mailings"),
        ("messaging", "0005_mail"),
        ("messaging", "0006_bodies"),
    ]
    dependencies = [
        ("clients", "0001_squashed_0015_saved_views"),
        ("events", "0001_initial"),
        ("kernel", "0001_squashed_0005_bonus_limit"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("to", models.CharField(blank=True, max_length=254)),
                ("template", models.CharField(max_length=80)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("account", "Account"),
                            ("service", "Service"),
                            ("promotional", "News and promotions"),
                        ],
                        max_length=12,
                    ),
                ),
                ("channel", models.CharField(max_length=12)),
                ("language", models.CharField(max_length=8)),
                ("subject", models.CharField(blank=True, max_length=300)),
                ("text", models.TextField(blank=True)),
                ("html", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("sent", "Sent"),
                            ("delivered", "Delivered"),
                            ("failed", "Failed"),
                            ("suppressed", "Not sent"),
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
                            ("archived", "The client is archived."),
                            ("deleted", "The client was deleted."),
                            ("no_address", "There is no address."),
                            ("channel_off", "The business has switched this channel off."),
                            ("no_consent", "The client does not want news and promotions."),
                            ("blocked", "The address does not take our mails."),
                            ("bounced", "There is no mailbox at the address."),
                            ("weekly_max", "The client was sent enough promotions this week."),
                            ("too_late", "It could not be sent while it was still useful."),
                        ],
                        max_length=20,
                    ),
                ),
                ("error", models.CharField(blank=True, max_length=300)),
                ("key", models.CharField(max_length=120)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("worker", models.CharField(blank=True, max_length=120)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("handed_over_at", models.DateTimeField(null=True)),
                ("useful_until", models.DateTimeField()),
                ("mailing_id", models.BigIntegerField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.business",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="clients.client",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="events.event",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["business", "-id"], name="messaging_of_business"),
                    models.Index(
                        condition=models.Q(("client__isnull", False)),
                        fields=["client", "-id"],
                        name="messaging_of_client",
                    ),
                    models.Index(
                        condition=models.Q(("handed_over_at__isnull", True), ("state", "queued")),
                        fields=["id"],
                        name="messaging_waiting",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("category", "promotional"),
                            ("channel", "email"),
                            ("state__in", ("queued", "sent", "delivered")),
                        ),
                        fields=["client", "created_at"],
                        name="messaging_promotions",
                    ),
                    models.Index(condition=models.Q(("state", "failed")), fields=["id"], name="messaging_failed"),
                    models.Index(
                        condition=models.Q(("channel", "email"), models.Q(("text", ""), _negated=True)),
                        fields=["business", "created_at"],
                        name="messaging_bodies",
                    ),
                    models.Index(
                        condition=models.Q(("state", "queued")),
                        fields=["business", "handed_over_at"],
                        name="messaging_unsent",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "key"), name="messaging_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("business", None)), fields=("key",), name="messaging_once_of_nobody"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("mailing_id__isnull", False), models.Q(("state", "suppressed"), _negated=True)
                        ),
                        fields=("mailing_id", "client", "channel"),
                        name="messaging_once_a_mailing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client_id", models.BigIntegerField()),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="messaging.message",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("client_id", "message"), name="messaging_mention_once")]
            },
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("hash", models.CharField(max_length=64)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("bounced", "Mails to it come back"),
                            ("complained", "Its reader has marked a mail as spam"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.business",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("business", "hash"), name="messaging_one_suppression")]
            },
        ),
        migrations.CreateModel(
            name="ChannelSwitch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("channel", models.CharField(max_length=12)),
                ("active", models.BooleanField()),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.CharField(max_length=80)),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.business",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("business", "channel"), name="messaging_one_switch")]
            },
        ),
    ]
