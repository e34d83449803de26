"""Checks of the imitated Google Cloud."""
