"""Every table. Columns are what is searched or compared; the rest of a record is JSON in `data`.

`bot/storage/migrations` makes them; a test holds both equal.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from bot.storage.columns import Instant, JsonText, Name, Whole

#: Draft states in which a draft can still have an effect; a run has at most one such draft.
LIVE = ("open", "signed", "holding", "executing", "uncertain")

metadata = MetaData()


def _table(name: str, *columns: Column[Any] | UniqueConstraint | ForeignKeyConstraint) -> Table:
    return Table(name, metadata, *columns, sqlite_strict=True)


def _key(name: str = "id") -> Column[str]:
    return Column(name, Name, primary_key=True)


def _name(name: str, *, unique: bool | None = None) -> Column[str]:
    return Column(name, Name, nullable=False, unique=unique)


def _whole(name: str) -> Column[int]:
    return Column(name, Whole, nullable=False)


def _at(name: str = "at") -> Column[Any]:
    return Column(name, Instant, nullable=False)


def _maybe_at(name: str) -> Column[Any]:
    return Column(name, Instant)


def _json(name: str = "data") -> Column[Any]:
    return Column(name, JsonText, nullable=False)


# --- Runs and what belongs to them ---

run = _table(
    "run",
    _key(),
    _name("ws"),
    _name("playbook"),
    _name("version"),
    _name("step"),
    _whole("seq"),
    _name("state"),
    Column("once", Name, nullable=False, server_default=""),
    _maybe_at("due_at"),
    _whole("fence"),
    _whole("attempts"),
    _name("started_by"),
    _at("created_at"),
    _json(),
)
step = _table(
    "step",
    Column("run_id", Name, ForeignKey("run.id"), primary_key=True),
    Column("seq", Whole, primary_key=True, autoincrement=False),
    _name("ws"),
    _name("name"),
    _name("state"),
    _name("idem_key", unique=True),
    Column("outcome", JsonText),
    _at(),
)
draft = _table(
    "draft",
    _key(),
    _name("ws"),
    Column("run_id", Name, ForeignKey("run.id"), nullable=False),
    _name("step"),
    _name("state"),
    _whole("revision"),
    _name("agent"),
    _name("action"),
    # 1 while the newest revision is what the agent wrote first.
    _whole("unchanged"),
    Column("amount", Whole),
    Column("currency", Name, nullable=False, server_default=""),
    # Digests: whose limits it counts for, and whom it reaches.
    Column("customer", Name, nullable=False, server_default=""),
    Column("address", Name, nullable=False, server_default=""),
    # `digest`, or the draft whose card shows this one too; empty for one with a card of its own.
    Column("shown_in", Name, nullable=False, server_default=""),
    _at("opened_at"),
    _at("expires_at"),
    _maybe_at("signed_at"),
    _maybe_at("left_at"),
    # When what went by itself is to be looked at, or asked for again.
    _maybe_at("review_at"),
    # What figures count of it: which rules and what wrote it, how people left it, when, who, and what came after.
    Column("playbook", Name, nullable=False, server_default=""),
    Column("version", Name, nullable=False, server_default=""),
    Column("model", Name, nullable=False, server_default=""),
    Column("prompt", Name, nullable=False, server_default=""),
    Column("known", Whole, nullable=False, server_default="0"),
    Column("end", Name, nullable=False, server_default=""),
    Column("reason", Name, nullable=False, server_default=""),
    _maybe_at("decided_at"),
    Column("decided_by", Name, nullable=False, server_default=""),
    _maybe_at("undone_at"),
    Column("trouble", Whole, nullable=False, server_default="0"),
    Column("length", Whole, nullable=False, server_default="0"),
    _json(),
)
revision = _table(
    "revision",
    Column("draft_id", Name, ForeignKey("draft.id"), primary_key=True),
    Column("n", Whole, primary_key=True, autoincrement=False),
    _name("ws"),
    # The exact RFC 8785 text that payload_hash is the hash of.
    Column("payload", Text, nullable=False),
    _name("payload_hash"),
    _json("author"),
    _at(),
)
signature = _table(
    "signature",
    Column("draft_id", Name, ForeignKey("draft.id"), primary_key=True),
    Column("n", Whole, primary_key=True, autoincrement=False),
    _key("actor"),
    _name("ws"),
    _name("choice"),
    _name("reason"),
    _name("payload_hash"),
    _name("card_hash"),
    _at(),
)
task = _table(
    "task",
    _key(),
    _name("ws"),
    Column("run_id", Name, ForeignKey("run.id"), nullable=False),
    _name("owner"),
    _maybe_at("due_at"),
    _name("state"),
    _json(),
)

# An edit that agents are shown as an example. Its texts are the revisions it names, and are erased with them.
example = _table(
    "example",
    Column("id", Name, ForeignKey("draft.id"), primary_key=True),
    _name("ws"),
    Column("run_id", Name, ForeignKey("run.id"), nullable=False),
    _name("playbook"),
    _name("step"),
    _name("agent"),
    _name("action"),
    _whole("before_n"),
    _whole("after_n"),
    _json("fields"),
    _name("by"),
    _name("reason"),
    _at(),
    _name("state"),
    _name("changed_by"),
    _maybe_at("changed_at"),
    _whole("shown"),
)

# --- What came in, what must be shown, what is due by the calendar ---

seen = _table("seen", _key("ws"), _key("key"), _json("reply"), _at())
inbox = _table("inbox", _key("ws"), _key("event_id"), _json("body"), _at(), _maybe_at("handled_at"))
message = _table(
    "message",
    _key(),
    _name("ws"),
    _name("subject"),
    _name("channel"),
    # Empty for our own message; a copy Slack has and we did not know of carries its ts.
    _name("copy"),
    _name("thread_ts"),
    # Where it really is: Slack answers a person's id with the id of a DM.
    _name("posted_in"),
    _name("ts"),
    _json("body"),
    _whole("wanted"),
    _whole("shown"),
    _name("shown_hash"),
    _maybe_at("due_at"),
    _whole("fence"),
    _name("problem"),  # why it is not shown yet, in words
    UniqueConstraint("ws", "subject", "channel", "copy"),
)
schedule = _table(
    "schedule",
    _key("ws"),
    _key(),
    _name("playbook"),
    _name("cron"),
    _name("tz"),
    _name("missed"),
    # Seconds after which a missed fire is skipped.
    _whole("late"),
    _maybe_at("next_at"),
)
fire = _table(
    "fire",
    _key("ws"),
    _key("schedule"),
    # Local wall time, so that an hour the clock passes twice fires once: 2026-11-23T08:00.
    _key("at_local"),
    _at(),
    ForeignKeyConstraint(["ws", "schedule"], ["schedule.ws", "schedule.id"]),
)

# --- Which version of a playbook is active, and which were proposed ---

active = _table(
    "active",
    _key("ws"),
    _key("playbook"),
    _name("version"),
    # Empty while there was none.
    _name("before"),
    _name("by"),
    # What its file said then.
    Column("filed", Name, nullable=False, server_default=""),
    _at(),
)
proposal = _table(
    "proposal",
    _key("ws"),
    _key(),
    _name("playbook"),
    _name("version"),
    # The active version it is compared with.
    _name("base"),
    # Who filled it in; empty for a file.
    _name("author"),
    _name("state"),
    _name("by"),
    _at("found_at"),
    _maybe_at("at"),
)
# What somebody stated of a piece of work; a change is a row more. Its title is a document, so that it can be erased.
assessment = _table(
    "assessment",
    _key("ws"),
    _key("entry"),
    Column("n", Whole, primary_key=True, autoincrement=False),
    _name("title"),
    _name("by"),
    _at(),
    _json(),
)
# What a playbook's file said when any process last looked.
filed = _table("filed", _key("ws"), _key("playbook"), _name("version"), _at())
# The stage a playbook was moved to.
stage = _table(
    "stage",
    _key("ws"),
    _key("playbook"),
    _name("stage"),
    _at("since"),
    _name("by"),
    _name("why"),
    # What it was earned with: the version, who wrote its drafts and with which examples, the hash of the evidence.
    _name("version"),
    _json("makers"),
    Column("examples", JsonText, nullable=False, server_default="[]"),
    _name("evidence"),
    # The kinds of drafts it was granted for alone.
    _json("granted"),
)

# --- Who Slack says is here, and whose turn it is ---

reading = _table("reading", _key("ws"), _whole("n"), _maybe_at("at"), _at("due_at"), _json())
# How often somebody of a step was asked first, by playbook and step.
turn = _table("turn", _key("ws"), _key("name"), _whole("n"))
# Whom a message asked to decide something, and when.
ask = _table("ask", _key("ws"), _key("subject"), _key("person"), _at())
# Who is away, and since when we have known.
away = _table("away", _key("ws"), _key("person"), _at("since"))

# --- Switches, documents, money for models ---

switch = _table("switch", _key("ws"), _key("scope"), _name("by"), _at())
# Who wants no more messages, by the digest of the address; it outlives whatever else is erased.
silent = _table("silent", _key("ws"), _key("customer"), _name("by"), _at())
document = _table(
    "document",
    _key("ws"),
    _key("hash"),
    _name("kind"),
    Column("body", Text, nullable=False),
)
# What was started of a playbook that is done only once about the same, by the digest of what that is; like `silent`
# it outlives whatever else is erased.
only_once = _table("only_once", _key("ws"), _key("playbook"), _key("once"), _key("run_id"))
# Which runs stand on which kept text: what Slack said of the people goes with the last of them.
stand = _table("stand", _key("ws"), _key("hash"), _key("run_id"))
spend = _table(
    "spend",
    _key(),
    _name("ws"),
    _name("playbook"),
    _name("day"),
    # Millionths of a US dollar: the worst case until it is settled.
    _whole("micros"),
    _at(),
    _maybe_at("settled_at"),
)

# --- The audit log. Rows are only ever added; triggers hold that. ---

chain = _table("chain", _key("ws"), _key("name"), _whole("seq"), _name("head"))
audit_event = _table(
    "audit_event",
    # Numbers the whole table, without gaps on SQLite only: PostgreSQL commits out of their order.
    Column("n", Whole, primary_key=True),
    _name("id", unique=True),
    _name("ws"),
    _name("chain"),
    _whole("seq"),
    _name("ts"),
    _name("actor"),
    _name("event"),
    _name("object"),
    # The exact RFC 8785 text that was hashed.
    Column("hdr", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    UniqueConstraint("ws", "chain", "seq"),
)
audit_payload = _table(
    "audit_payload",
    Column("event_id", Name, ForeignKey("audit_event.id"), primary_key=True),
    _name("ws"),
    Column("salt", LargeBinary, nullable=False),
    Column("body", Text, nullable=False),
)
# An erased body, and the entry that says who erased it and why.
audit_redaction = _table(
    "audit_redaction",
    Column("event_id", Name, ForeignKey("audit_event.id"), primary_key=True),
    _name("ws"),
    Column("by_event", Name, ForeignKey("audit_event.id"), nullable=False),
)
# A text outside the log that may be erased: `revision` by its draft's id, `document` by its hash.
erasure = _table(
    "erasure",
    _key("ws"),
    _key("kind"),
    _key("name"),
    Column("by_event", Name, ForeignKey("audit_event.id"), nullable=False),
)
# The Merkle log of each workspace: which entry is its which leaf.
audit_leaf = _table(
    "audit_leaf",
    _key("ws"),
    Column("leaf_index", Whole, primary_key=True, autoincrement=False),
    Column("event_id", Name, ForeignKey("audit_event.id"), nullable=False, unique=True),
)
audit_checkpoint = _table(
    "audit_checkpoint",
    _key("ws"),
    Column("size", Whole, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    # Roots of the full subtrees, from left to right: what the next leaves are added to.
    Column("peaks", LargeBinary, nullable=False),
    # The signed note, as a witness keeps it.
    Column("note", Text, nullable=False),
    _at(),
)


_states = draft.c.state.in_(LIVE)
_due, _late = run.c.due_at.is_not(None), message.c.due_at.is_not(None)
_about, _named = (run.c.ws, run.c.playbook, run.c.once), run.c.once != ""
_stuck = (message.c.problem != "") & message.c.due_at.is_(None)
_theirs, _its = draft.c.customer != "", draft.c.address != ""
_known = draft.c.decided_by != ""
_open = inbox.c.handled_at.is_(None)
_looked = draft.c.review_at.is_not(None)

Index("run_due", run.c.ws, run.c.due_at, sqlite_where=_due, postgresql_where=_due)
Index("run_state", run.c.ws, run.c.state, run.c.created_at)
Index("run_once", *_about, sqlite_where=_named, postgresql_where=_named)
Index("run_starter", run.c.ws, run.c.started_by, run.c.created_at)
Index("example_agent", example.c.ws, example.c.agent, example.c.at)
Index("draft_run", draft.c.run_id, draft.c.opened_at)
Index("draft_state", draft.c.ws, draft.c.state, draft.c.expires_at)
Index("draft_agent", draft.c.ws, draft.c.agent, draft.c.action, draft.c.state)
Index("draft_made", draft.c.ws, draft.c.agent, draft.c.opened_at)
_review = (draft.c.ws, draft.c.review_at)
Index("draft_review", *_review, sqlite_where=_looked, postgresql_where=_looked)
_decider = (draft.c.ws, draft.c.decided_by, draft.c.decided_at)
Index("draft_decider", *_decider, sqlite_where=_known, postgresql_where=_known)
Index("draft_playbook", draft.c.ws, draft.c.playbook, draft.c.opened_at)
Index("draft_left", draft.c.ws, draft.c.left_at)
Index("draft_signed", draft.c.ws, draft.c.signed_at)
_of_customer = (draft.c.ws, draft.c.customer, draft.c.signed_at)
Index("draft_customer", *_of_customer, sqlite_where=_theirs, postgresql_where=_theirs)
Index("draft_address", draft.c.ws, draft.c.address, sqlite_where=_its, postgresql_where=_its)
Index("stand_run", stand.c.ws, stand.c.run_id)
_beside = draft.c.shown_in != ""
Index("draft_shown", draft.c.ws, draft.c.shown_in, sqlite_where=_beside, postgresql_where=_beside)
Index("ask_person", ask.c.ws, ask.c.person, ask.c.at)
Index("task_run", task.c.run_id)
Index("task_owner", task.c.ws, task.c.owner, task.c.state)
Index("proposal_newest", proposal.c.ws, proposal.c.playbook, proposal.c.found_at)
Index("seen_at", seen.c.at)
Index("inbox_open", inbox.c.at, sqlite_where=_open, postgresql_where=_open)
Index("message_due", message.c.ws, message.c.due_at, sqlite_where=_late, postgresql_where=_late)
Index("message_stuck", message.c.ws, sqlite_where=_stuck, postgresql_where=_stuck)
Index("message_posted", message.c.posted_in, message.c.ts)
Index("spend_day", spend.c.ws, spend.c.playbook, spend.c.day)
_event = audit_event.c
Index("audit_newest", _event.ws, _event.n)
Index("audit_ts", _event.ws, _event.ts)
Index("audit_object", _event.ws, _event.object, _event.n)
Index("audit_actor", _event.ws, _event.actor, _event.n)
Index("audit_actor_kind", _event.ws, _event.actor, _event.event, _event.n)
Index("audit_kind", _event.ws, _event.event, _event.n)
Index("draft_live", draft.c.run_id, unique=True, sqlite_where=_states, postgresql_where=_states)
