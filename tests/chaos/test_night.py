"""The long form leaves nothing out, and what one night reached the next one need not try again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.chaos.night import GOALS, ROOT, Goal, Night

if TYPE_CHECKING:
    from collections.abc import Iterator

_PASSING = "def test_it() -> None:\n    print('3 acks')\n"
_FAILING = "def test_it() -> None:\n    raise AssertionError\n"


def _files() -> Iterator[str]:
    for goal in GOALS:
        yield from goal.tests


def test_every_fault_test_belongs_to_a_goal() -> None:
    """A new file of fault tests is part of the long form from its first day."""
    ours = {f"tests/chaos/{path.name}" for path in Path(__file__).parent.glob("test_*.py")}
    assert ours - {"tests/chaos/test_night.py"} <= set(_files())
    assert all((ROOT / file).exists() for file in _files())
    assert len({goal.name for goal in GOALS}) == len(GOALS)


def test_what_was_reached_is_kept_with_its_seed_and_what_failed_is_tried_again(
    tmp_path: Path,
) -> None:
    """A night that is broken off goes on where it was."""
    good, bad = tmp_path / "test_good.py", tmp_path / "test_bad.py"
    good.write_text(_PASSING)
    bad.write_text(_FAILING)
    goals = [Goal(name=path.stem, promise="", tests=(str(path),)) for path in (good, bad)]
    night = Night(tmp_path / "kept", 7, resume=False)
    seen = [night.try_out(goal) for goal in goals]
    assert [each.passed for each in seen] == [True, False]
    assert seen[0].told[0] == "3 acks"
    again = Night(tmp_path / "kept", 8, resume=True)
    assert again.seed == 7
    assert [again.done(goal) for goal in goals] == [True, False]
    fresh = Night(tmp_path / "kept", 8, resume=False)
    assert [fresh.seed, *(fresh.done(goal) for goal in goals)] == [8, False, False]
