"""The stages a playbook goes through: silently, assisting, beyond a confidence, by itself. Records and their order.

The level in the file is the ceiling, which its owner activates; the stage is a row that moves by evidence below it.
What holds for a draft is the stricter of both. Who moves it is decided in `workflows.trust.staging`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, Self, get_args

from workflows.action import Money, Record, Risk

if TYPE_CHECKING:
    from workflows.lessons.examples import Example
    from workflows.run import Authorship

Stage = Literal["shadow", "assist", "threshold", "autonomous"]
#: From the strictest to the freest.
STAGES: tuple[Stage, ...] = get_args(Stage)
#: In these, something may leave that no person signed.
ALONE: tuple[Stage, ...] = ("threshold", "autonomous")
#: Nothing of these ever leaves without a person's signature, whatever a file, a stage or a limit says.
NEVER_ALONE = frozenset({Risk.MONEY, Risk.LEGAL, Risk.EMPLOYEE})
#: How a step is signed: by people each time, not at all, by a rule where it was earned, or so and looked at after.
Rule = Literal["each time", "draft only", "alone", "audit later"]
#: By these something may leave that no person signed.
ALONE_RULES: tuple[Rule, ...] = ("alone", "audit later")
#: How a signature by rule begins, before the playbook's name; no Slack id looks like it.
BY_RULE = "rule:"
#: Below this level a person signs, whatever was earned.
ALONE_LEVEL = 4

#: What happens in each, as a person reads it.
WORDS: dict[Stage, str] = {
    "shadow": "drafts silently; people do the work as always",
    "assist": "drafts, and people sign",
    "threshold": "goes by itself where it is sure enough; people sign the rest",
    "autonomous": "goes by itself within its limits; people sign the rest",
}


class Maker(Record):
    """What wrote drafts: an agent with its exact model and prompt. Another one has to earn trust anew."""

    agent: str
    model: str
    prompt_version: str

    @classmethod
    def of(cls, author: Authorship) -> Self:
        """Return what wrote a draft."""
        return cls(agent=author.agent, model=author.model, prompt_version=author.prompt_version)


class Origin(Record):
    """Where a draft came from: what wrote it, and the ids of the examples it was written with."""

    maker: Maker
    examples: tuple[str, ...] = ()


class Segment(Record):
    """Drafts that are alike."""

    #: What wrote them: what another model or prompt wrote says little of these.
    maker: Maker
    action: str
    #: Amounts below this one; None where there is no amount.
    under: Money | None = None
    #: For customers something was carried out for before.
    known: bool = False

    @property
    def words(self) -> str:
        """As a person says it: "mail.send under 500.00 USD, for customers known before"."""
        amount = f" under {self.under}" if self.under else ""
        return f"{self.action}{amount}, for {'customers known before' if self.known else 'others'}"

    def covers(self, other: Segment) -> bool:
        """Whether others are among these, as `words` says it: the same, or the same with smaller amounts."""
        if self.under is None or other.under is None:
            return self == other
        is_less = other.under.minor <= self.under.minor
        return self == other.model_copy(update={"under": self.under}) and (
            is_less and other.under.currency == self.under.currency
        )


def is_granted(granted: tuple[Segment, ...], segment: Segment) -> bool:
    """Whether what was granted for some drafts alone holds for these; where none are named, it was for all."""
    return not granted or any(one.covers(segment) for one in granted)


class Footing(Record):
    """The stage a playbook stands at, since when, and what it was earned with."""

    playbook: str
    stage: Stage
    since: datetime
    #: Person id; empty where nobody pressed.
    by: str = ""
    why: str = ""
    #: The version of the playbook that was active then.
    version: str = ""
    #: Who had written its drafts by then.
    makers: tuple[Maker, ...] = ()
    #: Ids of the examples its agents were shown by then, and of those an owner took in since.
    examples: tuple[str, ...] = ()
    #: Hash of the evidence a person saw when they promoted it; empty without any.
    evidence: str = ""
    #: Drafts it was granted for alone; none: for all.
    granted: tuple[Segment, ...] = ()

    @property
    def is_alone(self) -> bool:
        """Whether it may do something by itself here."""
        return self.stage in ALONE

    def takes(self, example_id: str) -> bool:
        """Whether its agents may be shown an example: where it was earned with some, those and no others."""
        return not self.is_alone or example_id in self.examples


def stricter(one: Stage, other: Stage) -> Stage:
    """Return the stricter of two stages."""
    return one if STAGES.index(one) <= STAGES.index(other) else other


def above(stage: Stage) -> Stage | None:
    """Return the stage after this one; None after the last."""
    following = STAGES[STAGES.index(stage) + 1 :]
    return following[0] if following else None


def ahead(footing: Footing | None, start: Stage) -> Stage | None:
    """Return the stage to be earned next: where it stands for some drafts alone, that same one for all of them."""
    if footing and footing.granted:
        return footing.stage
    return above(stage_of(footing, start))


def ceiling(level: int) -> Stage:
    """Return the freest stage a playbook of this level may stand at: below level 4 a person signs everything."""
    return STAGES[-1] if level >= ALONE_LEVEL else "assist"


def stage_of(footing: Footing | None, start: Stage) -> Stage:
    """Return where a playbook stands; `start` is where it begins, as long as nobody has moved it."""
    return footing.stage if footing else start


def waits(example: Example, footing: Footing | None) -> Stage | Literal[""]:
    """Return the stage at which an example waits to be taken in; empty where its playbook's agents may be shown it."""
    return "" if footing is None or footing.takes(example.id) else footing.stage


def standing(footing: Footing | None, start: Stage) -> str:
    """Return where a playbook stands, for lists: `assist`, or `threshold, only: mail.send, for others`."""
    stage = stage_of(footing, start)
    return f"{stage}, only: {listed(footing.granted)}" if footing and footing.granted else stage


def listed(granted: tuple[Segment, ...]) -> str:
    """Return some kinds of drafts in a line."""
    return "; ".join(one.words for one in granted)


def does(stage: Stage, granted: tuple[Segment, ...] = ()) -> str:
    """Return what a playbook does at a stage, which may be granted for some drafts alone."""
    if not granted:
        return WORDS[stage]
    return f"goes by itself where it is sure enough, only {listed(granted)}; people sign the rest"


def said(footing: Footing | None, start: Stage) -> str:
    """Return where a playbook stands and why, for people: `assist: drafts, and people sign`."""
    stage = stage_of(footing, start)
    if footing is None:
        return f"the stage {stage}: it {does(stage)}, as its file lets it begin"
    why = f" ({footing.why})" if footing.why else ""
    words = f"the stage {stage}: it {does(stage, footing.granted)}"
    return f"{words}, since {footing.since:%Y-%m-%d}{why}"
