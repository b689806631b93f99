"""Writing, changing and removing messages the way Slack does."""

from __future__ import annotations

import copy
import secrets
import uuid
from typing import TYPE_CHECKING, cast

from bot.sandbox.errors import SlackError
from bot.sandbox.records import Json, an_object, objects

if TYPE_CHECKING:
    from bot.sandbox.state import State

#: Longest text of a message before it is cut, in characters.
TEXT_MAX = 40_000
#: Longest text over all blocks of one message: 9,597 was seen to pass, 11,341 to be refused.
BLOCKS_TEXT_MAX = 10_000
#: Ephemeral messages kept for one person.
WHISPERS_MAX = 200


def bot_author(state: State) -> Json:
    """Return the fields that say the app wrote a message."""
    w = state.workspace
    profile = {
        "id": w.bot_id,
        "app_id": w.app_id,
        "name": w.bot_name,
        "deleted": False,
        "updated": 0,
    }
    return {
        "user": w.bot_user_id,
        "bot_id": w.bot_id,
        "app_id": w.app_id,
        "team": w.team_id,
        "bot_profile": {**profile, "user_id": w.bot_user_id, "team_id": w.team_id, "icons": {}},
    }


def person_author(state: State, user: str) -> Json:
    """Return the fields that say a person wrote a message."""
    return {"user": user, "team": state.workspace.team_id, "client_msg_id": str(uuid.uuid4())}


def text_length(part: object) -> int:
    """Count the characters people would read in a block or a list of blocks."""
    if isinstance(part, list):
        return sum(text_length(one) for one in cast("list[object]", part))
    block = an_object(part)
    own: object = block.get("text")
    return (len(own) if isinstance(own, str) else 0) + sum(map(text_length, block.values()))


def finished(blocks: list[Json]) -> list[Json]:
    """Return blocks with the ids Slack makes up where the app gave none."""
    done: list[Json] = copy.deepcopy(blocks)
    for block in done:
        _finish(block)
    return done


def _finish(block: Json) -> None:
    block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
    single = [block.get("accessory"), block.get("element")]
    for element in objects([*objects(block.get("elements")), *single]):
        if block["type"] not in {"context", "rich_text"}:
            element.setdefault("action_id", secrets.token_urlsafe(4)[:5])
    for child in objects(block.get("child_blocks")):
        _finish(child)


def checked(state: State, body: Json, *, budget: bool = True) -> Json:
    """Return the text and blocks of a message as stored, or raise what Slack answers."""
    given: object = body.get("blocks") or []
    blocks = objects(given)
    if given != blocks:
        raise SlackError(error="invalid_blocks_format")
    text = str(body.get("text") or "")
    if not (text or blocks or body.get("attachments") or body.get("files")):
        raise SlackError(error="no_text")
    if budget and text_length(blocks) > BLOCKS_TEXT_MAX:
        raise SlackError(error="msg_blocks_too_long")
    problems = state.check(blocks, "message") if blocks else []
    problems += unready_files(state, blocks)
    if problems:
        raise SlackError(error="invalid_blocks", messages=[f"[ERROR] {one}" for one in problems])
    kept: Json = {"text": text, **({"blocks": finished(blocks)} if blocks else {})}
    for key in ("attachments", "metadata", "files"):
        if body.get(key):
            kept[key] = body[key]
    return kept


def unready_files(state: State, blocks: list[Json]) -> list[str]:
    """Return a complaint for each image block whose uploaded file can't be shown (yet)."""
    wrong: list[str] = []
    for number, block in enumerate(blocks):
        named = an_object(block.get("slack_file"))
        if named and block.get("type") == "image":
            file = state.files.get(str(named.get("id")), {})
            if not file.get("mimetype"):
                wrong.append(f"invalid slack file [json-pointer:/blocks/{number}/slack_file]")
    return wrong


def post(state: State, channel: str, author: Json, body: Json) -> Json:
    """Add a message to a conversation and tell the app if it listens; return the message."""
    kept = checked(state, body) if "bot_id" in author else _typed(body)
    message: Json = {"type": "message", **author, **kept, "ts": state.new_ts()}
    thread_ts = str(body.get("thread_ts") or "")
    with state.lock:
        if thread_ts:
            parent = state.messages[channel].get(thread_ts)
            if parent is None:
                raise SlackError(error="thread_not_found")
            thread_ts = parent.get("thread_ts", thread_ts)
            message["thread_ts"] = thread_ts
            if body.get("reply_broadcast") in (True, "true", "1"):
                message["subtype"] = "thread_broadcast"
        state.save_message(channel, message)
        if thread_ts:
            count_replies(state, channel, thread_ts)
    state.emit(message_event(state, channel, message))
    return message


def _typed(body: Json) -> Json:
    if not str(body.get("text") or "").strip():
        raise SlackError(error="no_text")
    text = {"type": "text", "text": body["text"]}
    rich = {"type": "rich_text_section", "elements": [text]}
    block = {"type": "rich_text", "block_id": secrets.token_urlsafe(4)[:5], "elements": [rich]}
    return {"text": body["text"], "blocks": [block]}


def count_replies(state: State, channel: str, thread_ts: str) -> None:
    """Bring a thread's parent up to date with its replies."""
    parent = state.messages[channel].get(thread_ts)
    if parent is None:
        return
    replies = thread(state, channel, thread_ts)[1:]
    kept = {k: v for k, v in parent.items() if not k.startswith(("reply_", "latest_"))}
    if replies:
        kept["thread_ts"] = thread_ts
        kept["reply_count"] = len(replies)
        kept["reply_users"] = list(dict.fromkeys(str(r["user"]) for r in replies))
        kept["reply_users_count"] = len(kept["reply_users"])
        kept["latest_reply"] = replies[-1]["ts"]
    state.save_message(channel, kept)


def thread(state: State, channel: str, thread_ts: str) -> list[Json]:
    """Return a thread, parent first."""
    held = state.messages[channel]
    return [
        m
        for _, m in sorted(held.items())
        if m["ts"] == thread_ts or m.get("thread_ts") == thread_ts
    ]


def message_event(state: State, channel: str, message: Json) -> Json:
    """Return the event the app gets about a message in a conversation."""
    place = state.channel(channel)
    kind = place.kind if place.is_direct else ("group" if place.private else "channel")
    where: Json = {"channel": channel, "channel_type": kind}
    return {**message, **where, "event_ts": message.get("event_ts", message["ts"])}


def update(state: State, channel: str, ts: str, body: Json) -> Json:
    """Change one of the app's messages as chat.update does; return it."""
    with state.lock:
        before = state.message(channel, ts)
        if before.get("bot_id") != state.workspace.bot_id:
            raise SlackError(error="cant_update_message")
        if len(str(body.get("text") or "")) > TEXT_MAX:
            raise SlackError(error="msg_too_long")
        if "blocks" not in body and not body.get("text") and "attachments" not in body:
            body = {**before, **body}
        fresh = checked(state, body)
        kept = {k: v for k, v in before.items() if k not in {"text", "blocks", "attachments"}}
        message = {**kept, **fresh}
        if "blocks" not in fresh:
            message["edited"] = {"user": state.workspace.bot_user_id, "ts": state.new_ts()}
        state.save_message(channel, message)
    _tell_change(
        state, channel, "message_changed", {"message": message, "previous_message": before}
    )
    return message


def delete(state: State, channel: str, ts: str) -> None:
    """Remove one of the app's messages."""
    with state.lock:
        before = state.message(channel, ts)
        if before.get("bot_id") != state.workspace.bot_id:
            raise SlackError(error="cant_delete_message")
        if before.get("reply_count"):
            gone: Json = {"subtype": "tombstone", "text": "This message was deleted."}
            kept = {k: before[k] for k in before if k.startswith(("reply_", "thread_", "latest_"))}
            who = {"type": "message", "user": "USLACKBOT", "ts": ts}
            state.save_message(channel, {**who, **gone, **kept})
        else:
            del state.messages[channel][ts]
            state.store.drop("message", f"{channel}:{ts}")
            state.changed()
            if "thread_ts" in before:
                count_replies(state, channel, before["thread_ts"])
    _tell_change(state, channel, "message_deleted", {"deleted_ts": ts, "previous_message": before})


def _tell_change(state: State, channel: str, subtype: str, more: Json) -> None:
    at = state.new_ts()
    changed = {"type": "message", "subtype": subtype, "ts": at, "hidden": True, **more}
    state.emit(message_event(state, channel, changed))


def whisper(state: State, channel: str, user: str, body: Json) -> Json:
    """Show a message to one person only; it lives as long as the workspace runs."""
    kept = checked(state, body, budget=False)
    message: Json = {"type": "message", **bot_author(state), **kept, "ts": state.new_ts()}
    message |= {"is_ephemeral": True, "channel": channel}
    if body.get("thread_ts"):
        message["thread_ts"] = str(body["thread_ts"])
    with state.lock:
        held = state.ephemerals.setdefault(user, [])
        held.append(message)
        del held[:-WHISPERS_MAX]
        state.changed()
    return message


def change_whisper(state: State, user: str, ts: str, body: Json | None) -> None:
    """Replace an ephemeral message, or remove it when `body` is None."""
    with state.lock:
        held = state.ephemerals.get(user, [])
        for number, message in enumerate(held):
            if message["ts"] == ts:
                kept = {k: v for k, v in message.items() if k not in {"text", "blocks"}}
                fresh = [] if body is None else [{**kept, **checked(state, body, budget=False)}]
                held[number : number + 1] = fresh
                break
        state.changed()
