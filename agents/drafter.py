"""Which drafter there is: a model's where a key or a server is set, else the templates'."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.chat import ChatDrafter
from agents.offline import TemplateDrafter
from agents.provider import Provider

if TYPE_CHECKING:
    from workflows.ports import Clock, Drafter, Ledger


def drafter(
    *,
    api_key: str | None,
    base_url: str | None,
    model: str,
    strong_model: str | None,
    ledger: Ledger,
    clock: Clock,
    timeout: float = 60.0,
) -> Drafter:
    """Return the drafter for these settings. `timeout` is seconds for one call to a model.

    An empty key and base URL mean that no model is connected; a base URL alone is a server that wants no key.
    """
    if not (api_key or base_url) or not model:
        return TemplateDrafter()
    provider = Provider(api_key=api_key or None, base_url=base_url or None, clock=clock)
    return ChatDrafter(
        provider=provider,
        ledger=ledger,
        model=model,
        strong_model=strong_model or "",
        timeout=timeout,
    )
