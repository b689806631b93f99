"""Databases that released programs left in the middle of everything: the present program goes on with each."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.opening import opened
from bot.storage.audit_verify import verify
from bot.storage.database import open_database
from bot.storage.schema import NEWEST, check, revision, upgrade
from tests.fakes.clock import FakeClock
from tests.golden.company import write_company
from tests.golden.make import ANA, BEN, OLGA, Week
from workflows.commands import Answer, Approve, Resolve, Resume
from workflows.run import DraftState

if TYPE_CHECKING:
    from workflows.run import Draft, Run

KEPT = sorted(Path(__file__).parent.glob("*.sql.gz"))
#: Where every run that was left waiting comes to, by what it is about, and what is written where.
GOOD_END = {
    "open": "Hello",
    "letter open": "Hello, drafted",
    "edited": "Hello, edited",
    "one of two": "Hello",
    "undone": "Hello",
    "asked": "Hello",
    "task": "Hello",
    "waiting": "Hello",
    "in doubt": "Hello",
    "begun": "Hello",
    "holding": "Hello",
    "held": "Hello, drafted",
}


def _restored(kept: Path, home: Path) -> Path:
    path = home / "sayso.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(gzip.decompress(kept.read_bytes()).decode())
    return path


def _rows(path: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()


def _left_at(path: Path) -> FakeClock:
    """Return a clock that stands an hour after the newest entry."""
    newest = _rows(path, "select max(ts) from audit_event")[0][0]
    return FakeClock(datetime.fromisoformat(newest) + timedelta(hours=1))


@pytest.fixture(params=KEPT, ids=lambda kept: kept.name.partition(".")[0])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a database as a release left it, in its company, whose playbooks say something else by now."""
    home = write_company(tmp_path / "company", note="Good-bye")
    return _restored(request.param, home)


def test_the_first_released_form_is_kept() -> None:
    """The files are part of what is tested: none of them gets lost."""
    assert KEPT[0].name == "0001.sql.gz"


def test_an_old_database_is_brought_up_to_date_and_verifies(kept: Path) -> None:
    """Every entry is the one that was written, to the byte, and upgrading twice is upgrading once."""
    entries = (
        "select id, chain, seq, ts, actor, event, object, hdr, hash from audit_event order by n"
    )
    before = _rows(kept, entries)
    database = open_database(f"sqlite:///{kept}")
    upgrade(database)
    upgrade(database)
    assert revision(database) == NEWEST
    assert check(database).ok
    verdict = verify(database)
    assert verdict.ok, verdict
    assert verdict.entries == len(before)
    database.close()
    assert _rows(kept, entries) == before


def test_every_run_that_waited_finishes_on_the_playbook_it_was_started_with(kept: Path) -> None:
    """People sign, answer and resume after the upgrade, and what leaves is what the old playbook said."""
    week = Week(kept.parent, _left_at(kept))
    waiting = {run.subject.raw for run in week.foundation.lookup.runs() if not run.state.ended}
    week.foundation.engine.handle(Resume(actor=OLGA, key="resume", scope="playbook:letter"))
    for turn in range(60):
        for run in week.foundation.lookup.active():
            _move(week, run, turn)
        week.work(minutes=30)
    ended = {run.subject.raw: run.state.value for run in week.foundation.lookup.runs()}
    assert waiting == GOOD_END.keys()
    assert {about: ended[about] for about in GOOD_END} == dict.fromkeys(GOOD_END, "done")
    assert _written(kept.parent) == GOOD_END | {"in doubt": None}
    verdict = verify(week.foundation.database)
    assert verdict.ok, verdict
    week.foundation.close()


def _move(week: Week, run: Run, turn: int) -> None:
    """Do what the run waits for a person to do."""
    handle = week.foundation.engine.handle
    if run.task:
        choice = "send it" if run.step == "which" else "done"
        handle(Answer(actor=ANA, key=f"{run.task.id} {choice}", task_id=run.task.id, choice=choice))
    draft: Draft | None = run.draft
    if draft is None:
        return
    about: dict[str, Any] = {"draft_id": draft.id, "revision": draft.revision}
    if draft.state is DraftState.UNCERTAIN:
        handle(Resolve(actor=OLGA, key=f"resolve {turn}", happened=True, **about))
    if draft.state is DraftState.OPEN:
        for actor in (BEN, ANA):
            handle(Approve(actor=actor, key=f"{actor.id} {draft.id} {turn}", **about))


def _written(home: Path) -> dict[str, str | None]:
    """Return what was sent to whom; nobody sent what a person said had happened."""
    lines = (home / "effects.jsonl").read_text().splitlines()
    bodies = [json.loads(json.loads(line)["body"]) for line in lines]
    sent = {body["to"]: body["note"] for body in bodies}
    assert len(sent) == len(bodies), "something left twice"
    assert not (home / "effects-blind.jsonl").exists()
    return {"in doubt": None, **sent}


def test_answers_given_before_the_upgrade_are_given_again_after_it(kept: Path) -> None:
    """Slack delivers a press of yesterday once more: it counts once, across the upgrade too."""
    week = Week(kept.parent, _left_at(kept))
    before = len(_rows(kept, "select id from audit_event"))
    key, reply = _rows(kept, "select key, reply from seen where key = 'press 1'")[0]
    (draft_id,) = _rows(kept, "select draft_id from signature order by at limit 1")[0]
    again = week.foundation.engine.handle(
        Approve(actor=ANA, key=key, draft_id=draft_id, revision=1)
    )
    assert getattr(again, "sentence", "") == json.loads(reply)["sentence"]
    week.foundation.close()
    assert len(_rows(kept, "select id from audit_event")) == before


def test_a_broken_old_database_is_found_broken(kept: Path) -> None:
    """The upgrade makes nothing right: what was changed under the old program is named by the new one."""
    (guard,) = _rows(kept, "select sql from sqlite_master where name = 'audit_event_u'")[0]
    (touched,) = _rows(kept, "select id from audit_event where n = 3")[0]
    with closing(sqlite3.connect(kept)) as connection:
        connection.execute("drop trigger audit_event_u")
        connection.execute("update audit_event set actor = 'user:U-EVE' where n = 3")
        connection.execute(guard)
        connection.commit()
    database = open_database(f"sqlite:///{kept}")
    upgrade(database)
    verdict = verify(database)
    database.close()
    assert not verdict.ok
    assert verdict.first_bad
    assert verdict.first_bad.event_id == touched


def _form(path: Path) -> str:
    return _rows(path, "select version_num from alembic_version")[0][0]


def test_each_file_is_of_the_form_it_is_named_after(
    kept: Path, request: pytest.FixtureRequest
) -> None:
    """A file that was made with the wrong program would prove nothing."""
    assert _form(kept) == request.node.callspec.id


@pytest.mark.parametrize("kept", KEPT, ids=lambda path: path.name)
def test_what_it_was_is_kept_before_it_is_changed(kept: Path, tmp_path: Path) -> None:
    """A start brings a file up to date, and leaves a copy of the older one that a release of then could open."""
    path = _restored(kept, tmp_path)
    (older,) = _rows(path, "select version_num from alembic_version")[0]
    opened(f"sqlite:///{path}", "local").close()
    (copy,) = (tmp_path / "backups").glob(f"form-{older}-*.db")
    assert _rows(copy, "select version_num from alembic_version") == [(older,)]
    assert _rows(copy, "select count(*) from audit_event") == _rows(
        path, "select count(*) from audit_event"
    )
    assert _rows(path, "select version_num from alembic_version") == [(NEWEST,)]
    opened(f"sqlite:///{path}", "local").close()
    assert len(list((tmp_path / "backups").glob("*.db"))) == 1
