"""A small company whose outside world is a journal: the real program without Slack, on a real database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from agents.scripted import ScriptedDrafter
from bot.app import Foundation, found
from bot.jobs.core import RunCore
from bot.jobs.performer import Performer
from bot.settings import Settings
from bot.storage.claims import Claims
from tests.fakes.clock import MONDAY
from tests.fakes.connector import FakeConnector
from workflows.action import Risk
from workflows.run import Actor, ApprovalRule, Draft, DraftState, Needs, Revision, Signature
from workflows.steps import FIXED_TEXT
from workflows.text import Untrusted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pydantic import JsonValue

    from bot.jobs.embedded import Carrier
    from tests.fakes.connector import Fault
    from workflows.ports import Clock, Connector, Ids

#: What a connector can do about a repeated action; there is one connector and one playbook of each.
Kind = Literal["key", "lookup", "none"]
KINDS: tuple[Kind, ...] = get_args(Kind)
#: Eight people of sales: U-0 to U-7. The owner starts the runs, so that any of them may sign.
SALES = tuple(Actor.user(f"U-{n}") for n in range(8))
OWNER = Actor.user("U-OWNER")

_COMPANY = """\
name: Faults and Co
zone: Europe/Madrid
currency: EUR
owner: U-OWNER
people:
  - {id: U-OWNER, name: Olga Ott}
"""
_PERSON = "  - {{id: U-{n}, name: Person {n}, roles: [sales]}}\n"
_CHANNELS = "channels: {sales: C-SALES}\n"
_NOTE = """\
playbook: note-{kind}
title: Send a note
goal: A note arrives once.
owner: sales
channel: sales
inputs:
  to: {{type: text, label: To, default: jo}}
subject: "{{{{ inputs.to }}}}"
allow: [by-{kind}.send]
steps:
  - do: send
    action: by-{kind}.send
    with: {{to: "{{{{ inputs.to }}}}", note: Hello}}
    title: "Send a note to {{{{ inputs.to }}}}"
    approve: {{by: sales, within: 4 hours, hold: 60 seconds, edit: [note]}}
"""


def write_company(home: Path) -> Path:
    """Write the company and its three playbooks; return the folder."""
    (home / "playbooks").mkdir(parents=True)
    people = "".join(_PERSON.format(n=n) for n in range(len(SALES)))
    (home / "company.yml").write_text(_COMPANY + people + _CHANNELS)
    for kind in KINDS:
        (home / "playbooks" / f"note-{kind}.yml").write_text(_NOTE.format(kind=kind))
    return home


def journals(home: Path) -> dict[Kind, Path]:
    """Return where each connector writes what really happened; it outlives every process."""
    return {kind: home / f"effects-{kind}.jsonl" for kind in KINDS}


def connectors(
    home: Path,
    faults: Callable[[str, int], Fault | None] = lambda _key, _try: None,
    slow_seconds: float = 5.0,
) -> list[Connector]:
    """Return one fake connector of each kind; `faults` says what goes wrong by key and number of the try."""
    return [
        FakeConnector(
            f"by-{kind}",
            idempotency=kind,
            journal=journal,
            faults=faults,
            slow_seconds=slow_seconds,
        )
        for kind, journal in journals(home).items()
    ]


@dataclass(frozen=True, kw_only=True)
class House:
    """The program as far as it needs no Slack."""

    foundation: Foundation
    core: RunCore


def database_of(home: Path) -> str:
    """Return the URL of the file a company has when nothing else is said."""
    return f"sqlite:///{home / 'sayso.db'}"


_opened: list[Foundation] = []


def open_house(
    home: Path,
    clock: Clock,
    *,
    database_url: str = "",
    ids: Ids | None = None,
    outside: list[Connector] | None = None,
    carrier: Carrier | None = None,
) -> House:
    """Put the program together on a database (the file in `home` unless told), as every process of it does."""
    foundation = found(
        Settings(sayso_home=home, database_url=database_url or database_of(home)),
        clock=clock,
        ids=ids,
        drafter=ScriptedDrafter([]),
        connectors=outside if outside is not None else connectors(home),
        carrier=carrier,
    )
    _opened.append(foundation)
    foundation.watching.begin()
    return House(foundation=foundation, core=core_of(foundation))


def close_houses() -> None:
    """Close every house this process opened, also where a test failed before it could."""
    while _opened:
        _opened.pop().close()


def executing(action: str, payload: dict[str, JsonValue], draft_id: str) -> Draft:
    """Return a draft that somebody of sales signed, in the state in which a worker carries it out."""
    revision = Revision(n=1, payload=payload, author=OWNER, at=MONDAY)
    signature = Signature(n=1, actor="U-0", payload_hash=revision.payload_hash, at=MONDAY)
    return Draft(
        id=draft_id,
        run_id="r",
        step="send",
        state=DraftState.EXECUTING,
        action=action,
        title=Untrusted("Send"),
        risk=Risk.CUSTOMER,
        rule=ApprovalRule(by=("sales",)),
        needs=Needs(by=("sales",), quorum=1, words="one of sales"),
        revisions=(revision,),
        signatures=(signature,),
        author=FIXED_TEXT,
        opened_at=MONDAY,
        expires_at=MONDAY,
    )


def core_of(foundation: Foundation) -> RunCore:
    """Return what a worker drives, without schedules."""
    performer = Performer(
        store=foundation.store,
        clock=foundation.clock,
        directory=foundation.folder,
        drafter=foundation.drafter,
        outside=foundation.connectors,
    )
    return RunCore(
        claims=Claims(foundation.store),
        performer=performer,
        engine=foundation.engine,
        clock=foundation.clock,
        ticks=(),
    )
