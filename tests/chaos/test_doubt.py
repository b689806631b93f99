"""A provider that acts and loses its answer: nothing happens twice, and what nobody can know asks a person."""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.scripted import ScriptedDrafter
from bot.connectors.registry import Connectors
from bot.jobs.performer import Performer
from tests.chaos import outsider
from tests.chaos.checker import Case, Effect
from tests.chaos.clock import dice
from tests.chaos.house import (
    KINDS,
    OWNER,
    SALES,
    Kind,
    connectors,
    database_of,
    executing,
    open_house,
    write_company,
)
from tests.fakes.clock import MONDAY, FakeClock
from tests.fakes.connector import FakeConnector
from tests.fakes.shelf import FakeDirectory
from workflows.answers import Recorded
from workflows.commands import Approve, Executed, StartRun, StepDone
from workflows.company import Company, Person
from workflows.playbook import Playbook
from workflows.run import Run, RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.chaos.databases import Databases
    from tests.fakes.connector import Fault

#: Of all calls: happens and the answer is lost; does not happen and the answer is lost; refused for now.
LOST, VANISHED, LATER = 0.05, 0.02, 0.03
TRIES = 5
ACTIONS = 10_000
RUNS = {"sqlite": 300, "postgresql": 100}


def _faults(seed: int) -> Callable[[str, int], Fault | None]:
    """Return what goes wrong, the same for the same key and try; the fifth and last try is always well."""

    def fault(key: str, tried: int) -> Fault | None:
        if tried >= TRIES:
            return None
        falls = dice(seed, key, tried).random()
        if falls < LOST:
            return "drop"
        if falls < LOST + VANISHED:
            return "lose"
        return "fail" if falls < LOST + VANISHED + LATER else None

    return fault


class _OnePlaybook:
    """A store that has nothing but the playbook every run is pinned to."""

    @contextmanager
    def transaction(self, *_: object) -> Iterator[_OnePlaybook]:
        yield self

    @contextmanager
    def looking(self) -> Iterator[_OnePlaybook]:
        yield self

    def switches(self) -> tuple[()]:
        return ()

    def playbook(self, _version: str) -> Playbook:
        step = {
            "do": "send",
            "action": "by-key.send",
            "title": "Send",
            "approve": {"by": "sales"},
        }
        return Playbook.model_validate(
            {
                "playbook": "note",
                "title": "Note",
                "goal": "It arrives",
                "owner": "sales",
                "subject": "A note",
                "allow": "by-key.send",
                "steps": [step],
            }
        )


@pytest.mark.parametrize("kind", KINDS)
def test_ten_thousand_actions_with_lost_answers_happen_at_most_once(
    kind: Kind, scale: float, seed: int
) -> None:
    """Each is done once; where nobody can ask, a lost answer is uncertain and is never tried again."""
    connector = FakeConnector(f"by-{kind}", idempotency=kind, faults=_faults(seed))
    performer = _performer(connector)
    ends: Counter[str] = Counter()
    for n in range(round(ACTIONS * scale / len(KINDS))):
        ends[_carried_out(performer, kind, n)] += 1

    assert connector.duplicates == {}
    keys = Counter(connector.calls)
    doubtful = {key for key, times in keys.items() if _faults(seed)(key, times) in {"drop", "lose"}}
    if kind == "none":
        assert ends["unknown"] == len(doubtful) > 0
        assert len(connector.effects) == ends["done"] + sum(
            _faults(seed)(key, keys[key]) == "drop" for key in doubtful
        )
    else:
        assert set(ends) == {"done"}
        assert len(connector.effects) == ends["done"]


def _performer(connector: FakeConnector) -> Performer:
    company = Company(name="Acme", owner="U", people=(Person(id="U", name="Una"),))
    return Performer(
        store=_OnePlaybook(),  # type: ignore[arg-type]  # carrying out reads the playbook alone
        clock=FakeClock(),
        directory=FakeDirectory(company),
        drafter=ScriptedDrafter([]),
        outside=Connectors([connector]),
    )


def _carried_out(performer: Performer, kind: Kind, n: int) -> str:
    """Carry out one signed draft, again for as long as the answer is that it did not happen; return its end."""
    draft = executing(f"by-{kind}.send", {"to": f"p{n}", "note": "Hello"}, draft_id=f"d{n}")
    for tried in range(1, TRIES + 1):
        run = Run(
            id=f"r{n}",
            ws="local",
            playbook="note",
            version="v",
            step="send",
            state=RunState.WORKING,
            attempts=tried,
            subject=draft.title,
            inputs={},
            started_by=OWNER,
            trigger="command",
            created_at=MONDAY,
            draft=draft,
        )
        until = MONDAY + timedelta(seconds=60)
        done = performer.perform(run, begun_before=False, until=until)
        assert isinstance(done, StepDone)
        assert isinstance(done.result, Executed)
        if done.result.outcome.status != "retryable":
            return done.result.outcome.status
    return "given up"


def test_whole_runs_with_lost_answers_end_once_each(
    tmp_path: Path, databases: Databases, database_url: str, scale: float, seed: int
) -> None:
    """The same through the whole program, judged by the provider's journal and the tables alone."""
    home, clock = write_company(tmp_path / "company"), FakeClock()
    outside = connectors(home, _faults(seed))
    house = open_house(home, clock, database_url=database_url, outside=outside)
    for n in range(round(RUNS[databases.kind] * scale)):
        _signed(house.foundation.engine.handle, KINDS[n % 3], n)
    for _ in range(40):
        while house.core.advance():
            pass
        clock.pass_by(minutes=10)

    effects = [
        Effect(key=each.key, body=each.body) for connector in outside for each in connector.effects
    ]
    case = Case(acks=(), effects=effects, database=database_url, doubtful=["by-none.send"])
    assert case.verdict() == []
    states = _states(database_url)
    assert set(states["by-key.send"]) == set(states["by-lookup.send"]) == {"executed"}
    blind = next(each for each in outside if each.name == "by-none")
    tries = Counter(blind.calls)
    unanswered = sum(_faults(seed)(key, times) in {"drop", "lose"} for key, times in tries.items())
    assert states["by-none.send"]["uncertain"] == unanswered
    assert states["by-none.send"].total() == states["by-none.send"]["executed"] + unanswered
    again = [
        key
        for key, times in tries.items()
        if any(_faults(seed)(key, n) != "fail" for n in range(1, times))
    ]
    assert again == [], "tried again although it may have happened"


def _signed(handle: Callable[..., object], kind: Kind, n: int) -> None:
    started = handle(
        StartRun(actor=OWNER, key=f"s{n}", playbook=f"note-{kind}", inputs={"to": f"p{n}"})
    )
    assert isinstance(started, Recorded)
    assert started.run
    assert started.run.draft
    handle(Approve(actor=SALES[n % 8], key=f"a{n}", draft_id=started.run.draft.id, revision=1))


def _states(url: str) -> dict[str, Counter[str]]:
    states: dict[str, Counter[str]] = defaultdict(Counter)
    for row in outsider.rows(url, "select action, state from draft"):
        states[row["action"]][row["state"]] += 1
    return dict(states)


@pytest.mark.parametrize("kind", ["key", "lookup"])
def test_an_action_that_is_never_answered_asks_a_person_in_the_end(
    kind: Kind, tmp_path: Path
) -> None:
    """After five tries nobody claims that it failed: what may have left is never written and sent anew."""
    home, clock = write_company(tmp_path / "company"), FakeClock()
    deaf = FakeConnector(f"by-{kind}", idempotency=kind, faults=lambda _key, _try: "raise")
    others = [each for each in connectors(home) if each.name != deaf.name]
    house = open_house(home, clock, outside=[deaf, *others])
    _signed(house.foundation.engine.handle, kind, 0)
    for _ in range(12):
        clock.pass_by(minutes=2)
        _crashing(house.core.advance)
    assert _states(database_of(home)) == {f"by-{kind}.send": {"uncertain": 1}}
    assert len(deaf.calls) <= 5


def _crashing(advance: Callable[[], bool]) -> None:
    try:
        while advance():
            pass
    except RuntimeError:
        return  # the worker's loop logs it; the lease runs out
