"""Compute Engine, imitated: machines that only say what real ones would."""
