"""What people scored, read for the command line from the rows that Slack shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cli.versions import looked_at
from workflows.delegation.inventory import Inventory, advised, of_playbook
from workflows.delegation.inventory import inventory as ranking
from workflows.errors import BadInput
from workflows.loading.problems import did_you_mean
from workflows.shelf import LookedUp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.cli.reading import Reader
    from bot.settings import Settings
    from workflows.company import Company
    from workflows.delegation.inventory import Ranked
    from workflows.playbook import Playbook


@dataclass(frozen=True, kw_only=True)
class Looked:
    """The inventory, and the level each playbook states."""

    inventory: Inventory
    levels: Mapping[str, int]

    def of_playbook(self, name: str) -> Ranked | None:
        """Return the row of a playbook; None where nobody scored it. Raises `BadInput` for an unknown name."""
        if name not in self.levels:
            problem = f"there is no active playbook of this name. {did_you_mean(name, self.levels)}"
            raise BadInput(field=name, problem=problem.strip())
        rows = self.inventory.rows
        return next((row for row in rows if row.assessment.playbook == name), None)


def company_here(reading: Reader) -> Company:
    """Return the company. Raises `BadInput` where company.yml can't be read."""
    if reading.company is None:
        problem = "it is not there or can't be read. sayso playbook validate says why."
        raise BadInput(field="company.yml", problem=problem)
    return reading.company


def looked(settings: Settings, reading: Reader) -> Looked:
    """Return what people scored. Raises `BadInput` where there is no company, `CannotOpen` where no database is."""
    company = company_here(reading)
    with looked_at(settings, reading) as look:
        books = LookedUp(look).books()
        found = ranking(look.assessments(), books, reading.shelf.actions, company)
        return Looked(inventory=found, levels={book.playbook: book.level for book in books})


def beside(settings: Settings, reading: Reader, book: Playbook) -> tuple[str, ...]:
    """Return what is recommended for a playbook, in lines beside its level; nothing where nothing is known."""
    from bot.storage.errors import CannotOpen  # noqa: PLC0415 -- `--help` stays quick

    company = reading.company
    if company is None:
        return ()
    try:
        with looked_at(settings, reading) as look:
            one = look.assessment(of_playbook(book.playbook))
    except CannotOpen:
        return ()
    by = company.name_of(one.by) if one else ""
    return advised(one, book, reading.shelf.actions, by=by, zone=company.tz)
