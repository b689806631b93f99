"""Text that others wrote, on a terminal: shown as it is, but unable to move the cursor or hide what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.company import Company
    from workflows.run import Actor

#: Stands for a character that is not shown.
_HIDDEN = "\ufffd"


def plain(text: str) -> str:
    """Return `text` with its lines kept, and every control or invisible character replaced."""
    return "".join(sign if _shows(sign) else _HIDDEN for sign in text.replace("\r\n", "\n"))


def line(text: str, most: int = 100) -> str:
    """Return `text` on one line of at most `most` characters."""
    flat = plain(" ".join(text.split()))
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"


def moment(at: datetime) -> str:
    """Return a time as audit entries and lists show it: UTC, to the second."""
    return at.strftime("%Y-%m-%d %H:%M:%SZ")


def who(actor: Actor, company: Company | None) -> str:
    """Return a person's name where the company is known, an agent's name, or Sayso itself."""
    if actor.kind != "user":
        return line(f"agent {actor.id}", 40) if actor.kind == "agent" else "Sayso"
    person = company.person(actor.id) if company else None
    return line(person.name if person else actor.id, 40)


def _shows(sign: str) -> bool:
    return sign.isprintable() or sign in "\n\t\u00a0"
