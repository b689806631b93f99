"""The tree of RFC 6962, held against its definition written as plainly as it stands there."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.storage.merkle import (
    EMPTY,
    Tree,
    consistency_spans,
    inclusion_spans,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
    roots,
)

#: Entries and roots of the reference implementation of certificate transparency.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
MANY = [leaf_hash(str(n).encode()) for n in range(300)]


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node_hash(naive_root(leaves[:k]), naive_root(leaves[k:]))


def naive_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*naive_path(index, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(index - k, leaves[k:]), naive_root(leaves[:k])]


def naive_proof(old: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """PROOF and SUBPROOF of section 2.1.2."""
    if old == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = split(len(leaves))
    if old <= k:
        return [*naive_proof(old, leaves[:k], whole=whole), naive_root(leaves[k:])]
    return [*naive_proof(old - k, leaves[k:], whole=False), naive_root(leaves[:k])]


def split(width: int) -> int:
    k = 1
    while k * 2 < width:
        k *= 2
    return k


def tree(leaves: list[bytes]) -> Tree:
    made = Tree()
    made.extend(leaves)
    return made


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference(size: int) -> None:
    """Byte for byte: anybody's verifier can check ours."""
    assert tree(LEAVES[:size]).root().hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 1, []),
        (
            0,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            5,
            8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            3,
            ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
        ),
    ],
)
def test_inclusion_proofs_are_those_of_the_reference(
    index: int, size: int, path: list[str]
) -> None:
    """The same hashes in the same order."""
    found = roots(LEAVES[:size], inclusion_spans(index, size))
    assert [each.hex() for each in found] == path


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (1, 1, []),
        (
            1,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            5,
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ],
)
def test_consistency_proofs_are_those_of_the_reference(old: int, new: int, path: list[str]) -> None:
    """The same hashes in the same order."""
    found = roots(LEAVES[:new], consistency_spans(old, new))
    assert [each.hex() for each in found] == path


@given(st.integers(0, 300))
def test_a_tree_grown_leaf_by_leaf_has_the_root_of_its_definition(size: int) -> None:
    """Also when it goes on from kept peaks."""
    grown = tree(MANY[:size])
    assert grown.root() == naive_root(MANY[:size])
    half = tree(MANY[: size // 2])
    again = Tree(half.size, half.peaks)
    again.extend(MANY[size // 2 : size])
    assert (again.size, again.peaks, again.root()) == (size, grown.peaks, grown.root())


@given(st.data())
def test_every_leaf_can_be_proved_and_no_other_in_its_place(data: st.DataObject) -> None:
    """The proof is the definition's, and fails for any other leaf, place, size, root or path."""
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    path = roots(MANY[:size], inclusion_spans(index, size))
    root = naive_root(MANY[:size])
    assert path == naive_path(index, MANY[:size])
    assert is_included(MANY[index], index, size, path, root)
    other = data.draw(st.integers(-1, 301).filter(lambda n: n != index))
    assert not is_included(MANY[other % 300], index, size, path, root) or other % 300 == index
    assert not is_included(MANY[index], other, size, path, root)
    assert not is_included(MANY[index], index, size, path, EMPTY)
    assert not is_included(MANY[index], index, size, [*path, EMPTY], root)
    for n in range(len(path)):
        assert not is_included(MANY[index], index, size, path[:n] + path[n + 1 :], root)
        assert not is_included(MANY[index], index, size, [*path[:n], EMPTY, *path[n + 1 :]], root)


@given(st.data())
def test_growth_can_be_proved_and_nothing_else(data: st.DataObject) -> None:
    """A newer tree begins with the whole older one, or the proof fails."""
    new = data.draw(st.integers(1, 300))
    old = data.draw(st.integers(1, new))
    path = roots(MANY[:new], consistency_spans(old, new))
    before, after = naive_root(MANY[:old]), naive_root(MANY[:new])
    assert path == naive_proof(old, MANY[:new])
    assert is_consistent(old, new, path, before, after)
    assert not is_consistent(old, new, path, EMPTY, after)
    assert not is_consistent(old, new, path, before, EMPTY)
    assert not is_consistent(old, new, [*path, EMPTY], before, after)
    for n in range(len(path)):
        assert not is_consistent(old, new, path[:n] + path[n + 1 :], before, after)
        assert not is_consistent(old, new, [*path[:n], EMPTY, *path[n + 1 :]], before, after)
    rewritten = [EMPTY, *MANY[1:new]]
    forged = roots(rewritten, consistency_spans(old, new))
    assert not is_consistent(old, new, forged, before, naive_root(rewritten))


def test_impossible_proofs_are_refused() -> None:
    """No leaf before the first or after the last, no older tree that is larger."""
    for index, size in ((-1, 3), (3, 3), (0, 0)):
        with pytest.raises(ValueError, match="has no leaf"):
            inclusion_spans(index, size)
    for old, new in ((0, 3), (4, 3), (-1, 3)):
        with pytest.raises(ValueError, match="can't be compared"):
            consistency_spans(old, new)
        assert not is_consistent(old, new, [], EMPTY, EMPTY)
    assert not is_consistent(3, 7, [], EMPTY, EMPTY)
    with pytest.raises(ValueError, match="fewer leaves"):
        roots(MANY[:2], [(0, 3)])
    with pytest.raises(ValueError, match="never overlap"):
        roots(MANY[:4], [(0, 3), (2, 4)])
    with pytest.raises(ValueError, match="2 peaks, not 1"):
        Tree(3, [EMPTY])
