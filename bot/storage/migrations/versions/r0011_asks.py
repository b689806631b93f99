"""Whom messages asked and when, who is away and since when, and where a draft without a card of its own is shown.

Revision 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import Instant, Name
from bot.storage.security import protect

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add them. What waits has a card of its own; nobody was asked today so far."""
    op.add_column("draft", sa.Column("shown_in", Name, nullable=False, server_default=""))
    elsewhere = sa.text("shown_in != ''")
    op.create_index(
        "draft_shown",
        "draft",
        ["ws", "shown_in"],
        sqlite_where=elsewhere,
        postgresql_where=elsewhere,
    )
    op.create_table(
        "ask",
        sa.Column("ws", Name, primary_key=True),
        sa.Column("subject", Name, primary_key=True),
        sa.Column("person", Name, primary_key=True),
        sa.Column("at", Instant, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ask_person", "ask", ["ws", "person", "at"])
    op.create_table(
        "away",
        sa.Column("ws", Name, primary_key=True),
        sa.Column("person", Name, primary_key=True),
        sa.Column("since", Instant, nullable=False),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        protect(op.get_bind(), ("ask", "away"))
