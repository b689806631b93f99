"""Moving a playbook from stage to stage: up by a person and one at a time, down by anybody who may or by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workflows.answers import Recorded
from workflows.commands import Demote, Promote
from workflows.errors import NotAllowed, NotEarned, StageMoved, UnknownPlaybook
from workflows.events import Entry, Event
from workflows.playbook import DoStep, DraftStep
from workflows.policy import may_take_part
from workflows.ports import Post
from workflows.run import OPERATOR, SYSTEM, TIMER
from workflows.shelf import read
from workflows.stages import STAGES, WORDS, Footing, Maker, above, ceiling, stage_of
from workflows.versions import choosers, owners

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflows.answers import Answer
    from workflows.company import Company, Person
    from workflows.playbook import Playbook
    from workflows.ports import JsonObject, Tx
    from workflows.run import Actor
    from workflows.stages import Stage
    from workflows.turn import Facts

Staging = Promote | Demote


@dataclass(frozen=True, kw_only=True)
class Earned:
    """What a promotion is decided on."""

    #: The active version.
    book: Playbook
    footing: Footing | None = None
    #: Who writes this version's drafts, as of the newest one of each agent.
    makers: tuple[Maker, ...] = ()

    @property
    def stage(self) -> Stage:
        """Where the playbook stands."""
        return stage_of(self.footing, self.book.rollout.start)


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What was decided about a stage: the row to write, what goes on the record, what is to be shown."""

    answer: Answer = field(default_factory=Recorded)
    footing: Footing | None = None
    entries: tuple[Entry, ...] = ()
    posts: tuple[Post, ...] = ()
    redraw: tuple[str, ...] = ()


def may_promote(earned: Earned, to: Stage, facts: Facts) -> tuple[str, ...]:
    """Return why a playbook may not be promoted to `to` yet, each reason as a clause; none when it may."""
    del facts  # criteria count days
    reasons: list[str] = []
    if to not in {earned.stage, above(earned.stage)}:
        reasons.append(f"it stands at {earned.stage}, and stages are taken one at a time")
    most = ceiling(earned.book.level)
    if STAGES.index(to) > STAGES.index(most):
        reasons.append(f"its file says level {earned.book.level}, which allows {most} at most")
    return tuple(reasons)


def decide(command: Staging, earned: Earned, facts: Facts) -> Moved:
    """Decide. Raises `Refusal`."""
    if isinstance(command, Promote):
        return _promote(command, earned, facts)
    return _demote(command, earned, facts)


def _promote(command: Promote, earned: Earned, facts: Facts) -> Moved:
    _refuse_unless_in(promoters(earned.book, facts.company), command.actor, facts, "Promoting")
    if command.seen not in {"", earned.stage}:
        raise StageMoved(title=earned.book.title, stage=earned.stage)
    if reasons := may_promote(earned, command.to, facts):
        raise NotEarned(title=earned.book.title, to=command.to, reasons="; ".join(reasons))
    return _moved(command, earned, facts, "promoted on evidence" if command.evidence else "")


def _demote(command: Demote, earned: Earned, facts: Facts) -> Moved:
    if command.actor not in (SYSTEM, TIMER, OPERATOR):
        able = choosers(earned.book, facts.company, ())
        _refuse_unless_in(able, command.actor, facts, "Demoting")
    if STAGES.index(command.to) >= STAGES.index(earned.stage):
        return Moved(answer=Recorded(sentence=f"{earned.book.title} is at {earned.stage} already."))
    return _moved(command, earned, facts, command.why)


def promoters(book: Playbook, company: Company) -> tuple[Person, ...]:
    """Return who may let a playbook do more by itself: its owners and the company's, as for any wider power."""
    asked = [*owners(book, company), *company.members("owner")]
    return tuple({person.id: person for person in asked if company.may_sign(person)}.values())


def _refuse_unless_in(able: tuple[Person, ...], actor: Actor, facts: Facts, action: str) -> None:
    may_take_part(actor, facts.company)
    if actor.id not in {person.id for person in able}:
        needed = " or ".join(person.name for person in able)
        raise NotAllowed(action=f"{action} a playbook", needed=needed, next_step="ask them.")


def _moved(command: Staging, earned: Earned, facts: Facts, why: str) -> Moved:
    """Return the new row, its entry, and what is said where the playbook lives."""
    up, book = isinstance(command, Promote), earned.book
    footing = Footing(
        playbook=book.playbook,
        stage=command.to,
        since=facts.at,
        by=command.actor.id if command.actor.kind == "user" else "",
        why=why,
        version=book.version,
        makers=earned.makers,
        evidence=command.evidence if isinstance(command, Promote) else "",
    )
    entry = Entry(
        event=Event.PLAYBOOK_PROMOTED if up else Event.PLAYBOOK_DEMOTED,
        chain=f"playbook:{book.playbook}",
        actor=command.actor,
        object=f"playbook:{book.playbook}",
        head=_head(footing, earned.stage),
        body={"why": why},
    )
    said = _said(footing, earned, facts.company, up=up)
    subject = f"stage:{book.playbook}:{facts.ids[0]}"
    channels = [facts.company.channel(book.channel)] if book.channel else []
    where = channels or [person.id for person in owners(book, facts.company)]
    return Moved(
        answer=Recorded(sentence=said),
        footing=footing,
        entries=(entry,),
        posts=tuple(Post(subject=subject, channel=each, body={"text": said}) for each in where),
        redraw=("home",),
    )


def _head(footing: Footing, before: Stage) -> JsonObject:
    return {
        "stage": footing.stage,
        "before": before,
        "version": footing.version,
        "evidence": footing.evidence,
        "makers": [maker.model_dump() for maker in footing.makers],
    }


def _said(footing: Footing, earned: Earned, company: Company, *, up: bool) -> str:
    who = company.name_of(footing.by) if footing.by else "Sayso"
    same = footing.stage == earned.stage
    moved = "confirmed" if same else f"{'promoted' if up else 'demoted'} from {earned.stage}"
    why = f" {footing.why[:1].upper()}{footing.why[1:].rstrip('.')}." if footing.why else ""
    title = earned.book.title
    words = WORDS[footing.stage]
    return f"{title} is at the stage {footing.stage} now ({moved} by {who}): it {words}.{why}"


def stage(tx: Tx, command: Staging, facts_of: Callable[[], Facts]) -> Answer:
    """Decide and save. Versions and stages are chosen one after another, so nobody activates one meanwhile.

    Raises `Refusal`.
    """
    tx.choose_alone()
    facts = facts_of()
    earned = _earned(tx, command.playbook)
    if earned is None:
        raise UnknownPlaybook(name=command.playbook, hint="")
    moved = decide(command, earned, facts)
    _save(tx, moved, facts)
    return moved.answer


def take_back(tx: Tx, command: Demote, facts: Facts) -> None:
    """Demote in the transaction of what asks for it; a playbook that is gone has nothing to lose."""
    tx.choose_alone()
    if earned := _earned(tx, command.playbook):
        _save(tx, decide(command, earned, facts), facts)


def _save(tx: Tx, moved: Moved, facts: Facts) -> None:
    if moved.footing:
        tx.place(moved.footing)
    tx.append(moved.entries, facts.at)
    tx.post(moved.posts, facts.at)
    tx.redraw(moved.redraw, facts.at)


def _earned(tx: Tx, name: str) -> Earned | None:
    active = tx.active(name)
    book = read(tx, active.version) if active else None
    if book is None:
        return None
    agents = sorted(
        {s.agent for s in book.steps if isinstance(s, DraftStep)}
        | {"playbook" for s in book.steps if isinstance(s, DoStep)}
    )
    makers = [maker for agent in agents if (maker := tx.maker(name, book.version, agent))]
    return Earned(book=book, footing=tx.footing(name), makers=tuple(makers))
