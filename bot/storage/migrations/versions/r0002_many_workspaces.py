"""Many workspaces in one database, a Merkle log for each, erasure, and everything on PostgreSQL too.

Revision 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import Instant, Name, Whole
from bot.storage.guards import guards
from bot.storage.migrations.guards_0001 import GUARDS as OLD_GUARDS
from bot.storage.security import protect

revision = "0002"
down_revision = "0001"

#: Tables that get another key, children after their parents, and what of the old rows goes into the new ones.
_REBUILT = {
    "chain": "SELECT ws, name, seq, head FROM old_chain",
    "document": "SELECT ws, hash, kind, body FROM old_document",
    "schedule": "SELECT ws, id, playbook, cron, tz, missed, late, next_at FROM old_schedule",
    "fire": "SELECT ws, schedule, at_local, at FROM old_fire",
    "audit_event": "SELECT n, id, ws, chain, seq, ts, actor, event, object, hdr, hash"
    " FROM old_audit_event ORDER BY n",
    "audit_payload": "SELECT p.event_id, e.ws, p.salt, p.body FROM old_audit_payload p"
    " JOIN old_audit_event e ON e.id = p.event_id",
    "audit_redaction": "SELECT r.event_id, e.ws, r.by_event FROM old_audit_redaction r"
    " JOIN old_audit_event e ON e.id = r.event_id",
    # Nothing wrote leaves and checkpoints before this revision.
    "audit_leaf": "",
    "audit_checkpoint": "",
}
#: Every table of this form.
_PROTECTED = (
    *("run", "step", "draft", "revision", "signature", "task", "seen", "inbox", "message"),
    *("switch", "spend", "erasure", *_REBUILT),
)
_OLD_INDEXES = ("audit_actor", "audit_kind", "audit_object", "audit_ts")


def upgrade() -> None:
    """Make the tables anew, copy what was in them, and guard them again."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    if on_sqlite:
        _set_aside()
    else:
        for name in reversed(_REBUILT):
            op.drop_table(name)
    _make()
    _index_by_workspace()
    if on_sqlite:
        _copy()
    for statement in guards("sqlite" if on_sqlite else "postgresql").values():
        op.get_bind().exec_driver_sql(statement)
    if not on_sqlite:
        protect(op.get_bind(), _PROTECTED)


def _index_by_workspace() -> None:
    for table in ("run", "message"):
        due = sa.text("due_at IS NOT NULL")
        op.drop_index(f"{table}_due")
        op.create_index(
            f"{table}_due", table, ["ws", "due_at"], sqlite_where=due, postgresql_where=due
        )
    stuck = sa.text("problem != '' AND due_at IS NULL")
    op.create_index("message_stuck", "message", ["ws"], sqlite_where=stuck, postgresql_where=stuck)


def _set_aside() -> None:
    for name in OLD_GUARDS:
        op.execute(f"DROP TRIGGER {name}")
    for name in _OLD_INDEXES:
        op.drop_index(name)
    for name in _REBUILT:
        op.rename_table(name, f"old_{name}")


def _copy() -> None:
    for name, rows in _REBUILT.items():
        if rows:
            op.execute(f"INSERT INTO {name} {rows}")
    for name in reversed(_REBUILT):
        op.drop_table(f"old_{name}")


def _make() -> None:
    _make_documents()
    _make_calendar()
    _make_log()
    _make_leaves()


def _name(name: str) -> sa.Column[str]:
    return sa.Column(name, Name, nullable=False)


def _make_documents() -> None:
    op.create_table(
        "chain",
        _name("ws"),
        _name("name"),
        sa.Column("seq", Whole, nullable=False),
        _name("head"),
        sa.PrimaryKeyConstraint("ws", "name"),
        sqlite_strict=True,
    )
    op.create_table(
        "document",
        _name("ws"),
        _name("hash"),
        _name("kind"),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("ws", "hash"),
        sqlite_strict=True,
    )


def _make_calendar() -> None:
    op.create_table(
        "schedule",
        _name("ws"),
        _name("id"),
        _name("playbook"),
        _name("cron"),
        _name("tz"),
        _name("missed"),
        sa.Column("late", Whole, nullable=False),
        sa.Column("next_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("ws", "id"),
        sqlite_strict=True,
    )
    op.create_table(
        "fire",
        _name("ws"),
        _name("schedule"),
        _name("at_local"),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["ws", "schedule"], ["schedule.ws", "schedule.id"]),
        sa.PrimaryKeyConstraint("ws", "schedule", "at_local"),
        sqlite_strict=True,
    )


def _make_log() -> None:
    op.create_table(
        "audit_event",
        sa.Column("n", Whole, nullable=False, autoincrement=True),
        _name("id"),
        _name("ws"),
        _name("chain"),
        sa.Column("seq", Whole, nullable=False),
        _name("ts"),
        _name("actor"),
        _name("event"),
        _name("object"),
        sa.Column("hdr", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("ws", "chain", "seq"),
        sa.UniqueConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("audit_newest", "audit_event", ["ws", "n"])
    op.create_index("audit_ts", "audit_event", ["ws", "ts"])
    for name, column in (("object", "object"), ("actor", "actor"), ("kind", "event")):
        op.create_index(f"audit_{name}", "audit_event", ["ws", column, "n"])
    op.create_index("audit_actor_kind", "audit_event", ["ws", "actor", "event", "n"])
    op.create_table(
        "audit_payload",
        _name("event_id"),
        _name("ws"),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"]),
        sa.PrimaryKeyConstraint("event_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "audit_redaction",
        _name("event_id"),
        _name("ws"),
        _name("by_event"),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"]),
        sa.ForeignKeyConstraint(["by_event"], ["audit_event.id"]),
        sa.PrimaryKeyConstraint("event_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "erasure",
        _name("ws"),
        _name("kind"),
        _name("name"),
        _name("by_event"),
        sa.ForeignKeyConstraint(["by_event"], ["audit_event.id"]),
        sa.PrimaryKeyConstraint("ws", "kind", "name"),
        sqlite_strict=True,
    )


def _make_leaves() -> None:
    op.create_table(
        "audit_leaf",
        _name("ws"),
        sa.Column("leaf_index", Whole, autoincrement=False, nullable=False),
        _name("event_id"),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"]),
        sa.PrimaryKeyConstraint("ws", "leaf_index"),
        sa.UniqueConstraint("event_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "audit_checkpoint",
        _name("ws"),
        sa.Column("size", Whole, autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("ws", "size"),
        sqlite_strict=True,
    )
