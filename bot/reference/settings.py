"""Every setting, from `bot.settings`."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from pydantic import SecretStr

from bot.reference.markdown import code, table
from bot.reference.markdown import page as whole
from bot.settings import Settings

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

_INTRO = """\
Settings are read from the environment and from a file `.env` in the folder the command is started in; the environment
wins. `sayso init` writes such a file. Those marked secret are kept out of everything Sayso prints.
`sayso doctor` says what is missing. Only `sayso run` needs the two Slack tokens."""


def page() -> str:
    """Return the page."""
    rows = [
        [code(name.upper()), field.description or "", _default(field), _secret(field)]
        for name, field in Settings.model_fields.items()
    ]
    return whole("Settings", _INTRO, table(["Name", "Meaning", "Default", "Secret"], rows))


def _default(field: FieldInfo) -> str:
    return "" if field.default in (None, "") else code(str(field.default))


def _secret(field: FieldInfo) -> str:
    return "yes" if SecretStr in get_args(field.annotation) else ""
