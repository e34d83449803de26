"""The failures that Tarmac knows, a file per theme: how each is recognised, what it says."""
