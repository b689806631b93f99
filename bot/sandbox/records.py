"""The plain records a local workspace is made from: people, channels, groups, tokens, deadlines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

#: One JSON object as it travels over Slack's wire.
Json = dict[str, Any]


def an_object(value: object) -> Json:
    """Return `value` if it is a JSON object, else an empty one."""
    return cast("Json", value) if isinstance(value, dict) else {}


def objects(value: object) -> list[Json]:
    """Return the JSON objects of a list; none when `value` is no list."""
    held = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("Json", one) for one in held if isinstance(one, dict)]


class Clock(Protocol):
    """Where the workspace reads the time."""

    def now(self) -> datetime:
        """Return the present as an aware datetime in UTC."""
        ...


@runtime_checkable
class MovableClock(Protocol):
    """A clock the page may move, so that a week of waiting takes a second."""

    def now(self) -> datetime:
        """Return the present as an aware datetime in UTC."""
        ...

    def move_to(self, when: datetime) -> None:
        """Make `when` (aware) the present."""
        ...


@dataclass(frozen=True, kw_only=True)
class Person:
    """One human member of the workspace."""

    #: Slack's id, `U…`.
    id: str
    #: The name people read.
    name: str
    title: str = ""
    email: str = ""
    #: IANA zone.
    tz: str = "Etc/UTC"
    is_admin: bool = False
    is_guest: bool = False
    deleted: bool = False
    #: Colour of the avatar, as CSS.
    colour: str = "#4a154b"

    @property
    def handle(self) -> str:
        """The lower-case name used in mentions: `ana.lopez`."""
        return ".".join(self.name.lower().split())


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One conversation: a channel, or a direct one (`kind` "im")."""

    #: Slack's id, `C…`, `G…` or `D…`.
    id: str
    name: str = ""
    private: bool = False
    members: tuple[str, ...] = ()
    topic: str = ""
    #: Whether the app was invited.
    has_bot: bool = True
    #: "channel", "im" or "mpim".
    kind: str = "channel"

    @property
    def is_direct(self) -> bool:
        """Whether this is a conversation between listed people only."""
        return self.kind != "channel"


@dataclass(frozen=True, kw_only=True)
class Group:
    """One user group, mentioned as `@handle`."""

    #: Slack's id, `S…`.
    id: str
    handle: str
    name: str = ""
    members: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """Everything the local workspace starts from."""

    people: tuple[Person, ...]
    channels: tuple[Channel, ...]
    groups: tuple[Group, ...] = ()
    bot_name: str = "sayso"
    name: str = "Local workspace"
    domain: str = "local"
    team_id: str = "T0LOCAL001"
    app_id: str = "A0LOCAL001"
    bot_id: str = "B0LOCAL001"
    bot_user_id: str = "U0LOCALBOT"
    bot_token: str = "xoxb-local-workspace-bot"  # noqa: S105 - opens a look-alike on loopback only
    app_token: str = "xapp-1-local-workspace-app"  # noqa: S105 - as above

    @classmethod
    def of(
        cls,
        people: Iterable[Person | Mapping[str, Any]],
        channels: Iterable[Channel | Mapping[str, Any]],
        bot_name: str = "sayso",
        groups: Iterable[Group | Mapping[str, Any]] = (),
    ) -> Workspace:
        """Make a workspace from records, or from mappings with the same fields."""
        return cls(
            people=tuple(p if isinstance(p, Person) else Person(**p) for p in people),
            channels=tuple(c if isinstance(c, Channel) else Channel(**c) for c in channels),
            groups=tuple(g if isinstance(g, Group) else Group(**g) for g in groups),
            bot_name=bot_name,
        )


@dataclass(frozen=True, kw_only=True)
class Timings:
    """Slack's deadlines, in seconds of real time, so that tests can shorten them."""

    #: How long an app may take to acknowledge an envelope.
    ack: float = 3.0
    #: How long a `trigger_id` opens a modal.
    trigger: float = 3.0
    #: Pauses before the second, third and fourth delivery of an event.
    retries: tuple[float, ...] = (0.0, 60.0, 300.0)
    #: How long a `response_url` works.
    response_url: float = 1800.0
    #: How long after its upload a file is still being looked at.
    file_ready: float = 0.0
    #: Whether calls are counted against Slack's tiers.
    rate_limits: bool = True
    #: How many seconds a new socket is told it will live.
    connection: int = 18_060


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The parts of an app manifest the workspace acts on."""

    commands: tuple[Json, ...] = ()
    shortcuts: tuple[Json, ...] = ()
    events: frozenset[str] = frozenset()
    #: Granted bot scopes; None grants all.
    scopes: frozenset[str] | None = None
    features: Json = field(default_factory=dict[str, Any])

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Manifest:
        """Read a manifest as parsed from YAML or JSON."""
        features = an_object(raw.get("features"))
        events = an_object(an_object(raw.get("settings")).get("event_subscriptions"))
        scopes = an_object(an_object(raw.get("oauth_config")).get("scopes"))
        return cls(
            commands=tuple(objects(features.get("slash_commands"))),
            shortcuts=tuple(objects(features.get("shortcuts"))),
            events=frozenset(events.get("bot_events") or ()),
            scopes=frozenset(scopes["bot"]) if "bot" in scopes else None,
            features=features,
        )
