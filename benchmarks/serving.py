"""A process to press on: the bot, or a Bolt listener that only acknowledges, behind the same HTTP server.

`python -m benchmarks.serving bare|bot PORT SLACK_API HOME DATABASE_URL`
"""

from __future__ import annotations

import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult

from benchmarks.company import BOT_TOKEN, SECRET, opened
from bot.app import LISTENERS, build
from bot.clock import SystemClock
from bot.web.server import Web
from bot.web.signature import Signature
from bot.web.slack import SlackEndpoint

if TYPE_CHECKING:
    from slack_bolt import Ack


def bare() -> App:
    """Return an app whose one listener acknowledges presses and does nothing else."""
    app = App(
        authorize=lambda: AuthorizeResult(
            enterprise_id=None, team_id="T0BENCH1", bot_token=BOT_TOKEN, bot_user_id="U0BOT"
        ),
        request_verification_enabled=False,
        listener_executor=ThreadPoolExecutor(LISTENERS),
    )

    def listen(ack: Ack) -> None:
        ack()

    app.action("approve")(listen)
    return app


def main(arguments: list[str]) -> None:
    """Serve until SIGTERM."""
    kind, port, api, home, url = arguments
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _signal, _frame: stop.set())
    if kind == "bare":
        endpoint = SlackEndpoint(bare().dispatch, Signature(SECRET, SystemClock()))
        web = Web(host="127.0.0.1", port=int(port), look=lambda: (), slack=endpoint)
        web.serve(web.listen(), stop)
        return
    foundation = opened(Path(home), url, slack_api=api, port=int(port)).foundation
    build(foundation).serve(stop)


if __name__ == "__main__":
    main(sys.argv[1:])
