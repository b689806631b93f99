"""The key that signs checkpoints: a file outside the database, which its owner alone can read.

Beside it lies `audit.pub`: every public key there has ever been, so that old checkpoints still verify. Whoever
holds the folder can change that file too; a verifier line kept elsewhere is what proves.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from bot.storage.merkle import WIDTH
from bot.storage.notes import BadNote, Keyring, Signer, public_key
from workflows.errors import WorkflowError

if TYPE_CHECKING:
    from pathlib import Path

#: Its owner may read and write it, and a group that is let in may read it.
_TOO_OPEN = 0o037
_NEW = "make a new one with sayso audit key --new"


class UnsafeKey(WorkflowError):
    """Others can read or change the audit log's key. Run chmod 600 {file}; if they may have read it, {new}."""

    def __init__(self, file: Path) -> None:
        """Take the file."""
        super().__init__(file=file, new=_NEW)


class UnusableKey(WorkflowError):
    """The audit log's key {file} can't be used: {reason}. Put the right file back, or {new}."""

    def __init__(self, file: Path, reason: str) -> None:
        """Take the file and what is wrong with it."""
        super().__init__(file=file, reason=reason, new=_NEW)


def own_key(path: Path) -> Signer:
    """Return the key, made at the first start. Raises `UnsafeKey`, `UnusableKey`, `OSError`."""
    if not path.exists():
        with contextlib.suppress(FileExistsError):  # another process was first: its key is the key
            _make(path)
    return read_key(path)


def new_key(path: Path) -> Signer:
    """Put a new key in the place of the old one, which is kept beside it. Raises `OSError`."""
    if path.exists():
        with contextlib.suppress(UnusableKey, UnsafeKey):
            _publish(path, read_key(path))
        old = next(
            other
            for n in range(1, 10_000)
            if not (other := path.with_name(f"{path.name}.{n}.old")).exists()
        )
        path.rename(old)
    _make(path)
    return read_key(path)


def read_key(path: Path) -> Signer:
    """Return the key of a file: PEM, or its 32 bytes. Raises `UnsafeKey`, `UnusableKey`, `FileNotFoundError`."""
    with path.open("rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & _TOO_OPEN:
            raise UnsafeKey(file=path)
        written = file.read(10_000)
    if len(written) == WIDTH:
        return Signer(Ed25519PrivateKey.from_private_bytes(written))
    try:
        key = load_pem_private_key(written, password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm) as error:
        raise UnusableKey(file=path, reason="it holds no unencrypted private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UnusableKey(file=path, reason="its key is not an Ed25519 key")
    return Signer(key)


def known_keys(path: Path) -> Keyring:
    """Return the public keys of `audit.pub`, and that of the key itself. Raises `UnsafeKey`, `UnusableKey`."""
    published = path.with_suffix(".pub")
    lines = published.read_text(encoding="utf-8").splitlines() if published.exists() else []
    try:
        keys = [public_key(line) for line in lines if line.strip()]
    except BadNote as error:
        raise UnusableKey(file=published, reason=str(error)) from error
    # Who verifies need not be who signs: the public keys are enough.
    with contextlib.suppress(FileNotFoundError, PermissionError):
        keys.append(read_key(path).public)
    return Keyring(keys)


def _make(path: Path) -> None:
    """Write a new key so that it is there whole or not at all. Raises `FileExistsError`."""
    key = Ed25519PrivateKey.generate()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A temporary file is made for its owner alone.
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    finally:
        os.unlink(name)  # noqa: PTH108 -- mkstemp gave a name, not a path
    _publish(path, Signer(key))


def _publish(path: Path, signer: Signer) -> None:
    published = path.with_suffix(".pub")
    line = signer.public.bare
    if not published.exists() or line not in published.read_text(encoding="utf-8").split():
        with published.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
