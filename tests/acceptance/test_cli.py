"""The first hour at the command line: set up, look, and find out what is missing."""

from __future__ import annotations

import stat
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from tests.acceptance.conftest import Terminal


#: What takes long to load, and what help has no use for.
_HEAVY = ("sqlalchemy", "slack_bolt", "openai", "pydantic", "alembic", "psycopg", "apscheduler")


def test_help_loads_nothing_heavy(terminal: Terminal) -> None:
    """Asking what there is takes no longer than reading it; how long in seconds, `make bench` says."""
    assert terminal.sayso("--help").code == 0
    loaded = f"import sys, bot.cli.main; print([n for n in {_HEAVY!r} if n in sys.modules])"
    command = [sys.executable, "-c", loaded]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_init_writes_a_company_and_says_what_is_next(terminal: Terminal) -> None:
    """The company is there, the settings are the owner's alone, and the link makes the app of the manifest."""
    told = terminal.sayso("init", "acme", "--json").json
    assert (terminal.folder / "acme" / "company.yml").exists()
    env = terminal.folder / ".env"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert "SAYSO_HOME=acme" in env.read_text(encoding="utf-8").splitlines()
    wanted = parse_qs(urlsplit(told["manifest_link"]).query)
    manifest = YAML(typ="safe").load(wanted["manifest_yaml"][0])
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert [step for step in told["next"] if "sayso doctor" in step]


def test_init_overwrites_nothing(terminal: Terminal) -> None:
    """Settings that are there stay, and a company that is there is refused."""
    (terminal.folder / ".env").write_text("SLACK_BOT_TOKEN=xoxb-mine\n", encoding="utf-8")
    assert terminal.sayso("init").code == 0
    again = terminal.sayso("init")
    assert again.code == 1
    assert "nothing was changed" in again.err
    assert (terminal.folder / ".env").read_text(encoding="utf-8") == "SLACK_BOT_TOKEN=xoxb-mine\n"


def test_the_starter_company_is_valid(started: Terminal) -> None:
    """What `init` writes passes `validate`."""
    told = started.sayso("playbook", "validate", "--json")
    assert told.code == 0
    assert {checked["playbook"] for checked in told.json if checked["playbook"]} == {
        "payment-recovery",
        "quote-follow-up",
        "weekly-kpi-report",
    }


def test_every_mistake_is_shown_with_its_place_and_a_caret(started: Terminal) -> None:
    """A file with two mistakes gets two places, and a fine one beside it is called fine."""
    good = started.folder / "company" / "playbooks" / "quote-follow-up.yml"
    text = good.read_text(encoding="utf-8")
    bad = started.folder / "bad.yml"
    bad.write_text(
        text.replace("agent: sales-follow-up", "agent: sales-folow-up").replace(
            "level: 3", "level: nine"
        ),
        encoding="utf-8",
    )
    told = started.sayso("playbook", "validate", "bad.yml", str(good))
    assert told.code == 1
    assert "bad.yml:6:" in told.err
    assert "level: nine" in told.err
    assert "^" in told.err
    assert "Did you mean sales-follow-up?" in told.err
    assert f"{good} is fine." in told.out
    problems = started.sayso("playbook", "validate", "bad.yml", "--json").json[0]["problems"]
    assert [problem["line"] for problem in problems] == sorted(p["line"] for p in problems)
    assert len(problems) == 2


def test_a_playbook_is_explained(started: Terminal) -> None:
    """An owner reads it as a page; a name nobody knows gets the nearest."""
    page = started.sayso("playbook", "explain", "quote-follow-up")
    assert page.code == 0
    assert "Follow up a quote" in page.out
    near = started.sayso("playbook", "explain", "quote-folow-up")
    assert near.code == 1
    assert "Did you mean quote-follow-up?" in near.err


def test_doctor_names_everything_that_is_missing_at_once(started: Terminal) -> None:
    """Nothing is set, so both tokens and the mail server are named in one answer, each with its fix."""
    told = started.sayso("doctor", "--json")
    assert told.code == 3
    wrong = [finding for finding in told.json if not finding["ok"]]
    tokens = next(finding for finding in wrong if finding["what"] == "Slack tokens")
    assert "SLACK_BOT_TOKEN" in tokens["why"]
    assert "SLACK_APP_TOKEN" in tokens["why"]
    assert any(finding["what"] == "mail" for finding in wrong)
    assert any("U0REPLACEME" in finding["why"] for finding in wrong)
    assert all(finding["why"] and finding["fix"] for finding in wrong)
    assert any("weekly-kpi-report starts by itself next on Mon" in f["what"] for f in told.json)
    assert "FIX  Slack tokens" in started.sayso("doctor").out


def test_doctor_never_shows_a_secret(started: Terminal) -> None:
    """What is wrong with a secret is said without it."""
    told = started.sayso(
        "doctor",
        SLACK_BOT_TOKEN="hunter2-bot",
        SLACK_APP_TOKEN="hunter2-app",
        SLACK_API_URL="http://127.0.0.1:9/api/",
        SMTP_URL="smtp+plain://joe:hunter2-mail@127.0.0.1:9",
        MAIL_FROM="Joe <joe@example.com>",
        OPENAI_API_KEY="hunter2-key",
        OPENAI_BASE_URL="http://joe:hunter2-url@127.0.0.1:9/v1",
        ORDERS_SOURCE="postgresql://joe:hunter2-orders@127.0.0.1:9/orders",
    )
    assert told.code == 3
    assert "SLACK_BOT_TOKEN" in told.out
    assert "hunter2" not in told.out + told.err


def test_run_names_both_missing_tokens(started: Terminal) -> None:
    """Without tokens it does not start, and says all that is missing."""
    told = started.sayso("run")
    assert told.code == 1
    assert "SLACK_BOT_TOKEN, SLACK_APP_TOKEN" in told.err
    assert "Traceback" not in told.err


def test_the_database_is_looked_at_and_never_made_by_looking(terminal: Terminal) -> None:
    """`db check` says how to make it; `db upgrade` makes it; then it is fine."""
    assert terminal.sayso("init").code == 0
    missing = terminal.sayso("db", "check")
    assert missing.code == 1
    assert "sayso db upgrade" in missing.out
    assert terminal.sayso("audit", "verify").code == 1
    assert not list(terminal.folder.rglob("*.db"))
    assert terminal.sayso("db", "upgrade", "--json").json["before"] is None
    assert terminal.sayso("db", "check", "--json").json["ok"] is True


def test_nothing_has_happened_yet(started: Terminal) -> None:
    """An empty database has no runs, no entries, and a log that is as it was written."""
    assert started.sayso("runs", "list").out == "There are no runs.\n"
    assert started.sayso("runs", "list", "--json").json == []
    assert started.sayso("audit", "search", "--json").json == []
    verdict = started.sayso("audit", "verify", "--json")
    assert verdict.code == 0
    assert (verdict.json["ok"], verdict.json["entries"]) == (True, 0)


def test_wrong_usage_is_2(started: Terminal) -> None:
    """What it does not know is refused as such, in a line on standard error."""
    for words in (
        ("nonsense",),
        ("audit", "export"),
        ("runs", "list", "--state", "asleep"),
        ("audit", "search", "--since", "yesterday"),
        ("playbook", "validate", "nowhere.yml"),
    ):
        told = started.sayso(*words)
        assert told.code == 2, words
        assert told.err, words
        assert "Traceback" not in told.err


def test_outside_a_company_it_says_how_to_make_one(terminal: Terminal) -> None:
    """Somebody in the wrong folder is told what to do."""
    told = terminal.sayso("runs", "list")
    assert told.code == 1
    assert "sayso init" in told.err
