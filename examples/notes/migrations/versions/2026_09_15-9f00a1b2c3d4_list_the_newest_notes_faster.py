"""list the newest notes faster

Revision ID: 9f00a1b2c3d4
Revises: 8d2f4b6a1c3e
Create Date: 2026-09-15 11:20:00+00:00
"""

from __future__ import annotations

from alembic import op

revision = "9f00a1b2c3d4"
down_revision = "8d2f4b6a1c3e"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_notes_created_at", "notes", ["created_at"])


def downgrade() -> None:
    op.drop_index("ix_notes_created_at", table_name="notes")
