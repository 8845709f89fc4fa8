"""The rewards room."""
