"""Files of clients and orders that come from elsewhere: read, understood, and written by the rooms' own commands.

`files` reads any table of text line by line, `columns` finds out what its columns are, `values` reads one cell,
`scratch` remembers outside of memory, `clients` and `orders` bring the lines in.
"""

from .clients import import_clients
from .orders import import_orders
from .report import Problem, Report

__all__ = ["Problem", "Report", "import_clients", "import_orders"]
