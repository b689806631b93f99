"""The outline of what Slack sends. What does not fit it is refused before Bolt, which looks inside without asking."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Named(_Part):
    id: str


class _Action(_Part):
    action_id: str
    block_id: str = ""


class _View(_Part):
    callback_id: str = ""
    type: str = ""


class _Event(_Part):
    type: str


class Envelope(_Part):
    """The parts of a payload that say what it is, about whom, and where an answer may go."""

    type: str = ""
    command: str = ""
    callback_id: str = ""
    event_id: str = ""
    ssl_check: str = ""
    event: _Event | None = None
    actions: tuple[_Action, ...] | None = None
    view: _View | None = None
    user: str | _Named | None = None
    team: str | _Named | None = None
    channel: str | _Named | None = None
    response_url: str | None = None
    response_urls: tuple[dict[str, Any], ...] = ()
    authorizations: tuple[dict[str, Any], ...] | None = None

    @model_validator(mode="after")
    def _is_something(self) -> Envelope:
        if not (self.type or self.command or self.ssl_check):
            msg = "it says nowhere what it is"
            raise ValueError(msg)
        if self.type == "block_actions" and not self.actions:
            msg = "nothing was pressed"
            raise ValueError(msg)
        if self.type == "event_callback" and not (self.event and self.event_id):
            msg = "nothing happened"
            raise ValueError(msg)
        return self
