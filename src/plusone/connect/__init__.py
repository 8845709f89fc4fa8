"""The connect room."""
