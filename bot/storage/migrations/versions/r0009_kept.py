"""What Slack said is kept once for many runs; what is done only once is known for ever.

Revision 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import Name
from bot.storage.security import protect

revision = "0009"
down_revision = "0008"


# A playbook that extends another has its key in the other's text.
_STARTED = sa.text(
    "INSERT INTO only_once (ws, playbook, once, run_id) SELECT r.ws, r.playbook, r.once, r.id FROM run r"
    " JOIN document d ON d.ws = r.ws AND d.hash = r.version AND d.kind = 'playbook'"
    " WHERE r.once <> '' AND (d.body LIKE '%once_per%' OR d.body LIKE '%extends%')"
)


def upgrade() -> None:
    """Add the tables. Entries of before carry what Slack said themselves."""
    op.create_table(
        "only_once",
        *[sa.Column(name, Name, nullable=False) for name in ("ws", "playbook", "once", "run_id")],
        sa.PrimaryKeyConstraint("ws", "playbook", "once", "run_id"),
        sqlite_strict=True,
    )
    op.execute(_STARTED)
    op.create_table(
        "stand",
        *[sa.Column(name, Name, nullable=False) for name in ("ws", "hash", "run_id")],
        sa.PrimaryKeyConstraint("ws", "hash", "run_id"),
        sqlite_strict=True,
    )
    op.create_index("stand_run", "stand", ["ws", "run_id"])
    if op.get_bind().dialect.name == "postgresql":
        protect(op.get_bind(), ("stand", "only_once"))
