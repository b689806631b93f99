"""A process dies at every named boundary of every shipped playbook; the next one comes to the same end."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from bot.crash import Boundary
from bot.demo import manifest, workspace_of
from bot.folder import CompanyFolder
from bot.sample import PLAYBOOKS, write_sample
from bot.sandbox.mailbox import Mailbox
from bot.sandbox.records import Timings
from bot.sandbox.server import Sandbox
from tests.chaos import outsider
from tests.chaos.checker import Case
from tests.chaos.clock import dice
from tests.chaos.day import DEAD, Given, die, go_on, rehearse
from tests.chaos.processes import run
from tests.fakes.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.chaos.databases import Databases

#: A Monday in New York: one second before the weekly report, and an hour after it.
EARLY, LATER = (
    datetime(2026, 11, 23, 12, 59, 59, tzinfo=UTC),
    datetime(2026, 11, 23, 14, tzinfo=UTC),
)
INPUTS = {"quote-follow-up": (("quote", "Q-1043"),)}
#: Times each boundary is died at, of the times a playbook passes it: the first, the last and some between.
DEATHS = 4


@dataclass(frozen=True, kw_only=True)
class End:
    """What is left when a playbook is over, without times and ids."""

    runs: list[tuple[str, str]]
    drafts: list[tuple[str, str]]
    steps: list[tuple[str, str]]
    #: Subject without its id, and whether the screen shows what is wanted.
    messages: list[tuple[str, bool]]
    letters: int
    #: How often each text was posted.
    posted: Counter[str]
    #: What each message says in the end.
    shown: Counter[str]


@dataclass(frozen=True, kw_only=True)
class Town:
    """What outlives every process: Slack, the mail server, and a folder with companies."""

    sandbox: Sandbox
    mailbox: Mailbox
    folder: Path
    databases: Databases
    #: Counts companies: no two may draw the same ids, as all send mail to one server.
    numbers: Iterator[int] = field(default_factory=count)

    def given(self, name: str, playbook: str) -> Given:
        """Return a company of its own, ready to open."""
        home = shutil.copytree(self.folder / "company", self.folder / name)
        self.sandbox.forget_calls()
        return Given(
            home=str(home),
            database=self.databases.new(),
            api_url=self.sandbox.api_url,
            bot_token=self.sandbox.workspace.bot_token,
            app_token=self.sandbox.workspace.app_token,
            smtp=f"smtp+plain://{self.mailbox.host}:{self.mailbox.port}",
            mail=str(self.mailbox.sent_folder),
            playbook=playbook,
            inputs=INPUTS.get(playbook, ()),
            began=EARLY if playbook == "weekly-kpi-report" else LATER,
            ids=next(self.numbers) * 10**7,
        )

    def end(self, given: Given, letters_before: int) -> End:
        """Look at what is left, from outside."""
        case = Case(acks=(), effects=(), database=given.database)
        case._check_chains()
        assert case.broken == []
        calls = [c for c in self.sandbox.calls() if c.answer.get("ok") and c.args.get("channel")]
        last = {(c.args["channel"], c.answer["ts"]): c.args["text"] for c in calls}
        posted = [c.args["text"] for c in calls if c.method == "chat.postMessage"]
        return End(
            runs=_rows(given, "select playbook, state from run"),
            drafts=_rows(given, "select action, state from draft"),
            steps=_rows(given, "select name, state from step"),
            messages=[
                (subject.partition(":")[0] + subject.partition("#")[2], shown == wanted)
                for subject, shown, wanted in _rows(
                    given, "select subject, shown, wanted from message"
                )
            ],
            letters=len(self.mailbox.letters()) - letters_before,
            posted=Counter(posted),
            shown=Counter(last.values()),
        )


def _rows(given: Given, sql: str) -> list[Any]:
    return sorted(tuple(row.values()) for row in outsider.rows(given.database, sql))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[Town]:
    """Open a town with one company as it stands in the sample."""
    folder = tmp_path_factory.mktemp("town")
    write_sample(folder / "company", date(2026, 11, 23))
    mailbox = Mailbox(folder / "mail")
    mailbox.start()
    workspace = workspace_of(CompanyFolder(folder / "company").company())
    quick = Timings(rate_limits=False)
    sandbox = Sandbox(workspace, FakeClock(EARLY), manifest(), mailbox, timings=quick).start()
    yield Town(sandbox=sandbox, mailbox=mailbox, folder=folder, databases=databases)
    sandbox.stop()
    mailbox.stop()


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """A playbook's way without a fault: every boundary it passes, and its end."""

    passed: Counter[str]
    end: End


@pytest.fixture(scope="module")
def rehearsals(town: Town) -> dict[str, Rehearsal]:
    """Work through every shipped playbook once without a fault."""
    done: dict[str, Rehearsal] = {}
    for playbook in PLAYBOOKS:
        before = len(town.mailbox.letters())
        given = town.given(f"rehearsal-{playbook}", playbook)
        assert run(rehearse, given) == 0
        passed = Counter((given.path / "passed.txt").read_text().split())
        done[playbook] = Rehearsal(passed=passed, end=town.end(given, before))
    return done


def test_without_a_fault_each_playbook_comes_to_its_good_end(
    rehearsals: dict[str, Rehearsal],
) -> None:
    """One mail each, one KPI post, every message as wanted: this is what every death is compared with."""
    for playbook, rehearsal in rehearsals.items():
        end = rehearsal.end
        mails = playbook != "weekly-kpi-report"
        assert end.runs == [(playbook, "done")]
        assert end.drafts == ([("mail.send", "executed")] if mails else [])
        assert end.letters == mails
        assert all(shown for _, shown in end.messages)
        assert set(end.posted.values()) == {1}


def test_every_boundary_is_passed_by_some_playbook(rehearsals: dict[str, Rehearsal]) -> None:
    """A new boundary is tested from the first day, or this fails; `kept` has a test of its own."""
    passed = {name for rehearsal in rehearsals.values() for name in rehearsal.passed}
    assert passed == set(Boundary) - {Boundary.KEPT}


@pytest.mark.parametrize("boundary", [each for each in Boundary if each is not Boundary.KEPT])
@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_a_death_at_a_boundary_changes_nothing_in_the_end(
    playbook: str,
    boundary: Boundary,
    town: Town,
    rehearsals: dict[str, Rehearsal],
    scale: float,
    seed: int,
) -> None:
    """The mail leaves once and everything is as if nobody had died; a message may stand there a second time."""
    rehearsal = rehearsals[playbook]
    for at in _deaths(
        rehearsal.passed[boundary], round(DEATHS * scale), (seed, playbook, boundary)
    ):
        before = len(town.mailbox.letters())
        given = town.given(f"{playbook}-{boundary}-{at}", playbook)
        assert run(die, given, boundary, at) == DEAD
        assert run(go_on, replace(given, ids=given.ids + 10**6)) == 0
        end = town.end(given, before)
        _assert_same(end, rehearsal.end, f"{playbook}, {boundary} #{at}")
        town.databases.drop(given.database)


def _deaths(times: int, wanted: int, seed: tuple[object, ...]) -> list[int]:
    every = range(1, times + 1)
    between = dice(*seed).sample(every, min(max(wanted - 2, 0), times))
    return sorted({*every[:1], *between, *every[-1:]})


def _assert_same(end: End, wanted: End, where: str) -> None:
    """Compare all but what a death between Slack's yes and our row may leave: one copy of one message."""
    copies = end.posted - wanted.posted
    assert sum(copies.values()) <= 1, where
    assert not wanted.posted - end.posted, where
    assert not wanted.shown - end.shown, where
    bare = replace(end, posted=wanted.posted, shown=wanted.shown)
    assert bare == wanted, where
