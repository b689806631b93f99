"""Triggers that keep what was written: rows are added, never changed, replaced or removed.

The `BEFORE INSERT` ones matter on SQLite: `INSERT OR REPLACE` removes a row without asking a delete trigger.
On PostgreSQL there is one more for TRUNCATE, which asks no row's trigger, and all of them fire for everybody,
whatever `session_replication_role` says. A guard of a released revision is never edited; a later revision
replaces it under its name.
"""

from __future__ import annotations

from typing import Literal

Dialect = Literal["sqlite", "postgresql"]

#: Nothing is erased before the entry that says so is in the log.
_NOT_RECORDED = (
    "NOT EXISTS (SELECT 1 FROM audit_event WHERE id = new.by_event AND ws = new.ws"
    " AND event IN ('cli:payload:redacted', 'timer:payload:redacted'))"
)
#: A row of this key is there. Only SQLite asks: there `INSERT OR REPLACE` removes rows without a word.
_REPLACED = {
    "revision": "EXISTS (SELECT 1 FROM revision WHERE draft_id = new.draft_id AND n = new.n)",
    "signature": "EXISTS (SELECT 1 FROM signature"
    " WHERE draft_id = new.draft_id AND n = new.n AND actor = new.actor)",
    "document": "",
    "audit_event": "EXISTS (SELECT 1 FROM audit_event"
    " WHERE n = new.n OR id = new.id OR (ws = new.ws AND chain = new.chain AND seq = new.seq))",
    "audit_payload": "EXISTS (SELECT 1 FROM audit_payload WHERE event_id = new.event_id)",
    "audit_redaction": "EXISTS (SELECT 1 FROM audit_redaction WHERE event_id = new.event_id)",
    "erasure": "EXISTS (SELECT 1 FROM erasure"
    " WHERE ws = new.ws AND kind = new.kind AND name = new.name)",
    "audit_leaf": "EXISTS (SELECT 1 FROM audit_leaf"
    " WHERE (ws = new.ws AND leaf_index = new.leaf_index) OR event_id = new.event_id)",
    "audit_checkpoint": "",
    "chain": "EXISTS (SELECT 1 FROM chain WHERE ws = new.ws AND name = new.name)",
}
#: A row that does not follow the ones that are there.
_ASTRAY = {
    "document": "EXISTS (SELECT 1 FROM document"
    " WHERE ws = new.ws AND hash = new.hash AND body <> new.body AND body <> '')",
    "audit_event": "new.seq <> 1 + coalesce("
    "(SELECT max(seq) FROM audit_event WHERE ws = new.ws AND chain = new.chain), 0)",
    "audit_redaction": _NOT_RECORDED,
    "erasure": _NOT_RECORDED,
    "audit_leaf": "new.leaf_index <> coalesce("
    "(SELECT max(leaf_index) + 1 FROM audit_leaf WHERE ws = new.ws), 0)",
    "audit_checkpoint": "new.size <= coalesce("
    "(SELECT max(size) FROM audit_checkpoint WHERE ws = new.ws), 0)",
}
#: When a change is still allowed; everything not listed may never be changed or removed.
_UNLESS = {
    "chain_u": "new.name <> old.name OR new.ws <> old.ws OR new.seq <= old.seq",
    # Erasing is allowed once the erasure itself is on the record, and leaves every hash in its place.
    "audit_payload_d": "NOT EXISTS (SELECT 1 FROM audit_redaction WHERE event_id = old.event_id)",
    "revision_u": "new.payload <> '' OR new.draft_id <> old.draft_id OR new.n <> old.n"
    " OR new.ws <> old.ws OR new.payload_hash <> old.payload_hash OR new.author <> old.author"
    " OR new.at <> old.at OR NOT EXISTS (SELECT 1 FROM erasure"
    " WHERE ws = old.ws AND kind = 'revision' AND name = old.draft_id)",
    "document_u": "old.kind = 'playbook' OR new.body <> '' OR new.hash <> old.hash OR new.ws <> old.ws"
    " OR new.kind <> old.kind OR NOT EXISTS (SELECT 1 FROM erasure"
    " WHERE ws = old.ws AND kind = 'document' AND name = old.hash)",
}
#: The tables that are guarded.
GUARDED = tuple(_REPLACED)


def guards(dialect: Dialect) -> dict[str, str]:
    """Return the name of each trigger and what makes it, on this database."""
    make = _sqlite if dialect == "sqlite" else _postgresql
    made: dict[str, str] = {}
    for table in GUARDED:
        for letter, verb in (("u", "UPDATE"), ("d", "DELETE")):
            name = f"{table}_{letter}"
            made[name] = make(name, table, verb, _UNLESS.get(name, ""), "append-only")
        if when := _not_next(table, dialect):
            made[f"{table}_i"] = make(f"{table}_i", table, "INSERT", when, "not the next row")
        if dialect == "postgresql":
            made[f"{table}_t"] = make(f"{table}_t", table, "TRUNCATE", "", "append-only")
    return made


def _not_next(table: str, dialect: Dialect) -> str:
    """Return when a new row is refused. PostgreSQL's keys refuse the second of two by themselves."""
    replaced = _REPLACED[table] if dialect == "sqlite" else ""
    return " OR ".join(part for part in (replaced, _ASTRAY.get(table, "")) if part)


def _sqlite(name: str, table: str, verb: str, when: str, why: str) -> str:
    condition = f" WHEN {when}" if when else ""
    return (
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table}{condition}"
        f" BEGIN SELECT RAISE(ABORT, '{table}: {why}'); END"
    )


def _postgresql(name: str, table: str, verb: str, when: str, why: str) -> str:
    each = "STATEMENT" if verb == "TRUNCATE" else "ROW"
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body(verb, table, when, why)}$$;"
        f" CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH {each} EXECUTE FUNCTION {name}();"
        f" ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"
    )


def body(verb: str, table: str, when: str, why: str) -> str:
    """Return what a trigger does on PostgreSQL."""
    refuse = f"RAISE EXCEPTION '{table}: {why}' USING ERRCODE = 'integrity_constraint_violation';"
    if not when:
        return f"BEGIN {refuse} END"
    row = "old" if verb == "DELETE" else "new"
    return f"BEGIN IF {when} THEN {refuse} END IF; RETURN {row}; END"


def bodies() -> dict[str, str]:
    """Return what each trigger's function says on PostgreSQL, to be compared with what is there."""
    return {name: statement.split("$$")[1] for name, statement in guards("postgresql").items()}
