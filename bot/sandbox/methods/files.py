"""files.*: upload in three steps, as Slack does since 2025."""

from __future__ import annotations

import mimetypes
import secrets
import time
from typing import TYPE_CHECKING

from bot.sandbox import posts
from bot.sandbox.errors import SlackError
from bot.sandbox.methods.chat import target
from bot.sandbox.parts import Method, Parts
from bot.sandbox.records import objects
from bot.sandbox.state import State, new_id

if TYPE_CHECKING:
    from bot.sandbox.records import Json

#: Largest file the look-alike takes, in bytes.
SIZE_MAX = 20_000_000


def _begin(parts: Parts, args: Json) -> Json:
    name, size = str(args.get("filename") or ""), int(args.get("length") or 0)
    if not name or not 0 < size <= SIZE_MAX:
        raise SlackError(
            error="invalid_arguments", messages=["[ERROR] filename and length are required"]
        )
    state, file_id, key = parts.state, new_id("F"), secrets.token_urlsafe(12)
    with state.lock:
        state.files[file_id] = {
            "id": file_id,
            "name": name,
            "size": size,
            "alt_txt": str(args.get("alt_txt") or ""),
            "local_key": key,
        }
    return {"upload_url": f"{state.url}/upload/{file_id}/{key}", "file_id": file_id}


def take(state: State, file_id: str, key: str, content: bytes) -> bool:
    """Keep the bytes of a file being uploaded; say whether the address and size were right."""
    with state.lock:
        file = state.files.get(file_id)
        if file is None or file.get("local_key") != key or len(content) != file["size"]:
            return False
        state.uploads[file_id] = content
        if state.folder is not None:
            folder = state.folder / "files"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / file_id).write_bytes(content)
        return True


def content(state: State, file_id: str) -> bytes | None:
    """Return a finished file's bytes."""
    if not state.files.get(file_id, {}).get("mimetype"):
        return None
    if file_id in state.uploads or state.folder is None:
        return state.uploads.get(file_id)
    path = state.folder / "files" / file_id
    return path.read_bytes() if path.is_file() else None


def _finish(state: State, named: Json) -> Json:
    file_id = str(named.get("id") or "")
    file = state.files.get(file_id)
    if file is None or file_id not in state.uploads:
        raise SlackError(error="file_not_found")
    where = f"{state.url}/files/{file_id}"
    done = {
        **{k: v for k, v in file.items() if k != "local_key"},
        "title": str(named.get("title") or file["name"]),
        "user": state.workspace.bot_user_id,
        "created": int(state.clock.now().timestamp()),
        "url_private": where,
        "permalink": where,
        "local_ready": time.monotonic() + state.timings.file_ready,
    }
    state.files[file_id] = done
    return ready(state, file_id)


def ready(state: State, file_id: str) -> Json:
    """Return a file object; its type shows once Slack has looked at it."""
    file = state.files[file_id]
    if not file.get("mimetype") and time.monotonic() >= file.get("local_ready", 0.0):
        kind = mimetypes.guess_type(file["name"])[0] or "application/octet-stream"
        kept = {k: v for k, v in file.items() if k != "local_ready"}
        file = {**kept, "mimetype": kind, "filetype": file["name"].rpartition(".")[2]}
        state.files[file_id] = file
        state.store.put("file", file_id, file)
        state.changed()
    return {k: v for k, v in file.items() if not k.startswith("local_")}


def _complete(parts: Parts, args: Json) -> Json:
    state = parts.state
    named = objects(args.get("files"))
    if not named:
        raise SlackError(
            error="invalid_arguments", messages=["[ERROR] missing required field: files"]
        )
    with state.lock:
        done = [_finish(state, one) for one in named]
        share = args.get("channel_id") or args.get("channels")
        if share:
            channel = target(state, {"channel": str(share).split(",")[0]})
            body: Json = {"text": str(args.get("initial_comment") or ""), "files": done}
            if args.get("thread_ts"):
                body["thread_ts"] = args["thread_ts"]
            posts.post(state, channel.id, posts.bot_author(state), body)
    return {"files": done}


def _info(parts: Parts, args: Json) -> Json:
    file_id = str(args.get("file") or "")
    with parts.state.lock:
        if "created" not in parts.state.files.get(file_id, {}):
            raise SlackError(error="file_not_found")
        return {"file": ready(parts.state, file_id), "comments": []}


METHODS: dict[str, Method] = {
    "files.getUploadURLExternal": Method(run=_begin, scopes=("files:write",)),
    "files.completeUploadExternal": Method(run=_complete, scopes=("files:write",)),
    "files.info": Method(run=_info, scopes=("files:read",)),
}
