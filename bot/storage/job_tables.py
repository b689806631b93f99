"""The tables in which procrastinate keeps hints, on PostgreSQL alone; nothing in them is ever the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

#: The last step of procrastinate's own history whose result `apply` makes. A library with a newer one needs a
#: migration of ours that takes that step.
FORM = "03.04.00_50_post_add_retry_failed_job_procedure"

_THERE = text("SELECT to_regclass('procrastinate_jobs') IS NOT NULL")
_TABLES = (
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_workers",
    "procrastinate_periodic_defers",
)


def apply(connection: Connection) -> bool:
    """Make the tables and functions in this transaction; False when they are there."""
    if connection.execute(_THERE).scalar_one():
        return False
    from procrastinate.schema import SchemaManager  # noqa: PLC0415 -- an extra

    # Many statements at once, which the driver takes and SQLAlchemy does not.
    cast("Any", connection.connection.driver_connection).execute(SchemaManager.get_schema())
    return True


def grant(connection: Connection, role: str) -> None:
    """Let the application's role send, take and drop hints. May be repeated."""
    name = connection.execute(text("SELECT quote_ident(:role)"), {"role": role}).scalar_one()
    for statement in (
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(_TABLES)} TO {name}",
        *(
            f"GRANT USAGE, SELECT ON SEQUENCE {table}_id_seq TO {name}"
            for table in _TABLES
            if table != "procrastinate_workers"
        ),
    ):
        connection.exec_driver_sql(statement)
