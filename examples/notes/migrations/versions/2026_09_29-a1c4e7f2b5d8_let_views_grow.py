"""let views grow

Revision ID: a1c4e7f2b5d8
Revises: 9f00a1b2c3d4
Create Date: 2026-09-29 09:03:00+00:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a1c4e7f2b5d8"
down_revision = "9f00a1b2c3d4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column(
        "notes",
        "views",
        existing_type=sa.Integer(),
        type_=sa.BigInteger(),
        existing_nullable=False,
        existing_server_default=sa.text("0"),
    )


def downgrade() -> None:
    op.alter_column(
        "notes",
        "views",
        existing_type=sa.BigInteger(),
        type_=sa.Integer(),
        existing_nullable=False,
        existing_server_default=sa.text("0"),
    )
