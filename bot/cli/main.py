"""`sayso`: one command per file, put together here. Exit codes: 0 well, 1 failed, 2 wrong usage, 3 works in part."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from bot.cli import agents, asks, audit, company, db, delegating, kpi, running, runs, switching
from bot.cli.output import complain

if TYPE_CHECKING:
    from collections.abc import Callable

app = typer.Typer(
    name="sayso",
    help="Agents draft, people sign, everything is on the record.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo")(running.demo)
app.command("run")(running.run)
app.command("doctor")(running.doctor)
app.command("init")(company.init)
app.add_typer(company.playbook, name="playbook")
app.command("delegation")(delegating.delegation)
app.command("inventory")(delegating.inventory)
app.add_typer(runs.app, name="runs")
app.add_typer(audit.app, name="audit")
app.add_typer(agents.app, name="agents")
app.command("kpi")(kpi.kpi)
app.command("asks")(asks.asks)
app.command("pause")(switching.pause)
app.command("resume")(switching.resume)
app.add_typer(db.app, name="db")


def _of_the_database(error: Exception) -> str:
    """Return what a database refused, in a sentence; empty for any other error."""
    told = getattr(error, "orig", None)
    if told is None or not type(error).__module__.startswith("sqlalchemy"):
        return ""
    first = (str(told).strip() or type(told).__name__).splitlines()[0]
    return f"The database refused this: {first}. Check as which role it was asked, and its form with sayso db check."


def main() -> None:
    """Run the command line; what goes wrong is said in a sentence on standard error."""
    sys.exit(_told(app))


def _told(command: Callable[..., object]) -> int:
    from workflows.errors import WorkflowError  # noqa: PLC0415 -- `--help` stays quick

    try:
        result = command(standalone_mode=False)
    except WorkflowError as error:
        return complain(error.sentence)
    except typer.Exit as left:
        return left.exit_code
    except OSError as error:
        return complain(f"{error.filename or 'The system'}: {error.strerror or error}.")
    except typer.Abort:
        return complain("Stopped.")
    except Exception as error:
        usage = getattr(error, "format_message", None)
        sentence = usage() if usage else _of_the_database(error)
        if not sentence:
            raise
        return complain(sentence, code=2 if usage else 1)
    return result if isinstance(result, int) else 0
