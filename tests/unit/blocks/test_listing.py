"""The lists of App Home: where somebody is, the menu, pages and rows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks import limits, listing
from blocks.kit.problem import walk
from blocks.listing import Place, View
from tests.unit.blocks import examples
from tests.unit.blocks.test_card import buttons, shown
from workflows.ports import Switch

if TYPE_CHECKING:
    from blocks.text import Block
    from workflows.run import Run


def _words(row: list[Block]) -> str:
    return shown({"blocks": row})


def _run(**changes: Any) -> Run:
    return examples.run().model_copy(update=changes)


@given(view=st.sampled_from(View), page=st.integers(min_value=1, max_value=999))
def test_a_place_comes_back_as_it_was_written(view: View, page: int) -> None:
    """A button names it, and the row of a Home keeps it."""
    assert Place.parse(str(Place(view=view, page=page))) == Place(view=view, page=page)


@pytest.mark.parametrize("text", ["", "2", "everything:1", "team:x", "team:-1", "team:²"])
def test_anything_else_is_the_beginning(text: str) -> None:
    """An old button, or somebody's own invention, shows what waits."""
    assert Place.parse(text) == Place()


def test_page_nought_is_the_first() -> None:
    """Pages count from one."""
    assert Place.parse("team:0") == Place(view=View.TEAM)


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("count", [0, 1, 1000])
def test_a_list_fits_a_home(view: View, count: int) -> None:
    """A thousand rows are forty pages, and an empty list says so; what is no list of things is not counted."""
    rows = [listing.run_row(_run(id=f"r-{n}")) for n in range(count)]
    built = listing.listing(Place(view=view, page=3), rows, (*View,))
    assert limits.check(built) == []
    assert buttons(built).count("show_run") == min(count, listing.PAGE)
    turns = [one for one in buttons(built) if one.startswith("home_page:")]
    assert turns == (["home_page:back", "home_page:next"] if count == 1000 else [])
    counted = count > 0 and view not in {View.DECIDING, View.LEARNT}
    assert (f"({count})" in shown(built)) == counted


def test_only_admins_are_offered_the_switches() -> None:
    """The others' menu ends with the playbooks."""
    for admin in (True, False):
        views = [view for view in View if admin or view is not View.SWITCHES]
        options = [o["value"] for o in listing.menu(View.MINE, views)["options"]]
        assert ("switches:1" in options) == admin


def test_a_row_says_for_whom_it_waits() -> None:
    """With its amount, and that it was passed on."""
    run = _run(draft=examples.draft())
    words = _words(listing.waiting_row(run, ["Lee", "Noa"]))
    assert "waits for Lee, Noa" in words
    assert "passed on" not in words
    assert run.draft
    late = run.draft.model_copy(update={"escalated_at": examples.NOW, "amount": None})
    words = _words(listing.waiting_row(run.model_copy(update={"draft": late}), []))
    assert "waits for nobody: tell the owner · passed on, since it was late" in words
    assert listing.waiting_row(run.model_copy(update={"draft": None}), ["Lee"]) == []


def test_late_work_names_whose_it_is() -> None:
    """And since when."""
    late = examples.task(due_at=examples.NOW - timedelta(days=1))
    assert "was due" in _words(listing.late_task(late))
    assert "was due" not in _words(listing.late_task(late.model_copy(update={"due_at": None})))


def test_a_switch_says_what_it_is_and_what_a_press_does() -> None:
    """On or off, and by whom."""
    on = listing.switch_row("agent:writer", None, "Follow up")
    by = Switch(scope="everything", by="U01ANA", at=examples.NOW)
    off = listing.switch_row("everything", by)
    assert "writer · agent · Follow up · on" in _words(on)
    assert "Everything · off, by @U01ANA" in _words(off)
    values = [each["value"] for row in (on, off) for each in walk(row) if "value" in each]
    assert values == ["pause:agent:writer", "resume:everything"]
