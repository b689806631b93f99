"""What a person sees after doing something."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from bot.sandbox.errors import NotOnScreen
from bot.sandbox.records import Json, an_object
from bot.sandbox.state import State, micro

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Seconds of real time a person looks at the screen before giving up.
PATIENCE = 5.0


def words(part: object) -> Iterator[str]:
    """Yield every text a person could read in a message, view or block."""
    if isinstance(part, dict):
        block = an_object(cast("object", part))
        for key, value in block.items():
            if key in {"text", "title", "caption", "alt_text", "label"} and isinstance(value, str):
                yield value
            elif key in {"value", "fallback"} and block.get("type") in {"raw_number", "date"}:
                yield str(value)
            else:
                yield from words(value)
    elif isinstance(part, list):
        for one in cast("list[object]", part):
            yield from words(one)


def text_of(part: object) -> str:
    """Return all that can be read in a message, view or block, one text a line."""
    return "\n".join(words(part))


class Seen:
    """What came of one act. Lists are live; `wait_…` blocks until something shows, or raises."""

    def __init__(self, state: State, user: str, since: str) -> None:
        """Watch what a person sees from timestamp `since` on."""
        self._state = state
        self._user = user
        self._since = micro(since)
        self._views = {v["id"]: v["hash"] for v in state.stacks.get(user, [])}
        self._home = state.homes.get(user, {}).get("hash", "")
        #: What Slack says when the app didn't answer properly; empty when it did.
        self.error = ""
        #: For the developer: why the answer was no good.
        self.detail = ""
        #: What a modal says beside its fields, by block id.
        self.field_errors: dict[str, str] = {}
        #: Options an external select was answered.
        self.options: list[Json] = []

    def _fresh(self, messages: list[Json]) -> list[Json]:
        return [m for m in messages if micro(m["ts"]) > self._since]

    @property
    def ephemerals(self) -> list[Json]:
        """Messages only this person sees that came since."""
        with self._state.lock:
            return self._fresh(self._state.ephemerals.get(self._user, []))

    @property
    def messages(self) -> list[Json]:
        """Messages of any conversation this person is in that came since."""
        with self._state.lock:
            mine = [c.id for c in self._state.channels.values() if self._user in c.members]
            return self._fresh(
                [m for c in mine for _, m in sorted(self._state.messages[c].items())]
            )

    @property
    def view(self) -> Json | None:
        """The modal in front of this person if it was opened or redrawn since, else None."""
        with self._state.lock:
            stack = self._state.stacks.get(self._user) or []
            top = stack[-1] if stack else None
        return top if top and self._views.get(top["id"]) != top["hash"] else None

    @property
    def home(self) -> Json | None:
        """The App Home if it was redrawn since, else None."""
        with self._state.lock:
            home = self._state.homes.get(self._user)
        return home if home and home["hash"] != self._home else None

    @property
    def text(self) -> str:
        """Everything readable that came since: errors, ephemerals, the modal, messages."""
        shown = [text_of(part) for part in (self.ephemerals, self.view, self.messages)]
        return "\n".join([self.error, *self.field_errors.values(), *shown])

    def _wait(self, ready: Callable[[], object], what: str, seconds: float) -> None:
        if not self._state.wait(ready, seconds):
            msg = f"No {what} showed within {seconds} s. What came instead: {self.text.strip()!r}."
            raise NotOnScreen(msg)

    def wait_view(self, seconds: float = PATIENCE) -> Json:
        """Return the modal that opens or is redrawn."""
        self._wait(lambda: self.view, "modal", seconds)
        return self.view or {}

    def wait_home(self, seconds: float = PATIENCE) -> Json:
        """Return the App Home once it is redrawn."""
        self._wait(lambda: self.home, "App Home", seconds)
        return self.home or {}

    def wait_ephemeral(self, containing: str = "", seconds: float = PATIENCE) -> Json:
        """Return the first private message with these words."""
        return self._first(lambda: self.ephemerals, containing, "private message", seconds)

    def wait_message(self, containing: str = "", seconds: float = PATIENCE) -> Json:
        """Return the first message with these words."""
        return self._first(lambda: self.messages, containing, "message", seconds)

    def _first(
        self, messages: Callable[[], list[Json]], containing: str, what: str, seconds: float
    ) -> Json:
        def found() -> list[Json]:
            return [m for m in messages() if containing in text_of(m)]

        self._wait(found, f"{what} with {containing!r}", seconds)
        return found()[0]
