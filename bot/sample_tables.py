"""The made-up invoices and order lines of the sample company. Drawn from a seed, counted back from a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Row = dict[str, str]

#: Invoices a customer has had before; together with the open ones about sixty.
_SETTLED = 5
_TERMS = timedelta(days=30)
#: Days between two invoices of one customer, and how far apart customers are.
_RHYTHM, _STAGGER = 41, 3
#: How often a customer pays late, by its place in the table. Lateness has to mean something in the ranking.
_LATE = (0.1, 0.9, 0.2, 0.0, 0.7, 0.3, 0.1, 0.0, 0.8, 0.4)
#: Open invoices: place of the customer, days since due (negative is not due yet), amount in cents.
_OPEN = (
    (1, 24, 318_000),
    (4, 12, 96_500),
    (8, 9, 742_000),
    (0, 4, 51_000),
    (2, -6, 128_000),
    (3, -14, 264_000),
    (9, -20, 47_500),
)
_GOODS = ("oven parts", "a service visit", "baking stones", "door seals", "a deck oven", "trays")

_WEEKS = 14
#: Orders on an ordinary day, Monday to Saturday; there is no trade on Sundays.
_ORDERS = (11, 9, 9, 10, 12, 6)
#: The product whose returns went up last week, from Thursday on.
_FAULTY, _NORMAL_RETURNS, _FAULTY_RETURNS = "B-220", (1, 2), (5, 6)
_THURSDAY = 3


@dataclass(frozen=True, kw_only=True)
class Product:
    """Something the sample company sells; the price in cents, the weight is how often it is bought."""

    code: str
    title: str
    cents: int
    weight: int


_PRODUCTS = tuple(
    Product(code=code, title=title, cents=cents, weight=weight)
    for code, title, cents, weight in (
        ("B-100", "Baking stone, 16 inch", 4_900, 9),
        ("B-110", "Baking stone, 20 inch", 6_900, 6),
        ("B-220", "Proofing basket, set of 4", 5_600, 8),
        ("B-230", "Banneton liner", 900, 7),
        ("D-300", "Door seal, small oven", 2_400, 6),
        ("D-310", "Door seal, deck oven", 3_800, 4),
        ("E-400", "Heating element 2 kW", 7_450, 4),
        ("E-410", "Thermostat", 5_250, 3),
        ("L-500", "Oven lamp", 1_150, 5),
        ("P-600", "Pizza peel, aluminum", 3_200, 6),
        ("P-610", "Pizza peel, beech", 2_750, 5),
        ("T-700", "Steam tray 1/1", 3_990, 6),
        ("T-710", "Steam tray 1/2", 2_490, 5),
        ("C-800", "Oven cleaner, 5 l", 1_890, 8),
    )
)


def invoices(customers: Sequence[Mapping[str, str]], today: date, seed: int) -> list[Row]:
    """Return settled invoices of every customer, oldest first, then the open ones."""
    draw = Random(seed)  # noqa: S311 -- made-up rows, no secret
    made = [
        _settled(customer, place, back, today, draw)
        for place, customer in enumerate(customers)
        for back in range(_SETTLED, 0, -1)
    ]
    made += [
        _invoice(
            customers[place], due=today - timedelta(days=days), cents=cents, paid=None, draw=draw
        )
        for place, days, cents in _OPEN
        if place < len(customers)
    ]
    made.sort(key=lambda row: (row["issued_on"], row["customer"]))
    return [{"id": f"INV-{3001 + n}", **row} for n, row in enumerate(made)]


def _settled(customer: Mapping[str, str], place: int, back: int, today: date, draw: Random) -> Row:
    due = today - timedelta(days=back * _RHYTHM + place * _STAGGER)
    late = draw.random() < _LATE[place % len(_LATE)]
    # A settled invoice was settled by yesterday, however late its customer usually is.
    days = draw.randint(4, 26) if late else -draw.randint(0, 9)
    paid = min(due + timedelta(days=days), today - timedelta(days=1))
    return _invoice(customer, due=due, cents=draw.randint(90, 2_900) * 100, paid=paid, draw=draw)


def _invoice(
    customer: Mapping[str, str], *, due: date, cents: int, paid: date | None, draw: Random
) -> Row:
    return {
        "customer": customer["customer"],
        "contact": customer["contact"],
        "email": customer["email"],
        "amount": _decimal(cents),
        "currency": "USD",
        "issued_on": (due - _TERMS).isoformat(),
        "due_on": due.isoformat(),
        "paid_on": paid.isoformat() if paid else "",
        "status": "paid" if paid else "open",
        "about": draw.choice(_GOODS),
        "reminders": "0",
        "zone": customer["zone"],
    }


def order_lines(customers: Sequence[Mapping[str, str]], today: date, seed: int) -> list[Row]:
    """Return fourteen whole weeks of order lines and this week's up to yesterday, oldest first.

    Trade is even, Monday to Saturday. In the last whole week one product comes back far more often than
    usual, from Thursday on: that is what the Monday report has to find.
    """
    draw = Random(seed + 1)  # noqa: S311 -- made-up rows, no secret
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=_WEEKS)
    days = [first + timedelta(days=n) for n in range((today - first).days)]
    book = _Book(customers=customers, draw=draw)
    rows: list[Row] = []
    for day in days:
        if day.weekday() < len(_ORDERS):
            last_week = monday - timedelta(weeks=1) <= day < monday
            rows += book.day(day, is_faulty=last_week and day.weekday() >= _THURSDAY)
    return rows


class _Book:
    """Numbers orders as they are drawn."""

    def __init__(self, *, customers: Sequence[Mapping[str, str]], draw: Random) -> None:
        self._customers, self._draw, self._next = customers, draw, 60_001

    def day(self, day: date, *, is_faulty: bool) -> Iterator[Row]:
        """Yield the lines of one day: its orders, then what came back."""
        for _ in range(_ORDERS[day.weekday()] + self._draw.randint(-1, 1)):
            yield from self._order(day)
        least, most = _FAULTY_RETURNS if is_faulty else _NORMAL_RETURNS
        faulty = next(product for product in _PRODUCTS if product.code == _FAULTY)
        for _ in range(self._draw.randint(least, most)):
            yield self._line(self._number("C"), day, faulty, -1)
        yield self._line(self._number("C"), day, self._draw.choice(_PRODUCTS[:2]), -1)

    def _order(self, day: date) -> Iterator[Row]:
        number, customer = self._number(""), self._draw.choice(self._customers)
        weights = [product.weight for product in _PRODUCTS]
        for product in self._draw.choices(_PRODUCTS, weights, k=self._draw.randint(2, 3)):
            yield self._line(number, day, product, self._draw.randint(1, 3), customer)

    def _number(self, prefix: str) -> str:
        self._next += 1
        return f"{prefix}{self._next}"

    def _line(
        self,
        number: str,
        day: date,
        product: Product,
        quantity: int,
        customer: Mapping[str, str] | None = None,
    ) -> Row:
        who = customer or self._draw.choice(self._customers)
        minute = self._draw.randint(0, 9 * 60)
        at = datetime.combine(day, time(8)) + timedelta(minutes=minute)
        return {
            "InvoiceNo": number,
            "StockCode": product.code,
            "Description": product.title,
            "Quantity": str(quantity),
            "InvoiceDate": at.isoformat(sep=" ", timespec="minutes"),
            "UnitPrice": _decimal(product.cents),
            "CustomerID": who["id"].removeprefix("K-"),
            "Country": who["country"],
        }


def _decimal(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
