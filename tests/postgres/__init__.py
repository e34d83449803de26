"""Checks of the embedded PostgreSQL."""
