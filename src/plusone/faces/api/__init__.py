"""`/api/v1`: what other programs use. Each call reads, does one command or asks one query, and writes JSON."""
