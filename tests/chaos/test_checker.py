"""The checker finds what it is there for: every loss, every duplicate and every touched entry put in by hand."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from tests.chaos.checker import Ack, Case, Effect
from tests.chaos.house import KINDS, journals, write_company
from tests.chaos.outsider import rows, tampering
from tests.chaos.processes import wait_for
from tests.chaos.storm import Stage, press

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.chaos.databases import Databases


@dataclass
class Evidence:
    """What is left of a small, faultless play; a test tampers with it."""

    acks: list[Ack]
    effects: list[Effect]
    database: str

    def verdict(self) -> list[str]:
        case = Case(
            acks=self.acks,
            effects=self.effects,
            database=self.database,
            doubtful=["by-none.send"],
        )
        return case.verdict()

    def sql(self, statement: str, *named: object) -> None:
        """Change rows behind the program's back: without its guards."""
        with tampering(self.database) as hand:
            assert hand.run(statement, named) > 0, statement

    def ack(self, kind: str) -> int:
        """Return where the history has a recorded press of this kind."""
        return next(
            at for at, ack in enumerate(self.acks) if (ack.kind, ack.answer) == (kind, "recorded")
        )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[Stage]:
    """Play a few dozen presses without any fault."""
    home, url = write_company(tmp_path_factory.mktemp("played") / "company"), databases.new()
    stage = Stage(home=str(home), database=url, began=time.time(), rate=300.0, seed=7)
    house = stage.house()
    press(stage, "left", 60)

    def settled() -> bool:
        while house.core.advance():
            pass
        states = {row["state"] for row in rows(url, "select state from run")}
        return not {"working", "holding"} & states

    wait_for(settled, 20, "the play is over")
    house.foundation.close()
    yield stage
    databases.drop(url)


@pytest.fixture
def evidence(played: Stage, databases: Databases) -> Iterator[Evidence]:
    """Return a copy of what is left of the play."""
    kept, copy = journals(played.path), databases.copy(played.database)
    yield Evidence(
        acks=Ack.read(played.history("left")),
        effects=[effect for kind in KINDS for effect in Effect.read(kept[kind])],
        database=copy,
    )
    databases.drop(copy)


def test_a_faultless_play_is_found_faultless(evidence: Evidence) -> None:
    """The checker cries wolf at nothing, and had something to look at."""
    assert evidence.verdict() == []
    assert {ack.kind for ack in evidence.acks} == {"start", "approve", "edit", "reject", "undo"}
    assert evidence.effects


def _acked_in_vain(evidence: Evidence) -> None:
    ack = evidence.acks[evidence.ack("approve")]
    evidence.acks.append(replace(ack, key="never handled"))


def _signature_gone(evidence: Evidence) -> None:
    evidence.sql("delete from signature")


def _revision_gone(evidence: Evidence) -> None:
    ack = evidence.acks[evidence.ack("edit")]
    evidence.sql("delete from revision where draft_id = ? and n = ?", ack.draft, ack.n)


def _run_gone(evidence: Evidence) -> None:
    ack = evidence.acks[evidence.ack("start")]
    evidence.sql("delete from run where id = ?", ack.run)


def _effect_gone(evidence: Evidence) -> None:
    evidence.effects.pop()


def _refusal_gone(evidence: Evidence) -> None:
    evidence.acks.append(Ack(key="refused", kind="approve", answer="refused", said="No."))


@pytest.mark.parametrize(
    "lose",
    [_acked_in_vain, _signature_gone, _revision_gone, _run_gone, _effect_gone, _refusal_gone],
)
def test_a_loss_is_found(evidence: Evidence, lose: Callable[[Evidence], None]) -> None:
    """Whatever was acknowledged and is gone is named as lost."""
    lose(evidence)
    assert any(each.startswith("lost: ") for each in evidence.verdict())


def _happened_again(evidence: Evidence) -> None:
    evidence.effects.append(evidence.effects[0])


def _happened_as_another_revision(evidence: Evidence) -> None:
    first = evidence.effects[0]
    prefix, draft, n = first.key.split(":")
    evidence.effects.append(replace(first, key=f"{prefix}:{draft}:{int(n) + 1}"))


def _other_bytes(evidence: Evidence) -> None:
    first = evidence.effects[0]
    evidence.effects[0] = replace(first, body=first.body.replace("jo", "eve") + " ")


def _rejected_happened(evidence: Evidence) -> None:
    ack = evidence.acks[evidence.ack("reject")]
    body = json.dumps({"note": "Hello", "to": "jo"})
    evidence.effects.append(Effect(key=f"draft:{ack.draft}:{ack.n}", body=body))


def _answered_otherwise(evidence: Evidence) -> None:
    ack = evidence.acks[evidence.ack("approve")]
    evidence.acks.append(replace(ack, answer="refused", said="No."))


def _applied_twice(evidence: Evidence) -> None:
    """Chain a second entry of the same press, hash and all, as a program that forgets would."""
    key = evidence.acks[evidence.ack("approve")].key
    with tampering(evidence.database) as hand:
        signed = hand.rows(
            "select e.*, p.body, p.salt, c.seq as last, c.head as tail from audit_event e"
            " join audit_payload p on p.event_id = e.id join chain c on c.name = e.chain"
            " where e.event = 'run:draft:signed'"
        )
        row = next(each for each in signed if json.loads(each["body"])["command"]["key"] == key)
        seq = row["last"] + 1
        header = {**json.loads(row["hdr"]), "seq": seq, "prev": row["tail"], "id": "x"}
        text = json.dumps(header)
        digest = hashlib.sha256(text.encode()).digest()
        columns = [row[name] for name in ("ws", "chain", "ts", "actor", "event", "object")]
        hand.run(
            "insert into audit_event (n, id, seq, hdr, hash, ws, chain, ts, actor, event, object)"
            " select max(n) + 1, 'x', ?, ?, ?, ?, ?, ?, ?, ?, ? from audit_event",
            [seq, text, digest, *columns],
        )
        hand.run(
            "insert into audit_payload (event_id, ws, salt, body) values ('x', ?, ?, ?)",
            [row["ws"], row["salt"], row["body"]],
        )
        moved = [seq, digest.hex(), row["chain"]]
        hand.run("update chain set seq = ?, head = ? where name = ?", moved)


@pytest.mark.parametrize(
    "double",
    [
        _happened_again,
        _happened_as_another_revision,
        _other_bytes,
        _rejected_happened,
        _answered_otherwise,
        _applied_twice,
    ],
)
def test_a_duplicate_is_found(evidence: Evidence, double: Callable[[Evidence], None]) -> None:
    """Whatever happened twice, or without a signature on these bytes, is named as double."""
    double(evidence)
    found = evidence.verdict()
    assert any(each.startswith("double: ") for each in found), found
    assert not any(each.startswith("chain: ") for each in found), found


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_event set hdr = replace(hdr, 'U-1', 'U-2') where event = 'run:draft:signed'",
        "delete from audit_event where event = 'run:draft:signed'",
        "update chain set seq = seq + 1",
        "delete from audit_event where event = 'run:run:done'",
    ],
)
def test_a_touched_log_is_found(evidence: Evidence, statement: str) -> None:
    """A changed, removed or cut-off entry breaks its chain."""
    evidence.sql(statement)
    assert any(each.startswith("chain: ") for each in evidence.verdict())


def test_what_never_ends_is_found(evidence: Evidence) -> None:
    """A draft that was signed and is still being carried out when all is quiet is named as stuck."""
    evidence.sql("update draft set state = 'executing' where state = 'executed'")
    assert any(each.startswith("stuck: ") for each in evidence.verdict())
