"""How somebody decides, for themselves; and words for owners who want to help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import elements, rich
from blocks.ids import BlockId, block_id
from blocks.text import sentence
from workflows.trust import deciding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blocks.text import Block
    from workflows.trust.deciding import Manner

_PEOPLE = 20


def row(mine: Manner) -> list[Block]:
    """Return how somebody decides, as a part of their Home."""
    lines = [[rich.text(line)] for line in deciding.words(mine)]
    return [rich.block(block_id(BlockId.ROW, "deciding", mine.person), rich.bullets(lines))]


def mine(found: Manner, team: Sequence[Manner] = ()) -> Block:
    """Return the same as a message; for an owner with what may help others, by name and without numbers."""
    blocks = row(found)
    helped = [(one, said) for one in team for said in deciding.coaching(one)][:_PEOPLE]
    if helped:
        lines = [[rich.person(one.person), rich.text(f" {said}")] for one, said in helped]
        head = rich.section(rich.text("What may help your team", bold=True))
        blocks.append(rich.block(block_id(BlockId.NOTE, "team"), head, rich.bullets(lines)))
    return elements.message(sentence("How you decide"), blocks)
