"""Whether an answer can be a draft: the form, the lengths, the gates. No answer makes this raise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from agents import wire
from agents.answer import first_object
from agents.gates import findings
from workflows.action import Record
from workflows.ports import JsonObject
from workflows.text import normalised

if TYPE_CHECKING:
    from agents.answer import Answer
    from agents.roster import Agent
    from workflows.ports import DraftRequest


class Written(Record):
    """A text that can be shown to the person who signs, with what they should know about it."""

    fields: JsonObject
    why: str
    doubts: tuple[str, ...] = ()


class Flawed(Record):
    """An answer that can't be a draft."""

    kind: Literal["refused", "truncated", "invalid"]
    #: Sentences for the model, which may mend it.
    problems: tuple[str, ...]

    @property
    def mendable(self) -> bool:
        """Whether asking again with the problems can help; a refusal is taken as meant."""
        return self.kind != "refused"


Verdict = Written | Flawed


def verdict(answer: Answer, request: DraftRequest, agent: Agent) -> Verdict:
    """Judge one answer."""
    if answer.refused or answer.finish == "content_filter":
        return Flawed(kind="refused", problems=("the model declined",))
    found = first_object(answer.text)
    if found is None:
        return _no_object(answer)
    try:
        fields, why = wire.read(found, request.writes)
    except wire.Misfit as misfit:
        return Flawed(kind="invalid", problems=misfit.problems)
    forbidden, doubtful = findings({**fields}, request, agent)
    if agent.output == "summary":
        # A summary is read by many and signed by nobody, so a doubt is enough to drop it.
        forbidden, doubtful = (*forbidden, *doubtful), ()
    if forbidden:
        return Flawed(kind="invalid", problems=forbidden)
    return Written(fields=fields, why=str(normalised(why)), doubts=doubtful)


def _no_object(answer: Answer) -> Flawed:
    if answer.finish == "length":
        return Flawed(kind="truncated", problems=("the answer was cut off; write less",))
    if answer.tool_call:
        return Flawed(
            kind="invalid", problems=("there are no tools to call; answer with the JSON object",)
        )
    return Flawed(kind="invalid", problems=("there is no JSON object in the answer",))


def better(first: Verdict, second: Verdict) -> bool:
    """Whether `second` is at least as good as `first`."""
    return _rank(second) <= _rank(first)


def _rank(one: Verdict) -> tuple[int, int]:
    return (1, 0) if isinstance(one, Flawed) else (0, len(one.doubts))
