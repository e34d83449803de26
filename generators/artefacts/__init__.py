"""One file per family of artefacts."""
