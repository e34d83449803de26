"""Notes with tags: a small service that is easy to deploy wrongly."""
