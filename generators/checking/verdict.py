"""What a validator said of a file."""

from __future__ import annotations

from dataclasses import dataclass

from generators.project import Json


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that a validator said; line 0 when it gave none."""

    path: str
    line: int
    message: str

    def as_json(self) -> dict[str, Json]:
        """Return ``{"path", "line", "message"}``."""
        return {"path": self.path, "line": self.line or None, "message": self.message}


@dataclass(frozen=True, slots=True)
class Checked:
    """One validator over one file; ``outcome`` is passed, failed or absent (not installed).

    ``get`` says how an absent one is had.
    """

    validator: str
    path: str
    outcome: str
    complaints: tuple[Complaint, ...] = ()
    get: str = ""

    def as_json(self) -> dict[str, Json]:
        """Return ``{"validator", "path", "outcome", "complaints", "get"}``."""
        return {
            "validator": self.validator,
            "path": self.path,
            "outcome": self.outcome,
            "complaints": [one.as_json() for one in self.complaints],
            "get": self.get or None,
        }


def verdict(validator: str, path: str, complaints: tuple[Complaint, ...]) -> Checked:
    """Return passed without complaints, failed with them."""
    return Checked(validator, path, "failed" if complaints else "passed", complaints)
