"""All of the migrations up to 0002 in one, for a new installation; an older one takes them one by one."""

import django.db.models.deletion
from django.db import migrations, models

import plusone.kernel.ids


class Migration(migrations.Migration):
    initial = True
    replaces = [("ledger", "0001_initial"), ("ledger", "0002_lot_notices")]
    dependencies = [("kernel", "0001_squashed_0005_bonus_limit")]
    operations = [
        migrations.CreateModel(
            name="Account",
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
                            ("client", "Client"),
                            ("debt", "Debt"),
                            ("rewards", "Rewards"),
                            ("sales", "Sales"),
                            ("adjustments", "Adjustments"),
                            ("openings", "Openings"),
                            ("expired", "Expired"),
                            ("transfers", "Transfers"),
                        ],
                        max_length=20,
                    ),
                ),
                ("client_id", models.BigIntegerField(default=0)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("business", "client_id", "kind"), name="ledger_account_once")
                ]
            },
        ),
        migrations.CreateModel(
            name="Lot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.BigIntegerField()),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lots", to="ledger.account"
                    ),
                ),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="ledger_lot_positive")
                ]
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("client_id", models.BigIntegerField()),
                ("key", models.CharField(max_length=120)),
                ("amount", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("captured", "Captured"), ("released", "Released")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("ref_kind", models.CharField(blank=True, max_length=20)),
                ("ref_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="ledger.account"
                    ),
                ),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("business", "key"), name="ledger_hold_once"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="ledger_hold_positive"),
                ]
            },
        ),
        migrations.CreateModel(
            name="LotBalance",
            fields=[
                (
                    "lot",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="now",
                        serialize=False,
                        to="ledger.lot",
                    ),
                ),
                ("expires_at", models.DateTimeField(null=True)),
                ("remaining", models.BigIntegerField()),
                ("held", models.BigIntegerField(default=0)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("remaining__gt", 0)), fields=["expires_at"], name="ledger_lot_due")
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("held__gte", 0)), name="ledger_lot_held_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("remaining__gte", models.F("held"))), name="ledger_lot_available_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HoldLot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.BigIntegerField()),
                (
                    "hold",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lots", to="ledger.hold"
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.lot"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LotNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("days", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="ledger.lot"
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("lot", "days"), name="ledger_lot_notice_once")]},
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=plusone.kernel.ids.public_id, editable=False, max_length=22, unique=True),
                ),
                ("key", models.CharField(max_length=120)),
                ("inputs", models.CharField(max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("earn", "Reward"),
                            ("adjust", "Adjustment"),
                            ("redeem", "Used in the store"),
                            ("renewal", "Used for a renewal"),
                            ("reversal", "Given back"),
                            ("expire", "Expired"),
                            ("revoke", "Taken back"),
                            ("transfer", "Moved"),
                            ("opening", "Opening balance"),
                            ("debt", "Still owed"),
                        ],
                        max_length=12,
                    ),
                ),
                ("client_id", models.BigIntegerField()),
                ("amount", models.BigIntegerField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("ref_kind", models.CharField(blank=True, max_length=20)),
                ("ref_id", models.BigIntegerField(null=True)),
                ("actor", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "reverses",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversals",
                        to="ledger.transfer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["business", "client_id", "id"], name="ledger_transfer_client"),
                    models.Index(fields=["business", "kind", "at"], name="ledger_transfer_kind"),
                    models.Index(fields=["business", "ref_kind", "ref_id"], name="ledger_transfer_ref"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "key"), name="ledger_transfer_once"),
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True), name="ledger_transfer_moves"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LotUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.BigIntegerField()),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="ledger.lot"
                    ),
                ),
                (
                    "transfer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lot_uses", to="ledger.transfer"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="lot",
            name="transfer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lots", to="ledger.transfer"
            ),
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.BigIntegerField()),
                ("running", models.BigIntegerField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="ledger.account"
                    ),
                ),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.business"
                    ),
                ),
                (
                    "transfer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="ledger.transfer"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("transfer", "account"), name="ledger_entry_once")]
            },
        ),
        migrations.CreateModel(
            name="AccountBalance",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="now",
                        serialize=False,
                        to="ledger.account",
                    ),
                ),
                ("posted", models.BigIntegerField(default=0)),
                ("held", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("held__gte", 0)), name="ledger_held_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("posted__gte", models.F("held"))), name="ledger_available_positive"
                    ),
                ]
            },
        ),
        migrations.AddField(
            model_name="lotbalance",
            name="account",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.account"),
        ),
        migrations.AddIndex(
            model_name="lotbalance",
            index=models.Index(
                condition=models.Q(("remaining__gt", 0)), fields=["account", "expires_at"], name="ledger_lot_live"
            ),
        ),
    ]
