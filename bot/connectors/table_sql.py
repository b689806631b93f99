"""Tables in a SQL database. A change and its ledger row are one transaction, so each key works once."""

from __future__ import annotations

import json
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    NoSuchTableError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as BusyError

from bot.connectors.sql_values import plain, said, text_of, typed
from bot.connectors.table_source import (
    Applied,
    Change,
    Row,
    Unavailable,
    Unclear,
    refuse,
    refuse_absent,
    refuse_unknown,
    writable_column,
)
from workflows.errors import ConnectorError
from workflows.ports import Finding

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from pydantic import SecretStr

#: Ids looked at for a "did you mean".
_NEAR = 500
#: Rows read when no limit is asked for.
_MOST = 50_000
_SECONDS = 15

_LEDGER = sa.Table(
    "sayso_applied",
    sa.MetaData(),
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("tbl", sa.String(200), nullable=False),
    sa.Column("row_id", sa.String(500), nullable=False),
    sa.Column("field", sa.String(200), nullable=False),
    sa.Column("old", sa.Text),
    sa.Column("new", sa.Text),
    sa.Column("at", sa.String(40), nullable=False),
)


class SqlSource:
    """The allowed tables of one database: table name to the name of its id column."""

    def __init__(
        self, url: SecretStr, tables: Mapping[str, str], seconds: float = _SECONDS
    ) -> None:
        """Remember where; `url` is SQLAlchemy's and may hold a password. Nothing is opened yet.

        `seconds` is how long to wait for a connection, or for the lock of a SQLite file.
        """
        self._url = url
        self._seconds = seconds
        self._keys = dict(tables)
        self._reflected: dict[str, sa.Table] = {}

    @cached_property
    def _engine(self) -> sa.Engine:
        url = sa.make_url(self._url.get_secret_value())
        waits = {"sqlite": "timeout", "postgresql": "connect_timeout", "mysql": "connect_timeout"}
        wait = waits.get(url.get_backend_name())
        arguments = {wait: self._seconds} if wait else {}
        try:
            return sa.create_engine(
                url, pool_pre_ping=True, connect_args=arguments, hide_parameters=True
            )
        except ImportError as missing:
            refuse(
                f"open a {url.get_backend_name()} database",
                f"its driver {missing.name} is not installed",
                f"Install {missing.name} and start again.",
            )

    def close(self) -> None:
        """Let go of the database; the next use opens it again."""
        if "_engine" in vars(self):
            self._engine.dispose()

    def tables(self) -> tuple[str, ...]:
        """Return the allowed names."""
        return tuple(sorted(self._keys))

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the columns as the database has them."""
        return tuple(self._table(table).columns.keys())

    def find(self, table: str, row_id: str) -> Row:
        """Return the one row with this id."""
        with self._reading(table) as connection:
            return _row(self._one(connection, table, row_id))

    def rows(self, table: str, column: str = "", equals: str = "", limit: int = 0) -> list[Row]:
        """Return rows in the order of their ids."""
        kept = self._table(table)
        wanted = sa.select(kept).order_by(self._key(kept)).limit(limit or _MOST)
        if column:
            if column not in kept.columns:
                refuse_unknown("column", column, table, kept.columns.keys())
            wanted = wanted.where(kept.columns[column] == typed(kept.columns[column], equals))
        with self._reading(table) as connection:
            return [_row(row) for row in connection.execute(wanted).mappings()]

    def settle(self, change: Change) -> str | None:
        """Return the value as the database would hold it."""
        with self._reading(change.table) as connection:
            self._one(connection, change.table, change.id)
        return text_of(plain(typed(self._column(change), change.value)))

    def apply(self, change: Change) -> Applied:
        """Change one row and note it in `sayso_applied`, both or neither."""
        value = typed(self._column(change), change.value)
        if earlier := self.applied(change.key):
            return earlier
        with self._writing(change.table) as connection, connection.begin() as transaction:
            try:
                connection.execute(_LEDGER.insert().values(_noted(change)))
            except IntegrityError:
                transaction.rollback()
                return self._won_by_another(change)
            applied = self._changed(connection, change, value)
            self._commit(transaction)
        return applied

    def _changed(self, connection: sa.Connection, change: Change, value: object) -> Applied:
        kept = self._table(change.table)
        row = self._one(connection, change.table, change.id, locked=True)
        mine = self._key(kept) == row[self._keys[change.table]]
        connection.execute(sa.update(kept).where(mine).values({change.field: value}))
        old, new = plain(row[change.field]), plain(value)
        note = sa.update(_LEDGER).where(_LEDGER.c.key == change.key)
        connection.execute(note.values(old=json.dumps(old), new=json.dumps(new)))
        return Applied(**change.model_dump(exclude={"value", "at"}), old=old, new=new)

    def _commit(self, transaction: sa.RootTransaction) -> None:
        try:
            transaction.commit()
        except IntegrityError:
            raise
        except DBAPIError as lost:
            why = f"the database's answer to the commit was lost ({said(lost)})"
            raise Unclear(why) from lost

    def _won_by_another(self, change: Change) -> Applied:
        earlier = self.applied(change.key)
        if earlier is None:
            why = f"another change of {change.table} is on its way"
            raise Unavailable(why)
        return earlier

    def applied(self, key: str) -> Applied | None:
        """Look into `sayso_applied`, which is made when it is missing."""
        with self._writing("sayso_applied") as connection:
            _LEDGER.create(connection, checkfirst=True)
            connection.commit()
            found = (
                connection.execute(sa.select(_LEDGER).where(_LEDGER.c.key == key))
                .mappings()
                .first()
            )
        return _applied(found) if found else None

    def check(self) -> tuple[Finding, ...]:
        """Look at every allowed table."""
        return tuple(self._checked(table) for table in self.tables())

    def _checked(self, table: str) -> Finding:
        what = f"table {table}"
        try:
            self._key(self._table(table))
        except (ConnectorError, Unavailable) as problem:
            return Finding(ok=False, what=what, why=str(problem), fix="Mend the table's settings.")
        return Finding(ok=True, what=what)

    def _table(self, table: str) -> sa.Table:
        if table not in self._keys:
            refuse_unknown("table", table, "the tables", self._keys)
        if table not in self._reflected:
            with self._reading(table) as connection:
                self._reflected[table] = sa.Table(table, sa.MetaData(), autoload_with=connection)
        return self._reflected[table]

    def _key(self, kept: sa.Table) -> sa.Column[Any]:
        key = self._keys[kept.name]
        if key not in kept.columns:
            refuse_unknown("id column", key, kept.name, kept.columns.keys())
        return kept.columns[key]

    def _column(self, change: Change) -> sa.Column[Any]:
        kept = self._table(change.table)
        writable_column(change.table, change.field, self._keys[change.table], kept.columns.keys())
        return kept.columns[change.field]

    def _one(
        self, connection: sa.Connection, table: str, row_id: str, *, locked: bool = False
    ) -> sa.RowMapping:
        kept = self._table(table)
        key = self._key(kept)
        try:
            wanted = sa.select(kept).where(key == typed(key, row_id)).limit(2)
        except ConnectorError:
            wanted = sa.select(kept).where(sa.false())
        found = connection.execute(wanted.with_for_update() if locked else wanted).mappings().all()
        if not found:
            near = connection.execute(sa.select(key).limit(_NEAR)).scalars()
            refuse_absent(row_id, table, [str(each) for each in near])
        if len(found) > 1:
            why = f"several rows have the {key.name} {row_id!r}"
            refuse(f"use {table}", why, "Give each row its own and try again.")
        return found[0]

    @contextmanager
    def _reading(self, table: str) -> Generator[sa.Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except NoSuchTableError:
            refuse(
                f"read {table}",
                "the database has no such table",
                "Correct its name in the settings.",
            )
        except (OperationalError, InterfaceError, BusyError) as problem:
            raise Unavailable(said(problem)) from problem
        except SQLAlchemyError as problem:
            refuse(f"read {table}", said(problem), "Check the database and try again.")

    @contextmanager
    def _writing(self, table: str) -> Generator[sa.Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except (DataError, IntegrityError, ProgrammingError) as refused:
            refuse(
                f"change {table}", said(refused), "Correct the value or the rights and try again."
            )
        except SQLAlchemyError as problem:
            raise Unavailable(said(problem)) from problem


def _noted(change: Change) -> dict[str, str]:
    return {
        "key": change.key,
        "tbl": change.table,
        "row_id": change.id,
        "field": change.field,
        "at": change.at.isoformat(timespec="seconds"),
    }


def _applied(row: sa.RowMapping) -> Applied:
    return Applied(
        key=row["key"],
        table=row["tbl"],
        id=row["row_id"],
        field=row["field"],
        old=json.loads(row["old"] or "null"),
        new=json.loads(row["new"] or "null"),
    )


def _row(row: sa.RowMapping) -> Row:
    return {str(name): plain(value) for name, value in row.items()}
