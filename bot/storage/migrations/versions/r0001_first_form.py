"""The first form: runs, drafts, messages, schedules, the audit log and its guards.

Revision 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import Instant, JsonText, Name, Whole
from bot.storage.migrations.guards_0001 import GUARDS

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table, then the triggers that keep what is written."""
    _audit_checkpoint()
    _audit_event()
    _chain()
    _document()
    _inbox()
    _message()
    _run()
    _schedule()
    _seen()
    _spend()
    _switch()
    _audit_leaf()
    _audit_payload()
    _audit_redaction()
    _draft()
    _fire()
    _step()
    _task()
    _revision()
    _signature()
    if op.get_bind().dialect.name == "sqlite":  # PostgreSQL begins with revision 0002
        for statement in GUARDS.values():
            op.get_bind().exec_driver_sql(statement)


def _audit_checkpoint() -> None:
    op.create_table(
        "audit_checkpoint",
        sa.Column("size", Whole, autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("witness", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("size"),
        sqlite_strict=True,
    )


def _audit_event() -> None:
    op.create_table(
        "audit_event",
        sa.Column("n", Whole, nullable=False),
        sa.Column("id", Name, nullable=False),
        sa.Column("ws", Name, nullable=False),
        sa.Column("chain", Name, nullable=False),
        sa.Column("seq", Whole, nullable=False),
        sa.Column("ts", Name, nullable=False),
        sa.Column("actor", Name, nullable=False),
        sa.Column("event", Name, nullable=False),
        sa.Column("object", Name, nullable=False),
        sa.Column("hdr", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("chain", "seq"),
        sa.UniqueConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("audit_actor", "audit_event", ["ws", "actor", "ts"])
    op.create_index("audit_kind", "audit_event", ["event"])
    op.create_index("audit_object", "audit_event", ["object"])
    op.create_index("audit_ts", "audit_event", ["ws", "ts"])


def _chain() -> None:
    op.create_table(
        "chain",
        sa.Column("name", Name, nullable=False),
        sa.Column("ws", Name, nullable=False),
        sa.Column("seq", Whole, nullable=False),
        sa.Column("head", Name, nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_strict=True,
    )


def _document() -> None:
    op.create_table(
        "document",
        sa.Column("hash", Name, nullable=False),
        sa.Column("ws", Name, nullable=False),
        sa.Column("kind", Name, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
        sqlite_strict=True,
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("ws", Name, nullable=False),
        sa.Column("event_id", Name, nullable=False),
        sa.Column("body", JsonText(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("handled_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("ws", "event_id"),
        sqlite_strict=True,
    )
    op.create_index(
        "inbox_open",
        "inbox",
        ["at"],
        sqlite_where=sa.text("handled_at IS NULL"),
        postgresql_where=sa.text("handled_at IS NULL"),
    )


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("id", Name, nullable=False),
        sa.Column("ws", Name, nullable=False),
        sa.Column("subject", Name, nullable=False),
        sa.Column("channel", Name, nullable=False),
        sa.Column("copy", Name, nullable=False),
        sa.Column("thread_ts", Name, nullable=False),
        sa.Column("posted_in", Name, nullable=False),
        sa.Column("ts", Name, nullable=False),
        sa.Column("body", JsonText(), nullable=False),
        sa.Column("wanted", Whole, nullable=False),
        sa.Column("shown", Whole, nullable=False),
        sa.Column("shown_hash", Name, nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("fence", Whole, nullable=False),
        sa.Column("problem", Name, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ws", "subject", "channel", "copy"),
        sqlite_strict=True,
    )
    op.create_index(
        "message_due",
        "message",
        ["due_at"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("message_posted", "message", ["posted_in", "ts"])


def _run() -> None:
    op.create_table(
        "run",
        sa.Column("id", Name, nullable=False),
        sa.Column("ws", Name, nullable=False),
        sa.Column("playbook", Name, nullable=False),
        sa.Column("version", Name, nullable=False),
        sa.Column("step", Name, nullable=False),
        sa.Column("seq", Whole, nullable=False),
        sa.Column("state", Name, nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("fence", Whole, nullable=False),
        sa.Column("attempts", Whole, nullable=False),
        sa.Column("started_by", Name, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("data", JsonText(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index(
        "run_due",
        "run",
        ["due_at"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("run_starter", "run", ["ws", "started_by", "created_at"])
    op.create_index("run_state", "run", ["ws", "state", "created_at"])


def _schedule() -> None:
    op.create_table(
        "schedule",
        sa.Column("id", Name, nullable=False),
        sa.Column("ws", Name, nullable=False),
        sa.Column("playbook", Name, nullable=False),
        sa.Column("cron", Name, nullable=False),
        sa.Column("tz", Name, nullable=False),
        sa.Column("missed", Name, nullable=False),
        sa.Column("late", Whole, nullable=False),
        sa.Column("next_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )


def _seen() -> None:
    op.create_table(
        "seen",
        sa.Column("ws", Name, nullable=False),
        sa.Column("key", Name, nullable=False),
        sa.Column("reply", JsonText(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("ws", "key"),
        sqlite_strict=True,
    )
    op.create_index("seen_at", "seen", ["at"])


def _spend() -> None:
    op.create_table(
        "spend",
        sa.Column("id", Name, nullable=False),
        sa.Column("ws", Name, nullable=False),
        sa.Column("playbook", Name, nullable=False),
        sa.Column("day", Name, nullable=False),
        sa.Column("micros", Whole, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("spend_day", "spend", ["ws", "playbook", "day"])


def _switch() -> None:
    op.create_table(
        "switch",
        sa.Column("ws", Name, nullable=False),
        sa.Column("scope", Name, nullable=False),
        sa.Column("by", Name, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("ws", "scope"),
        sqlite_strict=True,
    )


def _audit_leaf() -> None:
    op.create_table(
        "audit_leaf",
        sa.Column("leaf_index", Whole, autoincrement=False, nullable=False),
        sa.Column("event_id", Name, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"]),
        sa.PrimaryKeyConstraint("leaf_index"),
        sa.UniqueConstraint("event_id"),
        sqlite_strict=True,
    )


def _audit_payload() -> None:
    op.create_table(
        "audit_payload",
        sa.Column("event_id", Name, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"]),
        sa.PrimaryKeyConstraint("event_id"),
        sqlite_strict=True,
    )


def _audit_redaction() -> None:
    op.create_table(
        "audit_redaction",
        sa.Column("event_id", Name, nullable=False),
        sa.Column("by_event", Name, nullable=False),
        sa.ForeignKeyConstraint(["by_event"], ["audit_event.id"]),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"]),
        sa.PrimaryKeyConstraint("event_id"),
        sqlite_strict=True,
    )


def _draft() -> None:
    op.create_table(
        "draft",
        sa.Column("id", Name, nullable=False),
        sa.Column("ws", Name, nullable=False),
        sa.Column("run_id", Name, nullable=False),
        sa.Column("step", Name, nullable=False),
        sa.Column("state", Name, nullable=False),
        sa.Column("revision", Whole, nullable=False),
        sa.Column("agent", Name, nullable=False),
        sa.Column("action", Name, nullable=False),
        sa.Column("unchanged", Whole, nullable=False),
        sa.Column("amount", Whole, nullable=True),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("left_at", Instant(), nullable=True),
        sa.Column("data", JsonText(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("draft_agent", "draft", ["ws", "agent", "action", "state"])
    op.create_index("draft_left", "draft", ["ws", "left_at"])
    op.create_index(
        "draft_live",
        "draft",
        ["run_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('open', 'signed', 'holding', 'executing', 'uncertain')"),
        postgresql_where=sa.text(
            "state IN ('open', 'signed', 'holding', 'executing', 'uncertain')"
        ),
    )
    op.create_index("draft_run", "draft", ["run_id", "opened_at"])
    op.create_index("draft_state", "draft", ["ws", "state", "expires_at"])


def _fire() -> None:
    op.create_table(
        "fire",
        sa.Column("schedule", Name, nullable=False),
        sa.Column("at_local", Name, nullable=False),
        sa.Column("ws", Name, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["schedule"], ["schedule.id"]),
        sa.PrimaryKeyConstraint("schedule", "at_local"),
        sqlite_strict=True,
    )


def _step() -> None:
    op.create_table(
        "step",
        sa.Column("run_id", Name, nullable=False),
        sa.Column("seq", Whole, autoincrement=False, nullable=False),
        sa.Column("ws", Name, nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("state", Name, nullable=False),
        sa.Column("idem_key", Name, nullable=False),
        sa.Column("outcome", JsonText(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"]),
        sa.PrimaryKeyConstraint("run_id", "seq"),
        sa.UniqueConstraint("idem_key"),
        sqlite_strict=True,
    )


def _task() -> None:
    op.create_table(
        "task",
        sa.Column("id", Name, nullable=False),
        sa.Column("ws", Name, nullable=False),
        sa.Column("run_id", Name, nullable=False),
        sa.Column("owner", Name, nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("state", Name, nullable=False),
        sa.Column("data", JsonText(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("task_owner", "task", ["ws", "owner", "state"])
    op.create_index("task_run", "task", ["run_id"])


def _revision() -> None:
    op.create_table(
        "revision",
        sa.Column("draft_id", Name, nullable=False),
        sa.Column("n", Whole, autoincrement=False, nullable=False),
        sa.Column("ws", Name, nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("payload_hash", Name, nullable=False),
        sa.Column("author", JsonText(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"]),
        sa.PrimaryKeyConstraint("draft_id", "n"),
        sqlite_strict=True,
    )


def _signature() -> None:
    op.create_table(
        "signature",
        sa.Column("draft_id", Name, nullable=False),
        sa.Column("n", Whole, autoincrement=False, nullable=False),
        sa.Column("actor", Name, nullable=False),
        sa.Column("ws", Name, nullable=False),
        sa.Column("choice", Name, nullable=False),
        sa.Column("reason", Name, nullable=False),
        sa.Column("payload_hash", Name, nullable=False),
        sa.Column("card_hash", Name, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"]),
        sa.PrimaryKeyConstraint("draft_id", "n", "actor"),
        sqlite_strict=True,
    )
