"""What goes by itself under faults: never beyond the day's limit, and exactly once whenever the process dies."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from bot.crash import Boundary, armed
from bot.storage.audit_verify import verify
from bot.storage.pasts import Pasts
from tests.chaos.house import OWNER, House, journals, open_house, write_company
from tests.fakes.clock import MONDAY, FakeClock
from tests.fakes.ids import UnsampledIds
from workflows.answers import Recorded
from workflows.commands import StartRun
from workflows.trust.stages import Footing, Maker, Segment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from workflows.run import Run

#: So many go by themselves in a day.
MOST = 3
AT_ONCE = 8
BOUNDARIES = (Boundary.WRITTEN, Boundary.COMMITTED, Boundary.LEFT, Boundary.WORKED)


class Died(BaseException):
    """The process is gone."""


def opened(
    home: Path,
    clock: FakeClock,
    database_url: str,
    ids: UnsampledIds | None = None,
    **more: Any,
) -> House:
    """Return the company whose notes may go by themselves; their playbook has earned it."""
    house = open_house(home, clock, database_url=database_url, ids=ids)
    maker = Maker(agent="playbook", model="none", prompt_version="")
    with house.foundation.store.transaction() as tx:
        active = tx.active("note-lookup")
        assert active
        earned: dict[str, Any] = {"version": active.version, "makers": (maker,), "since": MONDAY}
        tx.place(Footing(playbook="note-lookup", **{"stage": "autonomous", **earned, **more}))
    return house


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the folder of a company that may let notes go by themselves."""
    home = write_company(tmp_path / "company")
    file = home / "playbooks" / "note-lookup.yml"
    text = file.read_text().replace("edit: [note]}", "edit: [note], rule: alone}")
    file.write_text(f"{text}level: 4\nalone: {{amount: 500.00 EUR, count: {MOST}}}\n")
    with (home / "company.yml").open("a") as company:
        company.write("sample: 1%\n")
    return home


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    armed.clear()


def start(house: House, key: str) -> Run:
    """Start a note under a key."""
    command = StartRun(actor=OWNER, key=key, playbook="note-lookup")
    answer = house.foundation.engine.handle(command, 30.0)
    assert isinstance(answer, Recorded), answer
    assert answer.run
    return answer.run


def test_of_eight_at_once_no_more_go_by_themselves_than_the_limit_lets(
    home: Path, database_url: str
) -> None:
    """They are counted in the transaction that signs, one after another; the others ask people."""
    house = opened(home, FakeClock(), database_url, UnsampledIds())
    line = threading.Barrier(AT_ONCE)

    def begun(n: int) -> str:
        line.wait(10)
        draft = start(house, f"at once {n}").draft
        assert draft
        return draft.asked if draft.state == "open" else draft.state.value

    with ThreadPoolExecutor(AT_ONCE) as hands:
        found = Counter(hands.map(begun, range(AT_ONCE)))
    assert found["holding"] == MOST
    used_up = f"the day's {MOST} by itself are used up"
    assert found[used_up] == AT_ONCE - MOST
    assert verify(house.foundation.database).ok


def test_of_eight_at_once_none_goes_by_itself_that_was_not_granted(
    home: Path, database_url: str
) -> None:
    """A grant is taken and taken away while they open and wait: what was never granted never left."""
    maker = Maker(agent="playbook", model="none", prompt_version="")
    others = Segment(maker=maker, action="by-lookup.send", known=True)
    clock = FakeClock()
    house = opened(home, clock, database_url, UnsampledIds(), granted=(others,))
    line = threading.Barrier(AT_ONCE)

    def begun(n: int) -> str:
        line.wait(10)
        draft = start(house, f"granted {n}").draft
        assert draft
        return draft.asked

    with ThreadPoolExecutor(AT_ONCE) as hands:
        asked = set(hands.map(begun, range(AT_ONCE)))
    assert asked == {f"by itself only {others.words}"}
    # What the whole signs is held; then only others are granted, and it asks.
    with house.foundation.store.transaction() as tx:
        footing = tx.footing("note-lookup")
        assert footing
        tx.place(footing.model_copy(update={"granted": ()}))
    held = start(house, "held")
    assert held.draft
    assert held.draft.ruled
    with house.foundation.store.transaction() as tx:
        tx.place(footing)
    worked(house, clock, "and one more")
    assert effects(home) == 0
    assert verify(house.foundation.database).ok
    pasts = Pasts(house.foundation.store)
    replays = [pasts.replayed(run_id) for run_id in pasts.runs()]
    assert [one.words for one in replays if one.difference or one.gap] == []
    house.foundation.close()


def effects(home: Path) -> int:
    """Return how many notes really arrived."""
    journal = journals(home)["lookup"]
    return len(journal.read_text().splitlines()) if journal.exists() else 0


def worked(house: House, clock: FakeClock, key: str) -> None:
    """Start it, let its hold pass, and carry it out."""
    start(house, key)
    for _ in range(4):
        clock.pass_by(seconds=61)
        while house.core.advance():
            pass


def passes(home: Path, clock: FakeClock, database_url: str, ids: UnsampledIds) -> Counter[Boundary]:
    """Return how often each boundary is passed where nothing goes wrong."""
    seen: Counter[Boundary] = Counter()
    house = opened(home, clock, database_url, ids)
    armed.append(lambda boundary: seen.update([boundary]))
    worked(house, clock, "note 0")
    armed.clear()
    asked = [r.draft.asked for r in house.foundation.lookup.runs() if r.draft]
    assert effects(home) == 1, asked
    house.foundation.close()
    return seen


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_death_where_a_rule_signs_sends_once(
    boundary: Boundary, home: Path, database_url: str
) -> None:
    """Whenever the process dies, the next one comes to the same end: one note, signed by rule once, replayed."""
    clock, ids = FakeClock(), UnsampledIds()
    times = passes(home, clock, database_url, ids)[boundary]
    assert times
    for at in range(1, times + 1):
        clock.pass_by(days=1)
        before = effects(home)
        house = opened(home, clock, database_url, ids)
        left = [at]

        def die(passed: Boundary, left: list[int] = left) -> None:
            left[0] -= passed is boundary
            if passed is boundary and left[0] == 0:
                raise Died

        armed.append(die)
        with pytest.raises(Died):
            worked(house, clock, f"note {at}")
        armed.clear()
        house.foundation.close()
        clock.pass_by(seconds=120)
        again = open_house(home, clock, database_url=database_url, ids=ids)
        worked(again, clock, f"note {at}")
        assert effects(home) == before + 1, (boundary, at)
        assert verify(again.foundation.database).ok
        pasts = Pasts(again.foundation.store)
        replays = [pasts.replayed(run_id) for run_id in pasts.runs()]
        assert [one.words for one in replays if one.difference or one.gap] == []
