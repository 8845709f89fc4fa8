"""What people and programs meet: thin rooms that parse, ask or tell once, and render."""
