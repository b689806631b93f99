"""users.*, usergroups.*, dnd.*: people."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.sandbox.errors import SlackError
from bot.sandbox.methods.conversations import page
from bot.sandbox.parts import Method, Parts
from bot.sandbox.records import Group, Json, Person

if TYPE_CHECKING:
    from bot.sandbox.state import State


def as_slack(state: State, person: Person) -> Json:
    """Return a user object; the address only when the app was granted it."""
    offset = state.clock.now().astimezone(ZoneInfo(person.tz)).utcoffset()
    return {
        "id": person.id,
        "team_id": state.workspace.team_id,
        "name": person.handle,
        "deleted": person.deleted,
        "color": person.colour.lstrip("#"),
        "real_name": person.name,
        "tz": person.tz,
        "tz_label": person.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": profile(state, person),
        "is_admin": person.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.is_guest,
        "is_ultra_restricted": False,
        "is_bot": False,
        "is_app_user": False,
        "updated": 0,
    }


def profile(state: State, person: Person) -> Json:
    """Return a person's profile with the status they set."""
    status: Json = state.profiles.get(person.id, {})
    scopes = state.manifest.scopes
    granted = scopes is None or "users:read.email" in scopes
    address: Json = {"email": person.email} if granted else {}
    return {
        "title": person.title,
        "real_name": person.name,
        "real_name_normalized": person.name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "status_text": status.get("status_text", ""),
        "status_emoji": status.get("status_emoji", ""),
        "status_expiration": status.get("status_expiration", 0),
        "team": state.workspace.team_id,
        **address,
    }


def _bot(state: State) -> Json:
    w = state.workspace
    person = Person(id=w.bot_user_id, name=w.bot_name)
    told = {**profile(state, person), "api_app_id": w.app_id, "bot_id": w.bot_id}
    return {**as_slack(state, person), "is_bot": True, "profile": told}


def _wanted(state: State, args: Json) -> Person:
    return state.person(str(args.get("user") or ""))


def _info(parts: Parts, args: Json) -> Json:
    if args.get("user") == parts.state.workspace.bot_user_id:
        return {"user": _bot(parts.state)}
    return {"user": as_slack(parts.state, _wanted(parts.state, args))}


def _list(parts: Parts, args: Json) -> Json:
    state = parts.state
    return page(
        [*(as_slack(state, p) for p in state.people.values()), _bot(state)], "members", args
    )


def _by_email(parts: Parts, args: Json) -> Json:
    wanted = str(args.get("email") or "").casefold()
    for person in parts.state.people.values():
        if wanted and person.email.casefold() == wanted and not person.deleted:
            return {"user": as_slack(parts.state, person)}
    raise SlackError(error="users_not_found")


def _presence(parts: Parts, args: Json) -> Json:
    person = _wanted(parts.state, args)
    away = parts.state.profiles.get(person.id, {}).get("away", False)
    return {"presence": "away" if away else "active"}


def _profile(parts: Parts, args: Json) -> Json:
    return {"profile": profile(parts.state, _wanted(parts.state, args))}


def _dnd(parts: Parts, args: Json) -> Json:
    person = _wanted(parts.state, args)
    until = int(parts.state.profiles.get(person.id, {}).get("snooze_until", 0))
    snoozed = until > parts.state.clock.now().timestamp()
    rest: Json = {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}
    return {**rest, "snooze_enabled": snoozed, **({"snooze_endtime": until} if snoozed else {})}


def _dnd_of_team(parts: Parts, args: Json) -> Json:
    """Say of several people when they are next not to be disturbed; a pause of now is the next one."""
    found: Json = {}
    now = int(parts.state.clock.now().timestamp())
    for name in filter(None, str(args.get("users") or "").split(",")):
        until = int(parts.state.profiles.get(name, {}).get("snooze_until", 0))
        paused = until > now
        begins, ends = (now, until) if paused else (1, 1)
        times: Json = {"next_dnd_start_ts": begins, "next_dnd_end_ts": ends}
        found[name] = {"dnd_enabled": paused, **times}
    return {"users": found}


def _group(state: State, group: Group) -> Json:
    return {
        "id": group.id,
        "team_id": state.workspace.team_id,
        "is_usergroup": True,
        "name": group.name or group.handle,
        "handle": group.handle,
        "date_delete": 0,
        "user_count": len(group.members),
        "users": list(group.members),
    }


def _groups(parts: Parts, args: Json) -> Json:
    found = [_group(parts.state, group) for group in parts.state.groups.values()]
    if args.get("include_users") not in (True, "true", "1", 1):
        found = [{k: v for k, v in group.items() if k != "users"} for group in found]
    return {"usergroups": found}


def _group_users(parts: Parts, args: Json) -> Json:
    group = parts.state.groups.get(str(args.get("usergroup") or ""))
    if group is None:
        raise SlackError(error="no_such_subteam")
    return {"users": list(group.members)}


METHODS: dict[str, Method] = {
    "users.info": Method(run=_info, scopes=("users:read",)),
    "users.list": Method(run=_list, scopes=("users:read",)),
    "users.lookupByEmail": Method(run=_by_email, scopes=("users:read.email",)),
    "users.getPresence": Method(run=_presence, scopes=("users:read",)),
    "users.profile.get": Method(run=_profile, scopes=("users.profile:read",)),
    "dnd.info": Method(run=_dnd, scopes=("dnd:read",)),
    "dnd.teamInfo": Method(run=_dnd_of_team, scopes=("dnd:read",)),
    "usergroups.list": Method(run=_groups, scopes=("usergroups:read",)),
    "usergroups.users.list": Method(run=_group_users, scopes=("usergroups:read",)),
}
