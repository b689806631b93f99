"""What is about employees is shown in direct messages and private channels only, and to those it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows import policy, rights
from workflows.action import Risk
from workflows.playbook import AskStep, DoStep, DraftStep, TaskStep
from workflows.run import DraftState, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from workflows.action import ActionSpec
    from workflows.company import Company
    from workflows.playbook import Playbook
    from workflows.run import Run
    from workflows.turn import Turn


def is_private(playbook: Playbook, actions: Mapping[str, ActionSpec]) -> bool:
    """Whether a playbook is about employees: it says so, or may do what only concerns them."""
    risks = {actions[name].risk for name in playbook.allow if name in actions}
    return playbook.private or Risk.EMPLOYEE in risks


def circle(playbook: Playbook, company: Company) -> frozenset[str]:
    """Return whom a private playbook concerns, by id: its owners, whoever it asks or lets sign, the company's owner."""
    names = {"owner", playbook.owner, *_named(playbook)}
    return frozenset(person.id for name in names for person in company.members(name))


def _named(playbook: Playbook) -> Iterator[str]:
    for step in playbook.steps:
        if isinstance(step, DraftStep | DoStep):
            yield from (*step.approve.by, *step.approve.escalate)
            yield from (name for above in step.approve.above for name in above.by)
        elif isinstance(step, AskStep | TaskStep):
            yield step.who


def concerned(run: Run, company: Company, at: datetime) -> frozenset[str]:
    """Return whose a run is, by id: whoever began it, can sign its draft, has its task, was asked or paged."""
    signers = policy.signers(run.draft, company, at) if run.draft else ()
    pages = run.urgent.pages if run.urgent else ()
    task = (run.task.owner,) if run.task else ()
    return frozenset(
        (
            run.started_by.id,
            *task,
            *(person.id for person in signers),
            *(page.person for page in pages),
        )
    )


def may_see(
    run: Run,
    playbook: Playbook,
    actions: Mapping[str, ActionSpec],
    company: Company,
    person_id: str,
    at: datetime,
) -> bool:
    """Whether somebody may look at a run: theirs always, others' with the right, private ones if they are concerned."""
    person = company.person(person_id)
    if person is None or not company.works_here(person):
        return False
    if person_id in concerned(run, company, at):
        return True
    if is_private(playbook, actions):
        return person_id in circle(playbook, company)
    return rights.has(company, "see", person)


def audience(run: Run, playbook: Playbook, company: Company, at: datetime) -> tuple[str, ...]:
    """Return who is told in a direct message where a private run has no private place, by id.

    Whoever can sign its draft; else whoever has its task; else whoever began it, and the playbook's owners.
    """
    draft, task = run.draft, run.task
    people: tuple[str, ...] = ()
    if draft and draft.ending is None and draft.state is not DraftState.EXECUTED:
        people = tuple(person.id for person in policy.signers(draft, company, at))
    elif task and task.state == "open":
        people = (task.owner,)
    began = (run.started_by.id,) if company.person(run.started_by.id) else ()
    owners = tuple(person.id for person in company.members(playbook.owner))
    return people or tuple(dict.fromkeys((*began, *owners))) or (company.owner,)


def is_kept_from(
    company: Company, actions: Mapping[str, ActionSpec], playbook: Playbook, place: Place | None
) -> bool:
    """Whether a playbook is about employees, and this no place for that."""
    public = place is None or not is_private_place(company, place.channel)
    return public and is_private(playbook, actions)


def places(turn: Turn, place: Place | None, to: str = "") -> list[Place]:
    """Return where something of a run is shown: at its place, or in direct messages, to whom it concerns and `to`."""
    company = turn.facts.company
    if is_kept_from(company, turn.facts.actions, turn.playbook, place):
        people = audience(turn.run, turn.playbook, company, turn.at)
        return [Place(channel=person) for person in dict.fromkeys((*people, to)) if person]
    return [place] if place else []


def is_private_place(company: Company, channel: str) -> bool:
    """Whether only those who were invited can read there: a direct message, or one company.yml calls private."""
    if company.person(channel) or channel.startswith("D"):
        return True
    return channel in {company.channel(name) for name in company.private_channels}
