"""Checkpoints are notes as C2SP writes them: others can check ours, and nothing that was touched passes."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from bot.storage.notes import (
    BadNote,
    Checkpoint,
    Keyring,
    PublicKey,
    Signer,
    origin,
    public_key,
    read,
)

#: The example of the specification.
LINE = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
TEXT = "This is an example message.\n"
SIGNATURE = (
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
)

SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
AT = "2026-11-23T09:00:00.000000Z"
POINT = Checkpoint(
    origin="sayso/local", size=21, root=hashlib.sha256(b"root").digest(), at=AT, previous=14
)
NOTE = SIGNER.note(POINT)
RING = Keyring([SIGNER.public])


def test_the_example_of_the_specification_verifies() -> None:
    """Key line, key id and signature are read as everybody else reads them."""
    key = public_key(LINE)
    assert key.line("example.com/foo") == LINE
    signature = base64.b64decode(SIGNATURE)
    assert signature[:4] == key.id("example.com/foo")
    assert key.has_signed(TEXT, signature[4:])
    assert not key.has_signed(TEXT + "\n", signature[4:])


def test_a_checkpoint_is_a_few_lines_and_a_signature() -> None:
    """Exactly these bytes."""
    root = base64.b64encode(POINT.root).decode()
    text = f"sayso/local\n21\n{root}\nTimestamp: {AT}\nPrevious: 14\n"
    made = SIGNER.public.id("sayso/local") + SIGNER.key.sign(text.encode())
    assert f"{text}\n— sayso/local {base64.b64encode(made).decode()}\n" == NOTE
    assert RING.opened(NOTE) == read(NOTE) == POINT


@given(st.data())
def test_a_note_with_any_character_changed_is_refused(data: st.DataObject) -> None:
    """Text, root, name or signature: whatever it is."""
    place = data.draw(st.integers(0, len(NOTE) - 1))
    other = data.draw(st.sampled_from("aZ0+/=\n —é"))
    changed = NOTE[:place] + other + NOTE[place + 1 :]
    if changed == NOTE:
        return
    with pytest.raises(BadNote):
        RING.opened(changed)


@given(st.text())
def test_anything_is_read_or_refused(text: str) -> None:
    """And nothing else is raised."""
    for note in (text, f"{text}\n\n— sayso/local {text}\n", NOTE + text):
        try:
            RING.opened(note)
        except BadNote:
            continue
        assert note == NOTE


def test_signatures_of_others_are_passed_over() -> None:
    """A witness may add its own; a note nobody known has signed proves nothing."""
    other = Signer(Ed25519PrivateKey.generate())
    both = NOTE + other.note(POINT).partition("\n\n")[2]
    assert RING.opened(both) == POINT
    assert Keyring([other.public]).opened(both) == POINT
    with pytest.raises(BadNote, match="none of the known keys"):
        Keyring([other.public]).opened(NOTE)
    with pytest.raises(BadNote, match="none of the known keys"):
        Keyring().opened(NOTE)


def test_a_signature_under_another_name_counts_for_nothing() -> None:
    """The log of one workspace can't pass for another's."""
    with pytest.raises(BadNote):
        RING.opened(NOTE.replace("sayso/local", "sayso/other"))


@pytest.mark.parametrize(
    "text",
    [
        POINT.text.replace("\n21\n", "\n021\n"),
        POINT.text.replace("\n21\n", "\n-1\n"),
        POINT.text.replace("Previous", "previous"),
        POINT.text.replace("sayso/local", ""),
        POINT.text.replace("=\n", "\n"),
        POINT.text + "extra\n",
        "sayso/local\n1\nAAAA\n" + POINT.text.partition("=\n")[2],
        "sayso/local\n1\n",
    ],
)
def test_what_is_no_checkpoint_is_none_even_when_signed(text: str) -> None:
    """One form, no room for a second reading."""
    name = text.partition("\n")[0]
    made = SIGNER.public.id(name) + SIGNER.key.sign(text.encode())
    with pytest.raises(BadNote):
        RING.opened(f"{text}\n— {name or 'x'} {base64.b64encode(made).decode()}\n")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "x",
        LINE[:-4],
        LINE.replace("530d903a", "530d903b"),
        LINE.replace("/foo", "/fou"),
        "AAAA",
    ],
)
def test_a_mistyped_key_is_refused(line: str) -> None:
    """A lost character is noticed."""
    with pytest.raises(BadNote):
        public_key(line)


@given(st.binary(min_size=32, max_size=32))
def test_every_key_is_read_as_it_is_written(raw: bytes) -> None:
    """As a line to hand out, and bare as `audit.pub` keeps it; Base64 has plus signs of its own."""
    key = PublicKey(raw)
    assert public_key(key.line("sayso/local")) == key
    assert public_key(f" {key.bare}\n") == key


def test_a_workspace_gives_a_name_that_notes_take() -> None:
    """No spaces and no plus."""
    assert origin("T012ABC") == "sayso/T012ABC"
    assert origin("a b+c%") == "sayso/a%20b%2Bc%25"
