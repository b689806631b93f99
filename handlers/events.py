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


def person_changed(desk: Desk, event: dict[str, Any]) -> None:
    """Have Slack asked about somebody again. What the event says of them is not used: it may come late, or twice."""
    user: Any = event.get("user") or ""
    desk.people_changed([user if isinstance(user, str) else str(user["id"])])


def group_changed(desk: Desk, _event: dict[str, Any]) -> None:
    """Have Slack asked who is in its groups."""
    desk.people_changed(None)


def place_changed(desk: Desk, event: dict[str, Any]) -> None:
    """Have Slack asked again when somebody who works here came into a channel or left it."""
    desk.people_changed([str(event.get("user") or "")])


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
    "user_change": person_changed,
    "team_join": person_changed,
    "dnd_updated_user": person_changed,
    "subteam_created": group_changed,
    "subteam_updated": group_changed,
    "subteam_members_changed": group_changed,
    "member_joined_channel": place_changed,
    "member_left_channel": place_changed,
    "tokens_revoked": tokens_revoked,
    "app_uninstalled": app_uninstalled,
}
