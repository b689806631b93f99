"""What was learnt, as people see it: the difference, why, by whom, and what can be done about it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from blocks import learnt, limits
from tests.unit.blocks.examples import HOSTILE, NOW
from tests.unit.blocks.test_card import buttons, shown
from workflows.lessons.examples import Example, Lesson, Rewording
from workflows.text import Untrusted


def shown_example(before: str = "Dear you,", after: str = "Hi!", **more: Any) -> learnt.Learnt:
    """Return an example as its owner sees it, unless told otherwise."""
    mine, waits = more.pop("mine", True), more.pop("waits", "")
    values: dict[str, Any] = {
        "id": "0199-draft",
        "run_id": "0199-run",
        "playbook": "quote-follow-up",
        "step": "letter",
        "agent": "sales-follow-up",
        "action": "mail.send",
        "before_n": 1,
        "after_n": 2,
        "fields": ("body",),
        "by": "U01LEE",
        "reason": "wrong tone",
        "at": NOW,
    }
    example = Example(**{**values, **more})
    change = Rewording(field="body", before=Untrusted(before), after=Untrusted(after))
    changes = (change,) if before != after else ()
    lesson = Lesson(id=example.id, digest="a", reason=example.reason, changes=changes)
    return learnt.Learnt(example=example, lesson=lesson, mine=mine, waits=waits)


def test_a_row_says_all_there_is_to_know() -> None:
    """For whom, from whom, why, how often it was shown, and what was changed."""
    words = shown({"blocks": learnt.row(shown_example(shown=3))})
    for part in ("sales-follow-up", "quote-follow-up, letter", "shown 3 times", "wrong tone"):
        assert part in words
    assert "Dear you," in words
    assert "Hi!" in words
    assert "shown once" in shown({"blocks": learnt.row(shown_example(shown=1))})
    assert "no reason given" in shown({"blocks": learnt.row(shown_example(reason=""))})


def test_who_may_switches_it_and_removing_asks_first() -> None:
    """Off, then on again; removing can't be undone. Nobody else has a button."""
    assert buttons({"blocks": learnt.row(shown_example())}) == ["example:off", "example:removed"]
    assert buttons({"blocks": learnt.row(shown_example(mine=False))}) == []
    off = learnt.row(shown_example(state="off", changed_by="U01ANA"))
    assert "off, by " in shown({"blocks": off})
    elements = off[1]["elements"]
    assert [one["value"] for one in elements] == ["on:0199-draft", "removed:0199-draft"]
    assert "confirm" in elements[1]


def test_one_that_waits_says_where_and_asks_before_it_is_taken_in() -> None:
    """It costs the stage's freedom, so the dialog says that; off, it is no press away from it either."""
    waiting = learnt.row(shown_example(waits="threshold"))
    assert "waits while quote-follow-up stands at threshold" in shown({"blocks": waiting})
    take_in, off, removed = waiting[1]["elements"]
    values = [each["value"] for each in (take_in, off, removed)]
    assert values == ["on:0199-draft", "off:0199-draft", "removed:0199-draft"]
    assert take_in["text"]["text"] == "Take in"
    assert "promotes it again" in str(take_in["confirm"])
    again, _ = learnt.row(shown_example(state="off", waits="autonomous"))[1]["elements"]
    assert again["text"]["text"] == "Switch on"
    assert "promotes it again" in str(again["confirm"])
    assert limits.check(learnt.learnt([shown_example(waits="threshold")], [])) == []


def test_what_sayso_switched_off_by_itself_says_so() -> None:
    """Nobody is named who pressed nothing."""
    assert "off, by Sayso" in shown({"blocks": learnt.row(shown_example(state="off"))})


def test_an_edit_of_names_alone_says_that_it_is_not_shown() -> None:
    """Without that case's values nothing is left of it."""
    words = shown({"blocks": learnt.row(shown_example("same", "same"))})
    assert "Only names or numbers were changed" in words


def test_an_answer_stays_short_and_says_what_it_leaves_out() -> None:
    """Home has them all."""
    many = [shown_example(id=f"0199-{n}") for n in range(20)]
    built = learnt.learnt(many, [(f"p-{n}", "1 of 2") for n in range(20)])
    assert "The newest 12 of 20" in shown(built)
    assert limits.check(built) == []


@given(st.sampled_from(HOSTILE) | st.text(max_size=400), st.sampled_from(HOSTILE))
def test_whatever_was_written_slack_takes_it(before: str, after: str) -> None:
    """Nothing of it is markup."""
    one = shown_example(before, after)
    assert limits.check(learnt.learnt([one], [("p", "words")], "agent")) == []


def test_nothing_learnt_is_said() -> None:
    """Of one agent, or of all."""
    assert "No agent has learnt anything" in shown(learnt.learnt([], []))
    assert "writer has learnt nothing" in shown(learnt.learnt([], [], "writer"))
