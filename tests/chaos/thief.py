"""What somebody with all the keys to the database may do to an audit log: change, drop and swap."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from tests.chaos.vault import WS, Vault

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    #: Changes the log; False when chance found nothing to do.
    Theft = Callable[[Vault, Random], bool]

#: Each table that is guarded, with its key.
KEYS = {
    "audit_event": ("n",),
    "audit_payload": ("event_id",),
    "audit_redaction": ("event_id",),
    "audit_leaf": ("ws", "leaf_index"),
    "audit_checkpoint": ("ws", "size"),
    "erasure": ("ws", "kind", "name"),
    "revision": ("draft_id", "n"),
    "signature": ("draft_id", "n", "actor"),
    "chain": ("ws", "name"),
}


def columns(vault: Vault) -> list[tuple[str, str]]:
    """Return every column of every table of the log."""
    return [
        (table, column)
        for table in KEYS
        for column in vault.rows(f"select * from {table}")[0]  # noqa: S608 -- our tables
    ]


def change(vault: Vault, table: str, column: str, chance: Random) -> str:
    """Change one column of some row; return which, in words."""
    row = chance.choice(vault.rows(f"select * from {table}"))  # noqa: S608 -- our tables
    new = another(row[column], chance)
    while column == "author" and _same_json(row[column], new):
        new = another(row[column], chance)
    where = " and ".join(f"{name} = ?" for name in KEYS[table])
    named = [row[name] for name in KEYS[table]]
    touched = vault.run(f"update {table} set {column} = ? where {where}", [new, *named])  # noqa: S608 -- our tables
    assert touched == 1
    return f"{table}.{column} of {named}: {row[column]!r} became {new!r}"


def _same_json(one: str, two: str) -> bool:
    """Whether two texts say the same: a space more in a JSON object is no other author."""
    try:
        return json.loads(one) == json.loads(two)
    except ValueError:
        return False


def another(value: Any, chance: Random) -> Any:
    """Return another value of the same type."""
    if isinstance(value, int):
        return value + chance.choice((-1, 1, 7, 1_000_000))
    if isinstance(value, bytes | memoryview):
        return flipped(bytes(value), chance)
    return _reworded(value, chance)


def flipped(raw: bytes, chance: Random) -> bytes:
    """Return other bytes."""
    if not raw:
        return b"\0"
    if chance.random() < 0.2:
        return raw[:-1]
    at = chance.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ 1 << chance.randrange(8)]) + raw[at + 1 :]


def _reworded(text: str, chance: Random) -> str:
    if not text:
        return "x"
    at = chance.randrange(len(text))
    other = "x" if text[at] != "x" else "y"
    return chance.choice(
        (text[:at] + other + text[at + 1 :], text[:at] + text[at + 1 :], text + " ", "")
    )


def some(vault: Vault, chance: Random, where: str = "1 = 1") -> dict[str, Any]:
    """Return some entry."""
    found = vault.rows(f"select * from audit_event where {where} order by n")  # noqa: S608 -- our own words
    return dict(chance.choice(found))


def drop_entry(vault: Vault, chance: Random) -> bool:
    """Take one entry out of the middle, with all that hangs on it."""
    return _drop(vault, [some(vault, chance)["id"]])


def drop_tail(vault: Vault, chance: Random) -> bool:
    """Cut off the newest entries of a chain, and set its head back to what is left."""
    chain = some(vault, chance)["chain"]
    entries = entries_of(vault, chain)
    keep = chance.randrange(len(entries))
    _drop(vault, [each["id"] for each in entries[keep:]])
    if keep:
        end_with(vault, chain, entries[keep - 1])
    else:
        vault.run("delete from chain where name = ?", [chain])
    return True


def drop_newest(vault: Vault, chance: Random) -> bool:
    """Cut off the newest entries of the whole log, with their leaves and every checkpoint that tells of them."""
    leaves = vault.rows("select * from audit_leaf order by leaf_index")
    keep = chance.randrange(1, len(leaves))
    gone = [each["event_id"] for each in leaves[keep:]]
    chains = {row["chain"] for row in _entries(vault) if row["id"] in set(gone)}
    _drop(vault, gone)
    vault.run("delete from audit_checkpoint where size > ?", [keep])
    for chain in chains:
        entries = entries_of(vault, chain)
        if entries:
            end_with(vault, chain, entries[-1])
        else:
            vault.run("delete from chain where name = ?", [chain])
    return True


def drop_run(vault: Vault, chance: Random) -> bool:
    """Remove a whole run as if there had never been one."""
    run = some(vault, chance, "chain like 'run:%'")["chain"].removeprefix("run:")
    drafts = [row["id"] for row in vault.rows("select id from draft where run_id = ?", [run])]
    for draft in drafts:
        vault.run("delete from signature where draft_id = ?", [draft])
        vault.run("delete from revision where draft_id = ?", [draft])
    for table in ("step", "task", "draft"):
        vault.run(f"delete from {table} where run_id = ?", [run])  # noqa: S608 -- our tables
    vault.run("delete from run where id = ?", [run])
    _drop(vault, [each["id"] for each in entries_of(vault, f"run:{run}")])
    vault.run("delete from chain where name = ?", [f"run:{run}"])
    return True


def drop_checkpoint(vault: Vault, chance: Random) -> bool:
    """Remove a checkpoint."""
    size = chance.choice(vault.rows("select size from audit_checkpoint"))["size"]
    return vault.run("delete from audit_checkpoint where size = ?", [size]) == 1


def drop_body(vault: Vault, chance: Random) -> bool:
    """Remove the body of an entry without a word."""
    event_id = chance.choice(vault.rows("select event_id from audit_payload"))["event_id"]
    return vault.run("delete from audit_payload where event_id = ?", [event_id]) == 1


def erase_unsaid(vault: Vault, chance: Random) -> bool:
    """Remove the body of an entry, and claim that an erasure which names others covers it."""
    by_event = vault.one("select by_event from audit_redaction")
    event_id = chance.choice(vault.rows("select event_id from audit_payload"))["event_id"]
    vault.run("delete from audit_payload where event_id = ?", [event_id])
    claim = "insert into audit_redaction (event_id, ws, by_event) values (?, ?, ?)"
    return vault.run(claim, [event_id, WS, by_event]) == 1


def swap_entries(vault: Vault, chance: Random) -> bool:
    """Let two neighbours of a chain change their places."""
    entries = entries_of(vault, some(vault, chance, "seq > 1")["chain"])
    at = chance.randrange(len(entries) - 1)
    first, second = entries[at], entries[at + 1]
    vault.run("update audit_event set seq = -1 where id = ?", [first["id"]])
    vault.run("update audit_event set seq = ? where id = ?", [first["seq"], second["id"]])
    return (
        vault.run("update audit_event set seq = ? where id = ?", [second["seq"], first["id"]]) == 1
    )


def swap_bodies(vault: Vault, chance: Random) -> bool:
    """Let two entries change their bodies, salts and all."""
    one, two = chance.sample(list(vault.rows("select * from audit_payload")), 2)
    for to, of in ((one, two), (two, one)):
        vault.run(
            "update audit_payload set salt = ?, body = ? where event_id = ?",
            [of["salt"], of["body"], to["event_id"]],
        )
    return True


def swap_leaves(vault: Vault, chance: Random) -> bool:
    """Let two entries change their places in the Merkle log."""
    one, two = chance.sample(list(vault.rows("select * from audit_leaf")), 2)
    vault.run("update audit_leaf set event_id = '-' where leaf_index = ?", [one["leaf_index"]])
    for to, of in ((two, one), (one, two)):
        vault.run(
            "update audit_leaf set event_id = ? where leaf_index = ?",
            [of["event_id"], to["leaf_index"]],
        )
    return True


def swap_signers(vault: Vault, chance: Random) -> bool:
    """Write another person's name under a draft."""
    row = chance.choice(vault.rows("select * from signature"))
    sql = "update signature set actor = 'U-EVE' where draft_id = ? and n = ? and actor = ?"
    return vault.run(sql, [row["draft_id"], row["n"], row["actor"]]) == 1


def add_signature(vault: Vault, chance: Random) -> bool:
    """Sign in somebody's name, in the tables alone."""
    row = dict(chance.choice(vault.rows("select * from signature"))) | {"actor": "U-EVE"}
    marks = ", ".join("?" for _ in row)
    sql = f"insert into signature ({', '.join(row)}) values ({marks})"  # noqa: S608 -- our columns
    return vault.run(sql, list(row.values())) == 1


def rewrite_payload(vault: Vault, chance: Random) -> bool:
    """Change what a revision says, and its hash with it."""
    row = chance.choice(vault.rows("select * from revision where payload <> ''"))
    text = row["payload"].replace("jo", "eve") + " "
    hashed = hashlib.sha256(text.encode()).hexdigest()
    sql = "update revision set payload = ?, payload_hash = ? where draft_id = ? and n = ?"
    return vault.run(sql, [text, hashed, row["draft_id"], row["n"]]) == 1


THEFTS: tuple[Theft, ...] = (
    *(drop_entry, drop_tail, drop_newest, drop_run, drop_checkpoint, drop_body, erase_unsaid),
    *(swap_entries, swap_bodies, swap_leaves, swap_signers, add_signature, rewrite_payload),
)


def _entries(vault: Vault) -> list[dict[str, Any]]:
    return [dict(row) for row in vault.rows("select * from audit_event order by n")]


def entries_of(vault: Vault, name: str) -> list[dict[str, Any]]:
    """Return the entries of a chain in their order."""
    sql = "select * from audit_event where chain = ? order by seq"
    return [dict(row) for row in vault.rows(sql, [name])]


def _drop(vault: Vault, event_ids: list[str]) -> bool:
    for event_id in event_ids:
        for table in ("audit_leaf", "audit_payload", "audit_redaction"):
            vault.run(f"delete from {table} where event_id = ?", [event_id])  # noqa: S608 -- our tables
        vault.run("delete from audit_event where id = ?", [event_id])
    return bool(event_ids)


def end_with(vault: Vault, name: str, last: dict[str, Any]) -> None:
    """Let a chain end with this entry."""
    head = bytes(last["hash"]).hex()
    vault.run("update chain set seq = ?, head = ? where name = ?", [last["seq"], head, name])
