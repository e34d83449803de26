"""Will it fail? Questions to today's data, derived from the statements of a plan."""
