"""The folder beside the database: which playbooks' files say something else than what is active."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.roster import roster
from bot.connectors.registry import Connectors
from bot.doctor.database import file_of
from bot.folder import Books, CompanyFolder
from bot.outside import connectors
from bot.storage import schema
from bot.storage.database import open_database
from bot.storage.errors import CannotOpen
from bot.storage.versions import Versions
from workflows.errors import WorkflowError
from workflows.ports import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.settings import Settings
    from workflows.ports import Clock

_FIX = "sayso playbook diff {0} says in what; sayso playbook write {0} writes what is active there"


def versions(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Say of each playbook whose file and active version differ how to bring them together. It is no fault."""
    try:
        folder = CompanyFolder(settings.sayso_home)
        company, outside = folder.company(), Connectors(connectors(settings, folder, clock))
    except WorkflowError:
        return  # said already
    books = Books(actions=outside.actions, reads=outside.reads, agents=frozenset(roster()))
    files = {book.playbook: book for book in books.offered(folder.home, company).books}
    for name, version in _active(settings, company.ws).items():
        if name in files and files[name].version != version:
            yield Finding(
                ok=True,
                what=f"Playbook {name}: its file differs from what is active. {_FIX.format(name)}",
            )


def _active(settings: Settings, ws: str) -> Mapping[str, str]:
    """Return the active version of every playbook; nothing where there is no database this program can read."""
    file = file_of(settings.database)
    if file is not None and not file.exists():
        return {}
    try:
        database = open_database(settings.database, ws)
    except CannotOpen:
        return {}  # said already
    try:
        if schema.revision(database) != schema.NEWEST:
            return {}
        with database.read() as connection:
            return {one.playbook: one.version for one in Versions(connection, ws).actives()}
    finally:
        database.close()
