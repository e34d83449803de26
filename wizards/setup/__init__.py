"""First-time project set-up: one file per resource kind."""
