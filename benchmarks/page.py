"""Puts the newest figures into docs/figures.md: `python -m benchmarks.page`. What is around them is written by hand."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.figures import Kept

ROOT = Path(__file__).resolve().parent.parent
PAGE, RESULTS = ROOT / "docs" / "figures.md", ROOT / "benchmarks" / "results.json"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
_HEAD = "| what | figure | beside | target | |\n| --- | --- | --- | --- | --- |"


def table(rows: Sequence[Kept]) -> str:
    """Return the figures as a Markdown table, in the order in which they were kept."""
    return "\n".join([_HEAD, *(_row(row) for row in rows)])


def _row(row: Kept) -> str:
    value = "" if row["value"] is None else f"**{row['value']:,} {row['unit']}**"
    verdict = {True: "met", False: "**missed**", None: ""}[row["met"]]
    cells = (row["name"], value, row["beside"], row["target"], verdict)
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def with_figures(page: str, rows: Sequence[Kept]) -> str:
    """Return the page with the table between its two marks. Raises `ValueError` when a mark is missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        msg = f"the page has no {BEGIN} followed by {END}"
        raise ValueError(msg)
    return f"{before}{BEGIN}\n\n{table(rows)}\n\n{END}{after}"


def kept(file: Path = RESULTS) -> list[Kept]:
    """Return the figures of the newest full runs."""
    return cast("list[Kept]", json.loads(file.read_text(encoding="utf-8")))


def main() -> int:
    """Write the page."""
    PAGE.write_text(with_figures(PAGE.read_text(encoding="utf-8"), kept()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
