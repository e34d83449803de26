"""find the notes of a tag faster

Revision ID: c3d5e7f9a1b2
Revises: b1b1c2d3e4f5
Create Date: 2026-10-20 13:58:00+00:00
"""

from __future__ import annotations

from alembic import op

revision = "c3d5e7f9a1b2"
down_revision = "b1b1c2d3e4f5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_note_tags_tag_id", "note_tags", ["tag_id"], postgresql_concurrently=True
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("ix_note_tags_tag_id", table_name="note_tags", postgresql_concurrently=True)
