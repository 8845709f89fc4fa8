"""Django's SQLite backend with a fair write lock: within a process, writers go in the order in which they came."""
