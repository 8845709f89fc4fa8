"""The client book: people, tags, consent, notes, and what a business does with many of them at once."""
