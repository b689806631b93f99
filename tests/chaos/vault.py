"""A sealed audit log with everything in it, and a way to change it, look at it and put everything back."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url

from bot.storage.audit_verify import verify
from bot.storage.checkpoints import Seals
from bot.storage.choosing import Choice
from bot.storage.erasing import Asked, Eraser
from bot.storage.notes import Keyring, Signer
from bot.witness import FileWitness
from tests.chaos.house import OWNER
from tests.chaos.outsider import GUARDS, is_sqlite
from workflows.events import Event

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from sqlalchemy.engine import Connection, RowMapping

    from bot.storage.audit_check import Verdict
    from bot.storage.database import Database
    from tests.chaos.house import House
    from workflows.ports import Clock

#: The key the log is sealed with, and somebody else's.
KEY, OTHER_KEY = (
    Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(first, first + 32))))
    for first in (0, 7)
)
#: Entries a checkpoint covers beyond the one before it.
BATCH = 40
WS = "local"


def erase_one(house: House, clock: Clock) -> str:
    """Erase what was written in some run that is over; return the run."""
    ended = [run for run in house.foundation.lookup.runs() if run.state.ended and run.draft]
    eraser = Eraser(house.foundation.database, clock, house.foundation.store.ids)
    asked = Asked(
        by=OWNER, event=Event.PAYLOAD_REDACTED, ground="request", reason="somebody asked for it"
    )
    eraser.erase(eraser.find(Choice(run=ended[0].id)), asked)
    return ended[0].id


def seal_all(database: Database, clock: Clock, witness: Path) -> None:
    """Seal what is not sealed, in several batches; each checkpoint is kept elsewhere too."""
    seals, kept = Seals(database, signer=KEY), FileWitness(witness)
    while sealed := seals.seal(clock.now(), BATCH):
        kept.keep(sealed)


@dataclass(kw_only=True)
class Vault:
    """A log in a transaction that is never committed, its guards off."""

    connection: Connection
    witness: Path
    ws: str = WS
    keys: Keyring = field(default_factory=lambda: Keyring([KEY.public]))

    @contextmanager
    def read(self) -> Generator[Connection]:
        """Show the log as it stands now: the face of a `Database` that verifying needs."""
        yield self.connection

    def verdict(self, *, witnessed: bool = True) -> Verdict:
        """Let the program judge it."""
        witness = self.witness if witnessed else None
        return verify(self, witness=witness, keys=self.keys)  # type: ignore[arg-type]  # it only reads

    @contextmanager
    def tried(self) -> Generator[None]:
        """Put back afterwards whatever is changed within."""
        savepoint = self.connection.begin_nested()
        try:
            yield
        finally:
            savepoint.rollback()

    def run(self, sql: str, named: Sequence[object] = ()) -> int:
        """Carry out a statement with `?` for each value; return how many rows it touched."""
        return self.connection.exec_driver_sql(self._marked(sql), tuple(named)).rowcount

    def rows(self, sql: str, named: Sequence[object] = ()) -> Sequence[RowMapping]:
        """Return what a query finds."""
        found = self.connection.exec_driver_sql(self._marked(sql), tuple(named))
        return found.mappings().all()

    def one(self, sql: str, named: Sequence[object] = ()) -> Any:
        """Return the first column of the first row."""
        return next(iter(self.rows(sql, named)[0].values()))

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file."""
        return self.connection.dialect.name == "sqlite"

    def _marked(self, sql: str) -> str:
        return sql if self.is_sqlite else sql.replace("%", "%%").replace("?", "%s")


@contextmanager
def opened(url: str, witness: Path) -> Generator[Vault]:
    """Open a log as somebody with all the keys does. Nothing that is done to it stays."""
    place = make_url(url)
    engine = create_engine(place if is_sqlite(url) else place.set(username="postgres"))
    if is_sqlite(url):
        event.listen(engine, "connect", _manual)
        event.listen(engine, "begin", _begin)
    with engine.connect() as connection:
        transaction = connection.begin()
        _unguard(connection)
        yield Vault(connection=connection, witness=witness)
        transaction.rollback()
    engine.dispose()


def _manual(connection: Any, _record: object) -> None:
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("begin")


def _unguard(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        sql = "select name from sqlite_master where type = 'trigger'"
        for name in connection.exec_driver_sql(sql).scalars().all():
            connection.exec_driver_sql(f"drop trigger {name}")
        return
    for at, name in connection.exec_driver_sql(GUARDS).all():
        connection.exec_driver_sql(f"alter table {at} disable trigger {name}")
    connection.exec_driver_sql("set local session_replication_role = replica")
