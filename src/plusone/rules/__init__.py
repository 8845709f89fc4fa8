"""WHEN something happens, IF it fits, DO something TO somebody."""
