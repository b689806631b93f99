"""What doctor says of an installation on a server: PostgreSQL and its roles, the audit log's key, HTTP."""

from __future__ import annotations

import socket
from datetime import date
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from bot.doctor import examine
from bot.doctor.postgres import durability
from bot.sample import write_sample
from bot.settings import Settings
from bot.storage.audit_key import own_key
from bot.web.server import Web
from tests.fakes.clock import FakeClock
from tests.postgres import APP, OWNER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import Cluster
    from workflows.ports import Finding

BAD = SecretStr("8f742231b10e8888abcd99yyyzzz85a5")
GOOD = SecretStr("8f742231b10e8888abcd99baebac85a5")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sample company's folder."""
    folder = tmp_path_factory.mktemp("doctor") / "company"
    write_sample(folder, date(2026, 11, 23))
    return folder


@pytest.fixture
def port() -> int:
    """Return a port nobody listens at now."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


def _found(home: Path, **more: Any) -> list[Finding]:
    """Return what doctor finds with these settings; Slack is not there and not asked."""
    return examine(Settings(**{"sayso_home": home, "database_url": "", **more}), FakeClock())


def _about(found: list[Finding], word: str) -> Finding:
    """Return the one finding whose subject names this."""
    (one,) = (each for each in found if word in each.what)
    return one


# --- PostgreSQL ---


def test_a_server_with_two_roles_is_well(home: Path, postgres_url: str) -> None:
    """It answers, is up to date and guarded, and the bot's role can't undo that."""
    found = _found(home, database_url=postgres_url)
    assert _about(found, "answers: PostgreSQL").ok
    assert _about(found, "The database is up to date").ok
    assert _about(found, f"The role {APP} can neither").ok


def test_the_owners_role_is_too_much_for_the_bot(home: Path, postgres_url: str) -> None:
    """A bot that could drop a trigger makes the guards worth nothing."""
    found = _found(home, database_url=postgres_url.replace(APP, OWNER))
    told = _about(found, f"The role {OWNER}")
    assert not told.ok
    assert "drop the guards" in told.why
    assert "init-roles.sql" in told.fix


def test_a_superuser_is_too_much_for_the_bot(home: Path, postgres_url: str) -> None:
    """Row-level security does not hold for one."""
    told = _about(_found(home, database_url=postgres_url.replace(APP, "postgres")), "The role")
    assert "past row-level security" in told.why


def test_a_database_nobody_upgraded_yet_is_said(home: Path, postgres: Cluster) -> None:
    """An empty one is no crash: it says which command makes the tables."""
    found = _found(home, database_url=postgres.url(postgres.new_database(), OWNER))
    assert "sayso db upgrade" in _about(found, "The database is empty").fix


def test_a_server_that_can_lose_commits_is_told(home: Path, postgres_url: str) -> None:
    """The tests' own server is one."""
    told = _about(_found(home, database_url=postgres_url), "The server's disk")
    assert "fsync is off, full_page_writes is off" in told.why
    assert "power cut" in told.why


@pytest.mark.parametrize("synchronous", ["on", "local", "remote_apply"])
def test_a_server_that_keeps_commits_is_well(synchronous: str) -> None:
    """As it comes, PostgreSQL flushes before it answers."""
    values = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": synchronous}
    assert durability(values).ok
    assert "synchronous_commit is off" in durability({**values, "synchronous_commit": "off"}).why


@pytest.mark.parametrize(
    ("owner", "why"),
    [
        ("postgresql://sayso_owner:secret@127.0.0.1:9/sayso", ""),
        ("postgresql://sayso_app:secret@127.0.0.1:9/sayso", "the role of DATABASE_URL"),
        ("postgresql://sayso_owner:secret@127.0.0.1:9/other", "another database"),
        ("not a url", "not a URL"),
    ],
)
def test_the_owners_address_is_of_the_same_database_and_another_role(
    home: Path, owner: str, why: str
) -> None:
    """It is compared, not tried: only `sayso db` uses it."""
    url = "postgresql://sayso_app:secret@127.0.0.1:9/sayso"
    found = _found(home, database_url=url, database_owner_url=SecretStr(owner))
    told = _about(found, "DATABASE_OWNER_URL")
    assert told.ok is not bool(why)
    assert why in told.why
    assert "secret" not in str(found)


# --- The audit log's key and witness ---


def test_the_key_is_made_at_the_first_start_and_must_be_its_owners_alone(
    home: Path, tmp_path: Path
) -> None:
    """Not there yet is well; readable by others is not; nonsense is not."""
    file = tmp_path / "audit.key"
    assert _about(_found(home, audit_key=file), "log's key").ok
    own_key(file)
    assert "by its owner alone" in _about(_found(home, audit_key=file), "log's key").what
    file.chmod(0o644)
    assert "Others can read" in _about(_found(home, audit_key=file), "log's key").why
    file.chmod(0o600)
    file.write_text("nonsense")
    assert "can't be used" in _about(_found(home, audit_key=file), "log's key").why


@pytest.mark.parametrize(
    ("witness", "smtp", "told"),
    [
        ("", None, "No witness"),
        ("mailto:notary@elsewhere.example", "smtp://127.0.0.1", "mailed to notary@elsewhere"),
        ("https://hooks.slack.com/services/T/B/hidden", None, "sent to hooks.slack.com"),
    ],
)
def test_a_witness_that_would_work_is_said(
    home: Path, witness: str, smtp: str | None, told: str
) -> None:
    """Where copies go is told; the address that lets one write there is not."""
    found = _found(home, audit_witness=witness, smtp_url=SecretStr(smtp) if smtp else None)
    assert _about(found, told).ok
    assert "hidden" not in str(found)


@pytest.mark.parametrize(
    ("witness", "why"),
    [
        ("mailto:notary@elsewhere.example", "no mail server"),
        ("pigeon:north", "nobody knows"),
        ("http://plain.example/", "nobody knows"),
        ("file:/nowhere/at/all/witness.jsonl", "can't be written"),
    ],
)
def test_a_witness_that_would_not_work_is_a_finding(home: Path, witness: str, why: str) -> None:
    """A witness nobody hears is worse than none: people rely on it."""
    assert why in _about(_found(home, audit_witness=witness), "AUDIT_WITNESS").why


def test_a_witness_beside_the_database_is_said_to_prove_little(home: Path, tmp_path: Path) -> None:
    """Whoever can change one can change the other."""
    witness = f"file:{tmp_path / 'witness.jsonl'}"
    database = tmp_path / "sayso.db"
    assert _about(_found(home, audit_witness=witness), "AUDIT_WITNESS").what.endswith("be written")
    database.touch()
    found = _found(home, audit_witness=witness, database_url=f"sqlite:///{database}")
    assert "database's own disk" in _about(found, "AUDIT_WITNESS").what


# --- HTTP ---


def test_http_mode_needs_the_signing_secret_and_no_app_token(home: Path, port: int) -> None:
    """What is asked for follows SLACK_MODE."""
    http: dict[str, Any] = {"slack_mode": "http", "web_port": port}
    missing = _about(_found(home, **http), "Slack tokens")
    assert missing.why == "SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET are missing"
    found = _found(home, **http, slack_signing_secret=BAD)
    assert "32 hexadecimal" in _about(found, "SLACK_SIGNING_SECRET").why
    away = {"slack_bot_token": SecretStr("xoxb-1"), "slack_api_url": "http://127.0.0.1:9/api/"}
    found = _found(home, **http, **away, slack_signing_secret=GOOD)
    assert _about(found, "signing secret are set").ok
    assert not [finding for finding in found if finding.what == "Socket Mode"]


def test_http_mode_needs_a_port(home: Path) -> None:
    """Without one Slack could not reach it, and doctor says so before Slack does."""
    told = _about(_found(home, slack_mode="http"), "SLACK_MODE")
    assert "WEB_PORT is not set" in told.why


def test_a_free_port_a_taken_one_and_ours_are_told_apart(home: Path, port: int) -> None:
    """A port somebody else has is a finding; one Sayso answers at is not."""
    assert _about(_found(home, web_port=port), "HTTP at").what.endswith("is free")
    with socket.create_server(("127.0.0.1", port)):
        assert "nobody can listen" in _about(_found(home, web_port=port), "HTTP at").why
    stop, ours = Event(), Web(host="127.0.0.1", port=0, look=list)
    listener = ours.listen()
    serving = Thread(target=ours.serve, args=(listener, stop))
    serving.start()
    assert ours.wait_listening(5)
    number = int(ours.url.rpartition(":")[2])
    assert "Sayso runs there" in _about(_found(home, web_port=number), "HTTP at").what
    stop.set()
    serving.join(10)


def test_a_server_others_can_reach_is_said(home: Path, port: int) -> None:
    """In a container it must be so; elsewhere a proxy belongs before it."""
    found = _found(home, web_port=port, web_host="0.0.0.0")  # noqa: S104 -- that it is told is the test
    assert "other machines can reach it" in _about(found, "HTTP at").what
