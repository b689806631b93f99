"""The demo as people get it, and Chromium in front of it. A browser that is missing fails, it never skips."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from bot.demo import Demo
from bot.sample import write_sample
from tests.browser.seat import LEAD, Seat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
#: A Friday morning; the sample's tables are complete up to the Monday after it.
FRIDAY = datetime(2040, 3, 2, 14, 0, tzinfo=UTC)
MONDAY = date(2040, 3, 5)
#: Milliseconds something may take to show.
PATIENCE = 10_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    asked = os.environ.get("SAYSO_TEST_BROWSER")  # noqa: TID251 -- the run says where its browser is
    found = asked or shutil.which("chromium")
    if not found:
        pytest.fail("There is no Chromium. Install it, or name one in SAYSO_TEST_BROWSER.")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=found, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    write_sample(folder / "company", MONDAY)
    made = Demo(folder / "company", folder / "data")
    made.clock.move_to(FRIDAY)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def sit(browser: Browser, demo: Demo) -> Iterator[Callable[..., Seat]]:
    """Seat people, each at a browser of their own. What the browser complains about fails the test."""
    seats: list[Seat] = []
    contexts: list[BrowserContext] = []

    def seated(
        person: str = LEAD, place: str = "C01SALES", width: int = 1280, height: int = 800
    ) -> Seat:
        phone = width < 500
        context = browser.new_context(viewport={"width": width, "height": height}, has_touch=phone)
        contexts.append(context)
        seats.append(Seat(context, demo.url, person, place))
        return seats[-1]

    yield seated
    for context in contexts:
        context.close()
    assert [wrong for seat in seats for wrong in seat.wrong] == []
