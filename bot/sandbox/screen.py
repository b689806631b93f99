"""Everything the page draws for one person, as one JSON object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.methods.users import profile
from bot.sandbox.payloads import public, shown
from bot.sandbox.records import Channel, Json, MovableClock

if TYPE_CHECKING:
    from bot.sandbox.parts import Parts
    from bot.sandbox.state import State

#: Messages of one conversation the page shows.
_LAST = 300


def screen(parts: Parts, user: str, channel: str) -> Json:
    """Return what `user` sees with `channel` open; without a channel, what is around it."""
    state = parts.state
    with state.lock:
        w = state.workspace
        return {
            "version": state.version,
            "me": user,
            "team": w.name,
            "bot": {"id": w.bot_user_id, "name": w.bot_name, "connected": parts.delivery.connected},
            "clock": _clock(state, user),
            "people": [_person(state, one) for one in state.people],
            "groups": [{"id": g.id, "handle": g.handle} for g in state.groups.values()],
            "channels": [_channel(state, user, c) for c in _mine(state, user)],
            "messages": _messages(state, user, channel),
            "stack": [shown(view) for view in state.stacks.get(user, [])],
            "home": shown(state.homes[user]) if user in state.homes else None,
            "status": state.threads.get(f"{channel}:", {}),
            "commands": list(state.manifest.commands),
            "shortcuts": list(state.manifest.shortcuts),
        }


def _clock(state: State, user: str) -> Json:
    person = state.people.get(user)
    return {
        "now": state.clock.now().isoformat(),
        "tz": person.tz if person else "Etc/UTC",
        "movable": isinstance(state.clock, MovableClock),
    }


def _person(state: State, user: str) -> Json:
    person = state.people[user]
    told = profile(state, person)
    return {
        "id": user,
        "name": person.name,
        "handle": person.handle,
        "title": person.title,
        "colour": person.colour,
        "tz": person.tz,
        "is_admin": person.is_admin,
        "is_guest": person.is_guest,
        "deleted": person.deleted,
        "status": f"{told['status_emoji']} {told['status_text']}".strip(),
    }


def _mine(state: State, user: str) -> list[Channel]:
    """Return the conversations of a person; the one with the app always, public channels to join too."""
    if user in state.people:
        state.bot_direct(user)
    held = state.channels.values()
    guest = user in state.people and state.people[user].is_guest
    return [c for c in held if user in c.members or not (c.private or guest)]


def _channel(state: State, user: str, channel: Channel) -> Json:
    read = state.reads.get(f"{user}:{channel.id}", {}).get("ts", "0")
    held = state.messages[channel.id].values()
    fresh = [m for m in held if m["ts"] > read and m["user"] != user and user in channel.members]
    about_me = any(f"<@{user}>" in m["text"] for m in fresh)
    return {
        "id": channel.id,
        "name": channel.name,
        "private": channel.private,
        "kind": channel.kind,
        "topic": channel.topic,
        "members": list(channel.members),
        "joined": user in channel.members,
        "unread": len(fresh),
        "mentioned": about_me or (bool(fresh) and channel.is_direct),
    }


def _messages(state: State, user: str, channel: str) -> list[Json]:
    place = state.channels.get(channel)
    if place is None or (user not in place.members and place.private):
        return []
    held = [public(m) for m in state.messages[channel].values()]
    held += [public(m) for m in state.ephemerals.get(user, []) if m["channel"] == channel]
    return sorted(held, key=lambda m: m["ts"])[-_LAST:]
