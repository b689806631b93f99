"""What this installation is told from outside: the environment and `.env`. Nothing else reads either."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.secret_files import folders
from workflows.errors import WorkflowError

if TYPE_CHECKING:
    from collections.abc import Iterable


class MissingSettings(WorkflowError):
    """These settings are missing: {names}. Put them into the environment or into {file}; `sayso doctor` helps."""


class Settings(BaseSettings):
    """Every setting, by its name in the environment. Secrets are never shown."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    #: The bot token of the Slack app, `xoxb-…`.
    slack_bot_token: SecretStr | None = Field(
        default=None, description="Bot token of the Slack app (`xoxb-…`), from OAuth & Permissions."
    )
    slack_app_token: SecretStr | None = Field(
        default=None,
        description="App-level token (`xapp-…`) with `connections:write`, from Basic Information.",
    )
    slack_signing_secret: SecretStr | None = Field(
        default=None,
        description="Signing secret, from Basic Information; `SLACK_MODE=http` knows Slack's requests by it.",
    )
    slack_mode: Literal["socket", "http"] = Field(
        default="socket",
        description="How Slack reaches Sayso: `socket` (no public address) or `http` (`POST /slack/events`).",
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/",
        description="Where Slack's Web API is; every client honours it.",
    )
    database_url: str = Field(
        default="",
        repr=False,  # it may hold a password
        description="SQLAlchemy URL of the database; empty means `sayso.db` in SAYSO_HOME.",
    )
    database_owner_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL: the same database as the role that owns the tables; only `sayso db upgrade` uses it.",
    )
    web_host: str = Field(
        default="127.0.0.1",
        description="Address the HTTP server listens at; a proxy with TLS passes on `/slack/events` alone.",
    )
    web_port: int = Field(
        default=0,
        description="Port of `/slack/events`, `/healthz`, `/readyz` and `/metrics`; 0 means no HTTP server.",
        ge=0,
        le=65535,
    )
    workers: int = Field(
        default=4, description="Steps of runs a process works on at once.", ge=1, le=64
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="What `sayso run` logs: this and what is worse."
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="How it is logged: for people, or a JSON object a line."
    )
    audit_key: Path | None = Field(
        default=None,
        description="File with the key that signs the audit log's checkpoints; empty means `audit.key` in SAYSO_HOME.",
    )
    audit_witness: SecretStr | None = Field(
        default=None,
        description="Who keeps checkpoints out of Sayso's reach: `file:PATH`, `mailto:ADDRESS`, `https://…`.",
    )
    audit_bodies_days: int = Field(
        default=180, description="Days the audit log keeps what was written in full.", ge=1
    )
    openai_api_key: SecretStr | None = Field(
        default=None,
        description="Key of an OpenAI-compatible server; without one drafts come from templates.",
    )
    openai_base_url: str | None = Field(
        default=None,
        description="Address of another OpenAI-compatible server (Ollama, vLLM, Azure …).",
    )
    openai_model: str = Field(default="gpt-6-luna", description="Model that drafts.")
    openai_strong_model: str = Field(
        default="",
        description="Model asked when the first one's answer can't be used; empty means none.",
    )
    model_budget: float = Field(
        default=2.0, description="US dollars a playbook may spend on models per day.", ge=0
    )
    audit_money_days: int = Field(
        default=3650, description="Days it keeps the texts of runs that moved money.", ge=1
    )
    model_timeout: float = Field(
        default=60.0, description="Seconds one call to a model may take.", gt=0, le=600
    )
    sayso_home: Path = Field(
        default=Path("company"),
        description="Folder with company.yml, playbooks/, policies/, metrics.yml.",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="Mail server: `smtp://user:password@host:587` (STARTTLS), `smtps://…` (TLS), `smtp+plain://…`.",
    )
    mail_from: str = Field(
        default="", description="Address mail is sent from, like `Sayso <hello@acme.example>`."
    )
    tables_url: SecretStr | None = Field(
        default=None,
        description="SQL database with the company's tables; empty means CSV files in SAYSO_HOME/tables.",
    )
    tables: str = Field(
        default="",
        description="Tables of TABLES_URL that may be used, with their id columns: `quotes:id, invoices:number`.",
    )
    orders_source: SecretStr | None = Field(
        default=None,
        description="Order lines for the KPI report (CSV, CSV.gz or SQL URL); empty means tables/orders.csv.",
    )

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_capitals(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level

    @property
    def database(self) -> str:
        """The database URL, with its default in SAYSO_HOME."""
        return self.database_url or f"sqlite:///{self.sayso_home / 'sayso.db'}"

    @property
    def audit_key_file(self) -> Path:
        """Where the key of the audit log's checkpoints is, with its default in SAYSO_HOME."""
        if self.audit_key in {None, Path()}:  # an empty line in .env reads as the path of nothing
            return self.sayso_home / "audit.key"
        return cast("Path", self.audit_key)

    @property
    def checkpoints_file(self) -> Path:
        """Where copies of the audit log's checkpoints are always kept."""
        return self.sayso_home / "checkpoints.jsonl"

    @property
    def witness_folder(self) -> Path:
        """The folder that says which witness has which checkpoint."""
        return self.sayso_home / "witness"

    @property
    def slack_secrets(self) -> tuple[str, ...]:
        """The secrets of the Slack app that SLACK_MODE needs, as names of settings."""
        by_mode = {"socket": "slack_app_token", "http": "slack_signing_secret"}
        return ("slack_bot_token", by_mode[self.slack_mode])

    def require(self, names: Iterable[str]) -> None:
        """Raise `MissingSettings` naming all of `names` that are not set."""
        missing = [name.upper() for name in names if not getattr(self, name)]
        if missing:
            raise MissingSettings(names=", ".join(missing), file=Path(".env").resolve())


def secret(value: SecretStr | None) -> str:
    """Return what a secret setting holds; empty when it is not set."""
    return value.get_secret_value() if value else ""


class BadSettings(WorkflowError):
    """These settings can't be used: {problems}. Mend them in the environment or in {file}."""


def read_settings() -> Settings:
    """Read the environment, `.env` and files of secrets. Raises `BadSettings` naming those that can't be used."""
    places = folders(os.environ)  # noqa: TID251 -- this is the module that reads it
    try:
        return Settings(_secrets_dir=places)  # pyright: ignore[reportCallIssue] -- pydantic's own parameter
    except ValidationError as error:
        wrong = (
            f"{str(problem['loc'][0]).upper()} ({problem['msg']})"
            for problem in error.errors(include_url=False, include_input=False)
        )
        raise BadSettings(problems=", ".join(wrong), file=Path(".env").resolve()) from None


def repository_file(name: str) -> Path:
    """Return a file that ships beside the packages: in the wheel under `bot/`, in a checkout at its root."""
    packaged = Path(__file__).parent / name
    return packaged if packaged.exists() else Path(__file__).parent.parent / name
