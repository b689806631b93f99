"""The key that signs is made once, is nobody else's to read, and can be replaced without losing the past."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.storage.audit_key import UnsafeKey, UnusableKey, known_keys, new_key, own_key, read_key

if TYPE_CHECKING:
    from pathlib import Path


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """The second start finds the first one's."""
    path = tmp_path / "home" / "audit.key"
    made = own_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert own_key(path).public == made.public
    assert known_keys(path).keys == (made.public,)
    assert sorted(each.name for each in path.parent.iterdir()) == ["audit.key", "audit.pub"]


def test_starts_at_the_same_moment_agree_on_one_key(tmp_path: Path) -> None:
    """Whoever is first makes it."""
    path = tmp_path / "audit.key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _n: own_key(path).public, range(16)))
    assert len(keys) == 1


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o620, 0o602, 0o601])
def test_a_key_others_can_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    """And the sentence says what to do."""
    path = tmp_path / "audit.key"
    own_key(path)
    path.chmod(mode)
    with pytest.raises(UnsafeKey, match="chmod 600"):
        own_key(path)


def test_a_group_may_be_let_in_to_read(tmp_path: Path) -> None:
    """As mounted secrets are."""
    path = tmp_path / "audit.key"
    own_key(path)
    path.chmod(0o640)
    own_key(path)


def test_raw_bytes_are_a_key_too(tmp_path: Path) -> None:
    """32 of them."""
    path = tmp_path / "audit.key"
    path.write_bytes(bytes(range(32)))
    path.chmod(0o600)
    known = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key().public_bytes_raw()
    assert read_key(path).public.raw == known


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    """Nothing, noise, a key of another kind, a locked one; never is the content told."""
    other = ec.generate_private_key(ec.SECP256R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = tmp_path / "audit.key"
    for written in (b"", b"noise" * 20, pem):
        path.write_bytes(written)
        path.chmod(0o600)
        with pytest.raises(UnusableKey) as told:
            own_key(path)
        assert "noise" not in told.value.sentence


def test_a_new_key_keeps_the_old_ones(tmp_path: Path) -> None:
    """What the old key signed still verifies."""
    path = tmp_path / "audit.key"
    keys = [own_key(path).public, new_key(path).public, new_key(path).public]
    assert known_keys(path).keys == tuple(keys)
    assert len(set(keys)) == 3
    assert read_key(path).public == keys[2]
    assert read_key(tmp_path / "audit.key.1.old").public == keys[0]
    assert read_key(tmp_path / "audit.key.2.old").public == keys[1]


def test_a_broken_list_of_public_keys_is_told(tmp_path: Path) -> None:
    """It names the file."""
    path = tmp_path / "audit.key"
    own_key(path)
    (tmp_path / "audit.pub").write_text("noise\n", encoding="utf-8")
    with pytest.raises(UnusableKey, match=r"audit\.pub"):
        known_keys(path)
