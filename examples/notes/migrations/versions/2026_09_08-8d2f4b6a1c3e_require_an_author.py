"""require an author

Revision ID: 8d2f4b6a1c3e
Revises: 7c1e2d3f4a5b
Create Date: 2026-09-08 16:47:00+00:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "8d2f4b6a1c3e"
down_revision = "7c1e2d3f4a5b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("notes", "author", existing_type=sa.String(120), nullable=False)


def downgrade() -> None:
    op.alter_column("notes", "author", existing_type=sa.String(120), nullable=True)
