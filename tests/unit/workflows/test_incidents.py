"""A run that could not go on gives its keeper a task; Sayso's own playbooks run like any other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import ANA, COMPANY, OLGA, playbook, reading
from workflows import own_playbooks
from workflows.answers import Recorded, Refused
from workflows.commands import Answer, Failed, Pause, Retry, StartRun
from workflows.events import Event
from workflows.loading import load_playbook
from workflows.urgent.incidents import fault_of
from workflows.worktime import WorkTime

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.run import Run

TASK = {"task": "renew", "who": "{{ inputs.quote }}", "title": "Renew", "due": "2026-11-27"}


def incidents(house: House) -> list[Run]:
    """Return the runs that were started for incidents."""
    return [run for run in house.store.rows.runs.values() if run.playbook == own_playbooks.INCIDENT]


def broken(house: House) -> Run:
    """Return a run that could not go on."""
    run = house.start(playbook(reading()))
    house.report(run, Failed(problem="the table is gone"))
    assert house.now(run).state == "failed"
    return run


def test_the_keeper_gets_a_task_due_by_working_time(house: House) -> None:
    """The owner, where company.yml names nobody; in their direct messages."""
    run = broken(house)
    (made,) = incidents(house)
    task = made.task
    assert task is not None
    assert (task.owner, made.trigger) == ("U-OLGA", f"run:{run.id}")
    assert task.title.raw == ("Look into what could not go on: follow-up, Q-1. the table is gone")
    assert task.due_at == house.clock.at + timedelta(days=1)
    assert house.store.rows.posts[f"task:{task.id}", "U-OLGA"]


def test_whoever_is_named_platform_gets_it(house: House) -> None:
    """And a group of that name is a group."""
    house.directory.now = COMPANY.model_copy(update={"platform": "U-CEM"})
    broken(house)
    (made,) = incidents(house)
    assert made.task
    assert made.task.owner == "U-CEM"
    grouped = COMPANY.model_copy(update={"groups": {"platform": ("U-BEN",)}})
    assert [person.id for person in grouped.members("platform")] == ["U-BEN"]


def test_one_task_at_a_time_for_one_run(house: House) -> None:
    """Failing again while it is open adds none; after it was closed it does."""
    run = broken(house)
    for closed in (1, 2):
        house.engine.handle(Retry(actor=ANA, run_id=run.id))
        house.report(run, Failed(problem="the table is gone"))
        assert len(incidents(house)) == closed
        newest = incidents(house)[-1]
        assert newest.task
        house.engine.handle(Answer(actor=OLGA, task_id=newest.task.id))


def test_a_pause_of_everything_keeps_no_incident_from_its_task(house: House) -> None:
    """Nothing of it leaves the company."""
    run = house.start(playbook(reading()))
    house.engine.handle(Pause(actor=OLGA, scope="everything"))
    house.report(run, Failed(problem="the table is gone"))
    assert len(incidents(house)) == 1


def test_what_is_given_to_nobody_is_no_incident_of_an_incident(house: House) -> None:
    """Sayso's own runs that fail start no others."""
    asked = {"run": "r-1", "what": "Keep a copy", "who": "U-NOBODY", "due": "2026-11-27"}
    reply = house.engine.handle(
        StartRun(actor=ANA, playbook=own_playbooks.FOLLOW_UP, inputs={**asked})
    )
    assert isinstance(reply, Recorded)
    assert reply.run
    assert (reply.run.state, incidents(house)) == ("failed", [])


def test_a_task_may_name_its_person_and_its_day_from_records(house: House) -> None:
    """Due when the door shuts on that day, and reminded of at half time."""
    run = house.start(playbook(TASK), inputs={"quote": "U-BEN"})
    task = run.task
    assert task is not None
    assert (task.owner, task.due_at) == ("U-BEN", datetime(2026, 11, 27, 17, tzinfo=UTC))
    assert task.remind_at is not None
    assert MONDAY < task.remind_at < task.due_at


def test_a_day_that_is_none_is_said(house: House) -> None:
    """Nothing is started."""
    book = playbook({**TASK, "due": "{{ inputs.quote }}"})
    house.shelf.put(book)
    asked = StartRun(actor=ANA, playbook=book.playbook, inputs={"quote": "U-BEN"})
    reply = house.engine.handle(asked)
    assert isinstance(reply, Refused)
    assert reply.error.sentence == (
        "{{ inputs.quote }}: gives 'U-BEN', and a day is like 2026-11-23."
    )


def test_a_door_that_stays_shut_that_day_shuts_when_it_is_over() -> None:
    """A Sunday ends at midnight."""
    door = WorkTime(zone="Europe/Madrid")
    assert door.closes(date(2026, 11, 29)) == datetime(2026, 11, 29, 23, tzinfo=UTC)


@pytest.mark.parametrize("name", [own_playbooks.INCIDENT, own_playbooks.FOLLOW_UP])
def test_the_own_playbooks_are_right_by_the_rules_for_all(name: str) -> None:
    """They are read back from what is kept of them, to the same version."""
    book = own_playbooks.book(name)
    assert book is not None
    read = load_playbook(book.source, name, actions={}, reads={}, agents=(), company=COMPANY)
    assert read == book


def test_there_are_no_others() -> None:
    """Any other name is a playbook of the folder."""
    assert (own_playbooks.book("letter"), own_playbooks.is_own("letter")) == (None, False)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("No row Q-1042 in quotes.", "no row  q-77 in quotes", True),
        ("table is gone", "mail is gone", False),
    ],
)
def test_the_same_error_is_known_by_its_words(one: str, other: str, *, same: bool) -> None:
    """Numbers, case and spaces tell none apart."""
    assert (fault_of(one) == fault_of(other)) is same


def test_the_failure_itself_says_nothing_new(house: House) -> None:
    """What is on the record of a run that failed is as it was: older runs replay."""
    broken(house)
    (entry,) = [e for e in house.store.entries if e.event is Event.RUN_FAILED]
    assert {*entry.head} == {"seq", "step"}
