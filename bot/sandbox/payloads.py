"""The shapes Slack sends to an app: presses, submissions, commands, shortcuts, events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.elements import BUTTONS, chosen
from bot.sandbox.state import State, new_id

if TYPE_CHECKING:
    from bot.sandbox.records import Channel, Json

#: Slack's long-gone verification token: apps that still compare it should fail.
_TOKEN = "local-workspace"  # noqa: S105 - a label, not a secret


def _header(state: State, user: str) -> Json:
    team = state.workspace.team_id
    name = state.people[user].handle
    return {
        "team": {"id": team, "domain": state.workspace.domain},
        "user": {"id": user, "username": name, "name": name, "team_id": team},
        "api_app_id": state.workspace.app_id,
        "token": _TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def channel_ref(channel: Channel) -> Json:
    """Return a conversation the way payloads name it."""
    if channel.kind == "im":
        return {"id": channel.id, "name": "directmessage"}
    return {"id": channel.id, "name": "privategroup" if channel.private else channel.name}


def action(block: Json, element: Json, given: object, at: str) -> Json:
    """Return one entry of `actions` for an element a person used at time `at`."""
    body: Json = {"type": element["type"], "block_id": block.get("block_id"), "action_ts": at}
    body["action_id"] = element.get("action_id")
    if element["type"] == "overflow":
        options = {option["value"]: option for option in element["options"]}
        return {**body, "selected_option": options[str(given)]}
    if element["type"] == "feedback_buttons":
        key = (
            "negative_button" if given == element["negative_button"]["value"] else "positive_button"
        )
        return {**body, "text": element[key]["text"], "value": element[key]["value"]}
    if element["type"] in BUTTONS:
        return {**body, **{k: element[k] for k in ("text", "value", "style") if k in element}}
    return {**body, **chosen(element, given)}


def message_press(state: State, user: str, channel: str, message: Json, more: Json) -> Json:
    """Return `block_actions` from a message; `more` holds actions, state, trigger and response URL."""
    hidden = bool(message.get("is_ephemeral"))
    container: Json = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel,
        "is_ephemeral": hidden,
    }
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    body: Json = {
        "type": "block_actions",
        **_header(state, user),
        "container": container,
        "channel": channel_ref(state.channel(channel)),
        **more,
    }
    # Slack leaves the message out of presses in ephemerals: there is nothing an app could read back.
    return body if hidden else {**body, "message": public(message)}


def public(message: Json) -> Json:
    """Return a message without the workspace's own notes."""
    return {key: value for key, value in message.items() if not key.startswith("local_")}


def view_press(state: State, user: str, view: Json, more: Json) -> Json:
    """Return `block_actions` from a modal or the App Home."""
    return {
        "type": "block_actions",
        **_header(state, user),
        "container": {"type": "view", "view_id": view["id"]},
        "view": shown(view),
        **more,
    }


def shown(view: Json, entered: Json | None = None) -> Json:
    """Return a view as Slack sends it, with `state.values` when there is something entered."""
    clean = {key: value for key, value in view.items() if not key.startswith("local_")}
    return clean if entered is None else {**clean, "state": {"values": entered}}


def submission(state: State, user: str, view: Json, trigger: str) -> Json:
    """Return `view_submission` for a view whose state is filled in."""
    return {
        "type": "view_submission",
        **_header(state, user),
        "trigger_id": trigger,
        "view": shown(view),
        "response_urls": [],
    }


def closed(state: State, user: str, view: Json, *, cleared: bool) -> Json:
    """Return `view_closed`."""
    return {
        "type": "view_closed",
        **_header(state, user),
        "view": shown(view),
        "is_cleared": cleared,
    }


def command(state: State, user: str, said: Json, handles: Json) -> Json:
    """Return a slash command: `said` has command, text and channel, `handles` the two ways back."""
    channel = channel_ref(state.channel(said["channel"]))
    return {
        "token": _TOKEN,
        "team_id": state.workspace.team_id,
        "team_domain": state.workspace.domain,
        "channel_id": channel["id"],
        "channel_name": channel["name"],
        "user_id": user,
        "user_name": state.people[user].handle,
        "command": said["command"],
        "text": said["text"],
        "api_app_id": state.workspace.app_id,
        "is_enterprise_install": "false",
        **handles,
    }


def shortcut(state: State, user: str, callback_id: str, trigger: str) -> Json:
    """Return a global shortcut."""
    head = _header(state, user)
    rest = {"callback_id": callback_id, "trigger_id": trigger, "action_ts": state.new_ts()}
    return {"type": "shortcut", **head, **rest}


def message_shortcut(
    state: State, user: str, callback_id: str, target: tuple[str, Json], handles: Json
) -> Json:
    """Return a message shortcut on `target`, a channel id and a message."""
    channel, message = target
    return {
        "type": "message_action",
        **_header(state, user),
        "callback_id": callback_id,
        "channel": channel_ref(state.channel(channel)),
        "message_ts": message["ts"],
        "message": public(message),
        "action_ts": state.new_ts(),
        **handles,
    }


def suggestion(state: State, user: str, source: Json, asked: Json) -> Json:
    """Return `block_suggestion`: what an external select asks while someone types."""
    return {"type": "block_suggestion", **_header(state, user), **source, **asked}


def event(state: State, inner: Json) -> Json:
    """Return the Events API callback around one event."""
    team = state.workspace.team_id
    who = {"user_id": state.workspace.bot_user_id, "is_bot": True, "is_enterprise_install": False}
    return {
        "token": _TOKEN,
        "team_id": team,
        "api_app_id": state.workspace.app_id,
        "event": inner,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(state.clock.now().timestamp()),
        "authorizations": [{"enterprise_id": None, "team_id": team, **who}],
        "is_ext_shared_channel": False,
        "event_context": new_id("4-"),
    }
