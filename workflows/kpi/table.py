"""Makes open items from the rows of a table: quotes, invoices, deliveries, stock below its reorder point."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from workflows.kpi.rows import BadRows, OpenItem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import tzinfo

#: `2,480.00 USD`, `2480.5`, `-3`
_AMOUNT = re.compile(r"(-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?: ?[A-Z]{3})?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMapping:
    """Which column holds what; an empty name is a column the table does without."""

    id: str
    opened_at: str
    amount: str = ""
    closed_at: str = ""
    due_at: str = ""
    subject: str = ""
    status: str = ""
    #: Statuses that mean open, in any case; empty means that only `closed_at` closes.
    open_when: tuple[str, ...] = ()


def open_items(
    rows: Iterable[Mapping[str, object]], mapping: ItemMapping, zone: tzinfo, bad: BadRows
) -> Iterator[OpenItem]:
    """Yield an item for each row; one that can't be read is counted in `bad` with its number and reason.

    A due day without a time lasts until its end. An item whose status says closed, without a day it was
    closed on, is closed at some time: it counts in no week, and makes weeks further back unknown.
    """
    for number, row in enumerate(rows, start=1):
        try:
            yield _item(row, mapping, zone)
        except ValueError as error:
            bad.add(number, str(error))


def _item(row: Mapping[str, object], mapping: ItemMapping, zone: tzinfo) -> OpenItem:
    name = _text(row, mapping.id)
    opened = _moment(row, mapping.opened_at, zone)
    if not name or opened is None:
        msg = f"{mapping.id if not name else mapping.opened_at} is empty"
        raise ValueError(msg)
    closed = _moment(row, mapping.closed_at, zone)
    is_open = _text(row, mapping.status).lower() in {each.lower() for each in mapping.open_when}
    return OpenItem(
        id=name,
        amount=_amount(row, mapping.amount),
        opened_at=opened,
        closed_at=closed,
        due_at=_moment(row, mapping.due_at, zone, ends=True),
        subject=_text(row, mapping.subject),
        closed_sometime=bool(mapping.open_when) and not is_open and closed is None,
    )


def _text(row: Mapping[str, object], column: str) -> str:
    value = row.get(column) if column else None
    return "" if value is None else str(value).strip()


def _amount(row: Mapping[str, object], column: str) -> Decimal:
    text = _text(row, column)
    if not text:
        if not column:
            return Decimal(0)
        msg = f"{column} is empty"
        raise ValueError(msg)
    written = _AMOUNT.fullmatch(text)
    try:
        number = Decimal(written[1].replace(",", "") if written else text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        msg = f"{column} {text!r} is not an amount"
        raise ValueError(msg)
    return number


def _moment(
    row: Mapping[str, object], column: str, zone: tzinfo, *, ends: bool = False
) -> datetime | None:
    text = _text(row, column)
    if not text:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            day = date.fromisoformat(text) + timedelta(days=1 if ends else 0)
            return datetime.combine(day, time.min, tzinfo=zone)
        moment = datetime.fromisoformat(text)
    except ValueError:
        msg = f"{column} {text!r} is not a date"
        raise ValueError(msg) from None
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
