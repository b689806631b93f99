"""What of Sayso is in Slack: from manifest.yml and from what handlers register."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from bot.cli.starting import manifest_link
from bot.reference.markdown import code, first_line, table
from bot.reference.markdown import page as whole
from bot.reference.wording import SCOPES, VERBS
from bot.settings import repository_file
from handlers import actions, commands, events, views

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_INTRO = """\
`manifest.yml` tells Slack all of this. Sayso connects over Socket Mode, so it needs no public address."""


def page() -> str:
    """Return the page. Raises `KeyError` for a scope or a word after `/sayso` that nobody has described."""
    manifest = _manifest()
    return whole(
        "Slack",
        _INTRO,
        f"[Make the app from the manifest]({manifest_link()})",
        "## Slash commands",
        _commands(manifest),
        "## After `/sayso`",
        table(["Word", "What it does"], [[code(verb), VERBS[verb]] for verb in commands.ON_SAYSO]),
        "## Shortcuts",
        _shortcuts(manifest),
        "## Buttons and menus",
        _listened(actions.ON),
        "## Dialogs",
        _listened(views.ON),
        "## Events",
        _listened(events.ON),
        "## Scopes of the bot token",
        table(["Scope", "What for"], [[code(each), SCOPES[each]] for each in _scopes(manifest)]),
        "The app-level token has one scope, `connections:write`, for Socket Mode.",
    )


def _manifest() -> dict[str, Any]:
    text = repository_file("manifest.yml").read_text(encoding="utf-8")
    return YAML(typ="safe").load(text)


def _scopes(manifest: dict[str, Any]) -> list[str]:
    return list(manifest["oauth_config"]["scopes"]["bot"])


def _commands(manifest: dict[str, Any]) -> str:
    rows = [
        [code(f"{each['command']} {each.get('usage_hint', '')}".strip()), each["description"]]
        for each in manifest["features"]["slash_commands"]
    ]
    return table(["Command", "What it does"], rows)


def _shortcuts(manifest: dict[str, Any]) -> str:
    rows = [[each["name"], each["description"]] for each in manifest["features"]["shortcuts"]]
    return table(["Shortcut", "What it does"], rows)


def _listened(on: Mapping[Any, Callable[..., object]]) -> str:
    rows = [[code(str(name)), first_line(inspect.getdoc(does))] for name, does in on.items()]
    return table(["Id", "What it does"], rows)
