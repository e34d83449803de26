"""Where revisions come from: Alembic first."""
