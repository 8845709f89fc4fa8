"""Take a whole business out of the database: every row that is its own, whatever room it is in (TRUST ISO-13).

The way from a row to its business is read off the models, so that a new table is found without being written down here.
"""

from django.apps import apps
from django.db import connection, models, transaction

from . import guards
from .models import Business

# Columns that are plain numbers where a foreign key would cost an index (PERFORMANCE 2.1).
NUMBER = "business_id"


def paths() -> dict[type[models.Model], str]:
    """Return for each model whose rows are a business's the lookup that leads there: `business`, `lot__business`."""
    found: dict[type[models.Model], str] = {}
    every = [model for model in apps.get_models(include_auto_created=True) if model is not Business]
    for model in every:
        names = {one.name for one in model._meta.concrete_fields}
        if "business" in names or NUMBER in names:
            found[model] = "business" if "business" in names else NUMBER
    grown = True
    while grown:
        grown = False
        for model in every:
            if model in found:
                continue
            for one in model._meta.concrete_fields:
                if one.is_relation and one.related_model in found and not one.null:
                    found[model] = f"{one.name}__{found[one.related_model]}"
                    grown = True
                    break
    return found


@transaction.atomic
def delete_rows(business: Business) -> int:
    """Delete every row of a business, itself last. Return how many. There is no way back but a backup.

    The guards of append-only tables are lifted for it: the books of a business go with the business.
    """
    gone = 0
    ways = sorted(paths().items(), key=lambda way: (-way[1].count("__"), way[0]._meta.label))  # through others first
    with guards.lifted(connection):
        for model, way in ways:
            rows = model._default_manager.filter(**{way: business.pk})
            if "__" in way:
                rows = model._default_manager.filter(pk__in=rows.values("pk"))
            gone += rows._raw_delete(connection.alias)
        gone += Business.objects.filter(pk=business.pk)._raw_delete(connection.alias)
    return gone
