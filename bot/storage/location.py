"""Where a SQLite file lies: made for its owner alone, and never on a network disk."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from bot.storage.errors import CannotOpen

#: File systems shared between machines, on which SQLite's locks can't be trusted.
NETWORK = frozenset(
    {
        "afs",
        "ceph",
        "cifs",
        "davfs",
        "fuse.davfs",
        "fuse.gcsfuse",
        "fuse.glusterfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.sshfs",
        "glusterfs",
        "lustre",
        "nfs",
        "nfs4",
        "smb3",
        "smbfs",
    }
)
_MOUNTS = Path("/proc/self/mountinfo")
_PRIVATE = 0o600


def prepare(path: Path, mounts: str | None = None) -> None:
    """Make the file, readable by its owner alone, if it is not there. Raises `CannotOpen`.

    `mounts` is the text of Linux's `mountinfo`; by default this machine's.
    """
    folder = path.parent.resolve()
    kind = file_system(folder, _mounts() if mounts is None else mounts)
    if kind in NETWORK:
        raise CannotOpen(
            path=path,
            reason=f"it lies on a network disk ({kind}), where two writers can corrupt it",
            next_step="Put it on a local disk",
        )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, _PRIVATE)
    except OSError as error:
        raise CannotOpen(
            path=path,
            reason=f"the system refused it ({error.strerror})",
            next_step="Check who owns the folder and whether the disk is writable",
        ) from error
    try:
        _restrict(descriptor)
    finally:
        os.close(descriptor)


def _restrict(descriptor: int) -> None:
    found = os.fstat(descriptor)
    if stat.S_IMODE(found.st_mode) & 0o077 and found.st_uid == os.geteuid():
        os.fchmod(descriptor, _PRIVATE)


def file_system(folder: Path, mounts: str) -> str:
    """Return the kind of file system `folder` is on, read from the text of Linux's `mountinfo`."""
    best, kind = "", ""
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        point = left.split(" ")[4].replace("\\040", " ")
        if folder.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, right.split(" ")[0]
    return kind


def _mounts() -> str:
    """Return the mounts, or nothing where the system has no such list."""
    return _MOUNTS.read_text(encoding="utf-8", errors="replace") if _MOUNTS.exists() else ""
