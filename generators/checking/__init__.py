"""Validators: which one for which artefact, how they are run, what they say."""
