"""An entry is proved to somebody who has no database, and no more than that entry is shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from bot.storage.checkpoints import Seals
from bot.storage.notes import Keyring, Signer
from bot.storage.proofs import BadProof, CannotProve, check_proof, prove_entry, prove_growth
from bot.storage.tables import audit_event
from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.records import written

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.storage.database import Database
    from bot.storage.store import SqlStore

SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
KEYS = Keyring([SIGNER.public])


@pytest.fixture
def log(store: SqlStore) -> Database:
    """Return a database with checkpoints of 7, 14 and 21 entries, and seven entries that are not sealed."""
    for n in (1, 2, 3):
        written(store, n)
        assert Seals(store.database, signer=SIGNER).seal(MONDAY)
    written(store, 4)
    return store.database


def _ids(database: Database) -> list[str]:
    with database.read() as connection:
        return list(
            connection.execute(select(audit_event.c.id).order_by(audit_event.c.n)).scalars()
        )


def test_every_sealed_entry_can_be_proved(log: Database) -> None:
    """The proof names the entry, its number and how many there were."""
    for number, event_id in enumerate(_ids(log)[:21], start=1):
        proof = prove_entry(log, event_id)
        proved = check_proof(proof.model_dump_json(), KEYS)
        assert (proved.event_id, proved.size) == (event_id, 21)
        assert f"number {number} of the 21" in proved.sentence
        assert "Lark" not in proof.model_dump_json()


def test_an_entry_that_is_not_sealed_or_not_there_is_told(log: Database) -> None:
    """With what to do about it."""
    with pytest.raises(CannotProve, match="no checkpoint covers this entry yet"):
        prove_entry(log, _ids(log)[-1])
    with pytest.raises(CannotProve, match="there is no entry"):
        prove_entry(log, "nobody")


def _by_eve(proof: dict[str, Any]) -> None:
    proof["hdr"] = proof["hdr"].replace("U-ANA", "U-EVE")


def _of_another(proof: dict[str, Any]) -> None:
    proof["event_id"] = "another"


def _next_place(proof: dict[str, Any]) -> None:
    proof["leaf"] += 1


def _shorter(proof: dict[str, Any]) -> None:
    proof["path"] = proof["path"][:-1]


def _larger(proof: dict[str, Any]) -> None:
    proof["checkpoint"] = proof["checkpoint"].replace("\n21\n", "\n22\n")


@pytest.mark.parametrize("change", [_by_eve, _of_another, _next_place, _shorter, _larger])
def test_a_proof_that_was_touched_does_not_hold(
    log: Database, change: Callable[[dict[str, Any]], None]
) -> None:
    """Whichever part of it."""
    proof = prove_entry(log, _ids(log)[0]).model_dump(mode="json")
    change(proof)
    with pytest.raises(BadProof):
        check_proof(json.dumps(proof), KEYS)


@pytest.mark.parametrize("text", ["", "[]", "{}", "nothing", '{"sayso_proof": 1}', "{" * 9000])
def test_what_is_no_proof_is_told(text: str) -> None:
    """And nothing crashes."""
    with pytest.raises(BadProof, match="not a proof"):
        check_proof(text, KEYS)


def test_a_proof_signed_by_nobody_known_does_not_hold(log: Database) -> None:
    """The key is what is trusted, not the file."""
    proof = prove_entry(log, _ids(log)[0]).model_dump_json()
    for keys in (Keyring(), Keyring([Signer(Ed25519PrivateKey.generate()).public])):
        with pytest.raises(BadProof, match="none of the known keys"):
            check_proof(proof, keys)


@pytest.mark.parametrize(("older", "newer"), [(7, None), (7, 14), (14, 21), (21, 21)])
def test_growth_can_be_proved_between_checkpoints(
    log: Database, older: int, newer: int | None
) -> None:
    """The newer log begins with all of the older one."""
    proof = prove_growth(log, older, newer)
    proved = check_proof(proof.model_dump_json(), KEYS)
    assert proved.size == (newer or 21)
    assert f"all {older} that it had" in proved.sentence


def test_growth_that_was_none_is_not_proved(log: Database) -> None:
    """A path of another pair, checkpoints that are not there, the larger one first."""
    proof = prove_growth(log, 7).model_copy(update={"path": prove_growth(log, 14).path})
    with pytest.raises(BadProof, match="does not begin with the older one"):
        check_proof(proof.model_dump_json(), KEYS)
    with pytest.raises(CannotProve, match="no checkpoint has 8 entries"):
        prove_growth(log, 8)
    with pytest.raises(CannotProve, match="21 entries are more than 7"):
        prove_growth(log, 21, 7)


def test_an_empty_log_proves_nothing(database: Database) -> None:
    """There is no checkpoint yet."""
    with pytest.raises(CannotProve, match="no checkpoint"):
        prove_growth(database, 1)
