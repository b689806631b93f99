"""Who filled a changed version in, and what a playbook's file said when it was last looked at.

Revision 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import Instant, Name
from bot.storage.security import protect

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column and the table. What was proposed before was found in a file."""
    op.add_column("proposal", sa.Column("author", Name, nullable=False, server_default=""))
    op.create_table(
        "filed",
        sa.Column("ws", Name, nullable=False),
        sa.Column("playbook", Name, nullable=False),
        sa.Column("version", Name, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("ws", "playbook"),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        protect(op.get_bind(), ("filed",))
