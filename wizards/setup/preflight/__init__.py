"""Verdicts before any write, each with its fix as a command."""
