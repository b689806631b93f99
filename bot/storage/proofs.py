"""Proofs that fit into a letter: this entry is in the log, or the log of then is the beginning of the log of now.

A proof holds one header, some hashes and signed checkpoints, and nothing of any other entry. Whoever has the
public key checks it without the database.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Literal

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json
from sqlalchemy import bindparam, select

from bot.storage.columns import Name, Whole
from bot.storage.merkle import (
    consistency_spans,
    inclusion_spans,
    is_consistent,
    is_included,
    leaf_hash,
    roots,
)
from bot.storage.notes import BadNote
from bot.storage.tables import audit_checkpoint, audit_event, audit_leaf
from workflows.action import Record
from workflows.errors import WorkflowError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection

    from bot.storage.database import Database
    from bot.storage.merkle import Span
    from bot.storage.notes import Keyring

#: Version of a proof's form.
FORM = 1

_ENTRY = (
    select(audit_event.c.ws, audit_event.c.hdr, audit_leaf.c.leaf_index)
    .outerjoin(audit_leaf, audit_leaf.c.event_id == audit_event.c.id)
    .where(audit_event.c.id == bindparam("id", type_=Name))
)
_ws = bindparam("its_ws", type_=Name)
_NOTES = select(audit_checkpoint.c.size, audit_checkpoint.c.note).where(
    audit_checkpoint.c.ws == _ws
)
_NEWEST = _NOTES.order_by(audit_checkpoint.c.size.desc()).limit(1)
_OF_SIZE = _NOTES.where(audit_checkpoint.c.size == bindparam("size", type_=Whole))
_HEADERS = (
    select(audit_event.c.hdr)
    .join(audit_leaf, audit_leaf.c.event_id == audit_event.c.id)
    .where(audit_leaf.c.ws == _ws, audit_leaf.c.leaf_index < bindparam("size", type_=Whole))
    .order_by(audit_leaf.c.leaf_index)
)


class CannotProve(WorkflowError):
    """Nothing is proved: {reason}. {next_step}."""


class BadProof(ValueError):
    """A file that proves nothing; the message says why, as a sentence."""


class EntryProof(Record):
    """That a log has an entry: the checkpoint's root is made of its header and these hashes."""

    sayso_proof: Literal[1] = FORM
    proves: Literal["entry"] = "entry"
    event_id: str
    #: The exact text that was hashed.
    hdr: str
    leaf: int
    #: Base64, nearest first.
    path: tuple[str, ...]
    checkpoint: str


class GrowthProof(Record):
    """That a log only grew between two checkpoints."""

    sayso_proof: Literal[1] = FORM
    proves: Literal["growth"] = "growth"
    older: str
    newer: str
    path: tuple[str, ...]


class Proved(Record):
    """What a proof proves."""

    sentence: str
    #: Empty for the proof of a growth.
    event_id: str = ""
    size: int


_ANY: TypeAdapter[EntryProof | GrowthProof] = TypeAdapter(EntryProof | GrowthProof)


def prove_entry(database: Database, event_id: str) -> EntryProof:
    """Prove one entry under the newest checkpoint; reads every sealed header once. Raises `CannotProve`."""
    with database.read() as connection:
        row = connection.execute(_ENTRY, {"id": event_id}).one_or_none()
        if row is None:
            reason = f"there is no entry {event_id}"
            raise CannotProve(reason=reason, next_step="Take an id from sayso audit search --json")
        newest = connection.execute(_NEWEST, {"its_ws": row.ws}).one_or_none()
        if row.leaf_index is None or newest is None:
            reason = "no checkpoint covers this entry yet"
            raise CannotProve(reason=reason, next_step="Try again in a minute, while Sayso runs")
        spans = inclusion_spans(row.leaf_index, newest.size)
        path = _path(connection, row.ws, newest.size, spans)
    return EntryProof(
        event_id=event_id, hdr=row.hdr, leaf=row.leaf_index, path=path, checkpoint=newest.note
    )


def prove_growth(database: Database, older: int, newer: int | None = None) -> GrowthProof:
    """Prove that the log at one checkpoint begins with all of an older one's; the newest when not told which.

    Raises `CannotProve`.
    """
    with database.read() as connection:
        old = _of_size(connection, database.ws, older)
        new = _of_size(connection, database.ws, newer)
        if old[0] > new[0]:
            reason = f"{old[0]} entries are more than {new[0]}"
            raise CannotProve(reason=reason, next_step="Name the smaller checkpoint first")
        spans = consistency_spans(old[0], new[0])
        path = _path(connection, database.ws, new[0], spans)
    return GrowthProof(older=old[1], newer=new[1], path=path)


def check_proof(text: str, keys: Keyring) -> Proved:
    """Say what a proof proves under these keys. Raises `BadProof`."""
    try:
        proof = _ANY.validate_python(from_json(text))
        path = [base64.b64decode(each, validate=True) for each in proof.path]
    except (ValidationError, ValueError, binascii.Error) as error:
        raise BadProof("It is not a proof of an audit log.") from error
    try:
        return (
            _entry(proof, path, keys)
            if isinstance(proof, EntryProof)
            else _growth(proof, path, keys)
        )
    except BadNote as error:
        raise BadProof(f"Its checkpoint can't be trusted: {error}.") from error


def _entry(proof: EntryProof, path: Sequence[bytes], keys: Keyring) -> Proved:
    point = keys.opened(proof.checkpoint)
    leaf = leaf_hash(proof.hdr.encode(errors="surrogatepass"))
    if not is_included(leaf, proof.leaf, point.size, path, point.root):
        raise BadProof("The entry is not in the log of its checkpoint: something was changed.")
    if _id_of(proof.hdr) != proof.event_id:
        raise BadProof("It names another entry than the one it holds.")
    words = (
        f"Entry {proof.event_id} is number {proof.leaf + 1} of the {point.size} entries in the log"
        f" {point.origin}, exactly as it stands in the proof."
    )
    return Proved(sentence=words, event_id=proof.event_id, size=point.size)


def _growth(proof: GrowthProof, path: Sequence[bytes], keys: Keyring) -> Proved:
    old, new = keys.opened(proof.older), keys.opened(proof.newer)
    if old.origin != new.origin or not is_consistent(old.size, new.size, path, old.root, new.root):
        raise BadProof("The newer log does not begin with the older one: it was written anew.")
    words = (
        f"The {new.size} entries of the log {new.origin} begin with all {old.size} that it had"
        " at the older checkpoint, none of them changed."
    )
    return Proved(sentence=words, size=new.size)


def _id_of(hdr: str) -> object:
    try:
        return from_json(hdr).get("id")
    except (AttributeError, ValueError):
        return None


def _of_size(connection: Connection, ws: str, size: int | None) -> tuple[int, str]:
    query, named = (_NEWEST, {}) if size is None else (_OF_SIZE, {"size": size})
    row = connection.execute(query, {"its_ws": ws, **named}).one_or_none()
    if row is None:
        reason = (
            "there is no checkpoint yet" if size is None else f"no checkpoint has {size} entries"
        )
        raise CannotProve(
            reason=reason, next_step="See sayso audit checkpoints for those there are"
        )
    return row.size, row.note


def _path(connection: Connection, ws: str, size: int, spans: Sequence[Span]) -> tuple[str, ...]:
    values = {"its_ws": ws, "size": size}
    rows = connection.execute(_HEADERS, values, execution_options={"yield_per": 2000})
    # What a proof needs may end before the rows do: they are closed in any case.
    with rows as found:
        try:
            path = roots((leaf_hash(row.hdr.encode()) for row in found), spans)
        except ValueError as error:
            reason = "leaves of the Merkle log are missing"
            raise CannotProve(reason=reason, next_step="Run sayso audit verify") from error
    return tuple(base64.b64encode(each).decode() for each in path)
