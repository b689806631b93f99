"""Copies of checkpoints reach who keeps them; one that hangs, refuses or is away stops nobody."""

from __future__ import annotations

import json
import stat
import threading
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.connectors.smtp import MailSettings
from bot.storage.audit_copies import copies_in
from bot.storage.header import stamp
from bot.storage.notes import Checkpoint, Signer
from bot.witness import (
    BadWitness,
    FileWitness,
    MailWitness,
    NotWitnessed,
    Post,
    WebhookWitness,
    Witnesses,
    all_witnessed,
    witnesses_of,
)
from tests.fakes.clock import MONDAY, FakeClock
from tests.fakes.mail_server import MailServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@dataclass(frozen=True, kw_only=True)
class Made:
    size: int
    note: str
    at: datetime = MONDAY


def made(size: int) -> Made:
    point = Checkpoint(origin="sayso/local", size=size, root=bytes(32), at=stamp(MONDAY))
    return Made(size=size, note=SIGNER.note(point))


class Hand:
    """A witness driven by hand: it takes, refuses or hangs."""

    def __init__(self, every: timedelta = timedelta(0), name: str = "hand") -> None:
        self.every, self.name = every, name
        self.has: list[int] = []
        self.problem: Exception | None = None
        self.asked, self.let_go = threading.Event(), threading.Event()
        self.let_go.set()

    def keep(self, sealed: Any) -> None:
        self.asked.set()
        self.let_go.wait(20)
        if self.problem:
            raise self.problem
        self.has.append(sealed.size)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


# --- A file ---


def test_a_file_keeps_every_copy_for_its_owner_alone(tmp_path: Path) -> None:
    """Appended, never written over, and readable by verifying."""
    path = tmp_path / "copies.jsonl"
    for size in (3, 5):
        FileWitness(path).keep(made(size))
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["size"] for line in lines] == [3, 5]
    assert copies_in(path) == [made(3).note, made(5).note]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_can_not_be_written_is_a_failure(tmp_path: Path) -> None:
    """Its disk is gone."""
    with pytest.raises(OSError, match="No such file"):
        FileWitness(tmp_path / "gone" / "copies.jsonl").keep(made(3))


# --- A letter ---


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


def _settings(port: int) -> MailSettings:
    return MailSettings(host="127.0.0.1", port=port, security="none", sender="sayso@acme.example")


def test_a_letter_holds_the_note_and_how_to_check_it(mail: MailServer, tmp_path: Path) -> None:
    """Saved as it is, it can be compared."""
    MailWitness(_settings(mail.port), "owner@acme.example").keep(made(7))
    (raw,) = mail.arrived
    letter = message_from_bytes(raw, policy=policy.default)
    assert letter["Subject"] == "Sayso audit checkpoint: 7 entries"
    assert letter["To"] == "owner@acme.example"
    saved = tmp_path / "letter.eml"
    saved.write_bytes(raw)
    assert copies_in(saved) == [made(7).note]
    assert "sayso audit verify --witness" in letter.get_body(("plain",)).get_content()


def test_a_letter_nobody_took_is_a_failure(mail: MailServer) -> None:
    """With what the server said."""
    mail.faults.append("refuse")
    with pytest.raises(NotWitnessed, match="No such person here"):
        MailWitness(_settings(mail.port), "owner@acme.example").keep(made(7))


# --- A web hook ---


class Hook:
    """A web server on the loopback that keeps what was posted to it."""

    def __init__(self, status: int = 200) -> None:
        self.bodies: list[dict[str, Any]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                hook.bodies.append(json.loads(self.rfile.read(length)))
                self.send_response(status)
                self.send_header("Location", "http://127.0.0.1:9/")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> str:
        """Listen, and return the address."""
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}/secret"

    def __exit__(self, *_problem: object) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)


def test_a_web_hook_gets_the_note_as_text() -> None:
    """As Slack's incoming web hooks take it; its address is not in its name."""
    hook = Hook()
    with hook as url:
        witness = WebhookWitness(url, plain=True)
        witness.keep(made(7))
    assert made(7).note in hook.bodies[0]["text"]
    assert "secret" not in witness.name


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_web_hook_that_answers_anything_else_is_a_failure(status: int) -> None:
    """It is not followed to another address either."""
    with Hook(status) as url, pytest.raises(NotWitnessed, match=str(status)):
        WebhookWitness(url, plain=True).keep(made(7))


def test_a_web_hook_that_is_away_is_a_failure() -> None:
    """Nothing listens there."""
    with pytest.raises(NotWitnessed, match="not reached"):
        WebhookWitness("http://127.0.0.1:9/x", plain=True).keep(made(7))


def test_a_web_hook_needs_https() -> None:
    """A note is no secret, its address is."""
    for url in ("http://127.0.0.1/x", "http://hooks.example.com/x", "ftp://x", "https://"):
        with pytest.raises(BadWitness):
            WebhookWitness(url)
    with pytest.raises(BadWitness):
        WebhookWitness("http://hooks.example.com/x", plain=True)


# --- Handing over ---


def test_the_newest_one_is_handed_over_once(tmp_path: Path, clock: FakeClock) -> None:
    """One that waited meanwhile is passed over: the newer covers it."""
    witness = Hand()
    post = Post(witness, tmp_path, clock)
    assert not post.turn()
    for size in (3, 5):
        post.offer(made(size))
    assert post.turn()
    assert not post.turn()
    assert witness.has == [5]


def test_a_failure_is_kept_in_sight_and_tried_again(tmp_path: Path, clock: FakeClock) -> None:
    """Not at once, and with the newest one there is by then."""
    witness = Hand()
    witness.problem = NotWitnessed("it answered 500")
    post = Post(witness, tmp_path, clock)
    post.offer(made(3))
    assert post.turn()
    assert all_witnessed(tmp_path)[0].problem == "it answered 500"
    post.offer(made(5))
    assert not post.turn()
    witness.problem = None
    clock.pass_by(seconds=60)
    assert post.turn()
    has = all_witnessed(tmp_path)[0]
    assert (witness.has, has.size, has.problem, has.at) == ([5], 5, "", clock.at)


def test_a_weekly_witness_is_asked_once_a_week_over_restarts(
    tmp_path: Path, clock: FakeClock
) -> None:
    """What it has is remembered; what waited for its day goes then, without a new checkpoint."""
    witness = Hand(timedelta(days=7))
    for day in range(15):
        clock.at = MONDAY + timedelta(days=day)
        post = Post(witness, tmp_path, clock)
        post.offer(made(min(day, 9) + 1))
        post.turn()
        post.turn()
    assert witness.has == [1, 8, 10]


def test_a_log_that_was_set_back_is_witnessed_too(tmp_path: Path, clock: FakeClock) -> None:
    """Fewer entries than before, or others: just then a copy is worth most."""
    witness = Hand()
    post = Post(witness, tmp_path, clock)
    for size in (5, 3):
        post.offer(made(size))
        assert post.turn()
    assert witness.has == [5, 3]


def test_what_is_remembered_may_be_lost_or_broken(tmp_path: Path, clock: FakeClock) -> None:
    """Then it is witnessed once more."""
    witness = Hand()
    for _ in range(2):
        post = Post(witness, tmp_path, clock)
        post.offer(made(5))
        assert post.turn()
        for file in tmp_path.glob("*.json"):
            file.write_text("{broken", encoding="utf-8")
    assert witness.has == [5, 5]
    assert all_witnessed(tmp_path) == []


def test_one_that_hangs_holds_up_nobody(tmp_path: Path, clock: FakeClock) -> None:
    """Neither who hands over nor the other witnesses."""
    hanging, other, stop = Hand(name="hanging"), Hand(name="other"), threading.Event()
    hanging.let_go.clear()
    witnesses = Witnesses([hanging, other], tmp_path, clock)
    witnesses.serve(stop)
    witnesses.offer(made(3))
    assert hanging.asked.wait(20)
    assert other.asked.wait(20)
    witnesses.offer(made(5))
    for _ in range(200):
        if other.has and other.has[-1] == 5:
            break
        threading.Event().wait(0.05)
    assert other.has[-1] == 5
    assert hanging.has == []
    assert {has.name: has.size for has in witnesses.have()} == {"hanging": 0, "other": 5}
    stop.set()
    hanging.let_go.set()


# --- The setting ---


def test_the_setting_names_witnesses(tmp_path: Path) -> None:
    """A file, an address, a web hook, in one line."""
    line = f"file:{tmp_path}/a.jsonl, mailto:owner@acme.example https://hooks.example.com/T/B/x"
    names = [each.name for each in witnesses_of(line, _settings(25))]
    assert names == [
        f"file {tmp_path}/a.jsonl",
        "mail to owner@acme.example",
        "web hook at hooks.example.com",
    ]
    assert witnesses_of("", None) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("mailto:owner@acme.example", "SMTP_URL"),
        ("http://hooks.example.com", "http"),
        ("file:", "file"),
        ("owner@acme.example", "kind"),
    ],
)
def test_a_setting_nobody_understands_is_told(line: str, words: str) -> None:
    """With the forms there are."""
    with pytest.raises(BadWitness, match=words) as told:
        witnesses_of(line, None)
    assert "file:PATH" in told.value.sentence
