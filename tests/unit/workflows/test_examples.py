"""Which examples the next draft is shown, and what of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import MONDAY
from workflows.lessons.examples import (
    BUDGET,
    OF_ONE,
    SHOWN,
    Example,
    Lesson,
    Taught,
    lesson,
    lessons,
)

BEFORE = {"to": "jo@lark.example", "subject": "Your quote", "body": "Dear Jo, kindly decide."}
AFTER = {**BEFORE, "body": "Hi Jo, any news?"}


def taught(n: int = 1, **more: Any) -> Taught:
    """Return an example of the n-th minute, each by somebody else."""
    texts = {name: more.pop(name) for name in ("before", "after", "known") if name in more}
    values: dict[str, Any] = {
        "id": f"d-{n:02d}",
        "run_id": f"r-{n}",
        "playbook": "follow-up",
        "step": "letter",
        "agent": "writer",
        "action": "mail.send",
        "before_n": 1,
        "after_n": 2,
        "fields": ("body",),
        "by": f"U-{n}",
        "at": MONDAY + timedelta(minutes=n),
    }
    plain = {"before": BEFORE, "after": AFTER, "known": {"quote": {"contact": "Jo Larkin"}}}
    return Taught(example=Example(**{**values, **more}), **{**plain, **texts})


def chosen(*those: Taught, **more: Any) -> list[str]:
    """Return the ids of what the next letter is shown."""
    asked: dict[str, Any] = {
        "playbook": "follow-up",
        "step": "letter",
        "action": "mail.send",
        "writes": ("subject", "body"),
    }
    return [one.id for one in lessons(those, **{**asked, **more})]


def test_the_newest_few_are_shown() -> None:
    """Whatever order they come in."""
    those = [taught(n) for n in range(1, 6)]
    assert chosen(*those) == ["d-05", "d-04", "d-03"][:SHOWN]
    assert chosen(*reversed(those)) == chosen(*those)


def test_those_of_the_same_step_come_first() -> None:
    """Another playbook's fill what is left."""
    assert chosen(taught(1), taught(9, playbook="other"), taught(8, step="second")) == [
        "d-01",
        "d-09",
        "d-08",
    ]


def test_of_one_persons_only_so_many() -> None:
    """Nobody alone decides how an agent writes."""
    those = [taught(n, by="U-EVE") for n in range(1, 9)]
    assert chosen(*those) == ["d-08", "d-07"][:OF_ONE]
    assert chosen(*those, taught(0, by="U-ANA")) == ["d-08", "d-07", "d-00"]


def test_what_is_off_or_about_something_else_is_not_shown() -> None:
    """Another action, a field this step does not write, an edit of nothing but a name."""
    renamed = taught(4, before={"body": "Dear Jo"}, after={"body": "Dear Larkin"})
    others = [taught(1, state="off"), taught(2, action="pay.refund"), taught(3, fields=("note",))]
    assert chosen(*others, renamed) == []


def test_all_together_stay_within_a_budget() -> None:
    """One that is too long is left out whole; a shorter one takes its place."""
    long = taught(9, after={"body": "word " * BUDGET})
    half = [taught(n, after={"body": "x" * (BUDGET // 2)}) for n in (7, 8)]
    assert chosen(long, *half, taught(1)) == ["d-08", "d-01"]


def test_an_example_is_shown_without_its_customer() -> None:
    """Names become the fields they stood in; the values are known to whoever checks the next letter."""
    found = lesson(taught())
    (change,) = found.changes
    assert (change.before.raw, change.after.raw) == (
        "Dear [contact], kindly decide.",
        "Hi [contact], any news?",
    )
    assert set(found.values) == {"Jo Larkin", "jo@lark.example"}


def test_what_is_kept_with_a_draft_names_it_and_holds_no_text() -> None:
    """Its hash tells whether it was another one; erasing the draft it came from erases the text."""
    kept = lesson(taught(reason="wrong tone")).model_dump(mode="json")
    assert kept.keys() == {"id", "digest", "reason"}
    assert Lesson.model_validate(kept).size == 0
    other = taught(after={"body": "Hello Jo, any news?"})
    assert lesson(other).digest != lesson(taught()).digest


def test_a_text_that_came_or_went_is_an_edit_too() -> None:
    """Nothing stands where there was none."""
    (change,) = lesson(taught(before={}, after={"body": "Hi"})).changes
    assert (change.before.raw, change.after.raw) == ("", "Hi")


@given(st.lists(st.tuples(st.sampled_from(["U-1", "U-2"]), st.booleans()), max_size=12), st.data())
def test_out_of_any_that_hold_a_choice_the_choice_is_the_same(
    made: list[tuple[str, bool]], data: st.DataObject
) -> None:
    """So the ids a stage was earned with give the same prompt, however many were learnt before or between."""
    those = [
        taught(n, by=by, step="letter" if own else "second") for n, (by, own) in enumerate(made)
    ]
    found = chosen(*those)
    kept = [
        one for one in those if one.example.id in found or data.draw(st.booleans(), label="kept")
    ]
    assert chosen(*kept) == found
