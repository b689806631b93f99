"""The delegation matrix: five scores and what the actions could do say how far a piece of work may be handed over.

Each score has a highest level it allows, and so has each risk class; the lowest of them is recommended. That is the
whole rule, and docs/delegate.md has it as one table. It recommends; what a playbook's level lets happen is elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field as Setting

from workflows.action import Record, Risk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from workflows.action import ActionSpec
    from workflows.playbook import Playbook

Level = Literal[1, 2, 3, 4]
#: What each level means, as a procedure says it.
LEVELS: dict[int, str] = {
    1: "it only reads",
    2: "it drafts, and people send",
    3: "it prepares, a person signs, then it is carried out",
    4: "narrow autonomy under strict limits",
}
#: From here on Sayso carries out what was prepared.
CARRIED_OUT = 3
_FULL = 4
#: The highest level where an action of this class is among what may be done; the other classes hold nothing back.
HIGHEST: dict[Risk, Level] = {Risk.MONEY: 3, Risk.LEGAL: 3, Risk.EMPLOYEE: 3}
_CLASS = {
    Risk.MONEY: "It moves money",
    Risk.LEGAL: "It binds the company legally",
    Risk.EMPLOYEE: "It is about people who work here",
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """One row of the matrix: what is asked, what 1 to 5 mean, which level each allows at most, and why."""

    label: str
    asked: str
    anchors: tuple[str, str, str, str, str]
    highest: tuple[Level, Level, Level, Level, Level]
    since: str
    #: What would have to be there for a higher level; nothing where no work brings it.
    further: str = ""

    @property
    def options(self) -> tuple[str, ...]:
        """The five answers as the form offers them."""
        return tuple(f"{n}: {anchor}" for n, anchor in enumerate(self.anchors, start=1))


#: The matrix, by the field of `Scores`.
MATRIX: dict[str, Question] = {
    "repeatability": Question(
        label="Repeatability",
        asked="How alike is it each time?",
        anchors=(
            "Different every time",
            "Alike, with many exceptions",
            "Mostly the same; the exceptions are known",
            "The same steps; exceptions are rare",
            "Exactly the same every time",
        ),
        highest=(2, 3, 3, 4, 4),
        since="nobody can write down steps for what is never the same",
        further="The steps and their exceptions, written down as a playbook",
    ),
    "risk": Question(
        label="Risk",
        asked="What happens when it goes wrong?",
        anchors=(
            "Nobody outside notices; it is put right in a minute",
            "Somebody is puzzled; an apology settles it",
            "A customer is annoyed, or some money is lost",
            "A customer is lost, or much money",
            "It can't be undone, or it breaks a law or somebody's trust",
        ),
        highest=(4, 4, 3, 3, 2),
        since="one mistake costs more than the time it saves",
        further="A way to undo it, or smaller amounts",
    ),
    "data": Question(
        label="Data readiness",
        asked="Is what it needs where Sayso can read it?",
        anchors=(
            "In people's heads",
            "In mails and on paper, or often wrong",
            "In a system, with gaps",
            "In a system, complete; sometimes out of date",
            "Complete and current, in a system that Sayso reads",
        ),
        highest=(1, 2, 3, 4, 4),
        since="nothing better can be prepared than what is written down",
        further="What it needs to know in a system that Sayso reads, and somebody who keeps it current",
    ),
    "judgement": Question(
        label="Judgement",
        asked="How much has a person to weigh?",
        anchors=(
            "Nothing: a rule decides",
            "A little: a checklist nearly always decides",
            "Some: whoever was trained decides",
            "Much: somebody with experience decides",
            "It is about trust, feelings or negotiation",
        ),
        highest=(4, 4, 3, 2, 1),
        since="a person has to find the words and the decision",
        further="A rule for the common cases, so that a person decides the others only",
    ),
    "time": Question(
        label="Time saved",
        asked="How much time would it save?",
        anchors=(
            "Less than 30 min a week",
            "Up to 2 h a week",
            "Up to 4 h a week, half a working day",
            "Up to 8 h a week, a working day",
            "More than 8 h a week",
        ),
        highest=(3, 4, 4, 4, 4),
        since="keeping limits and looking at samples would cost more time than it saves",
    ),
}
#: What each answer about the time saved means at least, in minutes a week: nothing can save more than it takes.
SAVES = (0, 30, 120, 240, 480)
#: What a playbook of level 4 has to have.
LIMITS = (
    "A highest amount a day, in the playbook",
    "A highest number of actions a day, in the playbook",
    "A baseline, an audience and an earned stage (see /sayso trust): until then people sign all of it",
)
_NAMED_SIGNER = "A playbook that names who signs, and who stands in"


class Scores(Record):
    """What somebody thinks of a piece of work, each from 1 to 5."""

    repeatability: int = Setting(ge=1, le=5)
    risk: int = Setting(ge=1, le=5)
    data: int = Setting(ge=1, le=5)
    judgement: int = Setting(ge=1, le=5)
    time: int = Setting(ge=1, le=5)


class Recommendation(Record):
    """How far the work may be handed over, why not further, what it needs for that, and what would bring more."""

    level: int = Setting(ge=1, le=4)
    reasons: tuple[str, ...]
    #: Controls that have to be there for this level.
    missing: tuple[str, ...] = ()
    #: What would bring a higher one.
    further: tuple[str, ...] = ()


def recommend(scores: Scores, classes: Iterable[Risk] | None) -> Recommendation:
    """Return the lowest of the levels that the scores and risk classes allow; None: there is no playbook yet."""
    allowed = {name: _allowed(name, score) for name, score in scores}
    held = {risk: HIGHEST[risk] for risk in sorted(classes or ()) if risk in HIGHEST}
    level = min(*allowed.values(), *held.values(), _FULL)
    if level == _FULL:
        return Recommendation(level=4, reasons=(_nothing_against(scores),), missing=LIMITS)
    lowest = [name for name, highest in allowed.items() if highest == level]
    reasons = [_reason(name, getattr(scores, name), level) for name in lowest]
    reasons += [_class_reason(risk, highest) for risk, highest in held.items() if highest == level]
    return Recommendation(
        level=level,
        reasons=tuple(reasons),
        missing=(_NAMED_SIGNER,) if level == CARRIED_OUT and classes is None else (),
        further=tuple(MATRIX[name].further for name in lowest if MATRIX[name].further),
    )


def _allowed(name: str, score: int) -> Level:
    return MATRIX[name].highest[score - 1]


def _reason(name: str, score: int, level: int) -> str:
    row = MATRIX[name]
    return f"{row.label} {score} of 5 ({_begun(row.anchors[score - 1])}): level {level} at most, since {row.since}."


def _begun(anchor: str) -> str:
    return anchor[0].lower() + anchor[1:]


def _class_reason(risk: Risk, highest: int) -> str:
    return f"{_CLASS[risk]}: a person always signs, so level {highest} at most."


def _nothing_against(scores: Scores) -> str:
    said = ", ".join(f"{MATRIX[name].label.lower()} {score}" for name, score in scores)
    return f"Nothing speaks against level {_FULL}: {said}."


def classes_of(playbook: Playbook, actions: Mapping[str, ActionSpec]) -> frozenset[Risk]:
    """Return the risk classes of all that a playbook may do."""
    return frozenset(actions[name].risk for name in playbook.allow if name in actions)
