"""`plusone import-orders`."""

from plusone.connect import imports

from .import_clients import AsJson, DryRun, File, ForBusiness, Map, bring_in


def command(file: File, business: ForBusiness, map: Map = None, dry_run: DryRun = False, json: AsJson = False) -> None:  # noqa: A002  # the option's name
    """Import paid orders as history: they count as income, grant nothing and send nothing.

    Fields: customer (external id, e-mail or code), date, amount, quantity, product, order_id.
    """
    bring_in("Orders", imports.import_orders, file, business, map, dry_run=dry_run, as_json=json)
