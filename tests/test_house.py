"""The walls that no linter knows. Layers between rooms are import-linter's (pyproject.toml)."""

import ast
import re
import runpy
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from plusone.events.facts import Fact, Facts, facts, fields_of

pytestmark = pytest.mark.any_engine

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "plusone"
LINES_MAX = 400

# Where rows may change besides a room's commands: the two rooms that everything stands on, the engine that runs the
# rules, and what Django runs outside any request.
WRITERS = re.compile(r"^(kernel/|events/|rules/engine\b|[a-z_/]*\bcommands(/|\.py$)|.*/(migrations|management)/)")
# Modules that write on purpose, each with its reason.
ALLOWED: dict[str, str] = {
    "connect/imports/scratch.py": "a file of its own that ends with the import, none of the installation's rows",
    "faces/cli/bench.py": "a throw-away database of its own, and a row as plain as can be to measure against",
}

ALWAYS = {
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "create",
    "raw_delete",
    "select_for_update",
}
ROWS_ONLY = {"save", "delete", "update"}
QUERYSET = {"objects", "filter", "exclude", "all", "order_by", "get_queryset", "annotate", "select_related", "only"}
SQL_WRITE = re.compile(r"^\s*(INSERT|UPDATE|DELETE|REPLACE|MERGE)\b", re.IGNORECASE)
# `save`, `update` and `delete` of these are no rows: a session, a cache, a picture, a dictionary.
NO_ROWS = {"session", "cache", "image", "picture", "qr", "book", "workbook", "cookies", "headers", "super", "router"}


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def tracked(*patterns: str) -> list[Path]:
    """Text files that are, or will be, committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.splitlines() if (path := ROOT / name).is_file()]


def words(node: ast.expr) -> Iterator[str]:
    """The names a call hangs on, from right to left: `Order.objects.filter(…).update` gives filter, objects, Order."""
    while True:
        match node:
            case ast.Attribute(value=inner, attr=name):
                yield name
                node = inner
            case ast.Call(func=inner):
                node = inner
            case ast.Name(id=name):
                yield name
                return
            case _:
                return


def is_write(node: ast.AST) -> bool:
    """Whether a node changes rows, as far as its words tell."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    verb, on = node.func.attr, list(words(node.func.value))
    if verb in {"execute", "executemany"} and node.args:
        sql = node.args[0]
        return isinstance(sql, ast.Constant) and isinstance(sql.value, str) and bool(SQL_WRITE.match(sql.value))
    if verb in ALWAYS:
        return True
    if verb not in ROWS_ONLY or NO_ROWS & set(on):
        return False
    if verb == "update":  # a dictionary's update has no queryset in front of it
        return bool(QUERYSET & set(on))
    return True


def writes(text: str) -> list[int]:
    return [node.lineno for node in ast.walk(ast.parse(text)) if is_write(node)]


@pytest.mark.parametrize(
    "line",
    [
        "Order.objects.create(x=1)",
        "order.save(update_fields=['state'])",
        "business.clients.filter(pk=1).update(state='x')",
        "Order.objects.filter(pk=1).delete()",
        "cursor.execute('UPDATE store_order SET total = 0')",
    ],
)
def test_the_wall_sees_a_write(line: str) -> None:
    assert writes(line) == [1]


@pytest.mark.parametrize("line", ["counts.update(a=1)", "request.session.delete('x')", "cursor.execute('SELECT 1')"])
def test_the_wall_lets_pass_what_is_no_row(line: str) -> None:
    assert writes(line) == []


def test_rows_change_in_commands_only() -> None:
    found = []
    for path in modules():
        name = path.relative_to(SOURCE).as_posix()
        if not WRITERS.match(name) and name not in ALLOWED:
            found += [f"{name}:{line}" for line in writes(path.read_text())]
    assert found == []


def test_exceptions_are_still_needed() -> None:
    assert [name for name in ALLOWED if not writes((SOURCE / name).read_text())] == []


def test_facts_carry_no_personal_data() -> None:
    personal = re.compile(r"name|mail|phone|address|birth")
    words = re.compile(r"note|text|message|comment")  # a number called `message` is the id of one
    assert [
        f"{fact.name}.{name}"
        for fact in facts
        for name, kind in fields_of(fact).items()
        if personal.search(name) or (kind not in {"int", "bool"} and words.search(name))
    ] == []


def test_a_fact_with_personal_data_is_refused() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Told(Fact):
        """Somebody was told."""

        name: ClassVar[str] = "somebody.told"
        email: str

    with pytest.raises(AssertionError, match="personal data"):
        Facts("fact")(Told)


def test_facts_are_the_committed_ones() -> None:
    committed = (ROOT / "docs" / "facts.txt").read_text()
    assert committed == runpy.run_path(str(ROOT / "scripts" / "facts"))["text"](), "run `make facts`"


def test_roles_are_the_published_ones() -> None:
    """ISO-8: the table of roles and pages says what the doors do; test_isolation.py tries each of them."""
    committed = (ROOT / "docs" / "roles.md").read_text()
    assert committed == runpy.run_path(str(ROOT / "scripts" / "facts"))["roles"](), "run `make facts`"


def test_what_is_left_out_is_still_there() -> None:
    """tests/slow.txt names tests that exist; scripts/slow_tests writes it."""
    for name in (ROOT / "tests/slow.txt").read_text().splitlines()[1:]:
        path, _, test = name.partition("::")
        assert f"def {test}(" in (ROOT / "tests" / path).read_text(), name


def test_files_are_short() -> None:
    python = [path for path in tracked("*.py", "scripts/*") if "migrations" not in path.parts]
    long = {path.relative_to(ROOT).as_posix(): count for path in python if (count := lines(path)) > LINES_MAX}
    assert long == {}, "make each a folder of the same name, one module per noun"


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(T[O]DO|F[I]XME|X[X]X|pytest\.s[k]ip|x[f]ail)\b")
    sources = tracked("*.py", "*.html", "*.js", "*.css", "*.md", "scripts/*")
    own = [path for path in sources if "vendor" not in path.parts]
    assert [path.relative_to(ROOT).as_posix() for path in own if later.search(path.read_text())] == []


def test_no_place_of_one_machine_is_named() -> None:
    hosts = r"p[y]pi\.org|p[y]thonhosted|regis[t]ry\.npmjs|deb\.d[e]bian"
    place = re.compile(rf"(^|[^\w./-])/(?:w[o]rk|r[o]ot|h[o]me)/|{hosts}", re.MULTILINE)
    texts = [path for path in tracked() if path.suffix not in {".png", ".jpg", ".webp", ".woff2", ".ico"}]
    assert [path.relative_to(ROOT).as_posix() for path in texts if place.search(path.read_text(errors="replace"))] == []


def anchors(path: Path) -> set[str]:
    """The places inside a page that a link can name."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_in_the_docs_lead_somewhere() -> None:
    broken = []
    for page in tracked("*.md"):
        targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text()) + re.findall(r'src="([^"]+)"', page.read_text())
        for target in targets:
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            goal = (page.parent / file).resolve() if file else page
            if not goal.exists() or (anchor and anchor not in anchors(goal)):
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


def test_each_room_has_one_newest_migration() -> None:
    """Two changes made at the same time each name the same predecessor; the second to come takes the next number."""
    from django.db.migrations.loader import MigrationLoader

    assert MigrationLoader(None).detect_conflicts() == {}
