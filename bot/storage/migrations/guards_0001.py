"""Triggers that keep what was written: rows are added, never changed, replaced or removed.

The form of revision 0001, on SQLite, as it was released: it is never edited. `bot/storage/guards.py` has today's.
"""

from __future__ import annotations

_REPLACED = {
    "revision": "EXISTS (SELECT 1 FROM revision WHERE draft_id = new.draft_id AND n = new.n)",
    "signature": "EXISTS (SELECT 1 FROM signature"
    " WHERE draft_id = new.draft_id AND n = new.n AND actor = new.actor)",
    "document": "EXISTS (SELECT 1 FROM document WHERE hash = new.hash AND body <> new.body)",
    "audit_event": "EXISTS (SELECT 1 FROM audit_event"
    " WHERE n = new.n OR id = new.id OR (chain = new.chain AND seq = new.seq))"
    " OR new.seq <> 1 + coalesce((SELECT max(seq) FROM audit_event WHERE chain = new.chain), 0)",
    "audit_payload": "EXISTS (SELECT 1 FROM audit_payload WHERE event_id = new.event_id)",
    "audit_redaction": "EXISTS (SELECT 1 FROM audit_redaction WHERE event_id = new.event_id)",
    "audit_leaf": "EXISTS (SELECT 1 FROM audit_leaf"
    " WHERE leaf_index = new.leaf_index OR event_id = new.event_id)"
    " OR new.leaf_index <> coalesce((SELECT max(leaf_index) + 1 FROM audit_leaf), 0)",
    "audit_checkpoint": "new.size <= coalesce((SELECT max(size) FROM audit_checkpoint), 0)",
    "chain": "EXISTS (SELECT 1 FROM chain WHERE name = new.name)",
}
#: When a change is still allowed; everything not listed may never be changed or removed.
_UNLESS = {
    "chain_u": "new.name <> old.name OR new.ws <> old.ws OR new.seq <= old.seq",
    # Erasing a body is allowed once the erasure itself is on the record.
    "audit_payload_d": "NOT EXISTS (SELECT 1 FROM audit_redaction WHERE event_id = old.event_id)",
}


def _trigger(table: str, letter: str, verb: str, when: str, why: str) -> str:
    condition = f" WHEN {when}" if when else ""
    return (
        f"CREATE TRIGGER {table}_{letter} BEFORE {verb} ON {table}{condition}"
        f" BEGIN SELECT RAISE(ABORT, '{table}: {why}'); END"
    )


def _guards() -> dict[str, str]:
    made: dict[str, str] = {}
    for table, replaced in _REPLACED.items():
        for letter, verb, why in (("u", "UPDATE", "append-only"), ("d", "DELETE", "append-only")):
            name = f"{table}_{letter}"
            made[name] = _trigger(table, letter, verb, _UNLESS.get(name, ""), why)
        made[f"{table}_i"] = _trigger(table, "i", "INSERT", replaced, "not the next row")
    return made


#: Name of the trigger to the statement that makes it, on SQLite.
GUARDS = _guards()
