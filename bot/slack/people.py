"""Asks Slack who the people of company.yml are to it: left, guests, away; and who is in its groups."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import available_timezones

from workflows.basis.reading import (
    IN_CHANNEL,
    Account,
    Members,
    Reading,
    away_by_snooze,
    away_by_status,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from bot.slack.gateway import Gateway
    from workflows.company import Company

Json = dict[str, Any]

#: Accounts or members asked for at once, and people whose notifications are.
PAGE, FEW = 200, 50
#: Pages of one list after which something is wrong with it.
MOST = 100
#: What Slack calls guests of either kind, and people it shares a channel with.
_GUEST = ("is_restricted", "is_ultra_restricted", "is_stranger")
#: What is said of somebody who pauses notifications for longer than a night.
SNOOZING = "not to be disturbed"


class Unanswered(Exception):
    """Slack did not say: its own word for why, and how many seconds to leave it in peace."""

    def __init__(self, word: str, wait: float = 0.0) -> None:
        """Take both."""
        super().__init__(word)
        self.word, self.wait = word, wait


def read(
    gateway: Gateway,
    company: Company,
    channels: Collection[str],
    now: datetime,
    before: Reading | None,
) -> Reading:
    """Ask Slack about everybody of the company. Raises `Unanswered` when it does not say who they are.

    Groups that can't be read stay what they were `before`, with the time they were read, and so grow too old to
    count. `channels` are those whose members a playbook names, as it writes them.
    """
    told = {str(user["id"]): user for user in _listed(gateway, "users.list", "members")}
    quiet = _snoozing(gateway, [person.id for person in company.people if person.id in told], now)
    accounts = [
        _account(company, person.id, told.get(person.id), quiet) for person in company.people
    ]
    found = Reading(at=now, accounts=tuple(accounts))
    kept = before or found
    try:
        groups = _user_groups(gateway, company, now)
        found = found.model_copy(update={"groups": groups, "groups_at": now})
    except Unanswered as silent:
        groups = {name: who for name, who in kept.groups.items() if name.startswith("@")}
        more = {"groups": groups, "groups_at": kept.groups_at, "problem": silent.word}
        found = found.model_copy(update=more)
    for name in sorted(channels):
        found = _with_channel(gateway, company, found, name, kept)
    return found


def _account(
    company: Company, person_id: str, user: Json | None, quiet: Mapping[str, datetime]
) -> Account:
    """Return what matters of a user. One Slack does not know is nobody here."""
    if user is None:
        return Account(id=person_id, active=False)
    profile = cast("Json", user.get("profile") or {})
    emoji, text = str(profile.get("status_emoji") or ""), str(profile.get("status_text") or "")
    away = away_by_status(emoji, text, company.away_status)
    until = int(profile.get("status_expiration") or 0)
    back_at = _time(until) if away and until else None
    if not away and person_id in quiet:
        away, back_at = SNOOZING, quiet[person_id]
    zone = str(user.get("tz") or "")
    return Account(
        id=person_id,
        active=not (user.get("deleted") or user.get("is_bot")),
        guest=any(user.get(key) for key in _GUEST) or _is_elsewhere(user, company.ws),
        zone=zone if zone in available_timezones() else "",
        away=away,
        back_at=back_at,
    )


def _is_elsewhere(user: Json, ws: str) -> bool:
    """Whether an account belongs to another workspace, where company.yml says which is ours and there is no Grid."""
    team = str(user.get("team_id") or ws)
    return ws.startswith("T") and team != ws and not user.get("enterprise_user")


def _snoozing(gateway: Gateway, people: list[str], now: datetime) -> dict[str, datetime]:
    """Return until when those do not want to be disturbed who pause that long. Not knowing it bars nobody."""
    found: dict[str, datetime] = {}
    for at in range(0, len(people), FEW):
        try:
            said = _asked(gateway, "dnd.teamInfo", {"users": ",".join(people[at : at + FEW])})
        except Unanswered:
            return found
        users = cast("dict[str, Json]", said.get("users") or {})
        for person, snooze in users.items():
            ends = _time(snooze.get("next_dnd_end_ts"))
            if snooze.get("dnd_enabled") and away_by_snooze(
                _time(snooze.get("next_dnd_start_ts")), ends, now
            ):
                found[person] = ends
    return found


def _user_groups(gateway: Gateway, company: Company, now: datetime) -> dict[str, Members]:
    """Return the listed members of every user group. Raises `Unanswered`."""
    said = _asked(gateway, "usergroups.list", {"include_users": "true"})
    groups = cast("list[Json]", said.get("usergroups") or [])
    return {
        f"@{group['handle']}": _staff(company, cast("list[str]", group.get("users") or []), now)
        for group in groups
        if not group.get("date_delete")
    }


def _with_channel(
    gateway: Gateway, company: Company, found: Reading, name: str, before: Reading
) -> Reading:
    """Return the reading with the listed members of a channel; with those of before when Slack does not say."""
    place = {"channel": company.channel(name.removeprefix(IN_CHANNEL))}
    try:
        ids = [str(one) for one in _listed(gateway, "conversations.members", "members", place)]
    except Unanswered as silent:
        old = {name: before.groups[name]} if name in before.groups else {}
        more = {"groups": {**found.groups, **old}, "problem": silent.word}
        return found.model_copy(update=more)
    groups = {**found.groups, name: _staff(company, ids, found.at)}
    return found.model_copy(update={"groups": groups})


def _staff(company: Company, ids: Collection[str], at: datetime) -> Members:
    return Members(at=at, people=tuple(p.id for p in company.people if p.id in ids))


def _listed(
    gateway: Gateway, method: str, key: str, about: Mapping[str, str] | None = None
) -> Iterator[Any]:
    """Yield every item of a list Slack gives page by page; half a list is none. Raises `Unanswered`."""
    cursor = ""
    for _ in range(MOST):
        page = {"limit": str(PAGE), **(about or {}), **({"cursor": cursor} if cursor else {})}
        said = _asked(gateway, method, page)
        yield from cast("list[Any]", said.get(key) or [])
        cursor = str(cast("Json", said.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return
    raise Unanswered("too_many_pages")


def _asked(gateway: Gateway, method: str, arguments: Mapping[str, str]) -> Json:
    sent = gateway.ask(method, arguments)
    if sent.how != "ok":
        raise Unanswered(sent.error, sent.wait)
    return sent.said


def _time(seconds: object) -> datetime:
    return datetime.fromtimestamp(int(cast("int", seconds or 0)), UTC)
