"""The drafter with a model behind it; where the model gives nothing usable, templates write, and say so."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from agents import prompt, shown
from agents.ladder import Capabilities, Ladder
from agents.offline import TemplateDrafter
from agents.prices import Prices, Rate
from agents.purse import Purse
from agents.roster import admitted
from agents.shortfall import Shortfall
from agents.verdict import Flawed, Written
from workflows.commands import Drafted
from workflows.ports import NotDrafted
from workflows.run import Authorship
from workflows.text import Untrusted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agents.ladder import Reached
    from agents.provider import Provider
    from agents.roster import Agent
    from workflows.ports import DraftRequest, Ledger

#: All calls of one draft together may take this many times the time-out of one.
_CALLS_IN_TIME = 3
_FLAWS = {
    "refused": "the model declined to write it",
    "truncated": "the model's answer was cut off",
    "invalid": "the model's answer could not be used",
}


@dataclass(frozen=True, kw_only=True)
class ChatDrafter:
    """Writes with a language model over `chat.completions`, as OpenAI and many servers speak it."""

    provider: Provider
    ledger: Ledger
    model: str
    #: Asked once more when the first model's text can't be used; empty for none.
    strong_model: str = ""
    #: Seconds one call may take.
    timeout: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    #: The company's own prices, by model.
    rates: Mapping[str, Rate] = field(default_factory=dict[str, Rate])
    known: Capabilities = field(default_factory=Capabilities)

    def draft(self, request: DraftRequest) -> Drafted | NotDrafted:
        """Return the model's draft, or a template's that says why, or neither and why.

        Raises only what the ledger raises: a call that can't be put on the record is not made.
        """
        agent = admitted(request)
        if isinstance(agent, NotDrafted):
            return agent
        purse = Purse(
            request=request,
            agent=agent,
            ledger=self.ledger,
            prices=Prices(base_url=self.provider.base_url, own=self.rates),
            prompt_version=prompt.version(request, agent),
        )
        try:
            reached = self._ladder(purse).climb(self.models(agent))
        except Shortfall as shortfall:
            return _instead(purse, shortfall)
        if isinstance(reached.verdict, Flawed):
            kind = reached.verdict.kind
            return _instead(purse, Shortfall(kind=kind, words=_FLAWS[kind]))
        return self._drafted(purse, reached, reached.verdict)

    def _ladder(self, purse: Purse) -> Ladder:
        seconds = self.timeout * _CALLS_IN_TIME
        return Ladder(
            provider=self.provider,
            purse=purse,
            known=self.known,
            timeout=self.timeout,
            until=self.provider.clock.now() + timedelta(seconds=seconds),
            sleep=self.sleep,
        )

    def models(self, agent: Agent) -> tuple[str, ...]:
        """Return the models to ask, in order."""
        both = (
            (self.model, self.strong_model)
            if agent.tier == "small"
            else (self.strong_model, self.model)
        )
        return tuple(dict.fromkeys(name for name in both if name))

    def _drafted(self, purse: Purse, reached: Reached, written: Written) -> Drafted:
        request, answer = purse.request, reached.answer
        model = answer.model
        author = Authorship(
            agent=purse.agent.name,
            model=model,
            prompt_version=purse.prompt_version,
            label=f"written by {model}",
            response_id=answer.response_id,
            price_version=purse.prices.version(self.model),
        )
        accepted = request.accepted
        return Drafted(
            fields=written.fields,
            why=Untrusted(written.why),
            evidence=request.facts or shown.evidence(request, purse.agent),
            confidence=accepted.model_copy(update={"gates": (*accepted.gates, *written.doubts)}),
            author=_charged(author, purse),
            context=shown.context_hash(request),
            learnt=tuple(each.id for each in request.examples),
        )


def _charged(author: Authorship, purse: Purse) -> Authorship:
    """Return `author` with what all calls for this draft cost, the failed ones too."""
    spent = {
        "tokens_in": purse.tokens_in,
        "tokens_out": purse.tokens_out,
        "cost_micros": purse.cost_micros,
        "estimated": purse.estimated,
    }
    return author.model_copy(update=spent)


def _instead(purse: Purse, shortfall: Shortfall) -> Drafted | NotDrafted:
    """Let a template write it, under a label that says what happened to the model."""
    written = TemplateDrafter(instead=shortfall.words).draft(purse.request)
    if isinstance(written, Drafted):
        return written.model_copy(update={"author": _charged(written.author, purse)})
    if purse.request.wish.raw:
        return written.model_copy(update={"kind": shortfall.kind})
    words = f"{shortfall.words[0].upper()}{shortfall.words[1:]}"
    problem = f"{words}, and no template could be used either. {written.problem}"
    return NotDrafted(kind=shortfall.kind, problem=problem)
