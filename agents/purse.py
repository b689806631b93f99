"""What one draft may spend: put aside before each call, settled after it, written down whatever came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.answer import Usage
from agents.prompt import MOST_OUTPUT
from agents.shortfall import Shortfall
from workflows.ports import ModelCall
from workflows.text import Untrusted

if TYPE_CHECKING:
    from agents.answer import Answer
    from agents.prices import Prices
    from agents.provider import Ask
    from agents.roster import Agent
    from agents.shortfall import Fault
    from workflows.ports import DraftRequest, Ledger

#: Characters a token has at least, put aside for; and on average, booked where a server doesn't count.
_LEAST, _MEAN = 2, 4


@dataclass(frozen=True, kw_only=True)
class Reserved:
    """Money put aside for one call."""

    id: str
    micros: int
    ask: Ask


@dataclass(kw_only=True)
class Purse:
    """The calls of one draft and their sum. `estimated` when a server did not count tokens itself."""

    request: DraftRequest
    agent: Agent
    ledger: Ledger
    prices: Prices
    prompt_version: str
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_micros: int = 0
    estimated: bool = False

    def reserve(self, ask: Ask) -> Reserved:
        """Put the worst case of one call aside. Raises `Shortfall` when a bound of the day or draft is reached."""
        if self.calls >= self.agent.max_calls:
            raise Shortfall(
                kind="over-budget", words="the model was asked as often as one draft allows"
            )
        worst = self._cost(ask, Usage(tokens_in=_told(ask) // _LEAST, tokens_out=MOST_OUTPUT))
        if self.cost_micros + worst > self.agent.max_cost_micros:
            raise Shortfall(kind="over-budget", words="this draft's model budget is spent")
        reservation = self.ledger.reserve(self.request.playbook, worst)
        if reservation is None:
            raise Shortfall(kind="over-budget", words="today's model budget is spent")
        self.calls += 1
        return Reserved(id=reservation, micros=worst, ask=ask)

    def settle(self, reserved: Reserved, answer: Answer, outcome: str) -> None:
        """Book what an answer cost; where the server didn't count, what it must have been about."""
        usage = answer.usage
        self.estimated |= usage.tokens_in is None or usage.tokens_out is None
        told, said = _told(reserved.ask) // _MEAN, len(answer.text) // _MEAN
        counted = Usage(
            tokens_in=told if usage.tokens_in is None else usage.tokens_in,
            cached=usage.cached,
            tokens_out=said if usage.tokens_out is None else usage.tokens_out,
        )
        cost = self._cost(reserved.ask, counted)
        self._book(reserved, outcome, answer.raw, (counted, cost), answer)

    def fail(self, reserved: Reserved, fault: Fault) -> None:
        """Book a failed call; one the provider may have worked on is booked at its worst."""
        cost = reserved.micros if fault.billed else 0
        self.estimated |= fault.billed
        self._book(reserved, fault.outcome, fault.raw, (Usage(), cost))

    def _book(
        self,
        reserved: Reserved,
        outcome: str,
        raw: str,
        paid: tuple[Usage, int],
        answer: Answer | None = None,
    ) -> None:
        usage, cost = paid
        call = ModelCall(
            run_id=self.request.run_id,
            agent=self.agent.name,
            model=(answer.model if answer else "") or reserved.ask.model,
            prompt_version=self.prompt_version,
            attempt=self.calls,
            outcome=outcome,
            answer=Untrusted(raw),
            response_id=answer.response_id if answer else "",
            tokens_in=usage.tokens_in or 0,
            tokens_out=usage.tokens_out or 0,
            cost_micros=cost,
        )
        self.tokens_in += call.tokens_in
        self.tokens_out += call.tokens_out
        self.cost_micros += cost
        self.ledger.settle(reserved.id, call)

    def _cost(self, ask: Ask, usage: Usage) -> int:
        return self.prices.cost_micros(ask.model, usage)


def _told(ask: Ask) -> int:
    return sum(len(message["content"].encode()) for message in ask.messages)
