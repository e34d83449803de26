"""Who may do what: identities, roles, policies and the permission check."""
