"""What every command knows: the global options, the project they lead to, and where to speak."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tui.output import Output

if TYPE_CHECKING:
    from wizards.blueprint import Blueprint
    from wizards.postgres.sandbox_address import SandboxAddress


@dataclass
class Context:
    """The global options as given; what they lead to is looked up when it is asked for."""

    config: Path | None = None
    env: str | None = None
    json: bool = False
    no_input: bool = False
    sandbox: bool = False
    state: Path | None = None
    verbose: int = 0
    command: str = ""
    stream: str = ""
    out: Output = field(init=False)

    def __post_init__(self) -> None:
        self.out = Output(self)

    @property
    def blueprint_path(self) -> Path:
        """The `tarmac.toml` in use; where none exists yet, the one that would be made here."""
        from wizards.blueprint import FILE_NAME
        from wizards.blueprint_reading import find

        return self.config or find(Path.cwd()) or Path.cwd() / FILE_NAME

    @property
    def root(self) -> Path:
        """The folder of the project."""
        return self.blueprint_path.resolve().parent

    def blueprint(self) -> Blueprint:
        """Return the blueprint, or raise the card that says what is missing or wrong."""
        from wizards.blueprint_reading import load

        return load(self.blueprint_path)

    def blueprint_or_none(self) -> Blueprint | None:
        """Return the blueprint, None where there is none; a broken one raises its card."""
        return self.blueprint() if self.blueprint_path.exists() else None

    @property
    def uses_sandbox(self) -> bool:
        """Whether the imitation stands in for Google Cloud."""
        import os

        return self.sandbox or bool(os.environ.get("TARMAC_SANDBOX"))

    def sandbox_address(self) -> SandboxAddress | None:
        """Return the sandbox to use, started when needed; None means Google Cloud itself."""
        if not self.uses_sandbox:
            return None
        from tui.sandbox_process import ensure_sandbox

        return ensure_sandbox(self.state)

    @property
    def interactive(self) -> bool:
        """Whether a person is there to answer: both ends are terminals and nobody said no."""
        import sys

        return not self.no_input and not self.json and sys.stdin.isatty() and sys.stdout.isatty()
