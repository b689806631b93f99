"""Slack: are the tokens there and of the right kind, does Slack take them, and do they carry the scopes."""

from __future__ import annotations

import re
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from ruamel.yaml import YAML
from slack_sdk.errors import SlackApiError

from bot.app import slack_client
from bot.settings import repository_file
from workflows.ports import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from slack_sdk import WebClient
    from slack_sdk.web import SlackResponse

    from bot.settings import Settings
    from workflows.ports import Clock

#: By setting: how its value begins, and where Slack shows it.
_SECRETS = {
    "slack_bot_token": ("xoxb-", "OAuth & Permissions, Bot User OAuth Token"),
    "slack_app_token": (
        "xapp-",
        "Basic Information, App-Level Tokens, with connections:write",
    ),
    "slack_signing_secret": ("", "Basic Information, App Credentials, Signing Secret"),
}
_SIGNING_SECRET = re.compile(r"[0-9a-f]{32}")
#: A clock further from Slack's than this makes timers fire early or late.
_SKEW = timedelta(seconds=60)
#: Slack's own words, and what mends them. The rest is said as it is.
_FIXES = {
    "invalid_auth": "Copy the token from the app's page again.",
    "not_authed": "Copy the token from the app's page again.",
    "account_inactive": "Install the app to the workspace again and copy its new token.",
    "token_revoked": "Install the app to the workspace again and copy its new token.",
    "token_expired": "Switch token rotation off for this app, install it again, copy its new token.",
    "not_allowed_token_type": "The two tokens are exchanged, or one is of another kind; copy both again.",
    "missing_scope": "Give the app-level token the scope connections:write, and copy the new one.",
    "ratelimited": "Wait a minute and run sayso doctor again.",
}


def tokens(settings: Settings, _clock: Clock) -> Iterator[Finding]:
    """Name every secret of Slack's that SLACK_MODE needs and lacks, at once, and those that can't be right."""
    needed = settings.slack_secrets
    absent = [name for name in needed if not _secret(settings, name)]
    if absent:
        names = " and ".join(name.upper() for name in absent)
        places = "; ".join(f"{name.upper()} is under {_SECRETS[name][1]}" for name in absent)
        missing = "is missing" if len(absent) == 1 else "are missing"
        fix = f"Put what Slack shows into .env: {places}."
        yield Finding(ok=False, what="Slack tokens", why=f"{names} {missing}", fix=fix)
    for name, (begins, place) in _SECRETS.items():
        written = _secret(settings, name)
        if written and (why := _strange(name, written, begins)):
            yield Finding(ok=False, what=name.upper(), why=why, fix=f"Copy it from {place}.")
    if not absent:
        both = {"socket": "Both Slack tokens", "http": "Slack's bot token and signing secret"}
        yield Finding(ok=True, what=f"{both[settings.slack_mode]} are set")


def _strange(name: str, written: str, begins: str) -> str:
    """Return why this can't be what Slack shows; empty when it can."""
    if not written.startswith(begins):
        return f"it does not begin with {begins}"
    if name == "slack_signing_secret" and not _SIGNING_SECRET.fullmatch(written):
        return "it is not 32 hexadecimal digits"
    return ""


def bot_token(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Ask Slack who the bot is; its answer also tells the scopes and the time."""
    if not settings.slack_bot_token:
        return
    what = f"Slack at {_host(settings)}"
    answer = _asked(slack_client(settings), "auth.test", what)
    if isinstance(answer, Finding):
        yield answer
        return
    said: dict[str, Any] = cast("dict[str, Any]", answer.data)
    yield Finding(ok=True, what=f"{what} knows the bot: {said.get('user')} in {said.get('team')}")
    told = cast("dict[str, str | list[str]]", answer.headers)
    headers = {name.lower(): _one(value) for name, value in told.items()}
    yield from _scopes(headers)
    yield from _time(headers, clock.now())


def app_token(settings: Settings, _clock: Clock) -> Iterator[Finding]:
    """Ask for a Socket Mode address and use it for nothing."""
    if settings.slack_mode != "socket" or not settings.slack_app_token:
        return
    what = "Socket Mode"
    client = slack_client(settings)
    client.token = _secret(settings, "slack_app_token")
    answer = _asked(client, "apps.connections.open", what)
    yield answer if isinstance(answer, Finding) else Finding(ok=True, what=f"{what} can connect")


def wanted_scopes() -> frozenset[str]:
    """Return the bot scopes manifest.yml asks for."""
    text = repository_file("manifest.yml").read_text(encoding="utf-8")
    manifest: Any = YAML(typ="safe").load(text)
    return frozenset(manifest["oauth_config"]["scopes"]["bot"])


def _secret(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    return value.get_secret_value() if value else ""


def _host(settings: Settings) -> str:
    """Return where Slack is without what a URL could carry besides."""
    return urlsplit(settings.slack_api_url).hostname or "the address in SLACK_API_URL"


def _asked(client: WebClient, method: str, what: str) -> SlackResponse | Finding:
    try:
        return client.api_call(method)
    except SlackApiError as error:
        word = str(cast("Any", error.response).get("error") or "an answer that can't be read")
        fix = _FIXES.get(word, f"Look up {word} on the page of {method} in Slack's reference.")
        return Finding(ok=False, what=what, why=f"Slack answered {word}", fix=fix)
    except (OSError, ValueError, HTTPException) as error:
        why = f"it can't be reached ({type(error).__name__})"
        fix = "Check the network, a proxy, and SLACK_API_URL if you set it."
        return Finding(ok=False, what=what, why=why, fix=fix)


def _scopes(headers: Mapping[str, str]) -> Iterator[Finding]:
    said = headers.get("x-oauth-scopes", "")
    if not said:
        yield Finding(ok=True, what="Scopes: this server does not say which the token has")
        return
    missing = wanted_scopes() - {scope.strip() for scope in said.split(",")}
    if missing:
        why = f"the bot token has no {', '.join(sorted(missing))}"
        fix = "Add them under OAuth & Permissions (or paste manifest.yml again), then reinstall the app."
        yield Finding(ok=False, what="Scopes", why=why, fix=fix)
    else:
        yield Finding(ok=True, what="The bot token has every scope of manifest.yml")


def _time(headers: Mapping[str, str], now: datetime) -> Iterator[Finding]:
    try:
        theirs = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return
    gap = now - theirs
    if abs(gap) > _SKEW:
        way = "ahead of" if gap > timedelta(0) else "behind"
        why = f"it is {abs(gap).total_seconds():.0f} s {way} Slack's, so timers fire at the wrong time"
        fix = "Switch time synchronisation on, for example: timedatectl set-ntp true."
        yield Finding(ok=False, what="This machine's clock", why=why, fix=fix)
    else:
        yield Finding(ok=True, what="This machine's clock agrees with Slack's")


def _one(value: str | list[str]) -> str:
    """Return a header's value, the first of several."""
    return value if isinstance(value, str) else next(iter(value), "")
