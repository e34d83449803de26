"""drop legacy body

Revision ID: b1b1c2d3e4f5
Revises: a1c4e7f2b5d8
Create Date: 2026-10-06 15:31:00+00:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b1b1c2d3e4f5"
down_revision = "a1c4e7f2b5d8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("notes", "legacy_body")


def downgrade() -> None:
    op.add_column("notes", sa.Column("legacy_body", sa.Text(), nullable=True))
