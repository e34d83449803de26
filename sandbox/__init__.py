"""A Google Cloud on loopback: same calls, same errors, a real PostgreSQL behind Cloud SQL."""
