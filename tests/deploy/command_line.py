"""Whether a line somebody would type exists: each word of it is looked up in the command line itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer.main

from bot.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def problems(words: Sequence[str]) -> list[str]:
    """Return what is wrong with `sayso <words>`: a command, an option or an argument that does not exist."""
    command: Any = typer.main.get_command(app)
    left = list(words)
    path = "sayso"
    while hasattr(command, "commands"):
        name = left.pop(0) if left else ""
        path = f"{path} {name}".strip()
        if name not in command.commands:
            return [f"there is no command {path}"]
        command = command.commands[name]
    return _of_parameters(command, left, path)


def _of_parameters(command: Any, left: list[str], path: str) -> list[str]:
    options: dict[str, Any] = {
        word: each
        for each in command.params
        if each.param_type_name == "option"
        for word in (*each.opts, *each.secondary_opts)
    }
    options["--help"] = None
    given, missing = 0, list[str]()
    while left:
        word = left.pop(0)
        name, equals, _ = word.partition("=")
        if not word.startswith("-"):
            given += 1
        elif name not in options:
            missing.append(f"{path} has no option {name}")
        elif options[name] is not None and not options[name].is_flag and not equals:
            if not left:
                missing.append(f"{path} {name} lacks its value")
            left = left[1:]
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    most = sum(each.nargs if each.nargs > 0 else 1_000 for each in arguments)
    least = sum(1 for each in arguments if each.required)
    if not least <= given <= most:
        missing.append(f"{path} takes {least} to {most} words, not {given}")
    return missing
