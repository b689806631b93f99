"""A company of three people whose outside world answers at once: the real program, everything outside is a stub."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr
from sqlalchemy import func, select

from agents.scripted import ScriptedDrafter
from bot.app import Foundation, found
from bot.connectors.mail import SEND
from bot.jobs.core import RunCore
from bot.jobs.performer import Performer
from bot.settings import Settings
from bot.storage.claims import Claims
from bot.storage.tables import draft, revision, run
from tests.fakes.connector import FakeConnector
from workflows.answers import Recorded
from workflows.commands import Approve, StartRun
from workflows.run import Actor, RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from datetime import datetime
    from pathlib import Path

    from bot.jobs.embedded import Carrier, Core
    from workflows.commands import Drafted
    from workflows.ports import DraftRequest, NotDrafted
    from workflows.run import Outcome, Run, SignedDraft

#: Of a Slack app that does not exist.
SECRET, BOT_TOKEN = "bench-signing-secret", "xoxb-bench"
#: Who starts, and who signs.
OWNER, SIGNER = Actor.user("U0OWNER1"), Actor.user("U0SALES1")
CHANNEL = "C0SALES1"
SUBJECT, BODY = "Your quote", "We would be glad to hear from you. " * 20
_COMPANY = f"""\
name: Bench and Co
zone: Europe/Madrid
currency: EUR
owner: {OWNER.id}
people:
  - {{id: {OWNER.id}, name: Olga Ott}}
  - {{id: {SIGNER.id}, name: Sam Sol, roles: [sales]}}
channels: {{sales: {CHANNEL}}}
"""
#: Start, draft, wait for a signature, carry out, end: what every comparison here goes through.
_PLAYBOOK = """\
playbook: {name}
title: Write a letter
goal: A letter leaves once it is signed.
owner: owner
channel: sales
inputs: {{n: {{type: text, label: Number}}}}
subject: "{{{{ inputs.n }}}}"
allow: [mail.send]
steps:
  - draft: letter
    agent: sales-follow-up
    action: mail.send
    with: {{to: jo@lark.example}}
    writes: [subject, body]
    title: "Send letter {{{{ inputs.n }}}}"
    approve: {{by: [owner, sales], within: 4 days, hold: {hold} seconds, edit: [subject, body]}}
"""
#: One leaves at once; the other waits the usual minute in which it can be undone.
HOLDS = {"letter": 0, "held-letter": 60}
_OPEN = (
    select(draft.c.id, draft.c.revision, revision.c.payload_hash)
    .join(revision, (revision.c.draft_id == draft.c.id) & (revision.c.n == draft.c.revision))
    .where(draft.c.state == "open")
)

_UNFINISHED = select(func.count()).where(run.c.state != RunState.DONE.value)


class Stub:
    """A drafter that always answers the same, at once."""

    def draft(self, request: DraftRequest) -> Drafted | NotDrafted:
        """Return the scripted drafter's one step."""
        return ScriptedDrafter([{"subject": SUBJECT, "body": BODY}]).draft(request)


class Mail(FakeConnector):
    """A mail server that takes every letter at once, and tells whoever waits for one."""

    def __init__(self) -> None:
        """Begin with no letters."""
        super().__init__("mail", action=SEND)
        self._left = threading.Condition()
        self._drafts: set[str] = set()

    def execute(self, signed: SignedDraft) -> Outcome:
        """Take a letter."""
        outcome = super().execute(signed)
        with self._left:
            self._drafts.add(signed.key.split(":")[1])
            self._left.notify_all()
        return outcome

    def has_taken(self, draft_id: str) -> bool:
        """Whether the letter of a draft has left."""
        return draft_id in self._drafts

    def wait_left(self, draft_id: str, seconds: float) -> None:
        """Wait until the letter of a draft has left. Raises `TimeoutError`."""
        with self._left:
            if not self._left.wait_for(lambda: draft_id in self._drafts, seconds):
                raise TimeoutError(draft_id)


class Nobody:
    """A carrier that moves nothing: the caller advances its runs itself."""

    def wake(self, _connection: object, _run_id: str, _at: datetime | None, /) -> None:
        """Move nothing."""

    def committed(self) -> None:
        """Wake nobody."""

    def serve(self, core: Core, stop: threading.Event) -> None:
        """Serve nobody."""


@dataclass(frozen=True, kw_only=True)
class Office:
    """The program as far as it needs no Slack: engine, store, workers, and a stub for what is outside."""

    foundation: Foundation
    core: RunCore
    mail: Mail

    def start(self, n: object, playbook: str = "letter") -> Run:
        """Start a run. Its draft is not written yet."""
        command = StartRun(
            actor=OWNER, key=f"start:{playbook}:{n}", playbook=playbook, inputs={"n": str(n)}
        )
        answer = self.foundation.engine.handle(command)
        if not isinstance(answer, Recorded) or answer.run is None:
            msg = f"the benchmark's run did not start: {answer}"
            raise TypeError(msg)
        return answer.run

    def drafted(self, n: object, playbook: str = "letter") -> Approve:
        """Start a run and write its draft; return the press that would sign it."""
        begun = self.start(n, playbook)
        self.core.advance(begun.id)
        (press,) = self.presses(begun.id)
        return press

    def presses(self, run_id: str = "") -> list[Approve]:
        """Return the press on Approve for each open draft, or for that of one run; a card carries no more."""
        query = _OPEN.where(draft.c.run_id == run_id) if run_id else _OPEN
        with self.foundation.database.read() as connection:
            return [
                approval(row.id, row.revision, row.payload_hash)
                for row in connection.execute(query)
            ]

    def sign(self, press: Approve) -> None:
        """Press Approve."""
        answer = self.foundation.engine.handle(press)
        if not isinstance(answer, Recorded):
            msg = f"the press was not recorded: {answer}"
            raise TypeError(msg)

    def whole(self, n: object) -> str:
        """Take one run from its start to its end; return its id."""
        begun = self.start(n)
        self.core.advance(begun.id)
        (press,) = self.presses(begun.id)
        self.sign(press)
        while not self.mail.has_taken(press.draft_id):
            self.core.advance(begun.id)
        return begun.id

    def run_of(self, draft_id: str) -> str:
        """Return the run a draft belongs to."""
        with self.foundation.database.read() as connection:
            query = select(draft.c.run_id).where(draft.c.id == draft_id)
            return connection.execute(query).scalar_one()

    def unfinished(self) -> int:
        """Return how many runs are not done."""
        with self.foundation.database.read() as connection:
            return connection.execute(_UNFINISHED).scalar_one()

    def check(self, signed: int) -> None:
        """Raise `AssertionError` unless so many letters left, each once, and nothing is left to do."""
        left, letters = self.unfinished(), len(self.mail.effects)
        if left or letters != signed or self.mail.duplicates:
            msg = f"{letters} letters left for {signed} signatures, and {left} runs are not done"
            raise AssertionError(msg)


def approval(draft_id: str, revision: int, payload_hash: str) -> Approve:
    """Return the press on Approve."""
    return Approve(
        actor=SIGNER,
        key=f"press:{draft_id}",
        draft_id=draft_id,
        revision=revision,
        payload_hash=payload_hash,
    )


def write_company(home: Path) -> Path:
    """Write the company's folder."""
    (home / "playbooks").mkdir(parents=True, exist_ok=True)
    (home / "company.yml").write_text(_COMPANY)
    for name, hold in HOLDS.items():
        text = _PLAYBOOK.format(name=name, hold=hold)
        (home / "playbooks" / f"{name}.yml").write_text(text)
    return home


def opened(
    home: Path,
    database_url: str,
    carrier: Carrier | None = None,
    *,
    slack_api: str = "",
    port: int = 1,
) -> Office:
    """Put the company together. Slack would reach it over HTTP at `port`, once it is served."""
    mail = Mail()
    settings = Settings(
        sayso_home=write_company(home),
        database_url=database_url,
        slack_mode="http",
        slack_bot_token=SecretStr(BOT_TOKEN),
        slack_signing_secret=SecretStr(SECRET),
        slack_api_url=slack_api or "http://127.0.0.1:9/api/",
        web_port=port,
    )
    foundation = found(settings, drafter=Stub(), connectors=[mail], carrier=carrier)
    foundation.watching.begin()
    return Office(foundation=foundation, core=core_of(foundation), mail=mail)


@contextmanager
def office(
    home: Path, database_url: str, carrier: Carrier | None = None, *, slack_api: str = ""
) -> Generator[Office]:
    """Open the company on a database; nobody works for it unless a carrier is given and served."""
    ours = opened(home, database_url, carrier or Nobody(), slack_api=slack_api)
    try:
        yield ours
    finally:
        ours.foundation.close()


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


def wait_for(ready: Callable[[], object], seconds: float, what: str) -> None:
    """Wait until `ready()` is true. Raises `TimeoutError` naming `what` after `seconds`."""
    until = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > until:
            msg = f"{what}: not within {seconds} s"
            raise TimeoutError(msg)
        time.sleep(0.005)
