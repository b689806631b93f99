"""The installed command, as a person runs it: in a folder of its own, with nothing in its environment."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

#: Seconds; a command that takes longer hangs.
PATIENCE = 60


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, kw_only=True)
class Terminal:
    """Somebody at a prompt."""

    folder: Path

    def sayso(self, *words: str, **settings: str) -> Ran:
        """Run `sayso` with these words and settings."""
        command = Path(sys.executable).parent / "sayso"
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "LANG": "C.UTF-8"}
        done = subprocess.run(
            [command, *words],
            cwd=self.folder,
            env={**environment, **settings},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return Ran(code=done.returncode, out=done.stdout, err=done.stderr)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """Return a prompt in an empty folder."""
    return Terminal(folder=tmp_path)


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """Return a prompt in a folder where `sayso init` and `sayso db upgrade` were run."""
    there = Terminal(folder=tmp_path_factory.mktemp("company"))
    assert there.sayso("init").code == 0
    assert there.sayso("db", "upgrade").code == 0
    return there
