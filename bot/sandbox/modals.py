"""Views: the stack of modals in front of a person, and everyone's App Home."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from bot.sandbox.errors import SlackError
from bot.sandbox.posts import finished, unready_files
from bot.sandbox.records import an_object, objects
from bot.sandbox.state import State, new_id

if TYPE_CHECKING:
    from bot.sandbox.handles import Handles
    from bot.sandbox.records import Json

#: Modals that may lie on one another.
DEPTH = 3
_SIZE_MAX = 250_000
_TITLE_MAX = 24
_METADATA_MAX = 3000
_KEPT = (
    *("type", "title", "submit", "close", "private_metadata", "callback_id", "external_id"),
    *("clear_on_close", "notify_on_close", "submit_disabled"),
)


def _complaints(raw: Json, kind: str) -> list[str]:
    if raw.get("type") != kind:
        return [f"must be a valid view of type {kind} [json-pointer:/view/type]"]
    wrong: list[str] = []
    for key in ("title", "submit", "close") if kind == "modal" else ():
        part: Any = raw.get(key)
        if part and len(str(part.get("text", ""))) > _TITLE_MAX:
            wrong.append(f"must be less than 25 characters [json-pointer:/view/{key}/text]")
    if kind == "modal" and not raw.get("title"):
        wrong.append("missing required field: title [json-pointer:/view]")
    if len(str(raw.get("private_metadata") or "")) > _METADATA_MAX:
        wrong.append("must be less than 3001 characters [json-pointer:/view/private_metadata]")
    inputs = any(block.get("type") == "input" for block in objects(raw.get("blocks")))
    if kind == "modal" and inputs and not raw.get("submit"):
        wrong.append("missing required field: submit [json-pointer:/view/submit]")
    return wrong


def built(state: State, given: object, kind: str) -> Json:
    """Return a view as Slack keeps it, or raise what Slack says of it."""
    raw = an_object(given)
    blocks = objects(raw.get("blocks"))
    if raw.get("blocks") != blocks:
        raise SlackError(
            error="invalid_arguments", messages=["[ERROR] missing required field: blocks"]
        )
    if len(json.dumps(raw)) > _SIZE_MAX:
        raise SlackError(error="view_too_large")
    wrong = [*_complaints(raw, kind), *state.check(blocks, kind), *unready_files(state, blocks)]
    if wrong:
        raise SlackError(error="invalid_arguments", messages=[f"[ERROR] {one}" for one in wrong])
    w = state.workspace
    defaults: Json = {"private_metadata": "", "callback_id": "", "external_id": ""}
    flags: Json = {"clear_on_close": False, "notify_on_close": False, "submit_disabled": False}
    return {
        **defaults,
        **flags,
        **{key: raw[key] for key in _KEPT if raw.get(key) is not None},
        "blocks": finished(blocks),
        "state": {"values": {}},
        "hash": f"{int(state.clock.now().timestamp())}.{secrets.token_urlsafe(6)}",
        "team_id": w.team_id,
        "app_id": w.app_id,
        "app_installed_team_id": w.team_id,
        "bot_id": w.bot_id,
        "previous_view_id": None,
    }


def _placed(view: Json, user: str, under: Json | None) -> Json:
    view_id = new_id("V")
    root = view_id if under is None else under["root_view_id"]
    previous = None if under is None else under["id"]
    ids: Json = {"id": view_id, "root_view_id": root, "previous_view_id": previous}
    return {**view, **ids, "local_user": user}


def open_modal(state: State, handles: Handles, trigger_id: str, raw: object) -> Json:
    """Put a new modal in front of the person who acted."""
    view = built(state, raw, "modal")
    with state.lock:
        trigger = handles.spend(trigger_id)
        _refuse_known_external_id(state, view)
        placed = _placed(view, trigger.user, None)
        state.stacks[trigger.user] = [placed]
        state.changed()
    return placed


def _refuse_known_external_id(state: State, view: Json) -> None:
    wanted = view["external_id"]
    if wanted and any(v["external_id"] == wanted for stack in state.stacks.values() for v in stack):
        raise SlackError(error="duplicate_external_id")


def push_modal(state: State, handles: Handles, trigger_id: str, raw: object) -> Json:
    """Lay a modal over the one the person acted in."""
    view = built(state, raw, "modal")
    with state.lock:
        trigger = handles.spend(trigger_id)
        return push_on(state, trigger.user, view)


def push_on(state: State, user: str, view: Json) -> Json:
    """Lay a built view over a person's stack."""
    with state.lock:
        stack = state.stacks.get(user) or []
        if not stack:
            raise SlackError(error="not_found")
        if len(stack) >= DEPTH:
            raise SlackError(error="push_limit_reached")
        placed = _placed(view, user, stack[-1])
        state.stacks[user] = [*stack, placed]
        state.changed()
        return placed


def find(state: State, view_id: str, external_id: str = "") -> Json:
    """Return an open modal by either id, or raise `not_found`."""
    with state.lock:
        for stack in state.stacks.values():
            for view in stack:
                if view["id"] == view_id or (external_id and view["external_id"] == external_id):
                    return view
    raise SlackError(error="not_found")


def update_modal(state: State, target: Json, raw: object) -> Json:
    """Redraw an open modal. `target` has `view_id` or `external_id`, and perhaps the `hash` seen."""
    view = built(state, raw, "modal")
    with state.lock:
        before = find(state, str(target.get("view_id") or ""), str(target.get("external_id") or ""))
        if "hash" in target and target["hash"] != before["hash"]:
            raise SlackError(error="hash_conflict")
        return replace_on(state, before, view)


def replace_on(state: State, before: Json, view: Json) -> Json:
    """Put a built view where another was, keeping its ids."""
    with state.lock:
        kept = ("id", "root_view_id", "previous_view_id", "local_user")
        fresh = {**view, **{key: before[key] for key in kept}}
        user = before["local_user"]
        state.stacks[user] = [fresh if v["id"] == before["id"] else v for v in state.stacks[user]]
        state.changed()
        return fresh


def close_modal(state: State, user: str, view_id: str, *, everything: bool = False) -> list[Json]:
    """Take a modal (and what lies over it) away, or all of them; return what closed."""
    with state.lock:
        stack = state.stacks.get(user, [])
        ids = [view["id"] for view in stack]
        at = 0 if everything or view_id not in ids else ids.index(view_id)
        state.stacks[user] = stack[:at]
        state.changed()
        return stack[at:]


def publish(state: State, args: Json) -> Json:
    """Set a person's App Home."""
    user = str(args.get("user_id") or "")
    if user not in state.people:
        raise SlackError(error="user_not_found")
    view = built(state, args.get("view"), "home")
    with state.lock:
        before = state.homes.get(user)
        if "hash" in args and (before is None or args["hash"] != before["hash"]):
            raise SlackError(error="hash_conflict")
        view_id = before["id"] if before else new_id("V")
        home = {**view, "id": view_id, "root_view_id": view_id, "local_user": user}
        state.homes[user] = home
        state.store.put("home", user, home)
        state.changed()
    return home
