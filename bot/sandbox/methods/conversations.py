"""conversations.*: channels and direct conversations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.sandbox.errors import SlackError
from bot.sandbox.parts import Method, Parts
from bot.sandbox.payloads import public

if TYPE_CHECKING:
    from bot.sandbox.records import Channel, Json
    from bot.sandbox.state import State

_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")


def as_slack(state: State, channel: Channel) -> Json:
    """Return a conversation object."""
    bot = state.workspace.bot_user_id
    base: Json = {
        "id": channel.id,
        "created": 0,
        "is_archived": False,
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "context_team_id": state.workspace.team_id,
    }
    if channel.kind == "im":
        other = next((m for m in channel.members if m != bot), bot)
        return {**base, "user": other, "is_open": True}
    return {
        **base,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.private,
        "is_group": channel.private,
        "is_private": channel.private,
        "is_general": channel.name == "general",
        "is_member": bot in channel.members,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }


def page(items: list[Json], key: str, args: Json) -> Json:
    """Return one page of a list and the cursor of the next."""
    start, size = int(args.get("cursor") or 0), int(args.get("limit") or 100)
    after = start + size
    cursor = str(after) if after < len(items) else ""
    return {key: items[start:after], "response_metadata": {"next_cursor": cursor}}


def _seen(state: State, args: Json) -> Channel:
    channel = state.channel(str(args.get("channel") or ""))
    if channel.private and state.workspace.bot_user_id not in channel.members:
        raise SlackError(error="channel_not_found")
    return channel


def _open(parts: Parts, args: Json) -> Json:
    state = parts.state
    if args.get("channel"):
        return {"channel": as_slack(state, state.channel(str(args["channel"])))}
    users = [u for u in str(args.get("users") or "").split(",") if u]
    if not users or any(u not in state.people for u in users):
        raise SlackError(error="user_not_found" if users else "users_list_not_supplied")
    channel = state.direct(*users, state.workspace.bot_user_id)
    return {"channel": as_slack(state, channel), "no_op": True, "already_open": True}


def _info(parts: Parts, args: Json) -> Json:
    return {"channel": as_slack(parts.state, _seen(parts.state, args))}


def _list(parts: Parts, args: Json) -> Json:
    state = parts.state
    wanted = set(str(args.get("types") or "public_channel").split(","))
    bot = state.workspace.bot_user_id
    found: list[Json] = []
    for channel in state.channels.values():
        kind = "private_channel" if channel.private else "public_channel"
        kind = channel.kind if channel.is_direct else kind
        if kind in wanted and (bot in channel.members or not channel.private):
            found.append(as_slack(state, channel))
    return page(found, "channels", args)


def _members(parts: Parts, args: Json) -> Json:
    members = list(_seen(parts.state, args).members)
    whole = page([{"id": m} for m in members], "members", args)
    return {**whole, "members": [m["id"] for m in whole["members"]]}


def join(state: State, channel: Channel, user: str) -> Channel:
    """Add a member and tell the app."""
    if user in channel.members:
        return channel
    joined = replace(channel, members=(*channel.members, user))
    state.save_channel(joined)
    kind = "G" if channel.private else "C"
    who: Json = {"user": user, "team": state.workspace.team_id, "event_ts": state.new_ts()}
    place: Json = {"channel": channel.id, "channel_type": kind}
    state.emit({"type": "member_joined_channel", **who, **place})
    return joined


def _join(parts: Parts, args: Json) -> Json:
    channel = _seen(parts.state, args)
    if channel.private:
        raise SlackError(error="method_not_supported_for_channel_type")
    joined = join(parts.state, channel, parts.state.workspace.bot_user_id)
    return {"channel": as_slack(parts.state, joined)}


def _history(parts: Parts, args: Json) -> Json:
    state = parts.state
    channel = _seen(state, args)
    if state.workspace.bot_user_id not in channel.members:
        raise SlackError(error="not_in_channel")
    held = sorted(state.messages[channel.id].items(), reverse=True)
    oldest, latest = str(args.get("oldest") or "0"), str(args.get("latest") or "9999999999")
    top = [public(m) for ts, m in held if m.get("thread_ts", ts) == ts and oldest < ts < latest]
    return {**page(top, "messages", args), "has_more": False}


def _replies(parts: Parts, args: Json) -> Json:
    state = parts.state
    channel = _seen(state, args)
    root = str(args.get("ts") or "")
    state.message(channel.id, root)
    held = sorted(state.messages[channel.id].items())
    found = [public(m) for ts, m in held if root in (ts, m.get("thread_ts"))]
    return {**page(found, "messages", args), "has_more": False}


METHODS: dict[str, Method] = {
    "conversations.open": Method(run=_open, scopes=("im:write", "mpim:write")),
    "conversations.info": Method(run=_info, scopes=_READ),
    "conversations.list": Method(run=_list, scopes=_READ),
    "conversations.members": Method(run=_members, scopes=_READ),
    "conversations.join": Method(run=_join, scopes=("channels:join",)),
    "conversations.history": Method(run=_history, scopes=_HISTORY),
    "conversations.replies": Method(run=_replies, scopes=_HISTORY),
}
