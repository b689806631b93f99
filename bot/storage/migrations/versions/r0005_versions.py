"""Which version of a playbook is active, and which were proposed.

Revision 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import Instant, Name
from bot.storage.security import protect

revision = "0005"
down_revision = "0004"


def _name(name: str) -> sa.Column[str]:
    return sa.Column(name, Name, nullable=False)


def upgrade() -> None:
    """Make the tables, empty: the next start takes what stands in the folder, and puts that on the record."""
    op.create_table(
        "active",
        *[_name(name) for name in ("ws", "playbook", "version", "before", "by")],
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("ws", "playbook"),
        sqlite_strict=True,
    )
    op.create_table(
        "proposal",
        *[_name(name) for name in ("ws", "id", "playbook", "version", "base", "state", "by")],
        sa.Column("found_at", Instant, nullable=False),
        sa.Column("at", Instant),
        sa.PrimaryKeyConstraint("ws", "id"),
        sqlite_strict=True,
    )
    op.create_index("proposal_newest", "proposal", ["ws", "playbook", "found_at"])
    if op.get_bind().dialect.name == "postgresql":
        protect(op.get_bind(), ("active", "proposal"))
