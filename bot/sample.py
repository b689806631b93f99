"""Writes a company to try everything with, and a starter one to fill in. The same day gives the same files."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from importlib import resources
from typing import TYPE_CHECKING

from bot.sample_tables import invoices, order_lines
from workflows.errors import CompanyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from importlib.resources.abc import Traversable
    from pathlib import Path

PLAYBOOKS = ("payment-recovery", "quote-follow-up", "weekly-kpi-report")
#: `-5` in a date column is five days before today.
_DAYS = re.compile(r"[+-]\d{1,4}")
_DATES = frozenset({"since", "sent_on", "valid_until", "answered_on"})
_REVIEW = re.compile(r"^review: ([+-]\d{1,4})$", re.MULTILINE)
#: Rows of an example table in a starter company: enough to see its columns.
_FEW = 2


def write_sample(folder: Path, today: date, seed: int = 7, *, monday: date | None = None) -> None:
    """Write the sample company: twelve people, their playbooks, policies, metrics and tables up to `today`.

    With `monday` the orders go on up to that Monday, for a demo whose clock will be moved there.
    Raises `CompanyError` when there is a company in the folder already.
    """
    _write(folder, "sample", today)
    customers = _rows("customers.csv", today)
    _table(folder, "customers", customers)
    _table(folder, "quotes", _rows("quotes.csv", today))
    _table(folder, "invoices", invoices(customers, today, seed))
    _table(folder, "orders", order_lines(customers, monday or today, seed))


def write_starter(folder: Path, today: date) -> None:
    """Write a company to fill in: a commented company.yml, the playbooks, and tables with two rows each.

    Raises `CompanyError` when there is a company in the folder already.
    """
    _write(folder, "starter", today)
    customers = _rows("customers.csv", today)[:_FEW]
    _table(folder, "customers", customers)
    _table(folder, "quotes", _rows("quotes.csv", today)[-_FEW:])
    _table(folder, "invoices", invoices(customers, today, seed=7)[-_FEW:])


def _write(folder: Path, kind: str, today: date) -> None:
    """Write what both have: company.yml, playbooks, metrics and policies."""
    if (folder / "company.yml").exists():
        problem = (
            "there is a company here already, and nothing was changed. Choose an empty folder."
        )
        raise CompanyError(place=folder / "company.yml", problem=problem)
    catalog = _catalog()
    _text(folder / "company.yml", (catalog / kind / "company.yml").read_text(encoding="utf-8"))
    _text(folder / "metrics.yml", (catalog / "metrics.yml").read_text(encoding="utf-8"))
    for name in PLAYBOOKS:
        text = (catalog / f"{name}.yml").read_text(encoding="utf-8")
        _text(folder / "playbooks" / f"{name}.yml", text)
    for policy in (catalog / "sample" / "policies").iterdir():
        text = policy.read_text(encoding="utf-8")
        dated = _REVIEW.sub(lambda found: f"review: {_day(found[1], today)}", text)
        _text(folder / "policies" / policy.name, dated)


def _catalog() -> Traversable:
    return resources.files("workflows") / "catalog"


def _text(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="\n")


def _rows(name: str, today: date) -> list[dict[str, str]]:
    """Return a shipped table, with its days counted from today made dates."""
    text = (_catalog() / "sample" / name).read_text(encoding="utf-8")
    return [
        {column: _day(cell, today) if column in _DATES else cell for column, cell in row.items()}
        for row in csv.DictReader(io.StringIO(text))
    ]


def _day(cell: str, today: date) -> str:
    if not _DAYS.fullmatch(cell):
        return cell
    return (today + timedelta(days=int(cell))).isoformat()


def _table(folder: Path, name: str, rows: Sequence[Mapping[str, str]]) -> None:
    _text(folder / "tables" / f"{name}.csv", _csv(rows[0], rows))


def _csv(columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> str:
    written = io.StringIO()
    writer = csv.DictWriter(written, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()
