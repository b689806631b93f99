"""Moving a playbook from stage to stage: up by a person and one at a time, down by anybody who may or by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workflows.answers import Recorded
from workflows.commands import Demote, HoldOff, Promote, Report
from workflows.errors import NotEarned, StageMoved, StaleEvidence
from workflows.events import Entry, Event
from workflows.ports import Post
from workflows.run import OPERATOR, SYSTEM, TIMER
from workflows.trust.criteria import beyond_level
from workflows.trust.grants import added
from workflows.trust.offering import cards_of, is_same, offered
from workflows.trust.stages import STAGES, Footing, ahead, does, stage_of, standing
from workflows.versions.choosable import refuse_unless_in
from workflows.versions.version import choosers, owners, wideners

if TYPE_CHECKING:
    from workflows.answers import Answer
    from workflows.company import Company
    from workflows.playbook import Playbook
    from workflows.ports import JsonObject
    from workflows.trust.evidence import TrackRecord
    from workflows.trust.stages import Maker, Origin, Segment, Stage
    from workflows.turn import Facts

Staging = Promote | Demote | Report | HoldOff


@dataclass(frozen=True, kw_only=True)
class Earned:
    """What a promotion is decided on."""

    #: The active version.
    book: Playbook
    footing: Footing | None = None
    #: Who writes this version's drafts and with which examples, as of the newest one of each step.
    origins: tuple[Origin, ...] = ()
    #: What its drafts came to, with what is missing for the stage that is asked for; None where nothing is promoted.
    evidence: TrackRecord | None = None

    @property
    def stage(self) -> Stage:
        """Where the playbook stands."""
        return stage_of(self.footing, self.book.rollout.start)

    @property
    def makers(self) -> tuple[Maker, ...]:
        """Who writes its drafts."""
        return tuple(dict.fromkeys(one.maker for one in self.origins))

    @property
    def examples(self) -> tuple[str, ...]:
        """The examples they are written with."""
        return tuple(sorted({name for one in self.origins for name in one.examples}))


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What was decided about a stage: the row to write, what goes on the record, what is to be shown."""

    answer: Answer = field(default_factory=Recorded)
    footing: Footing | None = None
    entries: tuple[Entry, ...] = ()
    posts: tuple[Post, ...] = ()
    redraw: tuple[str, ...] = ()


def may_promote(earned: Earned, to: Stage) -> tuple[str, ...]:
    """Return why a playbook may not be promoted to `to` yet, each reason as a clause; none when it may."""
    reasons: list[str] = []
    start = earned.book.rollout.start
    if to not in {earned.stage, ahead(earned.footing, start)}:
        stands = standing(earned.footing, start)
        reasons.append(f"it stands at {stands}, and stages are taken one at a time")
    reasons += beyond_level(earned.book, to)
    if not reasons and earned.evidence:
        reasons += earned.evidence.lacking
    return tuple(reasons)


def decide(command: Staging, earned: Earned, facts: Facts) -> Moved:
    """Decide. Raises `Refusal`."""
    match command:
        case Promote():
            return _promote(command, earned, facts)
        case Demote():
            return _demote(command, earned, facts)
        case Report():
            return _report(command, earned, facts)
        case HoldOff():
            return _hold_off(command, earned, facts)


def _promote(command: Promote, earned: Earned, facts: Facts) -> Moved:
    able = wideners(earned.book, facts.company)
    refuse_unless_in(able, command.actor, facts.company, action="Promoting a playbook")
    if command.seen not in {"", earned.stage}:
        raise StageMoved(title=earned.book.title, stage=earned.stage)
    # What is granted for some drafts is granted on what was shown.
    if (
        (command.evidence or command.only)
        and earned.evidence
        and not is_same(command.evidence, earned.evidence)
    ):
        raise StaleEvidence(title=earned.book.title)
    if command.only:
        return _grant(command, earned, facts)
    if reasons := may_promote(earned, command.to):
        raise NotEarned(title=earned.book.title, to=command.to, reasons="; ".join(reasons))
    return _moved(command, earned, facts, earned.evidence.words if earned.evidence else "")


def _grant(command: Promote, earned: Earned, facts: Facts) -> Moved:
    """Let one kind of drafts go by itself, beside those that may already."""
    kind = offered(command.only, earned.evidence) if earned.evidence else None
    if kind is None:
        raise StaleEvidence(title=earned.book.title)
    granted = added(earned.footing, earned.book, earned.makers, kind.segment)
    return _moved(command, earned, facts, kind.words, granted)


def _demote(command: Demote, earned: Earned, facts: Facts) -> Moved:
    if command.actor not in (SYSTEM, TIMER, OPERATOR):
        able = choosers(earned.book, facts.company, ())
        refuse_unless_in(able, command.actor, facts.company, action="Demoting a playbook")
    if STAGES.index(command.to) >= STAGES.index(earned.stage):
        return Moved(answer=Recorded(sentence=f"{earned.book.title} is at {earned.stage} already."))
    return _moved(command, earned, facts, command.why)


def _report(command: Report, earned: Earned, facts: Facts) -> Moved:
    """Show the owners what it has earned; they say whether it goes on."""
    found, book = earned.evidence, earned.book
    if found is None or found.to is None or (found.lacking and not found.kinds):
        return Moved()
    some, whole = cards_of(book.playbook, found.to, earned.footing)
    subject = some if found.lacking else whole
    return Moved(
        entries=(_seen(Event.PLAYBOOK_EARNED, command, found),),
        posts=tuple(
            Post(subject=subject, channel=person.id) for person in owners(book, facts.company)
        ),
    )


def _hold_off(command: HoldOff, earned: Earned, facts: Facts) -> Moved:
    """Leave it as it is, by somebody who could promote it."""
    able = wideners(earned.book, facts.company)
    action = "Deciding on the stage of a playbook"
    refuse_unless_in(able, command.actor, facts.company, action=action)
    found = earned.evidence
    if found is None or not is_same(command.evidence, found):
        raise StaleEvidence(title=earned.book.title)
    said = f"Noted: {earned.book.title} stays at {earned.stage}. It can be promoted later as well."
    return Moved(
        answer=Recorded(sentence=said), entries=(_seen(Event.PLAYBOOK_KEPT, command, found),)
    )


def _seen(event: Event, command: Report | HoldOff, found: TrackRecord) -> Entry:
    about = f"playbook:{command.playbook}"
    head: JsonObject = {"version": found.version, "stage": found.stage, "evidence": found.hash}
    return Entry(
        event=event, chain=about, actor=command.actor, object=about, head=head, body=_shown(found)
    )


def _moved(
    command: Promote | Demote,
    earned: Earned,
    facts: Facts,
    why: str,
    granted: tuple[Segment, ...] = (),
) -> Moved:
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
        examples=earned.examples,
        evidence=earned.evidence.hash if up and earned.evidence else "",
        granted=granted,
    )
    if not up and earned.footing:
        footing = footing.model_copy(update=_kept(earned.footing))
    entry = Entry(
        event=Event.PLAYBOOK_PROMOTED if up else Event.PLAYBOOK_DEMOTED,
        chain=f"playbook:{book.playbook}",
        actor=command.actor,
        object=f"playbook:{book.playbook}",
        head=_head(footing, earned.stage),
        body={"why": why, **_shown(earned.evidence)},
    )
    said = _said(footing, earned, facts.company, up=up)
    subject = f"stage:{book.playbook}:{facts.ids[0]}"
    channels = [facts.company.channel(book.channel)] if book.channel else []
    where = channels or [person.id for person in owners(book, facts.company)]
    return Moved(
        answer=Recorded(sentence=said if up else f"{said}{_way_up(book)}"),
        footing=footing,
        entries=(entry,),
        posts=tuple(Post(subject=subject, channel=each, body={"text": said}) for each in where),
        redraw=("home", *cards_of(book.playbook, command.to, earned.footing)),
    )


def _way_up(book: Playbook) -> str:
    """Return how taking back is undone: it asks nobody twice, and what was earned is earned anew."""
    return (
        " To undo this, an owner promotes it again, one stage at a time; each is earned anew."
        f" /sayso trust {book.playbook} shows what is missing."
    )


def _kept(before: Footing) -> dict[str, object]:
    """Return what a stricter stage was earned with: going down, nothing is earned anew."""
    return {name: getattr(before, name) for name in ("version", "makers", "examples")}


def _shown(evidence: TrackRecord | None) -> JsonObject:
    return {"evidence": evidence.model_dump(mode="json")} if evidence else {}


def _head(footing: Footing, before: Stage) -> JsonObject:
    return {
        "stage": footing.stage,
        "before": before,
        "version": footing.version,
        "evidence": footing.evidence,
        "only": [segment.words for segment in footing.granted],
        "makers": [maker.model_dump() for maker in footing.makers],
        "examples": [*footing.examples],
    }


def _said(footing: Footing, earned: Earned, company: Company, *, up: bool) -> str:
    who = company.name_of(footing.by) if footing.by else "Sayso"
    why = f" {footing.why[:1].upper()}{footing.why[1:].rstrip('.')}." if footing.why else ""
    words, moved = does(footing.stage, footing.granted), _how(footing, earned, up=up)
    return f"{earned.book.title} is at the stage {footing.stage} now ({moved} by {who}): it {words}.{why}"


def _how(footing: Footing, earned: Earned, *, up: bool) -> str:
    if footing.granted:
        return "granted for some drafts alone"
    some = earned.footing is not None and bool(earned.footing.granted)
    if footing.stage == earned.stage and not some:
        return "confirmed"
    of = " for some drafts alone" if some else ""
    return f"{'promoted' if up else 'demoted'} from {earned.stage}{of}"
