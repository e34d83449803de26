"""add tags

Revision ID: 3c4d5e6f7a8b
Revises: 1a2b0c3d4e5f
Create Date: 2026-02-03 14:05:00+00:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "3c4d5e6f7a8b"
down_revision = "1a2b0c3d4e5f"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tags",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.UniqueConstraint("name", name="tags_name_key"),
    )
    op.create_table(
        "note_tags",
        sa.Column(
            "note_id", sa.Integer(), sa.ForeignKey("notes.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column(
            "tag_id", sa.Integer(), sa.ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True
        ),
    )


def downgrade() -> None:
    op.drop_table("note_tags")
    op.drop_table("tags")
