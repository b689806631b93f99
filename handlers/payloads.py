"""What Slack sends, read once. The person comes from the envelope, never from a button; unknown keys are ignored."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from blocks.values import ButtonValue, untagged
from workflows.run import Actor


class Body(BaseModel):
    """A part of a Slack payload: what we use of it."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Id(Body):
    id: str = ""


class _Action(Body):
    action_id: str
    block_id: str = ""
    action_ts: str = ""
    value: str = ""
    selected_option: dict[str, Any] | None = None

    @property
    def chosen(self) -> str:
        """The button's value or the option that was picked."""
        return str((self.selected_option or {}).get("value", "")) or self.value


class _Container(Body):
    message_ts: str = ""
    thread_ts: str = ""
    channel_id: str = ""
    view_id: str = ""
    is_ephemeral: bool = False


class _View(Body):
    id: str = ""
    type: str = ""
    hash: str = ""
    callback_id: str = ""
    private_metadata: str = ""
    state: dict[str, dict[str, dict[str, dict[str, Any]]] | None] = Field(default_factory=dict)

    @property
    def inputs(self) -> dict[str, dict[str, dict[str, Any]]]:
        """What the inputs hold: block id, action id, element state."""
        return self.state.get("values") or {}

    def held(self, block_id: str, action_id: str) -> dict[str, Any]:
        """Return what one input holds, as Slack sends it; empty when there is no such input."""
        return self.inputs.get(block_id, {}).get(action_id, {})

    def typed(self, block_id: str, action_id: str) -> str:
        """Return what was typed into an input; empty when nothing was."""
        return str(self.held(block_id, action_id).get("value") or "")

    def chosen(self, block_id: str, action_id: str) -> str:
        """Return the option a menu holds; empty when none was chosen."""
        option: Any = self.held(block_id, action_id).get("selected_option")
        return str(option["value"]) if option else ""


class ButtonPress(Body):
    """One press or choice in a message, a modal or the App Home."""

    user: _Id
    team: _Id = _Id()
    channel: _Id = _Id()
    container: _Container = _Container()
    message: dict[str, Any] = Field(default_factory=dict)
    view: _View = _View()
    actions: tuple[_Action, ...] = Field(min_length=1)
    trigger_id: str = ""
    response_url: str = ""

    @property
    def action(self) -> _Action:
        """What was pressed."""
        return self.actions[0]

    @property
    def person(self) -> str:
        """Slack's id of who pressed."""
        return self.user.id

    @property
    def place(self) -> tuple[str, str]:
        """The channel and the message, both empty outside of messages."""
        channel = self.channel.id or self.container.channel_id
        return channel, self.container.message_ts or str(self.message.get("ts", ""))

    @property
    def thread_ts(self) -> str:
        """The thread the message stands in, or would open."""
        return self.container.thread_ts or str(self.message.get("thread_ts", "")) or self.place[1]

    @property
    def key(self) -> str:
        """What makes this press the same press when it is delivered twice."""
        where = ":".join(self.place) if self.place[1] else self.view.id or self.container.view_id
        act = self.action
        return f"press:{self.team.id}:{where}:{act.block_id}:{act.action_id}:{act.action_ts}:{self.person}"

    @property
    def value(self) -> ButtonValue:
        """The draft, revision and hash the button named. Raises `ValueError` for a button of another kind."""
        return ButtonValue.parse(self.action.chosen)

    @property
    def values(self) -> tuple[ButtonValue, ...]:
        """Every draft the button named, in order. Raises `ValueError` likewise."""
        return tuple(ButtonValue.parse(each) for each in self.action.chosen.split(" "))

    @property
    def card(self) -> str:
        """The draft whose card was pressed on; empty for other messages, and for those only one person sees."""
        if not self.place[1] or self.container.is_ephemeral:
            return ""
        try:
            first = self.action.chosen.partition(" ")[0]
            return ButtonValue.parse(first.rpartition(":")[2]).draft_id
        except ValueError:
            return ""

    @property
    def tagged(self) -> tuple[str, ButtonValue]:
        """The word in front of the value, and the value. Raises `ValueError` likewise."""
        return untagged(self.action.chosen)


class Submission(Body):
    """A modal that was submitted."""

    user: _Id
    team: _Id = _Id()
    view: _View
    trigger_id: str = ""

    @property
    def person(self) -> str:
        """Slack's id of who submitted."""
        return self.user.id

    @property
    def key(self) -> str:
        """What makes this submission the same one when it is delivered twice."""
        return f"view:{self.team.id}:{self.view.id}:{self.view.hash}:{self.person}"


class SlashCommand(Body):
    """`/playbook …` or `/sayso …`."""

    command: str
    text: str = ""
    user_id: str
    team_id: str = ""
    channel_id: str = ""
    trigger_id: str = ""
    response_url: str = ""

    @property
    def words(self) -> list[str]:
        """What stands behind the command, by word."""
        return self.text.split()

    @property
    def given(self) -> list[str]:
        """What stands behind the verb, by word."""
        return self.words[1:]

    @property
    def key(self) -> str:
        """What makes this command the same one when it is delivered twice."""
        return f"command:{self.team_id}:{self.trigger_id}:{self.user_id}"


class Shortcut(Body):
    """A shortcut from Slack's menu."""

    user: _Id
    callback_id: str
    trigger_id: str = ""

    @property
    def person(self) -> str:
        """Slack's id of who chose it."""
        return self.user.id


class Mention(Body):
    """A message in which the bot is mentioned."""

    user: str = ""
    text: str = ""
    channel: str
    #: Slack's name for it: when it was written, in seconds.
    ts: str = Field(pattern=r"^[0-9]{1,12}\.[0-9]{1,6}$")
    #: The thread it stands in; empty outside of one.
    thread_ts: str = ""
    #: Set when a bot wrote it.
    bot_id: str = ""

    @property
    def at(self) -> datetime:
        """When it was written."""
        return datetime.fromtimestamp(float(self.ts), UTC)


class Happening(Body):
    """An event, with the id Slack keeps over its retries."""

    event_id: str = ""
    event: dict[str, Any] = Field(default_factory=dict)

    @property
    def type(self) -> str:
        """What kind of event it is."""
        return str(self.event.get("type", ""))

    @classmethod
    def of(cls, body: dict[str, Any]) -> Self:
        """Read an event's envelope."""
        return cls.model_validate(body)


def on_draft(person: str, key: str, shown: ButtonValue) -> dict[str, object]:
    """Return what every command on a draft takes: who, the key of this delivery, and exactly what was shown."""
    return {
        "actor": Actor.user(person),
        "key": key,
        "draft_id": shown.draft_id,
        "revision": shown.revision,
        "payload_hash": shown.hash,
    }
