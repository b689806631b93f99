"""Story: a run can't go on. Its thread says what happened and how, and it is tried again with one press."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.slack import screen
from tests.slack.office import ANA, IDA, LEE, NOA, SALES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.slack.office import Office

Json = dict[str, Any]
TABLE = "tables/quotes.csv"


def _broken(home: Path) -> str:
    """Take the quotes table away; return what stood in it."""
    text = (home / TABLE).read_text(encoding="utf-8")
    (home / TABLE).unlink()
    return text


def test_what_could_not_go_on_is_told_in_a_thread_and_tried_again(
    home: Path, opened: Callable[..., Office]
) -> None:
    """The message names the reason, its thread the way there and a post-mortem; mended, one press goes on."""
    text = _broken(home)
    office = opened()
    office.command(LEE, "/playbook quote-follow-up Q-1043")
    office.pass_by(hours=1)
    message, mortem = office.posted(SALES)
    assert "could not go on" in message["text"]
    assert mortem["thread_ts"] == message["ts"]
    told = ("What happened: table could not", "step quote of quote-follow-up", "left: nothing")
    for part in (*told, "Looked after by: U01ANA", "Cause", "started it"):
        assert part in screen.words(mortem)
    (home / TABLE).write_text(text, encoding="utf-8")
    office.press(LEE, message, "retry")
    assert "Q-1043" in screen.words(office.newest(SALES))
    assert "Approve" in screen.buttons(office.newest(SALES))
    assert screen.buttons(office.posted(SALES)[0]) == []


def _task(office: Office, person: str) -> Json:
    """Return the newest task in somebody's direct messages."""
    return [each for each in office.posted(person) if screen.elements(each)][-1]


def test_whoever_keeps_it_running_has_a_task_for_it(
    home: Path, opened: Callable[..., Office]
) -> None:
    """Due by working time, put off and handed over like any other; one at a time for one run."""
    _broken(home)
    office = opened()
    office.command(LEE, "/playbook quote-follow-up Q-1043")
    office.pass_by(hours=1)
    (task,) = office.foundation.lookup.tasks_of(ANA)
    assert task.title.raw.startswith("Look into what could not go on: quote-follow-up, Q-1043.")
    assert task.due_at is not None
    assert f"{task.due_at:%a %H:%M}" == "Tue 13:00"  # eight in New York, a working day later
    assert screen.buttons(_task(office, ANA)) == ["Done"]
    office.press(LEE, office.posted(SALES)[0], "retry")
    office.pass_by(hours=1)
    assert len(office.foundation.lookup.tasks_of(ANA)) == 1
    office.press(ANA, _task(office, ANA), "task_done")
    assert office.foundation.lookup.tasks_of(ANA) == []


def test_an_action_of_the_thread_becomes_somebodys_task(
    home: Path, opened: Callable[..., Office]
) -> None:
    """What, who and until when; a change of the runbook says so. It stands in the thread."""
    _broken(home)
    office = opened()
    office.command(LEE, "/playbook quote-follow-up Q-1043")
    office.pass_by(hours=1)
    message, mortem = office.posted(SALES)
    dialog = office.press(LEE, mortem, "follow_up").dialog
    assert dialog is not None
    typed = {"what": "Keep a copy of the table", "kind": "1", "due": "2026-11-25"}
    assert "nobody who is listed" in str(office.submit(LEE, {**typed, "who": "U0ELSE"}).errors)
    office.submit(LEE, {**typed, "who": NOA})
    (task,) = office.foundation.lookup.tasks_of(NOA)
    assert task.title.raw == "Runbook change: Keep a copy of the table"
    assert f"{task.due_at:%Y-%m-%d %H:%M}" == "2026-11-25 23:00"  # six in the evening in New York
    shown = office.newest(SALES)
    assert (shown["thread_ts"], screen.buttons(shown)) == (message["ts"], ["Done"])


def test_the_third_time_links_those_before(home: Path, opened: Callable[..., Office]) -> None:
    """Of one playbook, step and error; a month later it is the first again."""
    _broken(home)
    office = opened()
    for quote in ("Q-1042", "Q-1043", "Q-1044"):
        office.command(LEE, f"/playbook quote-follow-up {quote}")
        office.pass_by(hours=1)
    mortem = office.posted(SALES)[-1]
    assert "third time since" in screen.words(mortem)
    before = office.press(LEE, mortem, "show_run")
    assert "Q-1043" in before.said
    office.clock.pass_by(days=31)
    office.command(LEE, "/playbook quote-follow-up Q-1045")
    office.pass_by(hours=1)
    assert "time since" not in screen.words(office.posted(SALES)[-1])


def test_incidents_go_to_whoever_keeps_it_running(
    home: Path, opened: Callable[..., Office]
) -> None:
    """The platform owner of company.yml, and the second time it says that it was seen before."""
    file = home / "company.yml"
    file.write_text(f"platform: {IDA}\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    _broken(home)
    office = opened()
    for quote in ("Q-1042", "Q-1043"):
        office.command(LEE, f"/playbook quote-follow-up {quote}")
        office.pass_by(hours=1)
    _, first, _, second = office.posted(SALES)
    assert f"Looked after by: {IDA}" in screen.words(first)
    assert "Seen before: no" in screen.words(first)
    assert "1 stand at the same step: Q-1042" in screen.words(second)
    assert "Seen before: second time since" in screen.words(second)
