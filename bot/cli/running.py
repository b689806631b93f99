"""`sayso demo`, `sayso run`, `sayso doctor`: what keeps running, and whether it could."""

from __future__ import annotations

import logging
import os
import signal
import time
import webbrowser
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Annotated

import typer

from bot.cli.output import Json, as_json, say

Port = Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")]
NoOpen = Annotated[bool, typer.Option("--no-open", help="Don't open a browser.")]
Data = Annotated[Path, typer.Option(help="Where the demo keeps what happens.")]
Home = Annotated[
    Path | None, typer.Option(help="A company's own folder instead of the sample company.")
]
Roles = Annotated[
    str,
    typer.Option(
        "--role",
        help="What this process does: web, socket, worker, several with commas. Without it all of SLACK_MODE.",
    ),
]

#: Seconds after which a process that was told to stop is gone, whatever hangs.
LEAVE = 9.5


def demo(
    port: Port = 8765,
    no_open: NoOpen = False,
    data: Data = Path(".sayso"),
    home: Home = None,
) -> None:
    """Try the whole product in a browser: no Slack account, no model key, nothing leaves this machine."""
    from bot.clock import SystemClock  # noqa: PLC0415 -- `--help` stays quick
    from bot.demo import CannotServe, Demo  # noqa: PLC0415 -- `--help` stays quick
    from bot.logs import configure  # noqa: PLC0415 -- as above
    from bot.sample import write_sample  # noqa: PLC0415 -- as above

    configure(logging.WARNING)
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


def run(role: Roles = "") -> None:
    """Run the bot on Slack and work until it is stopped: over Socket Mode, or over HTTP with SLACK_MODE=http."""
    from bot.app import build, found  # noqa: PLC0415 -- `--help` stays quick
    from bot.logs import configure  # noqa: PLC0415 -- as above
    from bot.redaction import secrets_in  # noqa: PLC0415 -- as above
    from bot.roles import roles_of  # noqa: PLC0415 -- as above
    from bot.settings import read_settings  # noqa: PLC0415 -- as above

    settings = read_settings()
    configure(settings.log_level, settings.log_format, secrets=secrets_in(dict(settings)))
    roles = roles_of(settings, role.replace(",", " ").split())
    settings.require(settings.slack_secrets)
    program = build(found(settings), roles=roles)
    say(f"Sayso is running as {', '.join(sorted(roles))}. Press Ctrl+C to stop.")
    stop = _until_stopped()
    Thread(target=_leave, args=(stop,), name="leave", daemon=True).start()
    program.serve(stop)


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


def _leave(stop: Event) -> None:
    """End a process that was told to stop and hangs in somebody else's call.

    Nothing is lost: what was decided is recorded, and what was in hand is taken up again, as after a crash.
    """
    stop.wait()
    time.sleep(LEAVE)
    logging.getLogger(__name__).warning("a call hangs; leaving without its answer")
    os._exit(0)
