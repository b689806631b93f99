"""What one process does of all there is to do. Small installations do it all in one."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from workflows.errors import WorkflowError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.settings import Settings


class Role(StrEnum):
    """A part of the work that a process may take on."""

    #: Takes what Slack sends over HTTP.
    WEB = "web"
    #: Takes what Slack sends over a connection of ours.
    SOCKET = "socket"
    #: Carries runs on, shows messages, keeps schedules.
    WORKER = "worker"


class BadRoles(WorkflowError):
    """Sayso can't run as {asked}: {problem}. {next_step}."""


def roles_of(settings: Settings, asked: Iterable[str] = ()) -> frozenset[Role]:
    """Return the roles that were asked for, all that fit SLACK_MODE if none was. Raises `BadRoles`."""
    door = Role.WEB if settings.slack_mode == "http" else Role.SOCKET
    named = [word for word in asked if word]
    unknown = [word for word in named if word not in set(Role)]
    if unknown:
        raise BadRoles(
            asked=", ".join(named),
            problem=f"there is no role {unknown[0]}",
            next_step="Roles are web, socket and worker",
        )
    roles = frozenset(map(Role, named)) or frozenset({door, Role.WORKER})
    _check(settings, roles, door)
    return roles


def _check(settings: Settings, roles: frozenset[Role], door: Role) -> None:
    asked = ", ".join(sorted(roles))
    if strange := roles - {door, Role.WORKER}:
        raise BadRoles(
            asked=asked,
            problem=f"SLACK_MODE is {settings.slack_mode}, which has no role {min(strange)}",
            next_step="Leave it out, or set SLACK_MODE. /healthz and /readyz need only WEB_PORT, whatever the role",
        )
    if Role.WEB in roles and not settings.web_port:
        raise BadRoles(
            asked=asked,
            problem="WEB_PORT is not set, so Slack could not reach it",
            next_step="Set WEB_PORT to the port your proxy passes requests on to",
        )
    if settings.database.startswith("sqlite") and len(roles) < 2:  # noqa: PLR2004 -- the door and the worker
        raise BadRoles(
            asked=asked,
            problem="the roles of a SQLite database share one process",
            next_step="Run it without --role, or use PostgreSQL: set DATABASE_URL",
        )
