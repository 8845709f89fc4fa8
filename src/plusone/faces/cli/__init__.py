"""`plusone …`: what operators type."""
