"""The command line, from the commands themselves."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.main import app
from bot.reference.markdown import code, table
from bot.reference.markdown import page as whole

if TYPE_CHECKING:
    from collections.abc import Iterator

_INTRO = """\
Every command answers `--help`. Commands that answer something take `--json` and then print one JSON document
and nothing else on standard output. Progress is shown on standard error, and only on a terminal."""
_CODES = (
    ("0", "It went well."),
    (
        "1",
        "It failed, or what was checked is not right. The reason is on standard error, or in the answer.",
    ),
    ("2", "It was called in a way it does not know."),
    ("3", "`doctor` only: it would work in part. Each finding says what, why and the fix."),
)


def page() -> str:
    """Return the page."""
    group: Any = typer.main.get_command(app)  # typer keeps click's classes private
    parts = list(_commands(group, "sayso"))
    codes = table(["Exit code", "Meaning"], _CODES)
    return whole("Command line", _INTRO, codes, *parts)


def _commands(group: Any, path: str) -> Iterator[str]:  # noqa: ANN401 -- as above
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{path} {name}")
        else:
            yield _command(command, f"{path} {name}")


def _command(command: Any, path: str) -> str:  # noqa: ANN401 -- as above
    usage = " ".join([path, *(_argument(each) for each in command.params if _is_argument(each))])
    rows = [[_written(each), each.help or "", _default(each)] for each in command.params]
    parts = [f"## `{usage}`", " ".join(command.help.split())]
    return "\n\n".join(
        [*parts, table(["Argument or option", "Meaning", "Default"], rows)] if rows else parts
    )


def _is_argument(parameter: Any) -> bool:  # noqa: ANN401 -- as above
    return parameter.param_type_name == "argument"


def _argument(parameter: Any) -> str:  # noqa: ANN401 -- as above
    return str(parameter.metavar or parameter.name.upper())


def _written(parameter: Any) -> str:  # noqa: ANN401 -- as above
    if _is_argument(parameter):
        return code(_argument(parameter))
    return ", ".join(code(each) for each in parameter.opts)


def _default(parameter: Any) -> str:  # noqa: ANN401 -- as above
    if parameter.required:
        return "required"
    default = parameter.default
    if default in (None, False, ""):
        return ""
    return code(str(default.value if isinstance(default, Enum) else default))
