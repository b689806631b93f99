"""From settings to connectors: what this installation is connected to, and what it says when it isn't."""

from __future__ import annotations

from email.utils import parseaddr
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr, ValidationError

import workflows
from bot.connectors.kpi import KpiConnector
from bot.connectors.mail import SEND, MailConnector, MailSettings
from bot.connectors.table import CsvSource, SqlSource, TableConnector
from workflows.errors import ConnectorError, WorkflowError
from workflows.kpi.metrics_file import catalogue
from workflows.ports import Finding, Preview
from workflows.run import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.settings import Settings
    from workflows.action import ActionSpec
    from workflows.ports import Clock, Connector, Directory, Found, JsonObject, ReadSpec
    from workflows.run import Compensation, SignedDraft

_SECURITY = {"smtp": "starttls", "smtps": "tls", "smtp+plain": "none"}
#: The catalogue of a company that has none of its own.
SHIPPED_METRICS = Path(workflows.__file__).parent / "catalog" / "metrics.yml"
_PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}


class BadSetting(WorkflowError):
    """The setting {name} can't be used: {problem}. {fix}"""  # noqa: D400, D415 -- the fix ends it


def connectors(
    settings: Settings,
    directory: Directory,
    clock: Clock,
    find_sent: Callable[[str], object] | None = None,
) -> list[Connector]:
    """Return every connector of this installation. Raises `BadSetting` for an address nobody can use.

    `find_sent` says for a Message-ID whether the mail server has it, where one can be asked.
    """
    table = _table(settings, directory, clock)
    return [_mail(settings, clock, find_sent), table, _kpi(settings, directory, clock, table)]


def _mail(settings: Settings, clock: Clock, find_sent: Callable[[str], object] | None) -> Connector:
    if settings.smtp_url is None:
        return NotConnected(name="mail", actions=(SEND,), setting="SMTP_URL and MAIL_FROM")
    sent = settings.sayso_home / "sent"
    kept = mail_settings(settings).model_copy(update={"sent_folder": sent})
    return MailConnector(kept, clock, find_sent)


def mail_settings(settings: Settings) -> MailSettings:
    """Read SMTP_URL and MAIL_FROM. Raises `BadSetting`; the password is never in the message."""
    url = urlsplit(settings.smtp_url.get_secret_value() if settings.smtp_url else "")
    name, sender = parseaddr(settings.mail_from)
    if url.scheme not in _SECURITY or not url.hostname:
        raise BadSetting(
            name="SMTP_URL",
            problem="it does not say smtp://, smtps:// or smtp+plain:// and a host",
            fix="Write it like smtp://user:password@mail.example.com:587.",
        )
    try:
        return MailSettings(
            host=url.hostname,
            port=url.port or _PORTS[url.scheme],
            security=_SECURITY[url.scheme],  # pyright: ignore[reportArgumentType] -- the three literals
            username=unquote(url.username or ""),
            password=SecretStr(unquote(url.password or "")),
            sender=sender,
            sender_name=name,
        )
    except ValidationError as error:
        problem = error.errors(include_input=False)[0]["msg"]
        fix = "MAIL_FROM is an address like: Acme Ltd <hello@acme.example>."
        raise BadSetting(name="SMTP_URL or MAIL_FROM", problem=problem, fix=fix) from error


def _table(settings: Settings, directory: Directory, clock: Clock) -> TableConnector:
    zone = directory.company().zone
    if not settings.tables_url:
        return TableConnector([CsvSource(settings.sayso_home / "tables")], clock, zone)
    named = [entry.strip().partition(":") for entry in settings.tables.split(",") if entry.strip()]
    if not named:
        raise BadSetting(
            name="TABLES",
            problem="TABLES_URL is set, and no table may be used",
            fix="List them with their id columns, like quotes:id, invoices:number.",
        )
    keys = {table: key or "id" for table, _, key in named}
    return TableConnector([SqlSource(settings.tables_url, keys)], clock, zone)


def orders_of(settings: Settings) -> SecretStr:
    """Return where the order book is: what was set, else `tables/orders.csv` of the company."""
    return settings.orders_source or SecretStr(str(settings.sayso_home / "tables" / "orders.csv"))


def _kpi(
    settings: Settings, directory: Directory, clock: Clock, table: TableConnector
) -> KpiConnector:
    own = settings.sayso_home / "metrics.yml"
    file = own if own.exists() else SHIPPED_METRICS
    return KpiConnector(
        catalogue=catalogue(file.read_text(encoding="utf-8"), str(file)),
        orders=orders_of(settings),
        directory=directory,
        clock=clock,
        tables=lambda name: table.rows(name) if name in table.tables() else [],
    )


class NotConnected:
    """A connector whose settings are missing: drafts can be written, and carrying one out says what to set."""

    reads: tuple[ReadSpec, ...] = ()

    def __init__(self, *, name: str, actions: tuple[ActionSpec, ...], setting: str) -> None:
        """Take the actions it would have, and the setting that connects it."""
        self.name, self.actions, self._setting = name, actions, setting

    def check(self) -> tuple[Finding, ...]:
        """Say that it is not connected."""
        return (Finding(ok=False, what=self.name, why="it is not connected", fix=self._fix),)

    @property
    def _fix(self) -> str:
        return f"Set {self._setting}, then start Sayso again."

    def read(self, name: str, params: JsonObject) -> Found:  # noqa: ARG002 -- the port's face
        """There is nothing to read from. Raises `ConnectorError`."""
        raise self._error(f"read {name}")

    def preview(self, action: str, payload: JsonObject) -> Preview:  # noqa: ARG002 -- the port's face
        """Say that it would not leave."""
        return Preview(lines=(), warnings=(f"{self.name} is not connected. {self._fix}",))

    def execute(self, signed: SignedDraft) -> Outcome:  # noqa: ARG002 -- the port's face
        """Refuse; nothing was sent."""
        words = f"{self.name} is not connected, so nothing was sent. {self._fix}"
        return Outcome(status="rejected", message=words)

    def lookup(self, signed: SignedDraft) -> Outcome | None:  # noqa: ARG002 -- the port's face
        """Nothing ever left from here."""
        return None

    def undo(self, signed: SignedDraft, outcome: Outcome) -> Compensation | None:  # noqa: ARG002 -- the port's face
        """Nothing was done, so nothing is undone."""
        return None

    def _error(self, verb: str) -> ConnectorError:
        return ConnectorError(
            connector=self.name, verb=verb, reason="it is not connected", next_step=self._fix
        )
