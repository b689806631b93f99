"""The company's folder: can it be read, is it filled in, when does it act by itself, what is it connected to."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from agents.roster import roster
from bot.connectors.registry import Connectors
from bot.folder import Books, CompanyFolder
from bot.jobs.schedule import next_time
from bot.outside import connectors
from workflows.errors import WorkflowError
from workflows.flags import FLAGS, is_on
from workflows.loading import UnreadableFile
from workflows.ports import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from bot.settings import Settings
    from workflows.company import Company
    from workflows.playbook import Playbook
    from workflows.ports import Clock

#: What the starter company has where an id of one's own belongs.
_PLACEHOLDER = "REPLACE"
_FILL_IN = (
    "Put the ids of your workspace there; the comments in the file say where Slack shows them."
)


def company(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Look at company.yml, its time zone, every playbook, and what they start by themselves."""
    try:
        folder = CompanyFolder(settings.sayso_home)
    except WorkflowError as error:
        yield from _wrong(error, "company.yml")
        return
    found, now = folder.company(), clock.now()
    yield Finding(ok=True, what=f"company.yml: {found.name}, {len(found.people)} people")
    yield from _placeholders(found)
    local = now.astimezone(found.tz)
    yield Finding(ok=True, what=f"Time zone {found.zone}: it is {local:%a %H:%M} there now")
    yield from _flags(found)
    yield from _playbooks(settings, folder, clock)


def connections(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Let every connector say whether it would work now."""
    try:
        folder = CompanyFolder(settings.sayso_home)
        outside = Connectors(connectors(settings, folder, clock))
    except UnreadableFile:
        return  # said with its lines already
    except WorkflowError as error:
        yield Finding(ok=False, what="Connectors", why=error.sentence, fix="Then run this again.")
        return
    yield from outside.check()


def _flags(found: Company) -> Iterator[Finding]:
    """Say what is switched on and what is not."""
    for flag, (_, words) in FLAGS.items():
        state = "on" if is_on(flag, found) else "off"
        said = "as it comes" if getattr(found.flags, flag) is None else "company.yml says so"
        yield Finding(ok=True, what=f"{words} is {state} ({said}; `flags: {flag}`)")


def _differing(book: Playbook, found: Company) -> Iterator[Finding]:
    """Say where a playbook is other than its company."""
    for flag, (_, words) in FLAGS.items():
        if is_on(flag, found, book) != is_on(flag, found):
            state = "on" if is_on(flag, found, book) else "off"
            yield Finding(ok=True, what=f"{words} is {state} for {book.playbook}")


def _placeholders(found: Company) -> Iterator[Finding]:
    ids = [found.owner, *(person.id for person in found.people), *found.channels.values()]
    left = sorted({each for each in ids if _PLACEHOLDER in each})
    if left:
        why = f"it still says {', '.join(left)}"
        yield Finding(ok=False, what="company.yml", why=why, fix=_FILL_IN)


def _playbooks(settings: Settings, folder: CompanyFolder, clock: Clock) -> Iterator[Finding]:
    files = sorted((settings.sayso_home / "playbooks").glob("*.yml"))
    if not files:
        fix = f"Put a playbook into {settings.sayso_home / 'playbooks'}; docs/write-a-playbook.md says how."
        yield Finding(ok=False, what="Playbooks", why="there is none", fix=fix)
        return
    outside = Connectors(connectors(settings, folder, clock))
    books = Books(actions=outside.actions, reads=outside.reads, agents=frozenset(roster()))
    for file in files:
        yield from _playbook(books, file, folder.company(), clock.now())


def _playbook(books: Books, file: Path, found: Company, now: datetime) -> Iterator[Finding]:
    try:
        book = books.read(file.read_text(encoding="utf-8"), str(file), found)
    except (WorkflowError, UnicodeDecodeError) as error:
        yield from _wrong(error, str(file))
        return
    yield Finding(ok=True, what=f"Playbook {book.playbook} can be started")
    yield from _differing(book, found)
    yield from _next_run(book, found, now)


def _next_run(book: Playbook, found: Company, now: datetime) -> Iterator[Finding]:
    schedule = book.trigger.schedule
    if schedule is None:
        return
    zone = schedule.zone or found.zone
    try:
        following = next_time(schedule.cron, zone, now).astimezone(ZoneInfo(zone))
    except ValueError:
        why, fix = f"its schedule {schedule.cron} never comes", "Correct the line `cron`."
        yield Finding(ok=False, what=f"Playbook {book.playbook}", why=why, fix=fix)
        return
    words = f"{book.playbook} starts by itself next on {following:%a %Y-%m-%d %H:%M} {zone}"
    yield Finding(ok=True, what=words)


def _wrong(error: WorkflowError | UnicodeDecodeError, file: str) -> Iterator[Finding]:
    """Turn what is wrong with a file into a finding for each line that is wrong."""
    if isinstance(error, UnreadableFile):
        for problem in error.problems:
            place = f"{error.file}:{problem.line}:{problem.col}"
            fix = problem.hint or "Correct the line; sayso playbook validate shows it."
            yield Finding(ok=False, what=place, why=problem.problem, fix=fix)
        return
    why = error.sentence if isinstance(error, WorkflowError) else "it is not written in UTF-8"
    yield Finding(ok=False, what=file, why=why, fix="Then run sayso doctor again.")
