"""The command line: `plusone COMMAND`. Each command is a module in this folder with a function called `command`.

The module's name is the command's, with hyphens; the function's parameters are its arguments and options (Typer), its
docstring is its help. A new command is a new file. `app` is the only module here that is no command.
"""

import json
import os
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import django
import typer
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, connection

from plusone import __version__
from plusone.kernel.db.outages import why_not_writable
from plusone.kernel.db.upgrading import NoUpgrade, upgrade
from plusone.kernel.errors import NotHere, Refused

# These set Django up themselves, because they decide settings first.
BARE = {"bench", "fraud-eval", "serve"}
# What Typer raises where the words make no sense; it hands out no name for it.
WRONGLY_CALLED: Any = typer.BadParameter.__base__


class Stop(Exception):
    """End the command with one sentence for its user, and exit code 1."""


def names() -> list[str]:
    """Return the names of all commands."""
    modules = pkgutil.iter_modules([str(Path(__file__).parent)])
    return sorted(module.name.replace("_", "-") for module in modules if module.name != "app")


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run one command and exit: 0 done, 1 with a sentence why not, 2 called wrongly."""
    arguments = sys.argv[1:] if arguments is None else arguments
    os.umask(0o077)  # what we write, the database above all, is nobody else's to read
    as_json = "--json" in arguments
    try:
        code = _build(arguments)(args=arguments, prog_name="plusone", standalone_mode=False)
    except (Stop, Refused, NoUpgrade, ImproperlyConfigured) as error:
        _end(str(error), as_json=as_json)
    except NotHere:
        _end("There is nothing of that name here.", as_json=as_json)
    except (DatabaseError, InterfaceError) as error:
        because = why_not_writable() or str(error).strip()
        _end(f"The database cannot be used: {because}", as_json=as_json)
    except OSError as error:  # a folder that is read-only, a disk that is full: nobody's mistake in the program
        if not error.filename:
            raise
        _end(f"{error.filename} cannot be used: {error.strerror}.", as_json=as_json)
    except WRONGLY_CALLED as error:
        error.show()
        _answer_wrong(error.format_message(), as_json=as_json)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


def _end(sentence: str, *, as_json: bool) -> NoReturn:
    sys.stderr.write(f"plusone: {sentence}\n")
    _answer_wrong(sentence, as_json=as_json)
    sys.exit(1)


def _answer_wrong(sentence: str, *, as_json: bool) -> None:
    """Give `{"error": …}` on stdout, whatever it was that went wrong: a program reads one object in any case."""
    if as_json:
        sys.stdout.write(f"{json.dumps({'error': sentence}, ensure_ascii=False)}\n")


def _build(arguments: list[str]) -> typer.Typer:
    """Make the application with the command that is asked for: the others need not be loaded. Help shows them all."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.callback()(_plusone)
    known = names()
    for name in arguments[:1] if arguments[:1] and arguments[0] in known else known:
        if name not in BARE:
            django.setup()
        app.command(name)(import_module(f"{__package__}.{name.replace('-', '_')}").command)
    return app


def _show_version(value: bool) -> None:
    if value:
        sys.stdout.write(f"{__version__}\n")
        raise typer.Exit


def _plusone(
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Print the version."),
) -> None:
    """Plusone: referral software for service businesses."""


class Output:
    """What a command says: with --json one object on stdout at its end, and everything else on stderr."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self._stdout = sys.stdout

    def say(self, text: str = "") -> None:
        """Print a line for people."""
        (sys.stderr if self.as_json else self._stdout).write(f"{text}\n")

    def answer(self, answer: dict[str, Any], text: str = "") -> None:
        """Give the result: the object with --json, else the text. Once, at the end."""
        line = json.dumps(answer, ensure_ascii=False, default=str) if self.as_json else text
        if line:
            self._stdout.write(f"{line}\n")
            self._stdout.flush()


@contextmanager
def output(as_json: bool) -> Iterator[Output]:
    """Print through this; what libraries print meanwhile cannot spoil the JSON."""
    out, stdout = Output(as_json), sys.stdout
    if as_json:
        sys.stdout = sys.stderr
    try:
        yield out
    finally:
        sys.stdout = stdout


def needs_database() -> None:
    """Call this first in a command that reads or writes: on SQLite it migrates, on PostgreSQL it insists on it."""
    from plusone.kernel.db import schema  # Django must be set up first

    if connection.vendor == "sqlite":
        upgrade()
    elif schema.pending():
        raise Stop("The database is older than this program. Run `plusone migrate` first.")
