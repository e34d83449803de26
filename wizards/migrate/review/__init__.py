"""Static judgement of SQL statements: one rule family per file."""
