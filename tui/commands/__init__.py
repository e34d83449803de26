"""One module per group of commands, imported when the command runs."""
