"""Secrets in nothing that is written, shown or raised, over a whole day at DEBUG."""

from __future__ import annotations

import json
import logging
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from bot.settings import Settings, read_settings
from bot.storage.audit_export import export_jsonl
from tests.slack.office import LEE, NOA, SALES, STRANGER
from workflows.errors import WorkflowError

if TYPE_CHECKING:
    from tests.slack.office import Office

Json = dict[str, Any]

CANARY = "canary-0f7b1c9e"


def _secret_names() -> list[str]:
    return [
        name for name, field in Settings.model_fields.items() if "Secret" in str(field.annotation)
    ]


def _settings() -> Settings:
    given = {name: SecretStr(f"{name}-{CANARY}") for name in _secret_names()}
    return Settings(_env_file=None, **given)  # type: ignore[call-arg, arg-type] -- pydantic's own words


def test_settings_show_no_secret_however_they_are_written() -> None:
    """Printed, formatted, dumped, compared in a failing test: stars."""
    settings = _settings()
    assert len(_secret_names()) >= 5
    written = [repr(settings), str(settings), f"{settings}", settings.model_dump_json()]
    written += [repr(settings.model_dump()), repr(vars(settings)), str(settings.__dict__)]
    assert [each for each in written if CANARY in each] == []


def test_a_setting_that_is_wrong_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody puts a token into the wrong line: the message says which line, and not what stands there."""
    monkeypatch.setenv("MODEL_BUDGET", f"xoxb-{CANARY}")
    with pytest.raises(WorkflowError) as wrong:
        read_settings()
    shown = f"{wrong.value} {wrong.value!r} {wrong.value.sentence} {wrong.value.__cause__!r}"
    assert "MODEL_BUDGET" in shown
    assert CANARY not in shown


def test_a_day_at_debug_writes_no_token_anywhere(
    office: Office, card: Json, caplog: pytest.LogCaptureFixture
) -> None:
    """Presses, refusals, a wrong payload and an export: no token in logs, database, messages or the file."""
    caplog.set_level(logging.DEBUG)
    office.press(STRANGER, card, "approve")
    office.press(NOA, card, "edit")
    office.submit(NOA, {"input:subject": "Your ovens"})
    office.press(NOA, office.newest(SALES), "approve")
    office.dispatch(
        {**office.pressing(NOA, card, "approve"), "actions": [{"action_id": "approve"}]}
    )
    office.slack.errors["chat.update"].append("ratelimited")
    office.pass_by(seconds=61)
    office.command(LEE, "/sayso audit")
    exported = StringIO()
    export_jsonl(office.foundation.database, exported)
    tokens = ("xoxb-1", "xapp-1")
    shown = json.dumps([office.slack.calls, office.slack.messages, office.slack.whispers])
    written = {"log": caplog.text, "shown": shown, "export": exported.getvalue()}
    for path in office.home.glob("sayso.db*"):
        written[path.name] = path.read_bytes().decode("latin-1")
    assert len(caplog.records) > 10
    found = {(name, token) for name, text in written.items() for token in tokens if token in text}
    assert found == set()
