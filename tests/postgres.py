"""A private PostgreSQL on 127.0.0.1, in a folder of its own, run by an unprivileged user; gone with the test run."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Where Debian keeps the server's programs, newest first.
_PLACES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt/postgresql")
#: The role that owns tables, and the one that only uses them.
OWNER, APP = "sayso_owner", "sayso_app"
#: A disk that is lost with the test needs no flushing; everything else is as it comes.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "logging_collector": "off",
    # A session that was cut while it said hello must not keep the server from stopping.
    "authentication_timeout": "1s",
}


def programs() -> Path | None:
    """Return the folder of `initdb` and `postgres`, or None where PostgreSQL is not installed."""
    for place in _PLACES:
        found = sorted(Path(place).glob("*/bin/postgres"), key=_version, reverse=True)
        if found:
            return found[0].parent
    on_path = shutil.which("postgres")
    return Path(on_path).resolve().parent if on_path else None


def _version(program: Path) -> float:
    name = program.parent.parent.name
    return float(name) if name.replace(".", "", 1).isdigit() else 0.0


class Cluster:
    """One server. Its databases have an owner and an application role, as an installation has."""

    def __init__(self, *, durable: bool = False, settings: dict[str, str] | None = None) -> None:
        """Make the folder and start. `durable` flushes every commit to the disk, as production does."""
        folder = programs()
        if folder is None:
            msg = "There is no PostgreSQL server. Install Debian's package postgresql, or run make test as root."
            raise FileNotFoundError(msg)
        self._programs = folder
        self._user = _unprivileged()
        self._folder = Path(tempfile.mkdtemp(prefix="sayso-pg-"))
        if self._user:
            os.chown(self._folder, self._user.pw_uid, self._user.pw_gid)
        self.port = _free_port()
        flushed = {"fsync": "on", "full_page_writes": "on"} if durable else {}
        self._settings = {**_SETTINGS, **flushed, **(settings or {}), "port": str(self.port)}
        self._server: subprocess.Popen[bytes] | None = None
        self._make()
        self.start()
        with self.connect("postgres") as connection:
            for role in (OWNER, APP):
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            connection.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(OWNER)))

    def _make(self) -> None:
        self._run(
            "initdb",
            *("-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8"),
            *("--locale=C.UTF-8", "--no-sync", "--no-instructions"),
        )

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            **self._as_user(),
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr.decode(errors="replace"))

    def _as_user(self) -> dict[str, object]:
        """Return who runs the server: PostgreSQL refuses root."""
        if self._user is None:
            return {"cwd": str(self._folder)}
        return {
            "user": self._user.pw_uid,
            "group": self._user.pw_gid,
            "extra_groups": [],
            "cwd": str(self._folder),
        }

    def start(self, seconds: float = 30) -> None:
        """Start the server and wait until it answers."""
        settings = [f"-c{name}={value}" for name, value in self._settings.items()]
        log = (self._folder / "log").open("ab")
        self._server = subprocess.Popen(
            [str(self._programs / "postgres"), "-D", str(self._data), *settings],
            **self._as_user(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        until = time.monotonic() + seconds
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self._folder / "log").read_text(errors="replace")[-2000:])
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """Stop the server: SIGQUIT at once, as a crash does; SIGINT ends sessions first."""
        if self._server:
            self._server.send_signal(how)
            self._server.wait(timeout=30)
            self._server = None

    def pause(self) -> None:
        """Freeze every process of the server: connections stay open and nothing answers."""
        for pid in self._everyone():
            os.kill(pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let the server go on."""
        for pid in reversed(self._everyone()):
            os.kill(pid, signal.SIGCONT)

    def _everyone(self) -> list[int]:
        if self._server is None:
            return []
        main = self._server.pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        return [main, *(int(pid) for pid in children)]

    def cut(self, database: str) -> int:
        """End every session of a database, as an administrator or a failover does; return how many."""
        with self.connect("postgres") as connection:
            ended = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [database],
            )
            return len(ended.fetchall())

    def connect(self, database: str, role: str = "postgres") -> psycopg.Connection:
        """Return a session of its own, as the superuser unless told otherwise."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=role, dbname=database, autocommit=True
        )

    def new_database(self, template: str | None = None) -> str:
        """Make a database owned by `OWNER`, a copy of `template` if given; return its name."""
        name = f"sayso_{uuid.uuid4().hex[:12]}"
        words = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template or "template1")
        )
        with self.connect("postgres") as connection:
            connection.execute(words)
        return name

    def url(self, database: str, role: str = OWNER) -> str:
        """Return the URL of a database as Sayso's settings have it."""
        return f"postgresql+psycopg://{role}@127.0.0.1:{self.port}/{database}"

    def close(self) -> None:
        """Stop the server and remove its folder."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def drop(cluster: Cluster, names: Iterable[str]) -> None:
    """Remove databases a test has made."""
    with cluster.connect("postgres") as connection:
        for name in names:
            words = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(words.format(sql.Identifier(name)))


def _unprivileged() -> pwd.struct_passwd | None:
    """Return whom a server started by root runs as; None when we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        # A server looks its own user up, which a locked-down /etc/passwd may refuse.
        asked = subprocess.run(["id", "-un"], user=user.pw_uid, capture_output=True, check=False)
        if asked.stdout.decode().strip() == name:
            return user
    msg = "There is no unprivileged user (postgres, nobody) to run PostgreSQL as."
    raise RuntimeError(msg)


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]
