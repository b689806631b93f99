"""Whose limits a draft counts for, whom it reaches, when it was signed, and who wants no more messages.

Revision 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import Instant, Name
from bot.storage.security import protect

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add them. What was signed before is counted for nobody."""
    for name in ("currency", "customer", "address"):
        op.add_column("draft", sa.Column(name, Name, nullable=False, server_default=""))
    op.add_column("draft", sa.Column("signed_at", Instant))
    op.create_index("draft_signed", "draft", ["ws", "signed_at"])
    for name, more in (("customer", ["signed_at"]), ("address", [])):
        known = sa.text(f"{name} != ''")
        columns = ["ws", name, *more]
        op.create_index(
            f"draft_{name}", "draft", columns, sqlite_where=known, postgresql_where=known
        )
    op.create_table(
        "silent",
        sa.Column("ws", Name, primary_key=True),
        sa.Column("customer", Name, primary_key=True),
        sa.Column("by", Name, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        protect(op.get_bind(), ("silent",))
