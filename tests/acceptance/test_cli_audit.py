"""The audit log at the command line: who pressed what, what the agent wrote, and whether anybody touched it since."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.app import found
from bot.jobs.core import RunCore
from bot.jobs.performer import Performer
from bot.sample import write_sample
from bot.settings import Settings
from bot.storage.claims import Claims
from tests.acceptance.conftest import Terminal
from tests.fakes.clock import FakeClock
from workflows.commands import Approve, CancelRun, StartRun
from workflows.run import Actor

if TYPE_CHECKING:
    from pathlib import Path

    from bot.app import Foundation

#: Steps a run may take before somebody must look why.
MOST_STEPS = 20


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A prompt in the sample company, where one draft was refused to Mia and signed by Noa."""

    terminal: Terminal
    run: str
    draft: str


@pytest.fixture(scope="session")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Signed:
    """Return a company in which something happened."""
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder / "company", date(2026, 11, 23))
    house = found(Settings(sayso_home=folder / "company", database_url=""), clock=FakeClock())
    house.watching.begin()
    start = {"playbook": "quote-follow-up", "inputs": {"quote": "Q-1043"}}
    house.engine.handle(StartRun(actor=Actor.user("U01LEE"), key="start", **start))
    _work(house)
    (run,) = house.lookup.open_runs()
    assert run.draft
    about = {
        "draft_id": run.draft.id,
        "revision": 1,
        "payload_hash": run.draft.current.payload_hash,
    }
    for person in ("U01MIA", "U01NOA"):
        house.engine.handle(Approve(actor=Actor.user(person), key=person, **about))
    house.close()
    return Signed(terminal=Terminal(folder=folder), run=run.id, draft=run.draft.id)


def _work(house: Foundation) -> None:
    performer = Performer(
        store=house.store,
        clock=house.clock,
        directory=house.folder,
        drafter=house.drafter,
        outside=house.connectors,
    )
    core = RunCore(
        claims=Claims(house.store),
        performer=performer,
        engine=house.engine,
        clock=house.clock,
        ticks=(),
    )
    for _ in range(MOST_STEPS):
        if not core.advance():
            return
    pytest.fail("the run goes on and on")


def test_who_signed_is_found(signed: Signed) -> None:
    """A person's name, what they did and what about stand in one line."""
    told = signed.terminal.sayso("audit", "search", "--event", "signed")
    assert told.code == 0
    (line,) = told.out.splitlines()
    assert line.startswith("2026-11-23 09:00:00Z  Noa Brandt  signed it")
    assert signed.draft in line


def test_what_the_agent_wrote_is_found(signed: Signed) -> None:
    """The draft's text is in the entry that opened it; so is what wrote it."""
    asked = ("audit", "search", "--draft", signed.draft, "--event", "opened")
    (entry,) = signed.terminal.sayso(*asked, "--json").json
    assert entry["actor"] == "agent:sales-follow-up"
    assert entry["body"]["payload"]["to"] == "orders@lark-bakery.example"
    assert entry["head"]["model"].startswith("offline/templates@")
    assert "orders@lark-bakery.example" in signed.terminal.sayso(*asked, "--body").out


def test_a_refused_press_is_found_with_its_sentence(signed: Signed) -> None:
    """Who tried and was not allowed is on the record too."""
    told = signed.terminal.sayso("audit", "search", "--actor", "U01MIA", "--run", signed.run)
    assert "Mia Okafor  pressed and was refused" in told.out
    assert "one of sales" in told.out


def test_time_narrows_a_search(signed: Signed) -> None:
    """Times are UTC, the first is in and the last is out."""
    since = signed.terminal.sayso("audit", "search", "--since", "2026-11-23T09:00:00", "--json")
    assert since.json
    before = signed.terminal.sayso("audit", "search", "--until", "2026-11-23T09:00:00", "--json")
    assert before.json == []


def test_a_run_is_shown_with_all_that_happened(signed: Signed) -> None:
    """The beginning of its id is enough; state, reason, text and timeline are there."""
    told = signed.terminal.sayso("runs", "show", signed.run[:20])
    assert told.code == 0
    for part in (
        "holding at the step letter",
        "Signed    Noa Brandt",
        "Hello Jo Larkin",
        "drafted it",
    ):
        assert part in told.out
    assert signed.terminal.sayso("runs", "show", signed.run, "--json").json["timeline"]
    assert signed.terminal.sayso("runs", "list", "--state", "done").out == "No run is done.\n"
    unknown = signed.terminal.sayso("runs", "show", "nonsense")
    assert unknown.code == 1
    assert "sayso runs list" in unknown.err


def test_an_export_is_verified_without_the_database(signed: Signed, tmp_path: Path) -> None:
    """It is the owner's alone, is not overwritten, verifies, and stops verifying once a word is changed."""
    out = tmp_path / "log.jsonl"
    told = signed.terminal.sayso("audit", "export", "--out", str(out), "--json")
    assert told.json["entries"] > 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert signed.terminal.sayso("audit", "export", "--out", str(out)).code == 1
    elsewhere = Terminal(folder=tmp_path)
    assert elsewhere.sayso("audit", "verify", "--file", str(out)).code == 0
    assert signed.terminal.sayso("audit", "verify", "--against", str(out)).code == 0
    text = out.read_text(encoding="utf-8")
    out.write_text(text.replace("Lark Bakery", "Park Bakery", 1), encoding="utf-8")
    touched = elsewhere.sayso("audit", "verify", "--file", str(out))
    assert touched.code == 1
    assert "The first: chain run:" in touched.out


def test_a_file_that_is_no_export_is_refused_in_words(terminal: Terminal) -> None:
    """Bytes that are no text get a sentence and no traceback."""
    (terminal.folder / "noise").write_bytes(b"\xff\xfe\x00")
    told = terminal.sayso("audit", "verify", "--file", "noise")
    assert told.code == 1
    assert "Traceback" not in told.err


def test_only_the_form_that_is_evidence_is_verified(signed: Signed, tmp_path: Path) -> None:
    """Whoever verifies a spreadsheet is told which form it has to be."""
    out = tmp_path / "log.csv"
    assert signed.terminal.sayso("audit", "export", "--format", "csv", "--out", str(out)).code == 0
    told = Terminal(folder=tmp_path).sayso("audit", "verify", "--file", str(out))
    assert told.code == 1
    assert "only exports of the form jsonl can be verified" in told.out


def test_an_export_of_no_run_leaves_no_file(signed: Signed, tmp_path: Path) -> None:
    """An empty file would look like a run without history."""
    out = tmp_path / "log.jsonl"
    told = signed.terminal.sayso("audit", "export", "--run", "nosuch", "--out", str(out))
    assert told.code == 1
    assert "there is no run nosuch" in told.err
    assert not out.exists()


def test_a_log_that_holds_no_text_does_not_verify(signed: Signed, tmp_path: Path) -> None:
    """Bytes that are no text, written past the triggers, get a sentence and no traceback."""
    shutil.copytree(signed.terminal.folder / "company", tmp_path / "company")
    with sqlite3.connect(next((tmp_path / "company").rglob("*.db"))) as touched:
        names = touched.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in names.fetchall():
            touched.execute(f"DROP TRIGGER {name}")
        touched.execute("UPDATE audit_event SET actor = CAST(x'ff41' AS TEXT) WHERE seq = 2")
    told = Terminal(folder=tmp_path).sayso("audit", "verify", SAYSO_HOME=str(tmp_path / "company"))
    assert told.code == 1
    assert "Traceback" not in told.err


def test_a_spreadsheet_gets_every_entry(signed: Signed, tmp_path: Path) -> None:
    """The CSV has one row for each entry and a heading."""
    out = tmp_path / "log.csv"
    told = signed.terminal.sayso("audit", "export", "--format", "csv", "--out", str(out))
    assert told.code == 0
    assert out.read_text(encoding="utf-8").startswith('"ts","chain","seq"')


@pytest.mark.parametrize(("form", "key"), [("ocsf", "class_uid"), ("cloudevents", "specversion")])
def test_a_collector_gets_every_entry_without_its_body(
    signed: Signed, tmp_path: Path, form: str, key: str
) -> None:
    """One JSON object a line, in the words of the standard; nothing that was written to a customer."""
    out = tmp_path / "events.jsonl"
    told = signed.terminal.sayso("audit", "export", "--format", form, "--out", str(out), "--json")
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert told.json["entries"] == len(lines) > 0
    assert all(key in line for line in lines)
    assert "Lark Bakery" not in out.read_text(encoding="utf-8")


def test_a_kind_of_entry_there_is_none_of_is_told(signed: Signed) -> None:
    """A slip of the fingers is no empty log."""
    told = signed.terminal.sayso("audit", "search", "--event", "singed")
    assert (told.code, told.out) == (1, "")
    assert "Did you mean signed?" in told.err


def test_an_archive_needs_a_checkpoint(signed: Signed, tmp_path: Path) -> None:
    """None was made in this company: that is said, and no file is left behind."""
    out = tmp_path / "old.jsonl"
    told = signed.terminal.sayso("audit", "archive", "--before", "2027-01-01", "--out", str(out))
    assert told.code == 1
    assert "no checkpoint is older" in told.err
    assert not out.exists()


@pytest.fixture
def cancelled(signed: Signed, tmp_path: Path) -> Signed:
    """Return a copy of the company in which the run was cancelled."""
    shutil.copytree(signed.terminal.folder / "company", tmp_path / "company")
    house = found(Settings(sayso_home=tmp_path / "company", database_url=""), clock=FakeClock())
    house.engine.handle(CancelRun(actor=Actor.user("U01NOA"), key="stop", run_id=signed.run))
    house.close()
    return Signed(terminal=Terminal(folder=tmp_path), run=signed.run, draft=signed.draft)


ERASE = ("audit", "erase", "--reason", "Article 17, ticket 9", "--by", "U01NOA")


def test_a_customer_is_forgotten_and_the_log_still_verifies(cancelled: Signed) -> None:
    """Nothing of them is left in the file; who signed what and when still is."""
    prompt = cancelled.terminal
    asked = (*ERASE, "--subject", "Orders@Lark-Bakery.example")
    would = prompt.sayso(*asked, "--dry-run")
    assert would.out.startswith("Would erase: 1 run, 1 draft,")
    erased = prompt.sayso(*asked)
    assert erased.code == 0
    assert erased.out.startswith("Erased: 1 run, 1 draft,")
    files = (prompt.folder / "company").glob("sayso.db*")
    kept = b"".join(file.read_bytes() for file in files)
    for words in (b"lark-bakery.example", b"Lark Bakery", b"Jo Larkin"):
        assert words not in kept
    assert prompt.sayso("audit", "verify").code == 0
    (line,) = prompt.sayso("audit", "search", "--event", "signed").out.splitlines()
    assert "Noa Brandt  signed it" in line
    (line,) = prompt.sayso("audit", "search", "--event", "redacted").out.splitlines()
    assert "Noa Brandt  had texts erased" in line
    assert "Article 17, ticket 9" in line
    shown = prompt.sayso("runs", "show", cancelled.run)
    assert shown.code == 0
    assert "was erased" in shown.out
    assert prompt.sayso(*asked).out == "Nothing of that is kept.\n"


def test_an_export_of_an_erased_log_verifies(cancelled: Signed, tmp_path: Path) -> None:
    """Whoever gets it sees that bodies were erased, and that nothing else is missing."""
    assert cancelled.terminal.sayso(*ERASE, "--run", cancelled.run).code == 0
    out = tmp_path / "log.jsonl"
    assert cancelled.terminal.sayso("audit", "export", "--out", str(out)).code == 0
    assert "redacted_by" in out.read_text(encoding="utf-8")
    assert cancelled.terminal.sayso("audit", "verify", "--file", str(out)).code == 0


def test_what_waits_is_not_erased(signed: Signed) -> None:
    """A letter that may still leave has to be readable; the way out is said."""
    told = signed.terminal.sayso(*ERASE, "--run", signed.run)
    assert told.code == 1
    assert "Finish or cancel it first; nothing was erased." in told.err


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        (("--by", "U01EVE", "--reason", "r", "--text", "x"), "not among the people"),
        (("--by", "U01NOA", "--reason", "about Lark", "--text", "lark"), "Leave them out"),
        (("--by", "U01NOA", "--reason", "r", "--text", "x", "--run", "y"), "one of them"),
        (("--by", "U01NOA", "--reason", "r"), "say what to erase"),
        (("--by", "U01NOA", "--reason", "r", "--run", "nobody's"), "There is no run"),
    ],
)
def test_an_erasure_that_is_not_clear_is_refused(
    signed: Signed, asked: tuple[str, ...], problem: str
) -> None:
    """Who, why and what are said clearly, or nothing is done."""
    told = signed.terminal.sayso("audit", "erase", *asked)
    assert told.code == 1
    assert problem in told.err


def test_a_touched_entry_is_named(signed: Signed, tmp_path: Path) -> None:
    """Somebody with the file and a tool changes who signed; `verify` says which entry it was."""
    shutil.copytree(signed.terminal.folder / "company", tmp_path / "company")
    with sqlite3.connect(tmp_path / "company" / "sayso.db") as database:
        database.execute("DROP TRIGGER audit_event_u")
        changed = database.execute(
            "UPDATE audit_event SET actor = 'user:U01MIA' WHERE event = 'run:draft:signed'"
        )
        assert changed.rowcount == 1
    database.close()
    there = Terminal(folder=tmp_path)
    told = there.sayso("audit", "verify", "--json")
    assert told.code == 1
    assert told.json["first_bad"]["chain"] == f"run:{signed.run}"
    assert "actor" in told.json["first_bad"]["problem"]
    protected = there.sayso("db", "check")
    assert protected.code == 1
    assert "audit_event_u" in protected.out
