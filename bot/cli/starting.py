"""What somebody needs who starts: the file for settings, the link that makes the Slack app, the next steps."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.settings import repository_file

if TYPE_CHECKING:
    from pathlib import Path

_NEW_APP = "https://api.slack.com/apps?new_app=1&manifest_yaml="
_TOKENS = (
    "The first is under OAuth & Permissions; the second under Basic Information, App-Level Tokens, "
    "with the scope connections:write."
)
_ENV = """\
# Settings of Sayso, read from here and from the environment. Keep this file to yourself:
# whoever has the tokens can speak as Sayso. docs/reference/settings.md lists every setting.

# In Slack: OAuth & Permissions, Bot User OAuth Token (xoxb-...), once the app is installed.
SLACK_BOT_TOKEN=

# In Slack: Basic Information, App-Level Tokens, with the scope connections:write (xapp-...).
SLACK_APP_TOKEN=

# Folder with company.yml and playbooks/.
SAYSO_HOME={home}

# Mail is sent through your own server, once both of these are set.
#SMTP_URL=smtp://user:password@mail.example.com:587
#MAIL_FROM=My Company <hello@example.com>

# Without a model, drafts are written from templates.
#OPENAI_API_KEY=
"""


def env_file(file: Path, home: Path) -> bool:
    """Write a template for settings that its owner alone can read; False when there is a file already."""
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as written:
        written.write(_ENV.format(home=_quoted(str(home))))
    return True


def manifest_link() -> str:
    """Return the link that opens Slack's form for a new app, filled in from manifest.yml."""
    text = repository_file("manifest.yml").read_text(encoding="utf-8")
    rows = [row for row in text.splitlines() if not row.startswith("#")]
    return _NEW_APP + quote("\n".join(rows) + "\n", safe="")


def steps(home: Path, env: Path, *, is_new: bool) -> list[str]:
    """Return what to do next, in order."""
    place = f"{env} (written for you)" if is_new else f"{env} (yours was left as it is)"
    pointed = "" if is_new else f" Add SAYSO_HOME={_quoted(str(home))} there too."
    tokens = f"Put two tokens into {place}: SLACK_BOT_TOKEN and SLACK_APP_TOKEN. {_TOKENS}{pointed}"
    return [
        f"Look at it without Slack first: sayso demo --home {_quoted(str(home))}",
        f"Fill in {home / 'company.yml'}: its comments say where Slack shows each id.",
        f"Make the Slack app with this link, then install it to your workspace:\n{manifest_link()}",
        tokens,
        "See what is still missing: sayso doctor",
        "Start it: sayso run",
    ]


def _quoted(text: str) -> str:
    """Return a path as `.env` files and shells both read it."""
    if text and all(sign.isalnum() or sign in "/._-" for sign in text):
        return text
    return "'" + text.replace("'", "'\\''") + "'"
