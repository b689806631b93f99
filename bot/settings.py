"""What this installation is told from outside: the environment and `.env`. Nothing else reads either."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

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
    slack_api_url: str = Field(
        default="https://slack.com/api/",
        description="Where Slack's Web API is; every client honours it.",
    )
    database_url: str = Field(
        default="",
        description="SQLAlchemy URL of the database; empty means `sayso.db` in SAYSO_HOME.",
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

    @property
    def database(self) -> str:
        """The database URL, with its default in SAYSO_HOME."""
        return self.database_url or f"sqlite:///{self.sayso_home / 'sayso.db'}"

    def require(self, names: Iterable[str]) -> None:
        """Raise `MissingSettings` naming all of `names` that are not set."""
        missing = [name.upper() for name in names if not getattr(self, name)]
        if missing:
            raise MissingSettings(names=", ".join(missing), file=Path(".env").resolve())


class BadSettings(WorkflowError):
    """These settings can't be used: {problems}. Mend them in the environment or in {file}."""


def read_settings() -> Settings:
    """Read the environment and `.env`. Raises `BadSettings` naming every one that can't be used, never its value."""
    try:
        return Settings()
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
