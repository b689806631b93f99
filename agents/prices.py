"""What a call costs, from the price list that comes with `genai-prices`; nothing is downloaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_UP, Decimal
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

from agents.answer import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The price version of a model that no list knows: it is taken to run on somebody's own machine.
LOCAL = "local"


class Rate(NamedTuple):
    """US dollars per million tokens."""

    tokens_in: Decimal
    tokens_out: Decimal


@dataclass(frozen=True, kw_only=True)
class Prices:
    """The prices at one server: what the company set for itself, else the public list, else nothing."""

    base_url: str | None
    #: By model name; for gateways and contracts the list knows nothing of.
    own: Mapping[str, Rate] = field(default_factory=dict[str, Rate])

    def cost_micros(self, model: str, usage: Usage) -> int:
        """Return the cost in millionths of a US dollar, rounded up; 0 for an unknown model."""
        if rate := self.own.get(model):
            tokens_in, tokens_out = usage.tokens_in or 0, usage.tokens_out or 0
            return _up(rate.tokens_in * tokens_in + rate.tokens_out * tokens_out)
        return _up((self._listed(model, usage) or Decimal(0)) * 1_000_000)

    def version(self, model: str) -> str:
        """Return which list the cost was worked out with: `own`, `genai-prices 0.2.3` or `local`."""
        if model in self.own:
            return "own"
        known = self._listed(model, Usage()) is not None
        return f"genai-prices {version('genai-prices')}" if known else LOCAL

    def _listed(self, model: str, usage: Usage) -> Decimal | None:
        from genai_prices import Usage as Tokens  # noqa: PLC0415 -- half a second, paid by who has a model
        from genai_prices import calc_price  # noqa: PLC0415 -- as above

        total = usage.tokens_in or 0
        tokens = Tokens(
            input_tokens=total,
            cache_read_tokens=min(usage.cached, total),
            output_tokens=usage.tokens_out or 0,
        )
        try:
            if self.base_url:
                return calc_price(tokens, model, provider_api_url=self.base_url).total_price
            return calc_price(tokens, model, provider_id="openai").total_price
        except LookupError:
            return None


def _up(micros: Decimal) -> int:
    return int(micros.quantize(Decimal(1), rounding=ROUND_UP))
