"""The benchmarks' own bookkeeping: figures in their places, and the page that shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks import page
from benchmarks.__main__ import EVERY, keep
from benchmarks.figures import Figure, in_turn, percentile, ratio, skipped

if TYPE_CHECKING:
    from pathlib import Path


def _figure(name: str, value: float = 1.0, *, met: bool | None = None) -> Figure:
    return Figure(name=name, value=value, unit="ms", beside="a bare one: 2 ms", met=met)


def test_a_benchmark_replaces_its_own_figures_and_no_others(tmp_path: Path) -> None:
    """Running one benchmark again leaves what the others found."""
    file = tmp_path / "results.json"
    keep(file, "start", [_figure("help", 1), _figure("ready", 2)])
    keep(file, "kpi", [_figure("pennies", 3)])
    keep(file, "start", [_figure("help", 4)])
    found = [(row["benchmark"], row["name"], row["value"]) for row in page.kept(file)]
    assert found == [("kpi", "pennies", 3), ("start", "ready", 2), ("start", "help", 4)]
    assert EVERY.index("kpi") < EVERY.index("start")


def test_every_benchmark_is_a_module_with_a_run(tmp_path: Path) -> None:
    """What can be asked for by name is there."""
    del tmp_path
    folder = page.ROOT / "benchmarks"
    assert all("\ndef run(asked: Asked)" in (folder / f"{name}.py").read_text() for name in EVERY)


def test_rounds_run_by_turns_and_are_compared_round_by_round() -> None:
    """A machine that slows down in the middle slows both down."""
    order: list[str] = []

    def noted(name: str, seconds: float, turn: int) -> float:
        order.append(name)
        return seconds * (turn + 1)

    ours, theirs = in_turn(lambda n: noted("a", 6.0, n), lambda n: noted("b", 3.0, n))
    assert order == ["a", "b"] * 3
    assert ratio(ours, theirs) == 2.0


def test_percentile_is_passed_by_few() -> None:
    """The 99th of a hundred and one values in order is the one before the last."""
    assert percentile([float(n) for n in range(101)], 99) == 99.0


def test_the_page_shows_each_figure_between_its_marks() -> None:
    """What is written by hand stays, the table is new, and a miss is seen."""
    old = f"before\n{page.BEGIN}\nold\n{page.END}\nafter\n"
    rows = [
        _figure("press", 1234.5, met=True).kept("press"),
        _figure("runs | many", 2, met=False).kept("signed"),
        skipped("scale", "no server").kept("scale"),
    ]
    text = page.with_figures(old, rows)
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "| press | **1,234.5 ms** | a bare one: 2 ms |  | met |" in text
    assert "| runs / many | **2 ms** | a bare one: 2 ms |  | **missed** |" in text
    assert "| scale |  | skipped: no server |  |  |" in text


def test_a_page_without_its_marks_is_refused() -> None:
    """Nothing is written where nobody expects it."""
    with pytest.raises(ValueError, match="figures: begin"):
        page.with_figures("no marks", [])


def test_the_page_in_the_docs_shows_the_newest_figures() -> None:
    """Nobody has to run anything to see what the last run found: both files are kept together."""
    text = page.PAGE.read_text(encoding="utf-8")
    assert page.with_figures(text, page.kept()) == text
