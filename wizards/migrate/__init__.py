"""The migration engine: history, review, rehearsal, backup, apply, rollback."""
