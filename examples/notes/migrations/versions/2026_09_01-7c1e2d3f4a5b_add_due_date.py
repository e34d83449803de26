"""add due date

Revision ID: 7c1e2d3f4a5b
Revises: 5e6f7a8b9c0d
Create Date: 2026-09-01 10:12:00+00:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7c1e2d3f4a5b"
down_revision = "5e6f7a8b9c0d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notes", sa.Column("due", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("notes", "due")
