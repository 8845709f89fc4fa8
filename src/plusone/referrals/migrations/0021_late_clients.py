"""Who became a client after the time for a reward was over was brought all the same (M-3)."""

from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def count_late_clients(apps, schema_editor):
    """Note of each recommendation that did not convert in time when its friend became a client after all."""
    referral, client = apps.get_model("referrals", "Referral"), apps.get_model("clients", "Client")
    friend = client.objects.filter(pk=OuterRef("friend_id"))
    late = referral.objects.filter(
        reason="not_converted", activated_at=None, friend__activated_at__gte=F("registered_at")
    )
    late.update(
        activated_at=Subquery(friend.values("activated_at")[:1]), via=Subquery(friend.values("activated_via")[:1])
    )


class Migration(migrations.Migration):
    dependencies = [("clients", "0019_created_index"), ("referrals", "0020_own_devices")]

    operations = [migrations.RunPython(count_late_clients, migrations.RunPython.noop)]
