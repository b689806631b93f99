"""Channels that company.yml calls private: does Slack call them so too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from slack_sdk.errors import SlackApiError

from bot.app import slack_client
from bot.folder import CompanyFolder
from workflows.errors import WorkflowError
from workflows.ports import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_sdk import WebClient

    from bot.settings import Settings
    from workflows.ports import Clock

_PRIVATE = ("is_private", "is_im", "is_mpim")


def private_channels(settings: Settings, _clock: Clock) -> Iterator[Finding]:
    """Ask Slack about each of them: what is about employees is shown there."""
    if not settings.slack_bot_token:
        return
    try:
        company = CompanyFolder(settings.sayso_home).company()
    except WorkflowError:
        return  # said with its lines already
    client = slack_client(settings)
    for name in company.private_channels:
        yield _looked_at(client, name, company.channel(name))


def _looked_at(client: WebClient, name: str, channel: str) -> Finding:
    what = f"Channel #{name}, which company.yml calls private"
    try:
        answer = client.api_call("conversations.info", params={"channel": channel})
    except (SlackApiError, OSError) as error:
        fix = "Invite Sayso into it, then run sayso doctor again."
        return Finding(ok=False, what=what, why=f"Slack did not say ({_word(error)})", fix=fix)
    said = cast("dict[str, Any]", answer.data)
    about = cast("dict[str, Any]", said.get("channel") or {})
    if any(about.get(key) for key in _PRIVATE):
        return Finding(ok=True, what=f"{what}, is")
    fix = "Make it private in Slack, or take it out of private_channels."
    return Finding(ok=False, what=what, why="everybody in the workspace can read it", fix=fix)


def _word(error: SlackApiError | OSError) -> str:
    if isinstance(error, SlackApiError):
        return str(cast("Any", error.response).get("error") or "no answer")
    return type(error).__name__
