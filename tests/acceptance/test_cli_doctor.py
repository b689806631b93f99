"""What doctor says of Slack, a model server and a company, asked over the wire of servers on this machine."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from bot.doctor import examine
from bot.doctor.slack import wanted_scopes
from bot.sample import write_sample
from bot.settings import Settings
from bot.storage.database import open_database
from bot.storage.schema import upgrade
from tests.fakes.clock import MONDAY, FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from workflows.ports import Finding

ALL = ",".join(sorted(wanted_scopes()))


@dataclass
class FakeWeb:
    """Answers by path: a status, headers and a JSON body; and keeps what it was asked with which key."""

    answers: dict[str, tuple[int, dict[str, str], object]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""

    def slack(
        self, *, scopes: str = ALL, late: float = 0, bot: object = None, app: object = None
    ) -> None:
        """Answer as Slack does; `bot` and `app` are other bodies, `late` seconds the clock is ahead of us."""
        headers = {"x-oauth-scopes": scopes} if scopes else {}
        headers["Date"] = format_datetime(MONDAY + timedelta(seconds=late), usegmt=True)
        known = bot or {"ok": True, "user": "sayso", "team": "Alder Ovens"}
        opened = app or {"ok": True, "url": "wss://127.0.0.1/link"}
        self.answers["/api/auth.test"] = (200, headers, known)
        self.answers["/api/apps.connections.open"] = (200, {}, opened)


@contextmanager
def _serving(web: FakeWeb) -> Iterator[FakeWeb]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            web.asked.append((self.path, self.headers.get("Authorization", "")))
            status, headers, body = web.answers.get(self.path, (404, {}, {}))
            text = json.dumps(body).encode()
            self.send_response_only(status)
            for name, value in {"Content-Length": str(len(text)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_args: Any) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield web
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def web() -> Iterator[FakeWeb]:
    """Return a server that answers nothing yet."""
    with _serving(FakeWeb()) as serving:
        yield serving


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the sample company's folder."""
    write_sample(tmp_path / "company", date(2026, 11, 23))
    return tmp_path / "company"


def _settings(home: Path, web: FakeWeb | None = None, **more: Any) -> Settings:
    slack = {
        "slack_bot_token": SecretStr("xoxb-1"),
        "slack_app_token": SecretStr("xapp-1"),
        "slack_api_url": f"{web.url}/api/" if web else "http://127.0.0.1:9/api/",
    }
    return Settings(**{"sayso_home": home, "database_url": "", **(slack if web else {}), **more})


def _wrong(settings: Settings) -> dict[str, Finding]:
    found = examine(settings, FakeClock())
    return {finding.what: finding for finding in found if not finding.ok}


def test_all_is_well(home: Path, web: FakeWeb) -> None:
    """With Slack answering and the tables in place, only what nobody connected is left to fix."""
    web.slack()
    assert set(_wrong(_settings(home, web))) == {"mail"}
    assert [key for _, key in web.asked] == ["Bearer xoxb-1", "Bearer xapp-1"]


def test_exchanged_tokens_are_noticed(home: Path, web: FakeWeb) -> None:
    """Each token has its own beginning, and doctor says which is not itself."""
    web.slack()
    exchanged = {"slack_bot_token": SecretStr("xapp-1"), "slack_app_token": SecretStr("xoxb-1")}
    wrong = _wrong(_settings(home, web, **exchanged))
    assert "does not begin with xoxb-" in wrong["SLACK_BOT_TOKEN"].why
    assert "does not begin with xapp-" in wrong["SLACK_APP_TOKEN"].why


@pytest.mark.parametrize(
    ("word", "fix"),
    [
        ("invalid_auth", "Copy the token"),
        ("token_revoked", "Install the app"),
        ("odd", "Look up odd"),
    ],
)
def test_slacks_refusal_is_said_with_its_fix(home: Path, web: FakeWeb, word: str, fix: str) -> None:
    """Slack's own word is kept, so that it can be looked up."""
    web.slack(bot={"ok": False, "error": word})
    finding = _wrong(_settings(home, web))["Slack at 127.0.0.1"]
    assert word in finding.why
    assert fix in finding.fix


def test_an_app_token_without_its_scope_is_told(home: Path, web: FakeWeb) -> None:
    """Socket Mode needs connections:write, and doctor says so before anybody presses."""
    web.slack(app={"ok": False, "error": "missing_scope"})
    assert "connections:write" in _wrong(_settings(home, web))["Socket Mode"].fix


def test_missing_scopes_are_named(home: Path, web: FakeWeb) -> None:
    """An app made before a scope was added lacks it; doctor says which."""
    web.slack(scopes=ALL.replace("chat:write,", "", 1))
    assert "has no chat:write" in _wrong(_settings(home, web))["Scopes"].why


def test_a_server_that_names_no_scopes_is_believed(home: Path, web: FakeWeb) -> None:
    """The local workspace does not say them."""
    web.slack(scopes="")
    assert "Scopes" not in _wrong(_settings(home, web))


@pytest.mark.parametrize(("late", "way"), [(-300, "ahead of"), (300, "behind")])
def test_a_wrong_clock_is_noticed(home: Path, web: FakeWeb, late: float, way: str) -> None:
    """Timers go by this machine's clock."""
    web.slack(late=late)
    assert f"300 s {way} Slack's" in _wrong(_settings(home, web))["This machine's clock"].why


def test_slack_out_of_reach_is_no_crash(home: Path) -> None:
    """Nobody listens there: that is a finding like any other."""
    away = {"slack_bot_token": SecretStr("xoxb-1"), "slack_api_url": "http://127.0.0.1:9/api/"}
    assert "can't be reached" in _wrong(_settings(home, **away))["Slack at 127.0.0.1"].why


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"ok": True, "channel": {"is_private": True}}, ""),
        ({"ok": True, "channel": {"is_private": False}}, "everybody in the workspace can read it"),
        ({"ok": False, "error": "channel_not_found"}, "Slack did not say (channel_not_found)"),
    ],
)
def test_a_channel_that_is_called_private_is_looked_at(
    home: Path, web: FakeWeb, answer: object, said: str
) -> None:
    """What is about employees is shown there, so Slack is asked."""
    file = home / "company.yml"
    file.write_text(
        "private_channels: [sales]\n" + file.read_text(encoding="utf-8"), encoding="utf-8"
    )
    web.slack()
    web.answers["/api/conversations.info"] = (200, {}, answer)
    (found,) = [
        one for one in examine(_settings(home, web), FakeClock()) if "calls private" in one.what
    ]
    assert (found.ok, found.why) == (said == "", said)


def test_a_model_that_is_not_there_is_named(home: Path, web: FakeWeb) -> None:
    """The server is asked which models it has, with the key, and nothing else."""
    web.answers["/v1/models"] = (200, {}, {"data": [{"id": "small-1"}, {"id": "large-1"}]})
    model = {"openai_base_url": f"{web.url}/v1", "openai_api_key": SecretStr("key")}
    wrong = _wrong(_settings(home, openai_model="gone-1", **model))["Model server 127.0.0.1"]
    assert "gone-1" in wrong.why
    assert "large-1, small-1" in wrong.fix
    assert web.asked == [("/v1/models", "Bearer key")]
    assert "Model server 127.0.0.1" not in _wrong(_settings(home, openai_model="small-1", **model))


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [(401, {}, "accept the key"), (500, {}, "HTTP 500"), (200, {"odd": 1}, "no list of models")],
)
def test_a_model_server_that_fails_is_told(
    home: Path, web: FakeWeb, status: int, body: object, why: str
) -> None:
    """Whatever it answers, doctor goes on and says it."""
    web.answers["/v1/models"] = (status, {}, body)
    settings = _settings(home, openai_base_url=f"{web.url}/v1")
    assert why in _wrong(settings)["Model server 127.0.0.1"].why


def test_the_key_goes_to_no_other_server(home: Path, web: FakeWeb) -> None:
    """A redirect is a failure: what stands behind it is not asked."""
    web.answers["/v1/models"] = (302, {"Location": f"{web.url}/elsewhere"}, {})
    model = {"openai_base_url": f"{web.url}/v1", "openai_api_key": SecretStr("key")}
    assert "HTTP 302" in _wrong(_settings(home, **model))["Model server 127.0.0.1"].why
    assert [path for path, _ in web.asked] == ["/v1/models"]


def test_every_bad_line_of_a_file_is_a_finding(home: Path) -> None:
    """A playbook that can't be read is told with its place, and the others are looked at all the same."""
    file = home / "playbooks" / "quote-follow-up.yml"
    file.write_text(file.read_text().replace("agent: sales-follow-up", "agent: nobody"))
    found = examine(_settings(home), FakeClock())
    assert [f for f in found if f.what.startswith(f"{file}:") and not f.ok]
    assert [f for f in found if f.what == "Playbook payment-recovery can be started"]


def test_what_is_switched_on_or_off_is_told(home: Path) -> None:
    """As it comes, as company.yml says, and where a playbook differs."""
    with (home / "company.yml").open("a", encoding="utf-8") as file:
        file.write("\nflags: {sign_together: false}\n")
    with (home / "playbooks" / "quote-follow-up.yml").open("a", encoding="utf-8") as file:
        file.write("\nflags: {learn_from_edits: true, sign_together: false}\n")
    said = [finding.what for finding in examine(_settings(home), FakeClock())]
    assert "Learning from edits is off (as it comes; `flags: learn_from_edits`)" in said
    assert "Signing together is off (company.yml says so; `flags: sign_together`)" in said
    assert "Learning from edits is on for quote-follow-up" in said
    assert "Signing together is off for quote-follow-up" not in said


def test_a_bad_company_is_one_finding_with_its_line(home: Path) -> None:
    """The owner who is not among the people is named where it is written."""
    file = home / "company.yml"
    file.write_text(file.read_text().replace("owner: U01ANA", "owner: U01ANN"))
    assert [what for what in _wrong(_settings(home)) if what.startswith(f"{file}:5:")]


def test_a_database_without_its_guards_is_noticed(home: Path) -> None:
    """Somebody dropped a trigger: doctor says the log is not protected."""
    settings = _settings(home)
    database = open_database(settings.database)
    upgrade(database)
    assert set(_wrong(settings)) == {"Slack tokens", "mail"}
    with database.restructure() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_event_d")
    database.close()
    assert "audit_event_d" in _wrong(settings)["The audit log is not protected"].why


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://joe:hunter2@127.0.0.1/sayso", "neither SQLite nor PostgreSQL"),
        ("postgresql://joe:hunter2@127.0.0.1:9/sayso", "PostgreSQL says"),
    ],
)
def test_a_database_that_can_not_be_opened_is_told_without_its_password(
    home: Path, url: str, why: str
) -> None:
    """What is wrong with an address is said; the password in it is not."""
    wrong = _wrong(_settings(home, database_url=url))
    (told,) = (finding for what, finding in wrong.items() if what.startswith("Database "))
    assert why in told.why
    assert "hunter2" not in str(wrong)
