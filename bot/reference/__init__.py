"""The reference, written from the code itself: `python -m bot.reference` writes docs/reference/*.md.

A test writes the pages again and compares, so that none can say something else than the program does.
"""

from __future__ import annotations

from bot.reference import command_line, files, record, settings, slack


def pages() -> dict[str, str]:
    """Return every page's text by its file name. The same code gives the same text."""
    return {
        "command-line.md": command_line.page(),
        "settings.md": settings.page(),
        "playbook.md": files.playbook_page(),
        "company.md": files.company_page(),
        "slack.md": slack.page(),
        "audit-events.md": record.page(),
    }
