"""auth, apps, team, bots, assistant, agents, blocks: about the app itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import SlackError
from bot.sandbox.parts import Method, Parts

if TYPE_CHECKING:
    from bot.sandbox.records import Json


def _test(_parts: Parts, args: Json) -> Json:
    return {"args": args}


def _auth(parts: Parts, _args: Json) -> Json:
    w = parts.state.workspace
    return {
        "url": f"{parts.state.url}/",
        "team": w.name,
        "user": w.bot_name,
        "team_id": w.team_id,
        "user_id": w.bot_user_id,
        "bot_id": w.bot_id,
        "is_enterprise_install": False,
    }


def _open_connection(parts: Parts, _args: Json) -> Json:
    where = parts.state.url.replace("http://", "ws://", 1)
    ticket = parts.delivery.ticket()
    return {"url": f"{where}/link/?ticket={ticket}&app_id={parts.state.workspace.app_id}"}


def _team(parts: Parts, _args: Json) -> Json:
    w = parts.state.workspace
    return {"team": {"id": w.team_id, "name": w.name, "domain": w.domain, "icon": {}}}


def _bot(parts: Parts, _args: Json) -> Json:
    w = parts.state.workspace
    return {
        "bot": {
            "id": w.bot_id,
            "name": w.bot_name,
            "app_id": w.app_id,
            "user_id": w.bot_user_id,
            "deleted": False,
        }
    }


def _thread(parts: Parts, args: Json) -> Json:
    """Keep a thread's status, title or prompts where the page can show them."""
    state = parts.state
    state.channel(str(args.get("channel_id") or ""))
    key = f"{args['channel_id']}:{args.get('thread_ts', '')}"
    told = {k: args[k] for k in ("status", "title", "prompts") if k in args}
    with state.lock:
        state.threads[key] = {**state.threads.get(key, {}), **told}
        state.changed()
    return {}


def _validate(parts: Parts, args: Json) -> Json:
    given: Json = args.get("view") or args.get("message") or {"blocks": args.get("blocks") or []}
    surface = str(given.get("type") or "message")
    problems = parts.state.check(given.get("blocks") or [], surface)
    if problems:
        raise SlackError(error="invalid_blocks", messages=problems)
    return {}


METHODS: dict[str, Method] = {
    "api.test": Method(run=_test),
    "auth.test": Method(run=_auth),
    "apps.connections.open": Method(run=_open_connection, app_level=True),
    "team.info": Method(run=_team, scopes=("team:read",)),
    "bots.info": Method(run=_bot, scopes=("users:read",)),
    "assistant.threads.setStatus": Method(run=_thread, scopes=("assistant:write", "chat:write")),
    "assistant.threads.setTitle": Method(run=_thread, scopes=("assistant:write",)),
    "assistant.threads.setSuggestedPrompts": Method(run=_thread, scopes=("assistant:write",)),
    "agents.sessions.setStatus": Method(run=_thread, scopes=("assistant:write",)),
    "blocks.validate": Method(run=_validate),
}
