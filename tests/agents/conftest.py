from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.chat import ChatDrafter
from agents.provider import Provider
from tests.agents.chat_server import ChatServer
from tests.agents.examples import FakeLedger
from tests.fakes.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with ChatServer() as started:
        yield started


@pytest.fixture(scope="module")
def provider(server: ChatServer) -> Provider:
    return Provider(api_key="sk-canary-1234567890", base_url=server.url, clock=FakeClock())


@pytest.fixture
def ledger() -> FakeLedger:
    return FakeLedger()


@pytest.fixture
def waits() -> list[float]:
    """The seconds the retry policy would have slept."""
    return []


@pytest.fixture
def drafter(
    provider: Provider, ledger: FakeLedger, waits: list[float]
) -> Callable[..., ChatDrafter]:
    def made(**changes: object) -> ChatDrafter:
        plain = {"provider": provider, "ledger": ledger, "model": "small", "sleep": waits.append}
        return ChatDrafter(**{**plain, "timeout": 5.0, **changes})  # type: ignore[arg-type] -- a test's choice

    return made
