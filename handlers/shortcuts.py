"""What stands in Slack's shortcut menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import looking

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.desk import Desk
    from handlers.payloads import Shortcut
    from handlers.replies import Reply


def start_playbook(desk: Desk, shortcut: Shortcut) -> Reply:
    """Open the list of playbooks."""
    return looking.picker(desk, shortcut.person, "")


#: Every shortcut there is; a convention test holds it equal to manifest.yml.
ON: dict[str, Callable[[Desk, Shortcut], Reply]] = {"start_playbook": start_playbook}
