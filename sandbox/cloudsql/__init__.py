"""Cloud SQL for PostgreSQL: every instance is a real server on this machine."""
