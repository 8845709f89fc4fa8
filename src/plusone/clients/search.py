"""Finding people by what somebody typed: any part of a name, address or phone, in any case, with one typo (R-068).

Parts of texts are found by the engine's own index of trigrams: FTS5 on SQLite, pg_trgm on PostgreSQL where it may be
had. Typos in words are found in the vocabulary of the business (`Spelling`): the words of its clients under each
spelling that lacks one letter, so that two words one slip apart meet in an equal form (ADR 9).
"""

import re
from typing import Any

from django.db import connection, connections, transaction
from django.db.models import Q
from django.db.models.expressions import RawSQL
from rapidfuzz.distance import OSA

KNOWN = re.compile(r"[^\W\d_]{3,24}")
WORD = re.compile(r"[^\W\d_]{4,24}")  # a slip in three letters may be any other name
NUMBER = re.compile(r"\+?[0-9]{6,15}")
NEAR_MAX = 12
INDEXED_LENGTH = 3  # what is shorter has no trigram

TABLE = "clients_search"
ADD = "INSERT INTO clients_search(rowid, search) VALUES (new.id, new.search);"
TAKE = "INSERT INTO clients_search(clients_search, rowid, search) VALUES ('delete', old.id, old.search);"
TRIGGERS = {
    "clients_search_insert": f"AFTER INSERT ON clients_client BEGIN {ADD} END",
    "clients_search_delete": f"AFTER DELETE ON clients_client BEGIN {TAKE} END",
    "clients_search_update": f"AFTER UPDATE OF search ON clients_client BEGIN {TAKE} {ADD} END",
}


def words_of(text: str) -> set[str]:
    """Return the words of a folded text that may have been meant: letters only, three or more."""
    return set(KNOWN.findall(text))


def forms_of(word: str) -> set[str]:
    """Return a word and all that is left of it without one of its letters: two words one slip apart share a form."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def one_slip_apart(word: str, other: str) -> bool:
    """Say whether one letter was forgotten, added, mistaken, or changed places with the next."""
    return OSA.distance(word, other, score_cutoff=1) == 1


def holding(word: str) -> Q:
    """Keep clients whose folded text has this part; by the index where it is long enough for one."""
    if connection.vendor != "sqlite" or len(word) < INDEXED_LENGTH:
        return Q(search__contains=word)
    phrase = '"' + word.replace('"', '""') + '"'
    return Q(pk__in=RawSQL(f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s", [phrase]))  # noqa: S608, S611  # a constant, a parameter


def holding_number_nearly(word: str) -> Q:
    """Keep clients who have this number with one digit wrong, missing, too many, or in its neighbour's place."""
    digits = word.removeprefix("+")
    patterns = {digits}
    for place in range(len(digits)):
        before, after = digits[:place], digits[place + 1 :]
        patterns |= {f"{before}_{after}", f"{before}{after}", f"{before}_{digits[place:]}"}
        patterns.add(before + after[:1] + digits[place] + after[1:])
    one = (
        f"SELECT rowid FROM {TABLE} WHERE search LIKE %s"  # noqa: S608  # constants
        if connection.vendor == "sqlite"
        else "SELECT id FROM clients_client WHERE search LIKE %s"
    )
    return Q(pk__in=RawSQL(" UNION ".join([one] * len(patterns)), [f"%{part}%" for part in sorted(patterns)]))  # noqa: S611


def install(using: str) -> None:
    """Put the index of trigrams in place, with all that is to be found in it. Does nothing where it stands already."""
    database = connections[using]
    with transaction.atomic(using=using), database.cursor() as cursor:
        if "clients_client" in database.introspection.table_names(cursor):
            (_install_sqlite if database.vendor == "sqlite" else _install_postgresql)(cursor)


def _install_sqlite(cursor: Any) -> None:
    cursor.execute(
        "SELECT name FROM sqlite_master WHERE name LIKE 'clients_search%%' AND type IN ('table', 'trigger')", []
    )
    standing = {name for (name,) in cursor.fetchall()}
    if {TABLE, *TRIGGERS} <= standing:
        return
    cursor.execute(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {TABLE} USING fts5(search, content='clients_client', content_rowid='id',"
        " tokenize='trigram')"
    )
    for name, body in TRIGGERS.items():  # a table that Django makes anew has lost them
        cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {body}")
    cursor.execute(f"INSERT INTO {TABLE}({TABLE}) VALUES ('rebuild')")  # noqa: S608  # a constant


def _install_postgresql(cursor: Any) -> None:
    """Make the index where the extension is there or may be made; without it searches read one business's rows."""
    cursor.execute(
        "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm'),"
        " EXISTS (SELECT FROM pg_available_extension_versions WHERE name = 'pg_trgm' AND trusted)"
        " AND has_database_privilege(current_database(), 'CREATE'),"
        " to_regclass('clients_search') IS NOT NULL"
    )
    standing, possible, indexed = cursor.fetchone()
    if indexed or not (standing or possible):
        return
    cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    cursor.execute("CREATE INDEX clients_search ON clients_client USING gin (search gin_trgm_ops)")
