"""The examples each stage was earned with.

Revision 0015.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import JsonText

revision = "0015"
down_revision = "0014"

#: What stands at these may be shown what it could be shown so far, and nothing that is learnt from now on.
_ALONE = sa.text("SELECT ws, playbook FROM stage WHERE stage IN ('threshold', 'autonomous')")
_ON = sa.text("SELECT id FROM example WHERE ws = :ws AND state = 'on' ORDER BY id")
_KEEP = sa.text("UPDATE stage SET examples = :ids WHERE ws = :ws AND playbook = :playbook")


def upgrade() -> None:
    """Add the column, and fill it in where something goes by itself."""
    op.add_column("stage", sa.Column("examples", JsonText, nullable=False, server_default="[]"))
    bind = op.get_bind()
    for row in bind.execute(_ALONE).all():
        ids = [one.id for one in bind.execute(_ON, {"ws": row.ws})]
        kept = sa.bindparam("ids", type_=JsonText)
        named = {"ids": ids, "ws": row.ws, "playbook": row.playbook}
        bind.execute(_KEEP.bindparams(kept), named)
