"""What one Python file says, as data: applications, factories, routes, settings."""

from __future__ import annotations

from dataclasses import dataclass, field

from generators.detection.python_names import Framework


@dataclass(frozen=True, slots=True)
class Made:
    """A module-level name bound to what a call returned: the call's qualified name, the line."""

    name: str
    called: str
    line: int
    framework: Framework | None
    wraps: str = ""


@dataclass(frozen=True, slots=True)
class Factory:
    """A module-level function that returns an application, or what another call returned."""

    name: str
    line: int
    framework: Framework | None
    returns: tuple[str, ...]
    needs_arguments: bool


@dataclass(frozen=True, slots=True)
class Route:
    """A path that some object answers GET on."""

    owner: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Include:
    """``owner.include_router(what, prefix=...)``; prefix None means: not a known text."""

    owner: str
    what: str
    prefix: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Run:
    """A server started by the module itself: ``uvicorn.run("app.main:app", port=8000)``."""

    target: str
    port: int | None
    reload: bool
    line: int


@dataclass(frozen=True, slots=True)
class Queue:
    """A module-level object that a worker process starts from: its name, kind and line."""

    name: str
    kind: str
    line: int


@dataclass
class Module:
    """What one file says; ``imports`` maps local names to dotted names from the root's top.

    ``streamlit`` is the line of the first call of Streamlit on import, 0 without one;
    ``sockets`` that of the first websocket route; ``settings_module`` is what the file sets
    DJANGO_SETTINGS_MODULE to when nothing else did.
    """

    path: str
    imports: dict[str, str] = field(default_factory=dict)
    absolute: list[str] = field(default_factory=list)
    deepest_relative: int = 0
    made: list[Made] = field(default_factory=list)
    factories: dict[str, Factory] = field(default_factory=dict)
    routes: list[Route] = field(default_factory=list)
    includes: list[Include] = field(default_factory=list)
    prefixes: dict[str, str | None] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    static: list[tuple[str, int]] = field(default_factory=list)
    paths: dict[str, str] = field(default_factory=dict)
    variables: list[tuple[str, int]] = field(default_factory=list)
    queues: list[Queue] = field(default_factory=list)
    streamlit: int = 0
    guarded: bool = False
    sockets: int = 0
    settings_module: tuple[str, int] | None = None

    @property
    def dotted(self) -> str:
        """The file's dotted name from the repository's root."""
        name = self.path.removesuffix(".py").removesuffix("/__init__")
        return name.replace("/", ".")
