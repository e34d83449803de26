"""The demonstration: the example project, its environment, its database, the whole journey."""
