"""What calls cost: own prices first, then the public list, and nothing for a model nobody lists."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agents.answer import Usage
from agents.prices import Prices, Rate

MANY = Usage(tokens_in=1_000_000, tokens_out=1_000_000)


@pytest.mark.parametrize(
    ("base_url", "model", "version"),
    [
        (None, "gpt-5.4-mini", "genai-prices "),
        ("https://api.openai.com/v1", "gpt-5.4-mini", "genai-prices "),
        (None, "nonesuch", "local"),
        ("http://127.0.0.1:8000/v1", "gpt-5.4-mini", "local"),
    ],
)
def test_the_public_list_knows_public_servers(
    base_url: str | None, model: str, version: str
) -> None:
    """A model on one's own machine costs nothing, also when it is called like a public one."""
    prices = Prices(base_url=base_url)
    assert prices.version(model).startswith(version)
    assert (prices.cost_micros(model, MANY) > 0) is (version != "local")


def test_cached_tokens_are_cheaper_and_never_more_than_all() -> None:
    """A server that claims more cached tokens than it was sent is not believed."""
    prices = Prices(base_url=None)
    warm = prices.cost_micros("gpt-5.4-mini", Usage(tokens_in=1_000, cached=900))
    assert warm < prices.cost_micros("gpt-5.4-mini", Usage(tokens_in=1_000))
    assert prices.cost_micros("gpt-5.4-mini", Usage(tokens_in=10, cached=99)) >= 0


def test_own_prices_come_first_and_round_up() -> None:
    """A company's contract counts before the list; a fraction of a micro-dollar is a whole one."""
    prices = Prices(base_url=None, own={"gpt-5.4-mini": Rate(Decimal("0.1"), Decimal(2))})
    assert prices.cost_micros("gpt-5.4-mini", Usage(tokens_in=3, tokens_out=1)) == 3
    assert prices.cost_micros("gpt-5.4-mini", Usage()) == 0
    assert prices.version("gpt-5.4-mini") == "own"
