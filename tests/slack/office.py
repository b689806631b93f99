"""The whole bot on a real database file, and the people in front of it. Every act goes through `App.dispatch`."""

from __future__ import annotations

import json
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr
from slack_bolt import BoltRequest

from bot.app import Foundation, Program, build, found, slack_client
from bot.connectors.mail import SEND
from bot.folder import CompanyFolder
from bot.outside import connectors
from bot.settings import Settings
from bot.storage.audit_search import Filters, Recorded, search
from bot.storage.inbox import Inbox, Incoming
from bot.storage.outbox import Message, OutboxRows
from bot.storage.pasts import Pasts
from handlers.register import catch_up
from tests.fakes.connector import FakeConnector
from tests.fakes.ids import UnsampledIds
from tests.slack import screen
from tests.slack.workspace import BOT, TEAM, Server, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.fakes.clock import FakeClock
    from workflows.ports import Drafter, Ids
    from workflows.run import Draft, Run

Json = dict[str, Any]

ANA, LEE, NOA, MIA, TOM, IDA, KIM = (
    "U01ANA", "U01LEE", "U01NOA", "U01MIA", "U01TOM", "U01IDA", "U01KIM",
)  # fmt: skip
STRANGER = "U09NOBODY"
SALES, FINANCE, KPI, OPS = "C01SALES", "C01FINANCE", "C01KPI", "C01OPS"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What came of one act, as Slack shows it to the one who acted."""

    #: Whether the bot acknowledged; without it Slack shows its own error.
    acked: bool
    #: The acknowledgement's payload.
    payload: Json = field(default_factory=dict[str, Any])
    #: The words of everything only this person was told.
    said: str = ""
    #: The dialog now in front of them.
    dialog: Json | None = None

    @property
    def errors(self) -> Json:
        """What is wrong, by block id, of a submitted form."""
        return self.payload.get("errors") or {}


class Remembered(ThreadPoolExecutor):
    """An executor one can wait for: Bolt answers when a listener has acknowledged, which need not be its end."""

    def __init__(self) -> None:
        super().__init__(16)
        self._given: list[Future[Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        given = super().submit(fn, *args, **kwargs)
        self._given.append(given)
        return given

    def finish(self) -> None:
        """Wait until every listener has come to its end. An exception that left one is raised here."""
        given, self._given = self._given, []
        assert not wait(given, timeout=10).not_done, "a listener hangs"
        for one in given:
            one.result()


class Office:
    """A company at work."""

    def __init__(
        self,
        home: Path,
        clock: FakeClock,
        *,
        drafter: Drafter | None = None,
        mail: FakeConnector | None = None,
        more: tuple[FakeConnector, ...] = (),
        ids: Ids | None = None,
    ) -> None:
        #: Whether every run of it must come to the same when it is replayed at the end.
        self.replays = True
        self._more, self._ids = more, ids or UnsampledIds()
        self.home, self.clock, self._drafter = home, clock, drafter
        self.slack = Workspace()
        self._server = Server(self.slack)
        self._acts, self._seconds = count(1), count(0, 1000)
        self.mail = mail or FakeConnector("mail", action=SEND)
        self.program = self._built()

    @property
    def foundation(self) -> Foundation:
        return self.program.foundation

    def _built(self) -> Program:
        """Put the bot together and begin as `Program.serve` does, without its threads."""
        settings = Settings(
            slack_bot_token=SecretStr("xoxb-1"),
            slack_app_token=SecretStr("xapp-1"),
            slack_api_url=f"{self._server.url}/api/",
            sayso_home=self.home,
            database_url="",
            openai_api_key=None,
            openai_base_url=None,
            tables_url=None,
            orders_source=None,
            smtp_url=None,
        )
        real = connectors(settings, CompanyFolder(self.home), self.clock)
        chosen = [self.mail, *self._more, *[one for one in real if one.name != "mail"]]
        foundation = found(
            settings,
            clock=self.clock,
            ids=self._ids,
            drafter=self._drafter,
            connectors=chosen,
        )
        client = slack_client(settings)
        program = build(foundation, client=client, seconds=lambda: float(next(self._seconds)))
        self._listeners = Remembered()
        program.app.listener_runner.listener_executor = self._listeners
        foundation.watching.begin()
        program.schedules.keep()
        catch_up(program.desk)
        return program

    def restart(self) -> None:
        """Switch the bot off and on again; Slack and the database stay as they are."""
        self._close()
        self.program = self._built()

    def _close(self) -> None:
        self._listeners.finish()
        self._listeners.shutdown()
        self.foundation.close()

    def stop(self) -> None:
        """Close everything. What our blocks had wrong fails the test, and so does a run that can't be replayed."""
        pasts = Pasts(self.foundation.store)
        again = {run_id: pasts.replayed(run_id) for run_id in pasts.runs() if self.replays}
        self._close()
        self._server.stop()
        assert not self.slack.refused, self.slack.refused
        assert {
            run_id: one.words for run_id, one in again.items() if one.difference or one.gap
        } == {}

    # --- Time ---

    def settle(self) -> None:
        """Let the bot work until nothing is due: runs are advanced, Slack shows what it should."""
        self._listeners.finish()
        for _ in range(300):
            worked = self.program.core.advance()
            if not self.program.outbox.show_due() and not worked:
                return
        raise AssertionError("the bot never comes to rest")

    def pass_by(self, **span: float) -> None:
        """Let time go by, then let the bot do what became due."""
        self.clock.pass_by(**span)
        self.program.core.tick()
        self.settle()

    # --- Acting ---

    def dispatch(self, body: Json) -> Seen:
        """Deliver a payload as Socket Mode does, and return what the person sees."""
        who: Json = body.get("user") or {}
        person = str(who.get("id") or body.get("user_id") or "")
        before = len(self.slack.whispers[person])
        answer = self.program.app.dispatch(request(body))
        self._listeners.finish()
        acked = answer.status == 200
        payload: Json = json.loads(answer.body) if acked and answer.body else {}
        self._apply(person, body, acked, payload)
        told = [*self.slack.whispers[person][before:], payload]
        dialog = self.slack.dialogs.get(person)
        return Seen(acked=acked, payload=payload, said=screen.words(told), dialog=dialog)

    def deliver(self, body: Json) -> None:
        """Deliver a payload and look at nothing: for presses of several threads."""
        self.program.app.dispatch(request(body))

    def _apply(self, person: str, body: Json, acked: bool, payload: Json) -> None:  # noqa: FBT001 -- told apart by name at its one call
        """Do to the submitted dialog what the acknowledgement says."""
        if body.get("type") != "view_submission" or not acked:
            return
        action = payload.get("response_action")
        if action == "update":
            held = self.slack.dialogs[person]
            self.slack.dialogs[person] = self.slack.redrawn(held, payload["view"])
        elif action == "errors":
            blocks = {block["block_id"] for block in body["view"]["blocks"]}
            assert payload["errors"].keys() <= blocks, "Slack knows no such field"
        else:
            self.slack.dialogs.pop(person, None)

    def head(self, person: str) -> Json:
        """Return what every interaction carries: who, where, and two ways back."""
        trigger = f"trigger-{next(self._acts)}"
        self.slack.triggers[trigger] = person
        user = {"id": person, "username": person.lower(), "team_id": TEAM}
        return {"user": user, "team": {"id": TEAM}, "trigger_id": trigger, "api_app_id": "A01"}

    def reply_url(self, person: str, channel: str) -> str:
        """Return a new response URL."""
        key = str(next(self._acts))
        self.slack.replies[key] = (person, channel)
        return f"{self._server.url}/respond/{key}"

    def pressing(self, person: str, part: Json, action: str, about: str = "") -> Json:
        """Return the payload of one press on a message, dialog or Home tab."""
        block_id, element = screen.find(part, action, about)
        act = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block_id,
            "action_ts": self.slack.new_ts(),
        }
        if element["type"] in {"overflow", "static_select"}:
            options = [o for o in element["options"] if about in f"{o['value']} {screen.words(o)}"]
            act["selected_option"] = options[0]
        else:
            act["value"] = element.get("value", "")
        body = {"type": "block_actions", **self.head(person), "actions": [act]}
        if part.get("type") in {"modal", "home"}:
            container: Json = {"type": "view", "view_id": part["id"]}
            return {**body, "container": container, "view": {**part, "state": {"values": {}}}}
        return {**body, **self._where(person, part)}

    def _where(self, person: str, message: Json) -> Json:
        hidden = message.get("response_type") == "ephemeral"
        container: Json = {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": message["channel"],
            "is_ephemeral": hidden,
        }
        if message.get("thread_ts"):
            container["thread_ts"] = message["thread_ts"]
        return {
            "container": container,
            "channel": {"id": message["channel"], "name": "any"},
            "response_url": self.reply_url(person, message["channel"]),
            **({} if hidden else {"message": message}),
        }

    def press(self, person: str, part: Json, action: str, about: str = "") -> Seen:
        """Press a button, or choose in a menu, and let the bot do what follows."""
        seen = self.dispatch(self.pressing(person, part, action, about))
        self.settle()
        return seen

    def submitting(self, person: str, values: Json | None = None) -> Json:
        """Return the payload of submitting the dialog in front; `values` are typed, by the start of a block id."""
        dialog = self.slack.dialogs[person]
        state: Json = {}
        for block in dialog["blocks"]:
            if block["type"] == "input":
                typed = next((v for k, v in (values or {}).items() if k in block["block_id"]), None)
                state[block["block_id"]] = _held(block["element"], typed)
        view = {**dialog, "state": {"values": state}}
        return {"type": "view_submission", **self.head(person), "view": view, "response_urls": []}

    def submit(self, person: str, values: Json | None = None) -> Seen:
        """Submit the dialog in front, and let the bot do what follows."""
        seen = self.dispatch(self.submitting(person, values))
        self.settle()
        return seen

    def commanding(self, person: str, line: str, channel: str = SALES) -> Json:
        """Return the payload of a slash command."""
        command, _, text = line.partition(" ")
        head = self.head(person)
        return {
            "command": command,
            "text": text,
            "user_id": person,
            "team_id": TEAM,
            "channel_id": channel,
            "trigger_id": head["trigger_id"],
            "response_url": self.reply_url(person, channel),
        }

    def command(self, person: str, line: str, channel: str = SALES) -> Seen:
        """Type a slash command, and let the bot do what follows."""
        seen = self.dispatch(self.commanding(person, line, channel))
        self.settle()
        return seen

    def event(self, event_id: str, event: Json) -> Seen:
        """Deliver an event."""
        seen = self.dispatch(
            {"type": "event_callback", "team_id": TEAM, "event_id": event_id, "event": event}
        )
        self.settle()
        return seen

    def say(self, person: str, card: Json, words: str, *, ago: float = 0.0) -> str:
        """Write in the thread of a card, mentioning the bot; return what only this person is told."""
        before, n = len(self.slack.whispers[person]), next(self._acts)
        ts = f"{self.clock.at.timestamp() - ago:.0f}.{n:06d}"
        mention = {"type": "app_mention", "user": person, "text": f"<@{BOT}> {words}", "ts": ts}
        self.event(f"Ev{n}", {**mention, "channel": card["channel"], "thread_ts": card["ts"]})
        return screen.words(self.slack.whispers[person][before:])

    def open_home(self, person: str) -> Json:
        """Open somebody's Home tab and return it."""
        name = f"Ev{next(self._acts)}"
        self.event(name, {"type": "app_home_opened", "user": person, "tab": "home"})
        return self.slack.homes[person]

    # --- Looking ---

    def posted(self, channel: str) -> list[Json]:
        """Return the messages of a channel, oldest first."""
        return list(self.slack.messages[channel].values())

    def newest(self, channel: str) -> Json:
        """Return the newest message of a channel."""
        return self.posted(channel)[-1]

    def rows(self, subject: str) -> list[Message]:
        """Return the message rows of a subject."""
        return list(OutboxRows(self.foundation.store).messages_of(subject))

    def runs(self) -> list[Run]:
        """Return all runs, newest first."""
        return self.foundation.lookup.runs()

    def run(self) -> Run:
        """Return the newest run."""
        return self.runs()[0]

    def draft(self) -> Draft:
        """Return the newest run's draft."""
        draft = self.run().draft
        assert draft is not None
        return draft

    def as_it_is(self, draft: Draft) -> Draft:
        """Return a draft as it is now, whatever was started since."""
        run = self.foundation.lookup.run_of_draft(draft.id)
        assert run is not None
        assert run.draft is not None
        return run.draft

    def unhandled(self) -> list[Incoming]:
        """Return the events nobody has dealt with."""
        return Inbox(self.foundation.store).unhandled()

    def audited(self, event: str, actor: str = "") -> list[Recorded]:
        """Return the audit entries of a kind, oldest first."""
        filters = Filters(event=event, actor=actor)
        return search(self.foundation.database, filters, ws=self.foundation.store.ws)


def request(body: Json) -> BoltRequest:
    """Return a payload as Bolt gets it from a socket."""
    return BoltRequest(body=body, mode="socket_mode")


def _held(element: Json, typed: object) -> Json:
    """Return what an input holds: what was typed, else what it was opened with."""
    kind = element["type"]
    state: Json = {"type": kind}
    if kind == "checkboxes":
        chosen: list[Json] = element["options"] if typed else []
        held: Json = {**state, "selected_options": chosen}
    elif kind in {"static_select", "radio_buttons"}:
        offered: list[Json] = element.get("options") or []
        options = [one for one in offered if one["value"] == typed]
        held = {**state, "selected_option": options[0] if options else None}
    else:
        name = {"datepicker": "selected_date", "users_select": "selected_user"}.get(kind, "value")
        initial = {"datepicker": "initial_date", "users_select": "initial_user"}
        first = element.get(initial.get(kind, "initial_value"))
        held = {**state, name: first if typed is None else typed}
    return {element["action_id"]: held}


def doubled(body: Json) -> Json:
    """Return the same delivery once more; Slack gives a retry the same content."""
    return json.loads(json.dumps(body))


def retold(body: Json, **action: str) -> Json:
    """Return a press whose button carries something else."""
    return {**body, "actions": [{**body["actions"][0], **action}]}
