"""What the blueprint says of CPU and memory, as numbers."""

from __future__ import annotations

import re

_UNITS = {"": 1 / 1024**2, "k": 1e3 / 1024**2, "M": 1e6 / 1024**2, "G": 1e9 / 1024**2}
_UNITS |= {"Ki": 1 / 1024, "Mi": 1, "Gi": 1024}


def cpus(text: str) -> float:
    """Return CPUs from "1", "0.5" or "1000m"; 1 when it cannot be read."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(m?)", text.strip())
    if found is None:
        return 1.0
    return float(found[1]) / (1000 if found[2] else 1)


def mebibytes(text: str) -> int:
    """Return MiB from "512Mi", "2Gi", "1G"; 512 when it cannot be read."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(Ki|Mi|Gi|k|M|G|)", text.strip())
    if found is None:
        return 512
    return max(1, round(float(found[1]) * _UNITS[found[2]]))
