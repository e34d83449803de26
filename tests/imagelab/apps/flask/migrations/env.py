"""Alembic's environment: the address comes from the same variable as the program's."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import create_engine

from shop import Model

engine = create_engine(os.environ["DATABASE_URL"])
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Model.metadata)
    with context.begin_transaction():
        context.run_migrations()
