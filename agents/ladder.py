"""How a draft is won from a model: strict schema, plain JSON, prompt alone; then one mending turn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from agents import prompt, wire
from agents.answer import answer
from agents.provider import Ask, Limit, Rung
from agents.retry import retrying
from agents.shortfall import Fault, Shortfall
from agents.verdict import Flawed, Verdict, Written, better, verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from agents.answer import Answer
    from agents.prompt import Message
    from agents.provider import Provider
    from agents.purse import Purse

_RUNGS: tuple[Rung, ...] = ("schema", "object", "prompt")
#: What a server answers when it doesn't know a parameter.
_UNSUPPORTED = {400, 415, 422, 501}


class Capability(NamedTuple):
    """What a server was found to understand."""

    rung: Rung
    limit: Limit

    def lower(self, fault: Fault) -> Capability | None:
        """Return the next thing to try after a request was refused as malformed, or None at the end."""
        if self.limit == "max_tokens" and "max_completion_tokens" in fault.raw:
            return self._replace(limit="max_completion_tokens")
        below = _RUNGS.index(self.rung) + 1
        return self._replace(rung=_RUNGS[below]) if below < len(_RUNGS) else None


#: By base URL and model: learned from the first draft, so that the next needs one call.
Capabilities = dict[tuple[str | None, str], Capability]


class Reached(NamedTuple):
    """An answer and what it is worth."""

    answer: Answer
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """The way to one draft. It ends: in an answer, or in a `Shortfall` that says why there is none."""

    provider: Provider
    purse: Purse
    known: Capabilities
    #: Seconds one call may take, and when all of them must be over.
    timeout: float
    until: datetime
    sleep: Callable[[float], None]

    def climb(self, models: tuple[str, ...]) -> Reached:
        """Return the best answer; a later model is asked only if what came before can't be shown without a doubt.

        Raises `Shortfall` when the first model did not answer at all.
        """
        best = self._with(models[0])
        for model in models[1:]:
            if not _worth_mending(best.verdict):
                break
            try:
                reached = self._with(model)
            except Shortfall:
                break
            best = reached if better(best.verdict, reached.verdict) else best
        return best

    def _with(self, model: str) -> Reached:
        told = prompt.messages(self.purse.request, self.purse.agent)
        first = self._answered(model, told)
        if not _worth_mending(first.verdict):
            return first
        problems = _problems(first.verdict)
        try:
            second = self._answered(model, told + prompt.mending(first.answer.text, problems))
        except Shortfall:
            return first
        return second if better(first.verdict, second.verdict) else first

    def _answered(self, model: str, messages: list[Message]) -> Reached:
        """Ask in the strictest form the server is known to take; step down where it refuses the form."""
        place = (self.provider.base_url, model)
        limit: Limit = "max_completion_tokens" if self.provider.is_openai else "max_tokens"
        can: Capability | None = self.known.get(place, Capability("schema", limit))
        schema = wire.schema(self.purse.request.writes)
        ask = Ask(model=model, messages=messages, schema=schema)
        while True:
            try:
                reached = self._tried(replace(ask, rung=can.rung, limit=can.limit))
            except Fault as fault:
                lower = can.lower(fault) if _is_about_form(fault) else None
                if lower is None:
                    raise
                can = lower
            else:
                self.known[place] = can
                return reached

    def _tried(self, ask: Ask) -> Reached:
        policy = retrying(clock=self.provider.clock, until=self.until, sleep=self.sleep)
        return policy(self._once, ask)

    def _once(self, ask: Ask) -> Reached:
        """Make one call: money aside, question, answer, verdict, books. Nothing between skips the books."""
        left = (self.until - self.provider.clock.now()).total_seconds()
        if left <= 0:
            raise Shortfall(kind="unavailable", words="the model did not answer in time")
        reserved = self.purse.reserve(ask)
        try:
            raw = self.provider.post(ask, min(self.timeout, left))
            found = _readable(raw, ask)
        except Fault as fault:
            self.purse.fail(reserved, fault)
            raise
        judged = verdict(found, self.purse.request, self.purse.agent)
        outcome = judged.kind if isinstance(judged, Flawed) else "written"
        self.purse.settle(reserved, found, outcome)
        return Reached(found, judged)


def _readable(raw: str, ask: Ask) -> Answer:
    """Read the body; a proxy's error page or half a body is a passing fault of the server, not an answer."""
    found = answer(raw)
    if found is None:
        raise Fault(outcome="unreadable", raw=raw, retryable=True, billed=True)
    return found.model_copy(update={"model": found.model or ask.model})


def _is_about_form(fault: Fault) -> bool:
    too_long = "context_length" in fault.raw
    return fault.status in _UNSUPPORTED and fault.kind == "unavailable" and not too_long


def _worth_mending(judged: Verdict) -> bool:
    return judged.mendable if isinstance(judged, Flawed) else bool(judged.doubts)


def _problems(judged: Verdict) -> tuple[str, ...]:
    return judged.doubts if isinstance(judged, Written) else judged.problems
