"""How far this folder has come: one step per area, each looked at on its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generators.language import _, ngettext

if TYPE_CHECKING:
    from generators.project import Service as Found
    from tui.engines import Engines


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the way: ``state`` is ok, warning, red or unknown; ``do`` is what comes next.

    ``mode`` is the screen that does it; ``urgent`` marks work that was interrupted.
    """

    id: str
    state: str
    says: str
    do: str = ""
    mode: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """A detected service: where, what it is made of, the evidence for it."""

    path: str
    words: str
    evidence: tuple[str, ...]


class JourneyEngine:
    """Looks at detection, set-up, files and migrations; each look may block or fail alone."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    def services(self) -> tuple[Service, ...]:
        """Return the services found in the folder."""
        from generators.detect import detect

        return tuple(_service(found) for found in detect(self._engines.context.root).services)

    def setup(self) -> Step:
        """Say whether the interview is done and whether an apply was left unfinished."""
        unfinished = self._engines.setup.unfinished()
        if unfinished:
            return Step(
                id="setup",
                state="red",
                says=unfinished.happened,
                urgent=True,
                mode="setup",
                do=_("resume the unfinished apply"),
            )
        blueprint = self._engines.context.blueprint_or_none()
        if blueprint is None or not blueprint.project.id:
            return Step(
                id="setup",
                state="warning",
                says=_("no tarmac.toml yet") if blueprint is None else _("no project chosen yet"),
                mode="setup",
                do=_("answer the questions that make tarmac.toml"),
            )
        return Step(
            id="setup",
            state="ok",
            mode="setup",
            says=_("tarmac.toml for {project}").format(project=blueprint.project.id),
        )

    def files(self) -> Step:
        """Say how many generated files are missing or out of date."""
        if self._engines.context.blueprint_or_none() is None:
            return Step(id="files", state="unknown", says=_("after set-up"))
        states = self._engines.files.states()
        stale = [state for state in states if state.stale]
        if not stale:
            return Step(
                id="files",
                state="ok",
                mode="files",
                says=ngettext(
                    "{count} file, up to date", "{count} files, all up to date", len(states)
                ).format(count=len(states)),
            )
        conflicts = sum(state.state == "conflict" for state in stale)
        says = _("{stale} of {all} files differ").format(stale=len(stale), all=len(states))
        if all(state.state == "new" for state in states):
            says = ngettext(
                "{count} file, not written yet", "{count} files, none written yet", len(states)
            ).format(count=len(states))
        return Step(
            id="files",
            state="red" if conflicts else "warning",
            says=says,
            mode="files",
            do=_("look at the differences and write them"),
        )

    def migrations(self) -> Step:
        """Say how many revisions are pending and whether a session was interrupted."""
        if not self._any_migrations():
            says = _("no migrations were found in this folder")
            return Step(id="migrations", state="unknown", says=says)
        if self._job_only():
            return Step(id="migrations", state="ok", says=_("the project's own tool, as a job"))
        engine = self._engines.migrate
        found = engine.interrupted()
        if found is not None:
            return Step(
                id="migrations",
                state="red",
                says=found.says,
                urgent=True,
                mode="migrate",
                do=_("recover the interrupted migration"),
            )
        history = engine.history(lambda _event: None)
        pending = len(history.pending)
        if not pending:
            return Step(
                id="migrations",
                state="ok",
                mode="migrate",
                says=_("{target} is at the newest revision").format(target=history.target),
            )
        says = ngettext(
            "{count} revision pending on {target}", "{count} revisions pending on {target}", pending
        ).format(count=pending, target=engine.target()[0])
        return Step(
            id="migrations",
            state="warning",
            says=says,
            mode="migrate",
            do=_("read what they would do, then rehearse"),
        )

    def _job_only(self) -> bool:
        """Say whether no migrations are there that could be read: their tool runs as a job."""
        blueprint = self._engines.context.blueprint_or_none()
        streams = blueprint.migrations.values() if blueprint is not None else ()
        return bool(streams) and all(stream.job_only for stream in streams)

    def _any_migrations(self) -> bool:
        context = self._engines.context
        if context.blueprint_or_none() is not None or (context.root / "alembic.ini").exists():
            return True
        return any(one.migrations for one in self._engines.setup.detection().services)


def _service(found: Found) -> Service:
    tools = [
        " ".join(word for word in (found.framework, found.framework_version) if word),
        {"python": "Python", "javascript": "Node"}.get(found.language, found.language)
        + f" {found.python_version or found.node_version or ''}".rstrip(),
        found.package_manager,
        found.database or "",
        found.migrations.provider if found.migrations else "",
        found.frontend.framework if found.frontend else "",
    ]
    evidence = tuple(f"{one.place}  {one.says}" for one in found.evidence)
    return Service(found.path, " · ".join(tool for tool in tools if tool), evidence)
