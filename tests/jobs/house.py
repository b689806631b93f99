"""A small company whose runs are carried: one playbook that waits, one that drafts, one that is signed."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from bot.app import Foundation, found
from bot.clock import SystemClock
from bot.jobs.carrier import carrier_of
from bot.jobs.core import LEASE, RunCore
from bot.jobs.performer import Performer
from bot.jobs.renewal import MOST
from bot.jobs.schedule import Schedules
from bot.settings import Settings
from bot.storage.claims import Claims
from bot.storage.timetable import Timetable
from tests.fakes.connector import FakeConnector
from workflows.answers import Recorded
from workflows.commands import StartRun
from workflows.run import Actor

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from bot.jobs.embedded import Carrier, Core
    from workflows.ports import Clock, Drafter

OLGA, ANA = Actor.user("U-OWNER"), Actor.user("U-ANA")
_COMPANY = """\
name: Carried and Co
zone: Europe/Madrid
currency: EUR
owner: U-OWNER
people:
  - {id: U-OWNER, name: Olga Ott}
  - {id: U-ANA, name: Ana Arco, roles: [sales]}
channels: {sales: C-SALES}
"""
_HEAD = """\
playbook: {name}
title: Send a note
goal: A note arrives once.
owner: sales
channel: sales
inputs:
  to: {{type: text, label: To, default: jo}}
subject: "{{{{ inputs.to }}}}"
mode: {mode}
allow: by-key.send
{trigger}steps:
"""
_EVERY_MINUTE = 'trigger:\n  schedule: {cron: "* * * * *"}\n'
_BELL = "  - wait: bell\n    for: 60 seconds\n"
_STEPS = {
    "alarm": _BELL,
    "letter": """\
  - draft: letter
    agent: sales-follow-up
    action: by-key.send
    with: {to: "{{ inputs.to }}"}
    writes: [note]
    title: "Send a note to {{ inputs.to }}"
    approve: {by: sales, within: 3 days, hold: 60 seconds}
""",
    "in-turn": _BELL,
    "anew": _BELL,
    "note": """\
  - do: send
    action: by-key.send
    with: {to: "{{ inputs.to }}", note: Hello}
    title: "Send a note to {{ inputs.to }}"
    approve: {by: sales, within: 3 days, hold: 0 seconds}
""",
}
#: What a start means while another about the same is open.
_MODES = {"in-turn": "queued", "anew": "restart"}


def write_company(home: Path) -> Path:
    """Write the company and its playbooks; return the folder."""
    (home / "playbooks").mkdir(parents=True)
    (home / "company.yml").write_text(_COMPANY)
    for name in _STEPS:
        _write(home, name)
    return home


def ring_every_minute(home: Path) -> None:
    """Add the playbook that starts by itself; anywhere else it would start in the middle of a test."""
    _write(home, "minute", _EVERY_MINUTE)


def _write(home: Path, name: str, trigger: str = "") -> None:
    head = _HEAD.format(name=name, trigger=trigger, mode=_MODES.get(name, "parallel"))
    (home / "playbooks" / f"{name}.yml").write_text(head + _STEPS.get(name, _BELL))


@dataclass(frozen=True, kw_only=True)
class House:
    """One node: the program as far as it needs no Slack."""

    foundation: Foundation
    core: RunCore
    outside: FakeConnector
    schedules: Schedules

    @property
    def carrier(self) -> Carrier:
        """What carries its runs."""
        return self.foundation.carrier

    def start(self, playbook: str, key: str) -> str:
        """Start a run; return its id."""
        command = StartRun(actor=OLGA, key=key, playbook=playbook, inputs={"to": key})
        reply = self.foundation.engine.handle(command)
        assert isinstance(reply, Recorded), reply
        assert reply.run
        return reply.run.id

    def count(self, where: str, **named: Any) -> int:
        """Count rows: `audit_event where event = :event`."""
        return self.rows(f"count(*) FROM {where}", **named)[0][0]

    def rows(self, what: str, **named: Any) -> list[tuple[Any, ...]]:
        """Select rows."""
        with self.foundation.database.read() as connection:
            found = connection.execute(text(f"SELECT {what}"), named)
            return [tuple(row) for row in found]

    def claimed(self, run_id: str) -> int:
        """Count how often a run was claimed."""
        return self.count(
            "audit_event WHERE event = 'worker:run:claimed' AND chain = :chain",
            chain=f"run:{run_id}",
        )

    def close(self) -> None:
        """Let go of the database."""
        self.foundation.close()


class NoDrafter:
    """The `Drafter` port where nothing is to be drafted."""

    def draft(self, request: object) -> Any:
        raise AssertionError(request)


def open_house(
    home: Path,
    url: str,
    *,
    clock: Clock | None = None,
    drafter: Drafter | None = None,
    lease: float = LEASE,
    longest: float = MOST,
    workers: int = 2,
) -> House:
    """Put a node together; as many as you like may be open on one database."""
    clock = clock or SystemClock()
    outside = FakeConnector("by-key", idempotency="key", journal=home / "effects.jsonl")
    foundation = found(
        Settings(sayso_home=home, database_url=url),
        clock=clock,
        drafter=drafter or NoDrafter(),
        connectors=[outside],
        carrier=carrier_of(url, ws="local", workers=workers, now=clock.now),
    )
    performer = Performer(
        store=foundation.store,
        clock=clock,
        directory=foundation.folder,
        drafter=foundation.drafter,
        outside=foundation.connectors,
    )
    foundation.watching.begin()
    schedules = Schedules(
        engine=foundation.engine,
        store=foundation.store,
        timetable=Timetable(foundation.store),
        shelf=foundation.shelf,
        directory=foundation.folder,
        clock=clock,
    )
    core = RunCore(
        claims=Claims(foundation.store),
        performer=performer,
        engine=foundation.engine,
        clock=clock,
        ticks=(schedules.tick,),
        lease=lease,
        longest=longest,
    )
    return House(foundation=foundation, core=core, outside=outside, schedules=schedules)


@contextmanager
def serving(carrier: Carrier, core: Core, seconds: float = 9.0) -> Generator[Event]:
    """Serve in a thread; at the end it must be gone within `seconds`."""
    stop = Event()
    thread = Thread(target=carrier.serve, args=(core, stop), daemon=True)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(seconds)
    assert not thread.is_alive(), "it does not stop"
