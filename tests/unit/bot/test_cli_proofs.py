"""What proves the log at the command line: the key, proofs of an entry and of growth, the newest checkpoints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.cli import proofs
from bot.storage.audit_key import own_key
from bot.storage.checkpoints import Seals
from bot.storage.database import open_database
from bot.storage.schema import upgrade
from bot.storage.store import SqlStore
from bot.storage.tables import audit_event
from bot.witness import FileWitness, Post
from tests.fakes.clock import MONDAY, FakeClock
from tests.fakes.ids import FakeIds
from tests.unit.bot.storage.records import written
from workflows.errors import BadInput
from workflows.playbook import Playbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a home with a log of 14 entries, sealed twice, its newest checkpoint witnessed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    database = open_database(f"sqlite:///{tmp_path / 'sayso.db'}")
    upgrade(database)
    store = SqlStore(
        database,
        wake=lambda *_: None,
        clock=FakeClock(),
        ids=FakeIds(),
        load=Playbook.model_validate_json,
    )
    for n in (1, 2):
        written(store, n)
        sealed = Seals(database, signer=own_key(tmp_path / "audit.key")).seal(MONDAY)
        assert sealed
        post = Post(FileWitness(tmp_path / "checkpoints.jsonl"), tmp_path / "witness", FakeClock())
        post.offer(sealed)
        post.turn()
    yield tmp_path
    database.close()


def _first_id(home: Path) -> str:
    database = open_database(f"sqlite:///{home / 'sayso.db'}")
    with database.read() as connection:
        found = connection.execute(select(audit_event.c.id).limit(1)).scalar_one()
    database.close()
    return found


def _key(capsys: pytest.CaptureFixture[str]) -> str:
    proofs.key(json=True)
    return json.loads(capsys.readouterr().out)["key"]


def test_the_key_is_printed_and_can_be_renewed(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line to keep elsewhere; after a renewal the one before is told too."""
    proofs.key()
    first = capsys.readouterr().out.strip()
    assert first.startswith("sayso/local+")
    proofs.key(new=True)
    second, before = capsys.readouterr().out.splitlines()
    assert before == f"before: {first}"
    assert second != first
    assert (home / "audit.key.1.old").exists()


def test_an_entry_is_proved_to_who_has_the_key_alone(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the line itself, or by a file that holds it; with another key it does not hold."""
    line = _key(capsys)
    out = tmp_path / "proof.json"
    assert proofs.prove(_first_id(home), out) == 0
    assert "--proof" in capsys.readouterr().out
    lines = tmp_path / "keys.txt"
    lines.write_text(f"{line}\n", encoding="utf-8")
    for given in ([line], [str(lines)], None):
        assert proofs.check_proof(out, given, json=False) == 0
        assert "number 1 of the 14" in capsys.readouterr().out
    other = own_key(tmp_path / "other.key").public.line("sayso/local")
    assert proofs.check_proof(out, [other], json=True) == 1
    assert "none of the known keys" in json.loads(capsys.readouterr().out)["problem"]


def test_growth_is_proved(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From one checkpoint to the newest."""
    out = home / "growth.json"
    assert proofs.growth(7, out, json=True) == 0
    capsys.readouterr()
    assert proofs.check_proof(out, None, json=True) == 0
    assert json.loads(capsys.readouterr().out)["size"] == 14


def test_no_file_is_written_over(home: Path) -> None:
    """Somebody may have sent the one that is there."""
    out = home / "proof.json"
    out.write_text("mine", encoding="utf-8")
    with pytest.raises(BadInput, match="Choose another file"):
        proofs.prove(_first_id(home), out)


def test_a_mistyped_key_is_told(home: Path) -> None:
    """Before anything is verified with it."""
    assert home
    with pytest.raises(BadInput, match="--key"):
        proofs.keyring(["sayso/local+00000000+AAAA"])
    assert proofs.keyring([]) is None


def test_the_newest_checkpoints_and_who_has_them_are_shown(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The newest first."""
    assert home
    proofs.checkpoints(json=True)
    told = json.loads(capsys.readouterr().out)
    assert [each["size"] for each in told["checkpoints"]] == [14, 7]
    assert [each["size"] for each in told["witnesses"]] == [14]
    proofs.checkpoints(last=1)
    shown = capsys.readouterr().out
    assert "has 14 entries" in shown
    assert len(shown.splitlines()) == 3
