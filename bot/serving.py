"""The HTTP server of a program and what it counts, where there is to be one. Most installations need neither."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.settings import secret
from bot.storage.figures import figures

if TYPE_CHECKING:
    from slack_bolt import App

    from bot.metrics import Metrics
    from bot.program import Foundation
    from bot.readiness import Readiness
    from bot.web.server import Web


def server_of(
    foundation: Foundation, ready: Readiness, metrics: Metrics | None, slack: App | None
) -> Web | None:
    """Return the HTTP server, if there is to be one; `slack` is what its requests go to if they come this way."""
    settings = foundation.settings
    if not settings.web_port:
        return None
    from bot.web.server import Web  # noqa: PLC0415 -- most installations need none
    from bot.web.signature import Signature  # noqa: PLC0415 -- as above
    from bot.web.slack import SlackEndpoint  # noqa: PLC0415 -- as above

    known = Signature(secret(settings.slack_signing_secret), foundation.clock) if slack else None
    return Web(
        host=settings.web_host,
        port=settings.web_port,
        look=ready.findings,
        slack=SlackEndpoint(slack.dispatch, known) if slack and known else None,
        metrics=metrics.render if metrics else None,
    )


def metrics_of(foundation: Foundation) -> Metrics | None:
    """Return what counts, if there is a server to ask for it."""
    if not foundation.settings.web_port:
        return None
    from bot.metrics import Metrics  # noqa: PLC0415 -- most installations need none

    return Metrics(
        partial(figures, foundation.database),
        foundation.clock,
        zone=lambda: foundation.folder.company().tz,
        database=foundation.database.dialect,
    )
