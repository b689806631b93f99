"""What one press costs: decide, save and chain it, committed to disk; beside a bare commit of the same bytes."""

from __future__ import annotations

import json
import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.clock import SystemClock, TimeIds
from bot.folder import Books
from bot.jobs.embedded import Embedded
from bot.storage.database import open_database
from bot.storage.schema import upgrade
from bot.storage.store import SqlStore
from workflows.action import ActionSpec, Field, Risk
from workflows.answers import Recorded
from workflows.commands import Approve, StartRun
from workflows.company import Company, Person
from workflows.engine import Engine
from workflows.run import Actor

if TYPE_CHECKING:
    from workflows.playbook import Playbook

_PRESSES = 300
_ROUNDS = 3
_BODY = "x" * 1500
_PLAYBOOK = f"""
playbook: bench-letter
title: A letter
goal: Measure one press.
owner: owner
subject: "{{{{ inputs.n }}}}"
inputs: {{n: {{type: text}}}}
allow: [mail.send]
steps:
  - do: letter
    action: mail.send
    with: {{to: jo@example.com, subject: Hello, body: {_BODY}}}
    title: "Send letter {{{{ inputs.n }}}}"
    approve: {{by: owner}}
"""
_MAIL = ActionSpec(
    name="mail.send",
    title="Send an e-mail",
    risk=Risk.CUSTOMER,
    fields=(
        Field(name="to", type="email"),
        Field(name="subject"),
        Field(name="body", type="long_text"),
    ),
    idempotency="lookup",
)


class _One:
    """One company and one playbook."""

    def __init__(self, company: Company, playbook: Playbook) -> None:
        self._company, self._playbook = company, playbook

    def company(self) -> Company:
        return self._company

    def get(self, name: str) -> Playbook | None:
        return self._playbook if name == self._playbook.playbook else None

    def names(self) -> list[str]:
        return [self._playbook.playbook]


def run(_data: Path) -> list[dict[str, object]]:
    """Return the median press and the median bare commit, of the best of three rounds."""
    with tempfile.TemporaryDirectory() as folder:
        rounds = [_round(Path(folder) / f"{n}.db") for n in range(_ROUNDS)]
    median = statistics.median(statistics.median(each) for each in rounds)
    slow = statistics.median(statistics.quantiles(each, n=100)[98] for each in rounds)
    with tempfile.TemporaryDirectory() as folder:
        bare = statistics.median(
            statistics.median(_bare(Path(folder) / f"{n}.db")) for n in range(_ROUNDS)
        )
    beside = (
        f"a bare commit of the same bytes: {bare * 1000:.2f} ms; {median / bare:.1f} times as long"
    )
    return [
        _figure("press: commit p50", median, beside, "< 5 ms", met=median < 0.005),
        _figure("press: commit p99", slow, beside, "", met=None),
    ]


def _figure(
    name: str, seconds: float, beside: str, target: str, *, met: bool | None
) -> dict[str, object]:
    return {
        "name": name,
        "value": round(seconds * 1000, 2),
        "unit": "ms",
        "beside": beside,
        "target": target,
        "met": met,
    }


def _round(file: Path) -> list[float]:
    engine = _engine(file)
    me = Actor.user("U0OWNER1")
    taken: list[float] = []
    for n in range(_PRESSES):
        begun = engine.handle(StartRun(actor=me, playbook="bench-letter", inputs={"n": str(n)}))
        if not isinstance(begun, Recorded) or begun.run is None or begun.run.draft is None:
            raise SystemExit(f"the benchmark's playbook did not draft: {begun}")
        draft = begun.run.draft
        signing = Approve(
            actor=me,
            key=f"press:{n}",
            draft_id=draft.id,
            revision=1,
            payload_hash=draft.current.payload_hash,
        )
        before = time.perf_counter()
        engine.handle(signing)
        taken.append(time.perf_counter() - before)
    return taken


def _engine(file: Path) -> Engine:
    people = (Person(id="U0OWNER1", name="Owner"),)
    company = Company(name="Bench", owner="U0OWNER1", people=people)
    books = Books(actions={"mail.send": _MAIL}, reads={}, agents=())
    one = _One(company, books.read(_PLAYBOOK, "bench.yml", company))
    database = open_database(f"sqlite:///{file}")
    upgrade(database)
    clock, ids = SystemClock(), TimeIds()
    store = SqlStore(database, wake=Embedded().wake, clock=clock, ids=ids, load=books.kept)
    return Engine(
        store=store, clock=clock, ids=ids, shelf=one, directory=one, actions={"mail.send": _MAIL}
    )


def _bare(file: Path) -> list[float]:
    """Commit as many bytes as a press writes, in one row, with the same durability."""
    base = sqlite3.connect(file, isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=FULL")
    base.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT)")
    body = json.dumps({"body": _BODY * 3, "at": datetime.now(UTC).isoformat()})  # noqa: TID251 -- a benchmark's clock
    taken: list[float] = []
    for _ in range(_PRESSES):
        before = time.perf_counter()
        base.execute("BEGIN IMMEDIATE")
        base.execute("INSERT INTO t(body) VALUES (?)", (body,))
        base.execute("COMMIT")
        taken.append(time.perf_counter() - before)
    return taken
