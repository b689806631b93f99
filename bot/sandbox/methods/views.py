"""views.*: modals and the App Home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox import modals
from bot.sandbox.errors import SlackError
from bot.sandbox.parts import Method, Parts
from bot.sandbox.payloads import shown

if TYPE_CHECKING:
    from bot.sandbox.records import Json


def _trigger(args: Json) -> str:
    given: Any = args.get("trigger_id") or args.get("interactivity_pointer")
    if not given:
        raise SlackError(
            error="invalid_arguments", messages=["[ERROR] missing required field: trigger_id"]
        )
    return str(given)


def _open(parts: Parts, args: Json) -> Json:
    view = modals.open_modal(parts.state, parts.handles, _trigger(args), args.get("view"))
    return {"view": shown(view)}


def _push(parts: Parts, args: Json) -> Json:
    view = modals.push_modal(parts.state, parts.handles, _trigger(args), args.get("view"))
    return {"view": shown(view)}


def _update(parts: Parts, args: Json) -> Json:
    return {"view": shown(modals.update_modal(parts.state, args, args.get("view")))}


def _publish(parts: Parts, args: Json) -> Json:
    return {"view": shown(modals.publish(parts.state, args))}


METHODS: dict[str, Method] = {
    "views.open": Method(run=_open),
    "views.push": Method(run=_push),
    "views.update": Method(run=_update),
    "views.publish": Method(run=_publish),
}
