"""What Slack tells us. Every event is kept before it is acknowledged, so the same one twice counts once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from handlers.mentions import app_mention

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.desk import Desk

_log = logging.getLogger(__name__)


def app_home_opened(desk: Desk, event: dict[str, Any]) -> None:
    """Draw somebody's App Home, and keep it drawn from now on."""
    person = str(event.get("user") or "")
    if person and event.get("tab", "home") == "home":
        desk.watch_home(person, "")


def tokens_revoked(_desk: Desk, _event: dict[str, Any]) -> None:
    """Say that Slack took the tokens back; `sayso doctor` tells what to do."""
    _log.error("Slack revoked the tokens; nothing can be shown. Reinstall the app, then run doctor")


def app_uninstalled(_desk: Desk, _event: dict[str, Any]) -> None:
    """Say that the app was removed."""
    _log.error("the app was uninstalled from the workspace; runs wait until it is back")


#: Every event subscribed to; a convention test holds it equal to manifest.yml.
ON: dict[str, Callable[[Desk, dict[str, Any]], None]] = {
    "app_home_opened": app_home_opened,
    "app_mention": app_mention,
    "tokens_revoked": tokens_revoked,
    "app_uninstalled": app_uninstalled,
}
