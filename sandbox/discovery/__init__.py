"""Google's own description of its APIs: which routes exist and what their bodies look like."""
