"""What a call costs, from the price list that comes with `genai-prices`; nothing is downloaded."""

from __future__ import annotations

from decimal import ROUND_UP, Decimal
from importlib.metadata import version

from agents.answer import Usage

#: The price version of a model that the list does not know: it runs on somebody's own machine.
LOCAL = "local"


def cost_micros(model: str, base_url: str | None, usage: Usage) -> int:
    """Return the cost in millionths of a US dollar, rounded up; 0 for a model that is not in the list."""
    from genai_prices import Usage as Tokens  # noqa: PLC0415 -- half a second, paid by who has a model
    from genai_prices import calc_price  # noqa: PLC0415 -- as above

    total = usage.tokens_in or 0
    tokens = Tokens(
        input_tokens=total,
        cache_read_tokens=min(usage.cached, total),
        output_tokens=usage.tokens_out or 0,
    )
    where = {"provider_api_url": base_url} if base_url else {"provider_id": "openai"}
    try:
        price = calc_price(tokens, model, **where).total_price
    except LookupError:
        return 0
    return int((price * 1_000_000).quantize(Decimal(1), rounding=ROUND_UP))


def price_version(model: str, base_url: str | None) -> str:
    """Return the price list a cost was worked out with, or `local`."""
    known = cost_micros(model, base_url, Usage(tokens_in=1_000_000, tokens_out=1_000_000))
    return f"genai-prices {version('genai-prices')}" if known else LOCAL
