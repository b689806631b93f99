"""What an app may do with a `response_url`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import posts

if TYPE_CHECKING:
    from bot.sandbox.handles import Reply
    from bot.sandbox.parts import Parts
    from bot.sandbox.records import Json
    from bot.sandbox.state import State


def respond(parts: Parts, key: str, body: Json) -> None:
    """Carry out one answer to an interaction; raises `SlackError`."""
    reply = parts.handles.reply(key)
    with parts.state.lock:
        answer(parts.state, reply, body)


def answer(state: State, reply: Reply, body: Json) -> None:
    """Replace or remove the message the interaction was on, or add one; private unless told."""
    if reply.source is not None and body.get("delete_original"):
        _remove(state, reply, reply.source)
    elif reply.source is not None and body.get("replace_original"):
        _replace(state, reply, reply.source, body)
    elif body.get("response_type") == "in_channel":
        posts.post(state, reply.channel, posts.bot_author(state), body)
    else:
        thread_ts = body.get("thread_ts") or reply.thread_ts
        more = {"thread_ts": thread_ts} if thread_ts else {}
        posts.whisper(state, reply.channel, reply.user, {**body, **more})


def _remove(state: State, reply: Reply, source: Json) -> None:
    if source.get("is_ephemeral"):
        posts.change_whisper(state, reply.user, source["ts"], None)
    else:
        posts.delete(state, reply.channel, source["ts"])


def _replace(state: State, reply: Reply, source: Json, body: Json) -> None:
    if source.get("is_ephemeral"):
        posts.change_whisper(state, reply.user, source["ts"], body)
    else:
        posts.update(state, reply.channel, source["ts"], body)
