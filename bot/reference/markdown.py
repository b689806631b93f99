"""The few forms of Markdown the reference uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def page(title: str, *parts: str) -> str:
    """Return a whole page; it says that it is written by a program."""
    note = "<!-- Written by `python -m bot.reference`. Change the code, then run it again. -->"
    return "\n\n".join([f"# {title}", note, *parts]) + "\n"


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; a bar in a cell does not end it."""
    lines = [_row(heading), _row(["---"] * len(heading)), *(_row(row) for row in rows)]
    return "\n".join(lines)


def code(text: str) -> str:
    """Return `text` as code; nothing for nothing."""
    return f"`{text}`" if text else ""


def first_line(doc: str | None) -> str:
    """Return the first line of a docstring without its full stop."""
    return (doc or "").strip().split("\n")[0].rstrip(".")


def _row(cells: Sequence[str]) -> str:
    escaped = [cell.replace("|", "\\|").replace("\n", " ") for cell in cells]
    return "| " + " | ".join(escaped) + " |"
