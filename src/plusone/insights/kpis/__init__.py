"""The figures of REQUIREMENTS 1.7: one class each. A figure's number is the sum of the rows that its table shows."""

from .base import Column, Figure, Kpi, Part, Row, kpis, measure, measure_parts

__all__ = ["Column", "Figure", "Kpi", "Part", "Row", "kpis", "measure", "measure_parts"]
