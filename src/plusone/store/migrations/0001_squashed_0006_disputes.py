"""All of the migrations up to 0006 in one, for a new installation; an older one takes them one by one."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import plusone.kernel.ids


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("store", "0001_initial"),
        ("store", "0002_kinds"),
        ("store", "0003_memberships"),
        ("store", "0004_gifts"),
        ("store", "0005_uses"),
        ("store", "0006_disputes"),
    ]
    dependencies = [
        ("clients", "0001_squashed_0015_saved_views"),
        ("kernel", "0001_squashed_0005_bonus_limit"),
        ("ledger", "0001_squashed_0002_lot_notices"),
    ]
    operations = [
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("name", models.CharField(max_length=120)),
                ("price", models.BigIntegerField()),
                ("description", models.TextField(blank=True)),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("everyone", "Clients and leads"),
                            ("clients", "Clients only"),
                            ("hidden", "Nobody: sold at the desk only"),
                        ],
                        default="everyone",
                        max_length=12,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("price__gte", 0)), name="store_price_positive")
                ]
            },
        ),
        migrations.CreateModel(
            name="Coupon",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("code", models.CharField(max_length=9)),
                ("amount", models.BigIntegerField(blank=True, null=True)),
                ("percent_hundredths", models.PositiveIntegerField(blank=True, null=True)),
                ("source_kind", models.CharField(max_length=20)),
                ("source_id", models.BigIntegerField()),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="coupons", to="clients.client"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["client", "expires_at"], name="store_coupon_client")],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "code"), name="store_coupon_code_once"),
                    models.UniqueConstraint(
                        fields=("business", "source_kind", "source_id"), name="store_coupon_source_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gt", 0), ("percent_hundredths", None)),
                            models.Q(
                                ("amount", None), ("percent_hundredths__gt", 0), ("percent_hundredths__lte", 10000)
                            ),
                            _connector="OR",
                        ),
                        name="store_coupon_worth",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("source_kind", models.CharField(blank=True, max_length=20)),
                ("source_id", models.BigIntegerField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending_payment", "Awaiting payment"),
                            ("active", "Active"),
                            ("frozen", "Frozen"),
                            ("past_due", "Payment is due"),
                            ("ending", "Ends soon"),
                            ("ended", "Ended"),
                            ("used_up", "Used up"),
                            ("void", "Void"),
                        ],
                        default="pending_payment",
                        max_length=16,
                    ),
                ),
                ("is_new", models.BooleanField(default=False)),
                ("ordered_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("periods_paid", models.PositiveIntegerField(default=0)),
                ("uses_left", models.PositiveIntegerField(blank=True, null=True)),
                ("frozen_days", models.PositiveIntegerField(default=0)),
                ("extra_days", models.PositiveIntegerField(default=0)),
                ("frozen_at", models.DateTimeField(blank=True, null=True)),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="clients.client"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["business", "-id"], name="store_membership_newest"),
                    models.Index(fields=["client", "-id"], name="store_membership_client"),
                    models.Index(
                        condition=models.Q(("state__in", ("active", "ending"))),
                        fields=["ends_at"],
                        name="store_membership_due",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "frozen"), _negated=True), ("frozen_at__isnull", False), _connector="OR"
                        ),
                        name="store_membership_frozen_since",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("pending_payment", "void")), ("started_at__isnull", False), _connector="OR"
                        ),
                        name="store_membership_started",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id__isnull", False)),
                        fields=("business", "source_kind", "source_id"),
                        name="store_membership_given_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GiftedDays",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("days", models.PositiveIntegerField()),
                ("source_kind", models.CharField(max_length=20)),
                ("source_id", models.BigIntegerField()),
                ("given_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="gifted_days", to="clients.client"
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gifted_days",
                        to="store.membership",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("membership", None), ("withdrawn_at", None)),
                        fields=["client"],
                        name="store_days_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("business", "source_kind", "source_id"), name="store_days_given_once"
                    ),
                    models.CheckConstraint(condition=models.Q(("days__gt", 0)), name="store_days_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MembershipType",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("recurring", "Renewed each period"),
                            ("prepaid", "Paid for a time"),
                            ("pack", "A number of uses"),
                        ],
                        max_length=12,
                    ),
                ),
                ("price", models.BigIntegerField()),
                ("period", models.CharField(blank=True, choices=[("month", "Month"), ("year", "Year")], max_length=8)),
                ("uses", models.PositiveIntegerField(blank=True, null=True)),
                ("valid_days", models.PositiveIntegerField(blank=True, null=True)),
                ("sellable", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("price__gte", 0)), name="store_membership_price_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "recurring"), ("period", ""), _negated=True),
                        name="store_membership_recurs",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "pack"), ("uses", None), _negated=True),
                        name="store_membership_pack_uses",
                    ),
                ]
            },
        ),
        migrations.AddField(
            model_name="membership",
            name="type",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.membershiptype"
            ),
        ),
        migrations.CreateModel(
            name="MembershipUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("source_kind", models.CharField(max_length=20)),
                ("source_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="store.membership"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("business", "source_kind", "source_id"), name="store_membership_use_once"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="Order",
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
                            ("awaiting_payment", "Awaiting payment"),
                            ("paid", "Paid"),
                            ("partially_refunded", "Partly refunded"),
                            ("refunded", "Refunded"),
                            ("disputed", "Disputed"),
                            ("expired", "Expired"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="awaiting_payment",
                        max_length=20,
                    ),
                ),
                ("total", models.BigIntegerField()),
                ("discount", models.BigIntegerField(default=0)),
                ("balance_used", models.BigIntegerField(default=0)),
                ("due", models.BigIntegerField()),
                ("refunded_to_balance", models.BigIntegerField(default=0)),
                ("refunded_to_method", models.BigIntegerField(default=0)),
                ("placed_at", models.DateTimeField()),
                ("paid_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("by_staff", models.BooleanField(default=False)),
                ("external_id", models.CharField(blank=True, max_length=160, null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="orders", to="clients.client"
                    ),
                ),
                (
                    "coupon",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="store.coupon",
                    ),
                ),
                (
                    "hold",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.hold",
                    ),
                ),
                (
                    "redemption",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.transfer",
                    ),
                ),
                (
                    "renews",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewals",
                        to="store.membership",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["business", "-id"], name="store_order_newest"),
                    models.Index(fields=["business", "placed_at", "id"], name="store_order_placed"),
                    models.Index(fields=["client", "-id"], name="store_order_client"),
                    models.Index(
                        condition=models.Q(("state", "awaiting_payment")),
                        fields=["placed_at"],
                        name="store_order_waiting",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "total",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("balance_used"), "+", models.F("due")
                                ),
                            )
                        ),
                        name="store_order_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("balance_used__gte", 0), ("due__gte", 0)), name="store_order_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("refunded_to_balance__lte", models.F("balance_used")),
                            ("refunded_to_method__lte", models.F("due")),
                        ),
                        name="store_refund_within",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("coupon__isnull", False), models.Q(("state__in", ("cancelled", "expired")), _negated=True)
                        ),
                        fields=("coupon",),
                        name="store_coupon_used_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("renews__isnull", False), ("state", "awaiting_payment")),
                        fields=("renews",),
                        name="store_one_renewal_waits",
                    ),
                    models.CheckConstraint(condition=models.Q(("discount__gte", 0)), name="store_discount_positive"),
                    models.UniqueConstraint(
                        condition=models.Q(("external_id__isnull", False)),
                        fields=("business", "external_id"),
                        name="store_external_once",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="membership",
            name="order",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="membership",
                to="store.order",
            ),
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("amount", models.BigIntegerField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.CharField(max_length=40)),
                ("outcome", models.CharField(blank=True, choices=[("won", "Won"), ("lost", "Lost")], max_length=8)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_by", models.CharField(blank=True, max_length=40)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="clients.client"
                    ),
                ),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="dispute", to="store.order"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("outcome", "")), fields=["business", "id"], name="store_dispute_open"
                    ),
                    models.Index(fields=["client"], name="store_dispute_client"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("outcome", "")),
                            models.Q(("closed_at__isnull", False), ("outcome__in", ("won", "lost"))),
                            _connector="OR",
                        ),
                        name="store_dispute_ended",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("method", models.CharField(max_length=20)),
                ("reference", models.CharField(blank=True, max_length=120)),
                ("amount", models.BigIntegerField()),
                ("actor", models.CharField(max_length=40)),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="clients.client"
                    ),
                ),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payment", to="store.order"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["business", "at"], name="store_payment_at"),
                    models.Index(fields=["client"], name="store_payment_client"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="store_payment_positive")
                ],
            },
        ),
        migrations.CreateModel(
            name="Picture",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="picture",
                        serialize=False,
                        to="store.product",
                    ),
                ),
                ("data", models.BinaryField()),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("version", models.CharField(max_length=22)),
            ],
        ),
        migrations.CreateModel(
            name="OrderLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("unit_price", models.BigIntegerField()),
                ("quantity", models.PositiveIntegerField()),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "membership_type",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.membershiptype",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="store.order"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.product",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="store_line_quantity")
                ]
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("amount", models.BigIntegerField()),
                ("to_balance", models.BigIntegerField()),
                ("to_method", models.BigIntegerField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("actor", models.CharField(max_length=40)),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="clients.client"
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="store.order"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["business", "at"], name="store_refund_at"),
                    models.Index(fields=["client"], name="store_refund_client"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "amount",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("to_balance"), "+", models.F("to_method")
                                ),
                            ),
                            ("amount__gt", 0),
                        ),
                        name="store_refund_adds_up",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("order__isnull", False), ("source_id__isnull", False), _connector="OR"),
                name="store_membership_from",
            ),
        ),
    ]
