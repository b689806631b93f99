"""A question shows what is suggested, why, and how often people took it; and where they hesitate."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import ANA, COMPANY, mailing, playbook
from workflows.commands import Answer
from workflows.hesitating import hesitations
from workflows.run import Ending, Task
from workflows.text import Untrusted

if TYPE_CHECKING:
    from datetime import datetime

    from tests.unit.workflows.builders import House

ASKING = {"ask": "how", "who": "sales", "title": "How?", "options": ["call", "write"]}
ADVISED = {**ASKING, "recommended": "call", "because": "{{ inputs.quote }} is urgent"}


def _asked(house: House, step: dict[str, Any]) -> Task:
    task = house.start(playbook(step, mailing())).task
    assert task is not None
    return task


def _answered(house: House, step: dict[str, Any], choice: str) -> None:
    house.engine.handle(Answer(actor=ANA, task_id=_asked(house, step).id, choice=choice))


def test_a_suggestion_gives_its_reason(house: House) -> None:
    """The reason is written by the playbook, with what the run knows in it."""
    task = _asked(house, ADVISED)
    assert (task.recommended, task.because) == ("call", Untrusted("Q-1 is urgent"))
    assert (task.answers, task.followed) == (0, 0)


def test_it_says_how_often_people_took_it(house: House) -> None:
    """Each answer counts once, for the option that was suggested; no model is asked how sure it is."""
    for choice in ("call", "write", "call"):
        _answered(house, ADVISED, choice)
    task = _asked(house, ADVISED)
    assert (task.answers, task.followed) == (3, 2)
    other = _asked(house, {**ADVISED, "recommended": "write"})
    assert (other.answers, other.followed) == (0, 0)


def test_an_answer_to_a_question_without_a_suggestion_counts_for_none(house: House) -> None:
    """Nothing was suggested, so nothing was taken."""
    _answered(house, ASKING, "call")
    task = _asked(house, ADVISED)
    assert (task.answers, task.followed) == (0, 0)


@pytest.mark.parametrize(
    ("recommended", "expected"),
    [
        ("{{ inputs.quote }}", "Q-1"),
        (" {{ inputs.quote }}, now", ""),
        ("", ""),
    ],
)
def test_a_field_can_name_what_is_suggested(house: House, recommended: str, expected: str) -> None:
    """It counts if it is one of the options; anything else suggests nothing."""
    options = ["Q-1", "write"]
    task = _asked(house, {**ADVISED, "options": options, "recommended": recommended})
    assert task.recommended == expected
    assert bool(task.because.raw) == bool(expected)


def _task(
    minutes: int, answer: str, *, recommended: str = "call", opened: datetime | None = MONDAY
) -> Task:
    return Task(
        id=f"t{minutes}",
        run_id="r",
        step="how",
        owner="U-ANA",
        title=Untrusted("How?"),
        opened_at=opened,
        due_at=MONDAY + timedelta(minutes=60),
        options=("call", "write"),
        recommended=recommended,
        answer=answer,
        state="done",
        ending=Ending(by=ANA, at=MONDAY + timedelta(minutes=minutes), reason=answer),
    )


def test_where_people_hesitate_comes_first() -> None:
    """By the median wait in working time; what was not suggested, or dropped, counts for nothing it is not."""
    quick = ("quick", _task(1, "call", recommended=""))
    slow = [("slow", _task(n, answer)) for n, answer in ((10, "call"), (30, "write"), (90, "call"))]
    dropped = ("slow", _task(5, ""))
    first, second = hesitations([quick, *slow, dropped], COMPANY.door, MONDAY)
    assert (first.playbook, first.answered, first.suggested, first.followed) == ("slow", 3, 3, 2)
    assert (first.late, first.waited) == (1, 30 * 60.0)
    assert (second.playbook, second.suggested, second.followed) == ("quick", 0, 0)


def test_only_what_was_answered_since_then_counts() -> None:
    """One that was answered before is left out; one from before its time was kept has no wait."""
    old, new = ("b", _task(1, "call")), ("b", _task(9, "call", opened=None))
    (found,) = hesitations([old, new], COMPANY.door, MONDAY + timedelta(minutes=5))
    assert (found.answered, found.waited) == (1, 0.0)
