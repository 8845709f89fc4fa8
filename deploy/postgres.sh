#!/bin/sh
# Run once by the image `postgres`, when its volume is empty: a user of our own without superuser rights, and its database.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$POSTGRES_PASSWORD" --username postgres <<'SQL'
CREATE ROLE plusone LOGIN PASSWORD :'password';
CREATE DATABASE plusone OWNER plusone;
SQL
