"""The audit log's key and witness: who could rewrite the log unseen."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.doctor.database import file_of
from bot.settings import secret
from bot.storage.audit_key import UnsafeKey, UnusableKey, read_key
from workflows.ports import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.settings import Settings
    from workflows.ports import Clock

_WRITE = "Write file:/folder/witness.jsonl, mailto:somebody@elsewhere.example or https://…, or leave it empty."


def audit(settings: Settings, _clock: Clock) -> Iterator[Finding]:
    """Look at the key that signs checkpoints, and whether somebody else keeps a copy of them."""
    yield _key(settings.audit_key_file)
    for written in re.split(r"[\s,]+", secret(settings.audit_witness).strip()):
        yield _witness(written, settings)


def _key(file: Path) -> Finding:
    what = f"The audit log's key {file}"
    try:
        read_key(file)
    except FileNotFoundError:
        if file.with_suffix(".pub").exists():
            fix = "Put it back from your backup; without it the next start makes another one."
            return Finding(ok=False, what=what, why="it is gone", fix=fix)
        folder = next(each for each in file.absolute().parents if each.exists())
        if os.access(folder, os.W_OK):
            return Finding(ok=True, what=f"{what} is made at the first start; back it up then")
        fix = "Let Sayso write there, or set AUDIT_KEY to where it may."
        return Finding(ok=False, what=what, why=f"{folder} can't be written", fix=fix)
    except (UnsafeKey, UnusableKey) as error:
        return Finding(ok=False, what=what, why=error.sentence, fix="Then run sayso doctor again.")
    except OSError as error:
        fix = "Let the user Sayso runs as read it, and nobody else."
        return Finding(ok=False, what=what, why=error.strerror or "it can't be read", fix=fix)
    return Finding(ok=True, what=f"{what} can be read by its owner alone")


def _witness(written: str, settings: Settings) -> Finding:
    what = "AUDIT_WITNESS"
    kind, _, rest = written.partition(":")
    if not written:
        told = "No witness keeps checkpoints: who holds the database and the key could rewrite the log unseen"
        return Finding(ok=True, what=told)
    if kind == "file" and rest:
        return _file(Path(rest.removeprefix("//")), settings)
    if kind == "mailto" and "@" in rest:
        if settings.smtp_url:
            return Finding(ok=True, what=f"{what}: checkpoints are mailed to {rest}")
        return Finding(ok=False, what=what, why="there is no mail server", fix="Set SMTP_URL.")
    if kind == "https" and (host := urlsplit(written).hostname):
        return Finding(ok=True, what=f"{what}: checkpoints are sent to {host}")
    return Finding(ok=False, what=what, why="nobody knows what it means", fix=_WRITE)


def _file(path: Path, settings: Settings) -> Finding:
    what, folder = f"AUDIT_WITNESS {path}", path.absolute().parent
    if not folder.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
        fix = "Make its folder, and let Sayso add to the file."
        return Finding(ok=False, what=what, why="it can't be written", fix=fix)
    database = file_of(settings.database)
    if database and database.exists() and database.stat().st_dev == folder.stat().st_dev:
        told = "is on the database's own disk: who can change one can change both; carry copies elsewhere"
        return Finding(ok=True, what=f"{what} {told}")
    return Finding(ok=True, what=f"{what} can be written")
