"""Detects what a repository is made of and renders the files it needs."""
