"""What is active beside what the files say, at a prompt. Nothing is activated here: people do that, in Slack."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from bot.cli.opening import database_of
from bot.clock import SystemClock, TimeIds
from bot.storage.errors import CannotOpen
from bot.storage.store import SqlStore
from workflows.action import Record
from workflows.errors import BadInput
from workflows.loading.problems import did_you_mean
from workflows.shelf import LookedUp
from workflows.trust.stages import listed, said, stage_of
from workflows.versions.changes import NOTHING, Change, unchanged
from workflows.versions.version import SHOWN, compared

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from bot.cli.reading import Reader
    from bot.settings import Settings
    from workflows.playbook import Playbook
    from workflows.ports import Looking
    from workflows.versions.version import Offered


class Standing(Record):
    """A playbook: what is started, and what its file says."""

    playbook: str
    title: str
    owner: str
    level: int
    #: Where it stands: people sign, it drafts silently, things go by themselves.
    stage: str
    #: The drafts that was granted for alone; empty: for all.
    only: str = ""
    schedule: str
    #: Content hashes; empty where there is none.
    active: str = ""
    file: str = ""
    #: The changed version that waits to be activated in Slack.
    proposed: str = ""
    #: What the file said when the bot last looked.
    filed: str = ""
    #: Whether there is a file that can't be used.
    unreadable: bool = False

    @property
    def beside(self) -> str:
        """How the file stands to what is active, where that is to be said."""
        if not self.file:
            return "its file can't be used" if self.unreadable else "no file"
        return "the file differs" if self.active and self.active != self.file else ""

    @property
    def cells(self) -> list[str]:
        """As a row of a table."""
        told = self.proposed[:SHOWN] or self.beside
        active = self.active[:SHOWN] or "not yet"
        return [
            self.playbook,
            self.title,
            self.owner,
            str(self.level),
            f"{self.stage}, only: {self.only}" if self.only else self.stage,
            self.schedule,
            active,
            told,
        ]


class Difference(Record):
    """What a file would change if it were active."""

    playbook: str
    active: str
    file: str
    changes: tuple[Change, ...]

    @property
    def lines(self) -> list[str]:
        """In the words of the card in Slack."""
        if self.active == self.file:
            return ["The file is what is active."]
        if not self.changes:
            return [NOTHING]
        marked = [(f"{c.kind}: " if c.kind != "neither" else "") + c.words for c in self.changes]
        same = unchanged(self.changes)
        return [*marked, *([f"Unchanged: {', '.join(same)}."] if same else [])]


@contextmanager
def looked_at(settings: Settings, reading: Reader) -> Generator[Looking]:
    """Yield one look at the company's database. Raises `CannotOpen` where there is none, or one of another form."""
    database = database_of(settings)
    store = SqlStore(
        database,
        wake=lambda _connection, _run, _at: None,
        clock=SystemClock(),
        ids=TimeIds(),
        load=reading.shelf.kept,
        ws=database.ws,
    )
    try:
        with store.looking() as look:
            yield look
    finally:
        database.close()


@contextmanager
def _looked(settings: Settings, reading: Reader) -> Generator[Looking | None]:
    """Yield one look at the company's database; None where there is none, or of another form."""
    with ExitStack() as opened:
        try:
            look = opened.enter_context(looked_at(settings, reading))
        except CannotOpen:
            look = None
        yield look


def standings(settings: Settings, reading: Reader) -> list[Standing]:
    """Return every playbook there is, active or in a file.

    Raises `PlaybookError` for a file that can't be used where nothing is active yet.
    """
    with _looked(settings, reading) as look:
        active = {book.playbook: book for book in _books(look)}
        offered = _offered(reading, is_new=not active)
        files = {book.playbook: book for book in offered.books}
        broken = {one.playbook for one in offered.unreadable}
        return [
            Standing(
                playbook=name,
                title=book.title,
                owner=book.owner,
                level=book.level,
                **_stage(look, book),
                schedule=book.trigger.schedule.cron if book.trigger.schedule else "",
                active=active[name].version if name in active else "",
                file=files[name].version if name in files else "",
                proposed=_proposed(look, name),
                filed=look.filed(name) if look else "",
                unreadable=name in broken,
            )
            for name, book in sorted({**files, **active}.items())
        ]


def _stage(look: Looking | None, book: Playbook) -> dict[str, str]:
    footing = look.footing(book.playbook) if look else None
    only = listed(footing.granted) if footing else ""
    return {"stage": stage_of(footing, book.rollout.start), "only": only}


def active(settings: Settings, reading: Reader, name: str) -> Playbook | None:
    """Return the active version of a playbook; None where there is none."""
    with _looked(settings, reading) as look:
        return next((book for book in _books(look) if book.playbook == name), None)


def stands(settings: Settings, reading: Reader, book: Playbook) -> str:
    """Return the stage a playbook stands at and why, in words."""
    with _looked(settings, reading) as look:
        return said(look.footing(book.playbook) if look else None, book.rollout.start)


def difference(settings: Settings, reading: Reader, name: str) -> Difference:
    """Compare the active version with the file. Raises `BadInput` where there is no such file."""
    now = active(settings, reading, name)
    files = {book.playbook: book for book in _offered(reading, is_new=True).books}
    if name not in files:
        problem = f"there is no file with this playbook. {did_you_mean(name, files)}".strip()
        raise BadInput(field=name, problem=problem)
    then = files[name]
    return Difference(
        playbook=name,
        active=now.version if now else "",
        file=then.version,
        changes=compared(now, then),
    )


def _offered(reading: Reader, *, is_new: bool) -> Offered:
    offered = reading.shelf.offered(reading.home, reading.company)
    for one in offered.unreadable if is_new else ():
        raise one.error
    return offered


def _books(look: Looking | None) -> Sequence[Playbook]:
    return LookedUp(look).books() if look else ()


def _proposed(look: Looking | None, name: str) -> str:
    newest = look.newest_proposal(name) if look else None
    return newest.version if newest and newest.state == "open" else ""
