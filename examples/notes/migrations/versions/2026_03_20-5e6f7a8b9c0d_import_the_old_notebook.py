"""import the old notebook

Revision ID: 5e6f7a8b9c0d
Revises: 3c4d5e6f7a8b
Create Date: 2026-03-20 18:40:00+00:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5e6f7a8b9c0d"
down_revision = "3c4d5e6f7a8b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notes", sa.Column("author", sa.String(120), nullable=True))
    op.add_column("notes", sa.Column("legacy_body", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("notes", "legacy_body")
    op.drop_column("notes", "author")
