"""Secrets in files: found where containers and systemd put them, and read as settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from bot.secret_files import folders
from bot.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def _settings(*places: Path) -> Settings:
    made = cast("Any", Settings)  # its face does not name what only pydantic-settings takes
    return made(_env_file=None, _secrets_dir=list(places))


def test_folders_that_are_not_there_are_not_looked_into(tmp_path: Path) -> None:
    """On a laptop there is neither."""
    assert folders({}, tmp_path / "none") == []
    assert folders({"CREDENTIALS_DIRECTORY": ""}, tmp_path / "none") == []


def test_both_kinds_are_found(tmp_path: Path) -> None:
    """Docker mounts a folder; systemd names one."""
    docker, systemd = tmp_path / "docker", tmp_path / "systemd"
    docker.mkdir()
    systemd.mkdir()
    assert folders({"CREDENTIALS_DIRECTORY": str(systemd)}, docker) == [docker, systemd]


def test_a_file_is_a_setting_of_its_name(tmp_path: Path) -> None:
    """Its last line end is not part of it; other files and folders beside it do no harm."""
    (tmp_path / "slack_bot_token").write_text("xoxb-from-a-file\n")
    (tmp_path / "database_url").write_text("postgresql://sayso_app:pass@db/sayso\n")
    (tmp_path / "openai_api_key").write_text("")
    (tmp_path / "app_password").write_text("not ours")
    (tmp_path / "kubernetes.io").mkdir()
    read = _settings(tmp_path)
    assert read.slack_bot_token
    assert read.slack_bot_token.get_secret_value() == "xoxb-from-a-file"
    assert read.database == "postgresql://sayso_app:pass@db/sayso"
    assert not read.openai_api_key
