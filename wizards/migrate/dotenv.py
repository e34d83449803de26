"""One variable out of a ``.env`` file, read the way shells and dotenv libraries agree on."""

from __future__ import annotations

import re
from pathlib import Path

_LINE = re.compile(r"^\s*(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>.*?)\s*$")


def variable(folders: tuple[Path, ...], name: str) -> tuple[str, Path] | None:
    """Return the value and the file of the first ``.env`` that sets ``name``, or None."""
    for folder in dict.fromkeys(folders):
        path = folder / ".env"
        if not path.is_file():
            continue
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            found = _LINE.match(line)
            if found and found["name"] == name:
                return _plain(found["value"]), path
    return None


def _plain(value: str) -> str:
    quoted = re.match(r"""^(["'])(.*?)\1""", value)
    return quoted[2] if quoted else re.split(r"\s+#", value, maxsplit=1)[0].strip()
