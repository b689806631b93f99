"""Which roles a process takes on, and which it refuses."""

from __future__ import annotations

import pytest

from bot.roles import BadRoles, Role, roles_of
from bot.settings import Settings

POSTGRES = "postgresql://sayso@127.0.0.1/sayso"


def _settings(**told: object) -> Settings:
    return Settings.model_validate({"slack_mode": "socket", "database_url": "", **told})


@pytest.mark.parametrize(
    ("settings", "roles"),
    [
        (_settings(), {Role.SOCKET, Role.WORKER}),
        (_settings(web_port=8000), {Role.SOCKET, Role.WORKER}),
        (_settings(slack_mode="http", web_port=8000), {Role.WEB, Role.WORKER}),
    ],
)
def test_without_a_word_it_does_all_that_fits(settings: Settings, roles: set[Role]) -> None:
    """One process does everything there is to do in its mode."""
    assert roles_of(settings) == roles
    assert roles_of(settings, sorted(roles)) == roles


@pytest.mark.parametrize("role", ["socket", "worker"])
def test_on_a_server_roles_may_be_apart(role: str) -> None:
    """PostgreSQL is shared by processes."""
    assert roles_of(_settings(database_url=POSTGRES), [role]) == {Role(role)}


@pytest.mark.parametrize(
    ("settings", "asked", "why"),
    [
        (_settings(), ["scheduler"], "there is no role scheduler"),
        (_settings(), ["web"], "SLACK_MODE is socket, which has no role web"),
        (_settings(slack_mode="http", web_port=1), ["socket"], "which has no role socket"),
        (_settings(slack_mode="http"), [], "WEB_PORT is not set"),
        (_settings(), ["socket"], "use PostgreSQL"),
        (_settings(), ["worker"], "use PostgreSQL"),
        (_settings(slack_mode="http", web_port=1), ["web"], "use PostgreSQL"),
    ],
)
def test_roles_that_can_not_work_are_refused(
    settings: Settings, asked: list[str], why: str
) -> None:
    """The sentence says why, and what to do instead."""
    with pytest.raises(BadRoles, match=why) as refused:
        roles_of(settings, asked)
    assert refused.value.sentence.endswith(".")
    assert ".." not in refused.value.sentence
