"""How the command line speaks: plain lines, JSON when asked, a progress bar only on a terminal."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

#: `--json` on every command that answers something.
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON, for programs.")]


def complain(sentence: str, code: int = 1) -> int:
    """Say on standard error what went wrong; return the exit code."""
    typer.echo(sentence, err=True)
    return code


def say(sentence: str = "") -> None:
    """Say a line."""
    typer.echo(sentence)


def as_json(value: object) -> None:
    """Print a value as JSON, one document."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns; the last column may be long."""
    widths = [max(len(str(row[n])) for row in (heading, *rows)) for n in range(len(heading))]
    for row in (heading, *rows):
        cells = [str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)]
        typer.echo("  ".join(cells).rstrip())


@contextmanager
def progress(what: str) -> Generator[Callable[[int], None]]:
    """Count something long on a terminal; elsewhere say nothing."""
    if not sys.stderr.isatty():
        yield lambda _count: None
        return
    from rich.console import Console  # noqa: PLC0415 -- only on a terminal

    with Console(stderr=True).status(what) as status:
        yield lambda count: status.update(f"{what}: {count:,}")
