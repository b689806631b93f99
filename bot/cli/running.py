"""`sayso demo`, `sayso run`, `sayso doctor`: what keeps running, and whether it could."""

from __future__ import annotations

import logging
import signal
import time
import webbrowser
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from bot.cli.output import Json, as_json, say

Port = Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")]
NoOpen = Annotated[bool, typer.Option("--no-open", help="Don't open a browser.")]
Data = Annotated[Path, typer.Option(help="Where the demo keeps what happens.")]
Home = Annotated[
    Path | None, typer.Option(help="A company's own folder instead of the sample company.")
]


def demo(
    port: Port = 8765,
    no_open: NoOpen = False,
    data: Data = Path(".sayso"),
    home: Home = None,
) -> None:
    """Try the whole product in a browser: no Slack account, no model key, nothing leaves this machine."""
    from bot.clock import SystemClock  # noqa: PLC0415 -- `--help` stays quick
    from bot.demo import CannotServe, Demo  # noqa: PLC0415 -- `--help` stays quick
    from bot.sample import write_sample  # noqa: PLC0415 -- as above

    _log_to_stderr(logging.WARNING)
    if home is None:
        home = data / "company"
        if not (home / "company.yml").exists():
            today = SystemClock().now().date()
            monday = today + timedelta(days=7 - today.weekday())
            write_sample(home, today, monday=monday)
    try:
        show = Demo(home, data, port=port).start()
    except OSError as error:
        raise CannotServe(port=port, reason=error.strerror or error) from error
    say(f"The local workspace is at {show.url}")
    say("Press Ctrl+C to stop; what happened is kept.")
    if not no_open:
        webbrowser.open(show.url)
    stop = _until_stopped()
    while not stop.is_set():
        time.sleep(0.2)  # an event's own wait may sleep through the signal that sets it
    say("Stopping; the work in hand is finished first.")
    show.stop()


def run() -> None:
    """Run the bot on Slack: connects over Socket Mode and works until it is stopped."""
    from bot.app import build, found  # noqa: PLC0415 -- `--help` stays quick
    from bot.settings import read_settings  # noqa: PLC0415 -- as above

    _log_to_stderr(logging.INFO)
    settings = read_settings()
    settings.require(("slack_bot_token", "slack_app_token"))
    program = build(found(settings))
    say("Sayso is running. Press Ctrl+C to stop.")
    program.serve(_until_stopped())


def doctor(json: Json = False) -> int:
    """Say what would not work, why, and the fix."""
    from bot.doctor import examine  # noqa: PLC0415 -- `--help` stays quick
    from bot.settings import read_settings  # noqa: PLC0415 -- as above

    findings = examine(read_settings())
    if json:
        as_json([finding.model_dump(mode="json") for finding in findings])
    for finding in () if json else findings:
        say(f"{'ok ' if finding.ok else 'FIX'}  {finding.what}")
        if not finding.ok:
            say(f"     {finding.why}. {finding.fix}")
    return 0 if all(finding.ok for finding in findings) else 3


def _until_stopped() -> Event:
    """Return an event that Ctrl+C or SIGTERM sets."""
    stop = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda _signal, _frame: stop.set())
    return stop


def _log_to_stderr(level: int) -> None:
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("apscheduler", "slack_bolt", "slack_sdk"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
