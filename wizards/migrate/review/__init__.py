"""Judges SQL: what each statement locks, rewrites, scans, breaks or loses, and the safe path."""
