"""Charts drawn on the server as SVG: no script, both themes, and every one with its numbers as a table beneath.

A chart never speaks by colour alone: lines differ in dash and end label, stacks in their legend's order and the table.
"""

from .flow import funnel, sparkline
from .frame import Series
from .plots import bar, line, stacked

__all__ = ["Series", "bar", "funnel", "line", "sparkline", "stacked"]
