"""Writing an audit log anew so that it looks whole: every hash after a changed entry, and every checkpoint over it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from bot.storage.merkle import Tree, leaf_hash
from bot.storage.notes import Checkpoint, read
from tests.chaos.thief import end_with, entries_of, flipped, some
from tests.chaos.vault import KEY, OTHER_KEY, Vault

if TYPE_CHECKING:
    from random import Random

    from bot.storage.notes import Signer
    from tests.chaos.thief import Theft


def rechain(vault: Vault, chance: Random) -> bool:
    """Write an entry anew, and every hash after it in its chain: no chain can show that."""
    forged = some(vault, chance, "event = 'worker:run:claimed'")
    prev = ""
    for entry in entries_of(vault, forged["chain"]):
        header = json.loads(entry["hdr"])
        if entry["id"] == forged["id"]:
            header["head"]["attempts"] = 7
        if prev:
            header["prev"] = prev
        if prev or entry["id"] == forged["id"]:
            prev = _write(vault, entry, header)
    end_with(vault, forged["chain"], entries_of(vault, forged["chain"])[-1])
    return True


def reseal(vault: Vault, chance: Random) -> bool:
    """Write an entry anew, and every checkpoint too, signed with a key of one's own."""
    return rechain(vault, chance) and _sealed_anew(vault, OTHER_KEY)


def reseal_with_the_key(vault: Vault, chance: Random) -> bool:
    """The same by somebody who stole the key as well: only what is kept elsewhere can show it."""
    return rechain(vault, chance) and _sealed_anew(vault, KEY)


def forge_checkpoint(vault: Vault, chance: Random) -> bool:
    """Write another root into a checkpoint, its note and its row, and keep the old signature."""
    row = chance.choice(vault.rows("select * from audit_checkpoint"))
    said = read(row["note"])
    root = flipped(bytes(row["root"]), chance)
    forged = Checkpoint(
        origin=said.origin, size=said.size, root=root, at=said.at, previous=said.previous
    )
    note = row["note"].replace(said.text, forged.text)
    sql = "update audit_checkpoint set root = ?, note = ? where size = ?"
    return vault.run(sql, [root, note, row["size"]]) == 1


FORGERIES: tuple[Theft, ...] = (rechain, reseal, reseal_with_the_key, forge_checkpoint)


def _write(vault: Vault, entry: dict[str, Any], header: dict[str, Any]) -> str:
    text = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).digest()
    vault.run("update audit_event set hdr = ?, hash = ? where id = ?", [text, digest, entry["id"]])
    return digest.hex()


def _sealed_anew(vault: Vault, signer: Signer) -> bool:
    """Compute the tree over what is there now, and write every checkpoint to fit."""
    texts = [
        row["hdr"]
        for row in vault.rows(
            "select e.hdr from audit_leaf l join audit_event e on e.id = l.event_id"
            " order by l.leaf_index"
        )
    ]
    tree = Tree()
    for row in vault.rows("select * from audit_checkpoint order by size"):
        tree.extend(leaf_hash(text.encode()) for text in texts[tree.size : row["size"]])
        said = read(row["note"])
        point = Checkpoint(
            origin=said.origin,
            size=said.size,
            root=tree.root(),
            at=said.at,
            previous=said.previous,
        )
        vault.run(
            "update audit_checkpoint set root = ?, peaks = ?, note = ? where size = ?",
            [point.root, b"".join(tree.peaks), signer.note(point), row["size"]],
        )
    return True
