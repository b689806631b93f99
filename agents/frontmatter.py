"""Markdown files with settings on top: charters and templates are both written that way."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from workflows.ports import JsonObject

_FENCE = "---\n"


def split(text: str, file: str) -> tuple[JsonObject, str]:
    """Return the settings between the two `---` lines and the text after them.

    Raises `ValueError` naming `file` when the settings are missing or not a mapping.
    """
    before, _, rest = text.replace("\r\n", "\n").partition(_FENCE)
    written, fence, body = rest.partition(f"\n{_FENCE}")
    if before or not fence:
        msg = f"{file} must begin with settings between two lines of three dashes"
        raise ValueError(msg)
    settings = cast("object", YAML(typ="safe", pure=True).load(written))  # pyright: ignore[reportUnknownMemberType] -- ruamel has no types
    if not isinstance(settings, dict):
        msg = f"{file}: the settings on top must be `name: value` lines"
        raise ValueError(msg)  # noqa: TRY004 -- a wrong file, not a wrong type in the program
    return cast("JsonObject", settings), body.strip()
