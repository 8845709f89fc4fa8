"""Our own touches to Django's database backends."""
