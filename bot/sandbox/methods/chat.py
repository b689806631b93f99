"""chat.* and reactions.*: messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import posts
from bot.sandbox.errors import SlackError
from bot.sandbox.parts import Method, Parts
from bot.sandbox.payloads import public
from bot.sandbox.records import objects

if TYPE_CHECKING:
    from bot.sandbox.records import Channel, Json
    from bot.sandbox.state import State


def target(state: State, args: Json) -> Channel:
    """Return the conversation a call posts to, or raise what Slack answers.

    A person's id opens their direct conversation; a private channel without the app is unknown.
    """
    named = str(args.get("channel") or "")
    if named in state.people:
        if state.people[named].deleted:
            raise SlackError(error="channel_not_found")
        return state.bot_direct(named)
    channel = next(
        (c for c in state.channels.values() if c.name and named == f"#{c.name}"), None
    ) or state.channel(named)
    bot = state.workspace.bot_user_id
    if bot in channel.members:
        return channel
    if channel.private:
        raise SlackError(error="channel_not_found")
    scopes = state.manifest.scopes
    if scopes is not None and "chat:write.public" in scopes:
        return channel
    raise SlackError(error="not_in_channel")


def _post(parts: Parts, args: Json) -> Json:
    state = parts.state
    channel = target(state, args)
    parts.rates.count("chat.postMessage", channel.id) if state.timings.rate_limits else None
    text = str(args.get("text") or args.get("markdown_text") or "")
    body = {**args, "text": text[: posts.TEXT_MAX]}
    message = posts.post(state, channel.id, posts.bot_author(state), body)
    answer: Json = {"channel": channel.id, "ts": message["ts"], "message": public(message)}
    if len(text) > posts.TEXT_MAX:
        answer["warning"] = "message_truncated"
        answer["response_metadata"] = {"warnings": ["message_truncated"]}
    return answer


def _update(parts: Parts, args: Json) -> Json:
    state = parts.state
    channel = state.channel(str(args.get("channel") or ""))
    message = posts.update(state, channel.id, str(args.get("ts") or ""), args)
    told = {"channel": channel.id, "ts": message["ts"], "text": message["text"]}
    return {**told, "message": public(message)}


def _delete(parts: Parts, args: Json) -> Json:
    channel = parts.state.channel(str(args.get("channel") or ""))
    ts = str(args.get("ts") or "")
    posts.delete(parts.state, channel.id, ts)
    return {"channel": channel.id, "ts": ts}


def _whisper(parts: Parts, args: Json) -> Json:
    state = parts.state
    channel = target(state, args)
    user = str(args.get("user") or "")
    if user not in channel.members:
        raise SlackError(error="user_not_in_channel")
    return {"message_ts": posts.whisper(state, channel.id, user, args)["ts"]}


def _permalink(parts: Parts, args: Json) -> Json:
    channel = parts.state.channel(str(args.get("channel") or ""))
    message = parts.state.message(channel.id, str(args.get("message_ts") or ""))
    link = f"{parts.state.url}/archives/{channel.id}/p{message['ts'].replace('.', '')}"
    if message.get("thread_ts", message["ts"]) != message["ts"]:
        link += f"?thread_ts={message['thread_ts']}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def react(state: State, args: Json, user: str) -> None:
    """Add a person's or the app's reaction to a message."""
    channel = state.channel(str(args.get("channel") or ""))
    name = str(args.get("name") or "")
    with state.lock:
        message = state.message(channel.id, str(args.get("timestamp") or ""))
        reactions = {r["name"]: r for r in objects(message.get("reactions"))}
        users: list[str] = [*reactions.get(name, {}).get("users", [])]
        if user in users:
            raise SlackError(error="already_reacted")
        users.append(user)
        reactions[name] = {"name": name, "users": users, "count": len(users)}
        state.save_message(channel.id, {**message, "reactions": list(reactions.values())})


def _react(parts: Parts, args: Json) -> Json:
    react(parts.state, args, parts.state.workspace.bot_user_id)
    return {}


METHODS: dict[str, Method] = {
    "chat.postMessage": Method(run=_post, scopes=("chat:write",)),
    "chat.update": Method(run=_update, scopes=("chat:write",)),
    "chat.delete": Method(run=_delete, scopes=("chat:write",)),
    "chat.postEphemeral": Method(run=_whisper, scopes=("chat:write",)),
    "chat.getPermalink": Method(run=_permalink),
    "reactions.add": Method(run=_react, scopes=("reactions:write",)),
}
