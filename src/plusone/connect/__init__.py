"""Ways in: opening a business, the team, API keys, imports."""
