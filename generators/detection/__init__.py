"""How a repository is read; nothing of it is ever executed."""
