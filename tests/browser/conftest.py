"""The demo as people get it, and people in front of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from bot.demo import Demo
from bot.sample import write_sample
from tests.browser.seat import LEAD, Seat
from tests.slack import playbooks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext

#: A Friday morning; the sample's tables are complete up to the Monday after it.
FRIDAY = datetime(2040, 3, 2, 14, 0, tzinfo=UTC)
MONDAY = date(2040, 3, 5)
#: Milliseconds something may take to show.
PATIENCE = 10_000


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    write_sample(folder / "company", MONDAY)
    playbooks.question(folder / "company")
    _side_by_side(folder / "company")
    made = Demo(folder / "company", folder / "data")
    made.clock.move_to(FRIDAY)
    made.start()
    yield made
    made.stop()


def _side_by_side(home: Path) -> None:
    """Let the stories of a file be about the same quote."""
    file = home / "playbooks" / "quote-follow-up.yml"
    text = file.read_text(encoding="utf-8")
    assert "mode: single" in text
    anew = text.replace("mode: single", "mode: parallel").replace("kind: follow-up\n", "")
    file.write_text(anew, encoding="utf-8")
    with (home / "company.yml").open("a", encoding="utf-8") as company:
        company.write("customers: {one_card: false}\n")


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[Seat, str], None]:
    """Return what keeps a look at a page, beside what the test leaves behind."""

    def taken(seat: Seat, name: str) -> None:
        seat.page.screenshot(path=str(tmp_path / f"{name}.png"))

    return taken


@pytest.fixture
def sit(browser: Browser, demo: Demo) -> Iterator[Callable[..., Seat]]:
    """Seat people, each at a browser of their own. What the browser complains about fails the test."""
    expect.set_options(timeout=PATIENCE)
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
