"""Takes the pictures of the docs from the running demo: `python docs/pictures/make.py [CHROMIUM]`."""

# ruff: noqa: INP001 -- a script beside its pictures, not a package
from __future__ import annotations

import shutil
import sys
import tempfile
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from bot.clock import SystemClock
from bot.demo import Demo
from bot.sample import write_sample

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HERE = Path(__file__).parent
#: Friday is day 4 of a week; the sample's tables are complete up to the Monday after.
FRIDAY, TO_MONDAY = 4, timedelta(days=3)
LEAD, REP, SALES, KPI = "U01LEE", "U01NOA", "C01SALES", "C01KPI"
DESKTOP, PHONE, TALL = (1100, 760), (360, 1010), (1000, 1000)
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
LIMIT = 200_000


def coming_friday() -> datetime:
    """Return 14:00 UTC of the next Friday after today: the demo's clock only moves forward."""
    today = SystemClock().now().date()
    day = today + timedelta(days=(FRIDAY - today.weekday() - 1) % 7 + 1)
    return datetime.combine(day, time(14), UTC)


def page(browser: Browser, demo: Demo, place: str, size: tuple[int, int]) -> Page:
    """Open a channel as the sales lead in a window of `size` pixels."""
    opened = browser.new_page(viewport={"width": size[0], "height": size[1]})
    opened.goto(f"{demo.url}/#as={LEAD}&at={place}")
    return opened


def shoot(opened: Page, name: str) -> None:
    """Write one picture. Raises `SystemExit` when it is too large for the docs."""
    opened.wait_for_timeout(300)
    file = HERE / f"{name}.png"
    opened.screenshot(path=file)
    opened.close()
    if file.stat().st_size > LIMIT:
        sys.exit(f"{file.name} has {file.stat().st_size} bytes; at most {LIMIT} are kept.")
    sys.stdout.write(f"{file.name}: {file.stat().st_size} bytes\n")


def draft_card(browser: Browser, demo: Demo) -> None:
    """Picture a draft that waits for a signature, on a desk and on a phone."""
    noa = demo.sandbox.person(REP)
    noa.command("/playbook", "quote-follow-up Q-1043", SALES)
    noa.wait_message(SALES, "Lark Bakery")
    for name, size in (("card", DESKTOP), ("card-phone", PHONE)):
        opened = page(browser, demo, SALES, size)
        opened.get_by_test_id("action-approve").wait_for()
        shoot(opened, name)


def weekly_numbers(browser: Browser, demo: Demo) -> None:
    """Picture the post of Monday at eight."""
    opened = page(browser, demo, KPI, TALL)
    opened.get_by_role("button", name="Next Monday 08:00").click()
    opened.get_by_role("img", name="line chart").wait_for()
    opened.locator(".messages").evaluate("list => { list.scrollTop = 60; }")
    shoot(opened, "kpi")


def main() -> None:
    """Take all pictures."""
    chromium = sys.argv[1] if len(sys.argv) > 1 else shutil.which("chromium")
    if not chromium:
        sys.exit("There is no Chromium. Install it, or name one: python docs/pictures/make.py PATH")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        home = Path(folder) / "company"
        friday = coming_friday()
        write_sample(home, friday.date() + TO_MONDAY)
        demo = Demo(home, Path(folder) / "data")
        demo.clock.move_to(friday)
        demo.start()
        browser = play.chromium.launch(executable_path=chromium, args=list(FLAGS))
        try:
            draft_card(browser, demo)
            weekly_numbers(browser, demo)
        finally:
            browser.close()
            demo.stop()


if __name__ == "__main__":
    main()
