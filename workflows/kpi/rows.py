"""The three shapes of row a KPI is counted from. Readers outside fill them; nothing here reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from decimal import Decimal

Kind = Literal["sale", "refund", "adjustment"]
#: How many bad rows are kept with their reason; all of them are counted.
FIRST_BAD = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line of an order book. Two equal lines are two lines: nothing is taken for a duplicate."""

    #: Where it stands in its source: the line of the file, or the row of the table, from 1.
    line: int
    #: The order it belongs to; the record id that evidence names.
    invoice: str
    product: str
    title: str
    quantity: Decimal
    #: In whole currency units, exactly as written: 2.55.
    unit_price: Decimal
    #: Aware; the day it counts for is its day in the business's zone.
    at: datetime
    #: Empty when the source names nobody.
    customer: str
    country: str
    kind: Kind

    @property
    def amount(self) -> Decimal:
        """Quantity times unit price, exact, in whole currency units; negative for a refund."""
        return self.quantity * self.unit_price

    @property
    def id(self) -> str:
        """The record to look at: the invoice."""
        return self.invoice


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """Something that is open from one moment to another: a quote, an invoice, an order not yet sent."""

    id: str
    #: In whole currency units.
    amount: Decimal
    opened_at: datetime
    #: None while it is still open.
    closed_at: datetime | None = None
    due_at: datetime | None = None
    #: Whom or what it concerns; empty when unknown.
    subject: str = ""
    #: It is closed, and nobody wrote down since when.
    closed_sometime: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A number somebody else counted: visits of a day, money spent on a campaign, messages about a theme."""

    id: str
    at: datetime
    value: Decimal
    #: Channel, campaign, theme; empty when it has none.
    label: str = ""


Row = OrderLine | OpenItem | Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that could not be read: where it is and what is wrong with it."""

    line: int
    reason: str


@dataclass(slots=True, kw_only=True)
class BadRows:
    """Counts the rows a reader had to leave out and keeps the first few, so that none goes unsaid."""

    count: int = 0
    first: list[BadRow] = field(default_factory=list[BadRow])

    def add(self, line: int, reason: str) -> None:
        """Count one bad row."""
        self.count += 1
        if len(self.first) < FIRST_BAD:
            self.first.append(BadRow(line=line, reason=reason))


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A connected source: what it is called, when it was read, its rows (gone through once)."""

    name: str
    read_at: datetime
    rows: Iterable[Row]
    #: Filled by the reader while the rows are gone through.
    bad: BadRows = field(default_factory=BadRows)


def order_kind(
    invoice: str,
    quantity: Decimal,
    unit_price: Decimal,
    *,
    refund_prefix: str = "C",
    adjustment_prefix: str = "",
) -> Kind:
    """Say what a line is. Every metric of the order book rests on these four rules, in this order.

    1. An invoice written as the refund prefix and digits (`C536379`) is a cancellation: a refund.
    2. An invoice written as the adjustment prefix and digits is book-keeping: an adjustment.
    3. A quantity or a price that is zero or below, on an invoice that is no cancellation, moves stock or
       corrects a book but sells nothing: an adjustment. So a gift at price 0 is no order.
    4. Anything else is a sale, with or without a customer.
    """
    if _is_numbered(invoice, refund_prefix):
        return "refund"
    if _is_numbered(invoice, adjustment_prefix) or quantity <= 0 or unit_price <= 0:
        return "adjustment"
    return "sale"


def _is_numbered(invoice: str, prefix: str) -> bool:
    return bool(prefix) and invoice.startswith(prefix) and invoice[len(prefix) :].isdecimal()
