from __future__ import annotations

import gzip
import sqlite3
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from bot.connectors.orders import OrderMapping, read_orders
from workflows.errors import ConnectorError
from workflows.kpi.rows import BadRows

if TYPE_CHECKING:
    from pathlib import Path

LONDON = ZoneInfo("Europe/London")
HEADING = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
LINE = "536365,85123A,WHITE HEART,6,2011-05-16 08:26:00,2.55,17850.0,United Kingdom\n"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(HEADING + LINE, encoding="utf-8")
    return path


def test_a_line_is_read_exactly_as_written(book: Path) -> None:
    """Prices stay decimals, times are wall time in the business's zone, 17850.0 is customer 17850."""
    (row,) = read_orders(book, zone=LONDON)
    assert (row.invoice, row.product, row.customer, row.line) == ("536365", "85123A", "17850", 2)
    assert (row.quantity, row.unit_price, row.amount) == (6, Decimal("2.55"), Decimal("15.30"))
    assert row.at.isoformat() == "2011-05-16T08:26:00+01:00"
    assert row.kind == "sale"


@pytest.mark.parametrize(
    ("invoice", "quantity", "price", "kind"),
    [
        ("C536379", "-1", "27.5", "refund"),
        ("536379", "-40", "0.0", "adjustment"),
        ("536379", "40", "0.0", "adjustment"),
        ("536379", "1", "-5", "adjustment"),
        ("A563185", "1", "11062.06", "adjustment"),
        ("A563186", "1", "-11062.06", "adjustment"),
        ("CASH-1", "1", "5", "sale"),
        ("536379", "1", "5", "sale"),
    ],
)
def test_a_line_is_a_sale_a_refund_or_an_adjustment(
    book: Path, invoice: str, quantity: str, price: str, kind: str
) -> None:
    """Cancellations are refunds; book-keeping and stock lines are no sales; other numbers stay orders."""
    changed = LINE.replace("536365", invoice).replace(",6,", f",{quantity},").replace("2.55", price)
    book.write_text(HEADING + changed, encoding="utf-8")
    (row,) = read_orders(book, zone=LONDON)
    assert row.kind == kind


def test_equal_lines_are_two_lines(book: Path) -> None:
    """Nothing is taken for a duplicate."""
    book.write_text(HEADING + LINE + LINE, encoding="utf-8")
    assert [row.line for row in read_orders(book, zone=LONDON)] == [2, 3]


def test_a_row_that_cannot_be_read_is_counted_with_line_and_reason(book: Path) -> None:
    """Bad rows never vanish: all are counted, five are kept with their place."""
    broken = [
        LINE.replace(",6,", ",six,"),
        LINE.replace("2.55", "NaN"),
        LINE.replace("2011-05-16", "16.5.2011"),
        LINE.replace("536365", ""),
        "536365,short\n",
        LINE.replace(",6,", ",,"),
    ]
    book.write_text(HEADING + LINE + "".join(broken) + "\n" + LINE, encoding="utf-8")
    bad = BadRows()
    assert len(list(read_orders(book, zone=LONDON, bad=bad))) == 2
    assert bad.count == 6
    assert [(each.line, each.reason) for each in bad.first] == [
        (3, "Quantity 'six' is not a number"),
        (4, "UnitPrice 'NaN' is not a number"),
        (5, "InvoiceDate '16.5.2011 08:26:00' is not a date and time"),
        (6, "InvoiceNo is empty"),
        (7, "it has another number of columns than the heading"),
    ]


def test_a_quoted_field_over_two_lines_is_one_row(book: Path) -> None:
    """The line named is the one the row ends on, as an editor shows it."""
    book.write_text(HEADING + LINE.replace("WHITE HEART", '"WHITE,\nHEART"'), encoding="utf-8")
    (row,) = read_orders(book, zone=LONDON)
    assert (row.title, row.line) == ("WHITE,\nHEART", 3)


def test_a_gzip_file_reads_alike(book: Path, tmp_path: Path) -> None:
    """The packed file gives the same lines."""
    packed = tmp_path / "orders.csv.gz"
    packed.write_bytes(gzip.compress(book.read_bytes()))
    assert list(read_orders(packed, zone=LONDON)) == list(read_orders(book, zone=LONDON))


def test_progress_is_told_on_the_way_and_at_the_end(book: Path) -> None:
    """Every 20,000 rows, and once more with all of them."""
    book.write_text(HEADING + LINE * 20_001, encoding="utf-8")
    told: list[int] = []
    assert sum(1 for _ in read_orders(book, zone=LONDON, progress=told.append)) == 20_001
    assert told == [20_000, 20_001]


def test_other_columns_and_dates_are_mapped(tmp_path: Path) -> None:
    """Any export reads once its columns are named; columns it lacks stay empty."""
    path = tmp_path / "shop.csv"
    path.write_text("no,sku,qty,when,price\nSO-1,B-220,2,5/16/2011 8:26,5\n", encoding="utf-8")
    mapping = OrderMapping(
        invoice="no", product="sku", quantity="qty", at="when", unit_price="price",
        title="", customer="", country="", at_format="%m/%d/%Y %H:%M",
    )  # fmt: skip
    (row,) = read_orders(path, zone=LONDON, mapping=mapping)
    assert (row.invoice, row.customer, row.kind) == ("SO-1", "", "sale")
    assert row.at.isoformat() == "2011-05-16T08:26:00+01:00"


def test_a_table_reads_like_a_file(book: Path, tmp_path: Path) -> None:
    """The same rows in a database give the same lines, apart from where they stand."""
    base = sqlite3.connect(tmp_path / "shop.db")
    with base:
        base.execute(f"create table orders ({HEADING.strip()})")
        values = LINE.strip().split(",")
        typed = [*values[:3], 6, values[4], 2.55, *values[6:]]
        base.execute("insert into orders values (?,?,?,?,?,?,?,?)", typed)
    base.close()
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    (from_table,) = read_orders(url, zone=LONDON, mapping=OrderMapping(table="orders"))
    (from_file,) = read_orders(book, zone=LONDON)
    assert from_table.amount == from_file.amount
    assert (from_table.invoice, from_table.at, from_table.line) == ("536365", from_file.at, 1)


def _reason(where: str | Path, mapping: OrderMapping | None = None) -> str:
    with pytest.raises(ConnectorError) as caught:
        list(read_orders(where, zone=LONDON, mapping=mapping))
    return caught.value.sentence


def test_a_source_that_cannot_be_read_says_why_and_what_next(book: Path, tmp_path: Path) -> None:
    """No file, no column, no text, half a file, no table: each has its sentence."""
    assert "there is no file" in _reason(tmp_path / "none.csv")
    book.write_text("a,b\n1,2\n", encoding="utf-8")
    assert "there is no column InvoiceNo, StockCode" in _reason(book)
    book.write_bytes(HEADING.encode() + LINE.replace("HEART", "CAF\xc9").encode("latin-1"))
    assert "is not utf-8-sig text" in _reason(book)
    half = tmp_path / "half.csv.gz"
    half.write_bytes(gzip.compress((HEADING + LINE * 999).encode())[:-20])
    assert "breaks off" in _reason(half)
    assert "names no table" in _reason("sqlite://")
    assert "no such table: orders" in _reason("sqlite://", OrderMapping(table="orders"))
    assert "Check the database URL" in _reason("nonsense://", OrderMapping(table="orders"))
