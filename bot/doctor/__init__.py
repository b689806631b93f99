"""Would it work? Looks at everything an installation rests on and says what, why and the fix. It changes nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.clock import SystemClock
from bot.doctor import audit, company, database, model, places, slack, versions, web
from workflows.ports import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.settings import Settings
    from workflows.ports import Clock

    Look = Callable[[Settings, Clock], Iterator[Finding]]

#: A user and a password in an address.
_PASSWORD = re.compile(r"(://[^/@\s:]*):[^/\s]*@")
#: What is looked at, in the order people set it up.
LOOKS: tuple[tuple[str, Look], ...] = (
    ("Settings", slack.tokens),
    ("Slack", slack.bot_token),
    ("Socket Mode", slack.app_token),
    ("Company", company.company),
    ("Private channels", places.private_channels),
    ("Connectors", company.connections),
    ("Database", database.database),
    ("Playbooks", versions.versions),
    ("Audit log", audit.audit),
    ("Web", web.web),
    ("Model", model.model),
)


def examine(settings: Settings, clock: Clock | None = None) -> list[Finding]:
    """Return what was found, well or not. It never raises, and no finding holds a secret."""
    now = clock or SystemClock()
    return [finding for name, look in LOOKS for finding in _carefully(name, look, settings, now)]


def _carefully(name: str, look: Look, settings: Settings, clock: Clock) -> list[Finding]:
    found: list[Finding] = []
    try:
        found.extend(_whole(finding) for finding in look(settings, clock))
    except Exception as error:  # noqa: BLE001 -- the outermost loop: one look must not hide the others
        # The error's own words may hold a password out of an address, so only its kind is told.
        why = f"looking at it failed with {type(error).__name__}"
        fix = "Look at the settings it reads, and report it if they are right."
        found.append(Finding(ok=False, what=name, why=why, fix=fix))
    return found


def _whole(finding: Finding) -> Finding:
    """Return the finding with no password in it, and so that `why. fix` reads as sentences, whoever wrote it."""
    said = {
        name: _PASSWORD.sub(r"\1:…@", getattr(finding, name)) for name in ("what", "why", "fix")
    }
    if not finding.ok:
        said["why"] = said["why"].rstrip(". ") or "it would not work"
        said["fix"] = said["fix"] or "Look at its settings."
    return finding.model_copy(update=said)
