"""Several counts in one query."""

from typing import Any

from django.db.models import F, Func, IntegerField, QuerySet, Subquery

from plusone.kernel.models import Business


def counted(business: Business, **wanted: QuerySet[Any]) -> dict[str, int]:
    """Return how many rows each of these queries finds."""
    # COUNT as a plain function: Django's own would group, and find no row at all where there is nothing.
    number = Func(F("pk"), function="COUNT", output_field=IntegerField())
    asked = {name: Subquery(rows.order_by().annotate(_n=number).values("_n")) for name, rows in wanted.items()}
    if not asked:
        return {}
    found = Business.objects.filter(pk=business.pk).values_list(*asked.values()).get()
    return dict(zip(asked, (int(str(number)) for number in found), strict=True))
