"""Reads order lines from a CSV file (plain or gzip) or a table of any SQL database, a row at a time."""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

from workflows.errors import ConnectorError
from workflows.kpi.rows import BadRows, OrderLine, order_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

#: Rows between two calls of the progress callback.
PROGRESS_EVERY = 20_000
#: A whole number that a spreadsheet wrote as `17850.0`.
_WHOLE = re.compile(r"(\d+)\.0", re.ASCII)
_FETCH = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMapping:
    """Which column holds what. The defaults are the columns of the Online Retail order book."""

    invoice: str = "InvoiceNo"
    product: str = "StockCode"
    #: The next three may be empty: the source has no such column.
    title: str = "Description"
    customer: str = "CustomerID"
    country: str = "Country"
    quantity: str = "Quantity"
    unit_price: str = "UnitPrice"
    at: str = "InvoiceDate"
    #: `strptime` format; empty means ISO 8601. A time without an offset is wall time in the business's zone.
    at_format: str = ""
    refund_prefix: str = "C"
    adjustment_prefix: str = "A"
    encoding: str = "utf-8-sig"
    #: The table to read, for a database.
    table: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in the order a line is made from them; an empty name is a column it does without."""
        return (
            self.invoice,
            self.product,
            self.title,
            self.quantity,
            self.unit_price,
            self.at,
            self.customer,
            self.country,
        )


def read_orders(
    where: str | Path,
    *,
    zone: ZoneInfo,
    mapping: OrderMapping | None = None,
    bad: BadRows | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[OrderLine]:
    """Yield every order line of a file, or of `mapping.table` when `where` is an SQLAlchemy URL.

    A row that can't be read is counted in `bad` with its line and reason, never silently skipped. `progress`
    gets the rows so far, every 20,000 and at the end. Raises `ConnectorError` when the source can't be
    opened, lacks a column, or breaks off.
    """
    mapping, bad = mapping or OrderMapping(), bad if bad is not None else BadRows()
    is_table = "://" in str(where)
    rows = _table_rows(str(where), mapping) if is_table else _file_rows(Path(where), mapping)
    maker = _LineMaker(mapping, zone)
    count = 0
    for line, row in rows:
        count += 1
        try:
            made = maker.line(line, row)
        except ValueError as error:
            bad.add(line, str(error))
        else:
            yield made
        if progress is not None and count % PROGRESS_EVERY == 0:
            progress(count)
    if progress is not None:
        progress(count)


class _LineMaker:
    """Makes typed lines; remembers the texts it has met, since prices and moments repeat a lot."""

    def __init__(self, mapping: OrderMapping, zone: ZoneInfo) -> None:
        self._mapping = mapping
        self._zone = zone
        self._numbers: dict[object, Decimal] = {}
        self._names: dict[object, str] = {}
        self._moment: tuple[object, datetime] | None = None

    def line(self, number: int, row: Sequence[object] | None) -> OrderLine:
        """Return the line. Raises `ValueError` saying what is wrong with the row."""
        if row is None:
            msg = "it has another number of columns than the heading"
            raise ValueError(msg)
        invoice, product, title, quantity, unit_price, at, customer, country = row
        named = self._name(invoice)
        if not named:
            msg = f"{self._mapping.invoice} is empty"
            raise ValueError(msg)
        pieces = self._number(quantity, self._mapping.quantity)
        price = self._number(unit_price, self._mapping.unit_price)
        return OrderLine(
            line=number,
            invoice=named,
            product=self._name(product),
            title=self._name(title),
            quantity=pieces,
            unit_price=price,
            at=self._at(at),
            customer=self._name(customer),
            country=self._name(country),
            kind=order_kind(
                named,
                pieces,
                price,
                refund_prefix=self._mapping.refund_prefix,
                adjustment_prefix=self._mapping.adjustment_prefix,
            ),
        )

    def _name(self, value: object) -> str:
        known = self._names.get(value)
        if known is None:
            text = "" if value is None else str(value).strip()
            whole = _WHOLE.fullmatch(text)
            known = self._names[value] = whole[1] if whole else text
        return known

    def _number(self, value: object, column: str) -> Decimal:
        known = self._numbers.get(value)
        if known is None:
            try:
                known = Decimal(str(value).strip())
            except InvalidOperation:
                known = Decimal("NaN")
            if not known.is_finite():
                msg = f"{column} {value!r} is not a number"
                raise ValueError(msg)
            self._numbers[value] = known
        return known

    def _at(self, value: object) -> datetime:
        if self._moment is not None and self._moment[0] == value:
            return self._moment[1]
        moment = value if isinstance(value, datetime) else self._parsed(str(value).strip())
        wall = moment.tzinfo is None
        local = moment.replace(tzinfo=self._zone) if wall else moment.astimezone(self._zone)
        self._moment = (value, local)
        return local

    def _parsed(self, text: str) -> datetime:
        try:
            if self._mapping.at_format:
                # The zone is put on by the caller, or was read with %z.
                return datetime.strptime(text, self._mapping.at_format)  # noqa: DTZ007 -- see above
            return datetime.fromisoformat(text)
        except ValueError:
            msg = f"{self._mapping.at} {text!r} is not a date and time"
            raise ValueError(msg) from None


def _failed(reason: str, next_step: str) -> ConnectorError:
    return ConnectorError(
        connector="orders", verb="read the orders", reason=reason, next_step=next_step
    )


def _places(heading: Sequence[str], mapping: OrderMapping) -> list[int | None]:
    """Return where each column stands. Raises `ConnectorError` naming the columns that are not there."""
    at = {name.strip(): place for place, name in enumerate(heading)}
    lacking = [column for column in mapping.columns if column and column not in at]
    if lacking:
        found = ", ".join(at) or "none"
        reason = f"there is no column {', '.join(lacking)}; the columns are {found}"
        raise _failed(reason, "Name the columns in the source's mapping.")
    return [at[column] if column else None for column in mapping.columns]


def _opened(path: Path, encoding: str) -> TextIO:
    if path.suffix == ".gz":
        return TextIOWrapper(gzip.GzipFile(path), encoding=encoding, newline="")
    return path.open(encoding=encoding, newline="")


def _file_rows(path: Path, mapping: OrderMapping) -> Iterator[tuple[int, Sequence[str] | None]]:
    """Yield line number and row of a CSV file; None for a row of the wrong width."""
    try:
        with _opened(path, mapping.encoding) as text:
            lines = csv.reader(text)
            heading = next(lines, list[str]())
            places = _places(heading, mapping)
            for row in lines:
                if len(row) == len(heading):
                    yield lines.line_num, [row[at] if at is not None else "" for at in places]
                elif row:
                    yield lines.line_num, None
    except FileNotFoundError:
        reason = f"there is no file {path}"
        raise _failed(reason, "Check the path of the source.") from None
    except UnicodeDecodeError as error:
        reason = f"{path.name} is not {mapping.encoding} text ({error.reason})"
        raise _failed(reason, "Name its encoding in the mapping.") from None
    except (OSError, EOFError, csv.Error, zlib.error) as error:
        reason = f"{path.name} breaks off: {error}"
        raise _failed(reason, "Export it again.") from None


def _table_rows(url: str, mapping: OrderMapping) -> Iterator[tuple[int, Sequence[object]]]:
    """Yield row number and row of a table, streamed."""
    # Costs a tenth of a second, and a CSV file doesn't need it.
    import sqlalchemy as sql  # noqa: PLC0415 -- see above
    from sqlalchemy import exc  # noqa: PLC0415 -- see above

    if not mapping.table:
        reason = "the mapping names no table"
        raise _failed(reason, "Add the table to the source's mapping.")
    columns: list[sql.ColumnElement[Any]] = [
        sql.column(name) if name else sql.literal("") for name in mapping.columns
    ]
    query = sql.select(*columns).select_from(sql.table(mapping.table))
    try:
        engine = sql.create_engine(url)
    except (exc.ArgumentError, ImportError) as error:
        raise _failed(str(error), "Check the database URL of the source.") from None
    try:
        with engine.connect().execution_options(yield_per=_FETCH) as connection:
            rows = cast("Iterable[Sequence[object]]", connection.execute(query))
            yield from enumerate(rows, start=1)
    except exc.SQLAlchemyError as error:
        reason = str(error).partition("\n")[0]
        raise _failed(reason, "Check the database URL, the table and the columns.") from None
    finally:
        engine.dispose()
