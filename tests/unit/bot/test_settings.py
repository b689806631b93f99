"""What this installation is told from outside, and how wrong values are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import BadSettings, MissingSettings, Settings, read_settings, secret


def _settings(**told: object) -> Settings:
    return Settings.model_validate(told)


@pytest.mark.parametrize(
    ("mode", "needed"), [("socket", "SLACK_APP_TOKEN"), ("http", "SLACK_SIGNING_SECRET")]
)
def test_each_mode_has_its_own_secret(mode: str, needed: str) -> None:
    """Socket Mode needs no signing secret, HTTP no app token."""
    settings = _settings(
        slack_mode=mode, slack_bot_token="x", slack_app_token="", slack_signing_secret=""
    )
    with pytest.raises(MissingSettings) as missing:
        settings.require(settings.slack_secrets)
    assert needed in missing.value.sentence
    assert "SLACK_BOT_TOKEN" not in missing.value.sentence


def test_the_key_lies_beside_the_company_unless_told_otherwise() -> None:
    """An empty line in `.env` counts as not told."""
    home = Path("/company")
    assert _settings(sayso_home=home, audit_key=None).audit_key_file == home / "audit.key"
    assert _settings(sayso_home=home, audit_key="").audit_key_file == home / "audit.key"
    assert _settings(audit_key="/keys/mine").audit_key_file == Path("/keys/mine")


@pytest.mark.parametrize(
    "wrong",
    [
        {"slack_mode": "carrier pigeon"},
        {"web_port": 70_000},
        {"workers": 0},
        {"model_timeout": 0},
        {"log_format": "xml"},
        {"audit_bodies_days": 0},
    ],
)
def test_a_value_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    """It is found when it is read, not when it is used."""
    with pytest.raises(ValidationError):
        _settings(**wrong)


def test_every_wrong_setting_is_named_and_no_value(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A secret that was put into the wrong place is not shown."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WEB_PORT", "xoxb-not-a-port")
    monkeypatch.setenv("SLACK_MODE", "xapp-not-a-mode")
    with pytest.raises(BadSettings) as bad:
        read_settings()
    assert "WEB_PORT" in bad.value.sentence
    assert "SLACK_MODE" in bad.value.sentence
    assert "xoxb" not in bad.value.sentence
    assert "xapp" not in bad.value.sentence


def test_secrets_may_lie_in_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file named like the setting is read; the environment wins over it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "slack_signing_secret").write_text("from a file\n")
    (tmp_path / "slack_bot_token").write_text("from a file\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("SLACK_BOT_TOKEN", "from the environment")
    settings = read_settings()
    assert secret(settings.slack_signing_secret) == "from a file"
    assert secret(settings.slack_bot_token) == "from the environment"
