"""Who may do what on PostgreSQL: rows of one workspace only, and no change of what is append-only.

Two roles: the owner makes tables and is used by `sayso db` alone; the application's role reads and adds, changes
what has a state, and can neither drop a trigger nor look into another workspace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from bot.storage.guards import bodies
from bot.storage.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Connection

#: The workspace in which a session sees every other: the owner's, for migrations and copies.
EVERY = "*"
_MINE = "ws = current_setting('sayso.ws', true)"
_EVERY = f"current_setting('sayso.ws', true) = '{EVERY}'"
_POLICIES = text(
    "SELECT c.relname FROM pg_class c WHERE c.relrowsecurity AND c.relforcerowsecurity"
    " AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'workspace')"
)
#: Tables whose rows have a state that changes.
CHANGED = (
    "run",
    "step",
    "draft",
    "task",
    "inbox",
    "message",
    "schedule",
    "active",
    "proposal",
    "filed",
    "stage",
    "switch",
    "spend",
    "chain",
    "reading",
    "turn",
    "example",
    "away",
)
#: Columns that may be blanked by an erasure, which triggers check.
BLANKED = {"revision": "payload", "document": "body"}
#: Tables that rows leave: answers kept for doubles, handled events, what is switched on
#: again, who may be written to again, who is back, asks of weeks ago, erased bodies.
LEFT = ("seen", "inbox", "switch", "silent", "away", "ask", "audit_payload")


def protect(connection: Connection, tables: Iterable[str]) -> None:
    """Let every session see its own workspace only in new tables, also the owner's, unless that asks for every one."""
    owner = connection.execute(text("SELECT quote_ident(current_user)")).scalar_one()
    for name in tables:
        for statement in (
            f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY workspace ON {name} USING ({_MINE}) WITH CHECK ({_MINE})",
            f"CREATE POLICY every ON {name} TO {owner} USING ({_EVERY}) WITH CHECK ({_EVERY})",
        ):
            connection.exec_driver_sql(statement)


def grant(connection: Connection, role: str) -> None:
    """Give the application's role what it needs and nothing more. May be repeated."""
    name = connection.execute(text("SELECT quote_ident(:role)"), {"role": role}).scalar_one()
    tables = ", ".join(metadata.tables)
    for statement in (
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}",
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT SELECT, INSERT ON {tables} TO {name}",
        f"GRANT SELECT ON alembic_version TO {name}",
        f"GRANT UPDATE ON {', '.join(CHANGED)} TO {name}",
        f"GRANT DELETE ON {', '.join(LEFT)} TO {name}",
        *(f"GRANT UPDATE ({column}) ON {table} TO {name}" for table, column in BLANKED.items()),
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
    ):
        connection.exec_driver_sql(statement)


_TRIGGERS = text(
    "SELECT t.tgname AS name, p.prosrc AS body FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
    " WHERE NOT t.tgisinternal AND t.tgenabled = 'A' AND p.proname = t.tgname"
)
_OWNED = text(
    "SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class WHERE oid = 'audit_event'::regclass"
)


def unprotected(connection: Connection) -> list[str]:
    """Return the names of triggers and policies that are gone, switched off or say something else."""
    found = {row.name: row.body for row in connection.execute(_TRIGGERS)}
    triggers = [name for name, body in bodies().items() if found.get(name) != body]
    with_policy = set(connection.execute(_POLICIES).scalars())
    return sorted(
        [*triggers, *(f"policy of {name}" for name in metadata.tables.keys() - with_policy)]
    )


def is_owner(connection: Connection) -> bool:
    """Whether this session's role could drop the triggers."""
    return bool(connection.execute(_OWNED).scalar())
