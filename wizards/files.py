"""The files of a project: what would be written, why, and writing or taking it back."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from generators import merge, places, remembered, undoing
from generators.artefact import Artefact
from generators.detect import detect
from generators.language import _, current
from generators.merge import State
from generators.project import Detection
from generators.render import entries, render
from wizards.blueprint import Blueprint
from wizards.failures import Failure, UsageFailure
from wizards.journal import private_folder
from wizards.stack import stack_of

SIDE = ".tarmac-new"
_STALE = {State.NEW, State.CHANGED, State.MERGE, State.CONFLICT}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """One artefact against its file: what it is (None: not there), what it would become.

    ``state`` is new, unchanged, changed, edited (yours, kept), merge or conflict (yours is kept,
    the new text goes beside it as FILE.tarmac-new); ``diff`` is unified, from ``current`` to
    ``merged``, and for a conflict to the newly rendered text; ``base`` is what to remember.
    """

    artefact: Artefact
    state: str
    current: str | None
    merged: str
    diff: str
    base: str | None = None
    adopted: bool = False
    side_written: bool = False
    blueprint: str = ""
    language: str = "en"

    @property
    def stale(self) -> bool:
        """Whether the file is not what the blueprint asks for."""
        return State(self.state) in _STALE

    @property
    def says(self) -> str:
        """The state in words for a person."""
        if self.adopted:
            return _("yours from before; kept, later changes are merged in")
        return {
            State.NEW: _("not there yet"),
            State.UNCHANGED: _("as generated"),
            State.CHANGED: _("the blueprint changed; you did not"),
            State.EDITED: _("edited by you, nothing new to add"),
            State.MERGE: _("your edits and the new text fit together"),
            State.CONFLICT: _(
                "you and the blueprint changed the same lines; yours stays, "
                "the new text goes to {file}: take what you need, then delete it"
            ).format(file=self.artefact.path + SIDE),
        }[State(self.state)]


def artefacts(
    root: Path,
    blueprint: Blueprint,
    *,
    names: Sequence[str] = (),
    language: str | None = None,
    detection: Detection | None = None,
) -> list[FileState]:
    """Return the state of every artefact that the blueprint wants, or of the named ones.

    Nothing is written. ``language`` is that of the comments; None keeps the one of the last
    rendering. Names are artefacts ("compose"), families ("aws") or paths ("docker-compose.yml").
    What was written once by name is kept up to date with the others.
    """
    stack = stack_of(blueprint, detection or detect(root), root)
    with _inside_only():
        spoken = language or str(remembered.inputs(root).get("language") or current())
        paths = (path for entry in entries() for path in entry.paths)
        kept = {path for path in paths if remembered.base(root, path) is not None}
        wanted = render(stack, language=spoken, names=names, kept=kept)
        _all_found(wanted, names)
        return [_state(root, artefact, stack.main.blueprint_hash, spoken) for artefact in wanted]


def write(root: Path, states: Sequence[FileState]) -> list[Path]:
    """Write what is new, changed or merged and return the paths; a conflict goes beside its file.

    Files that a person edited stay as they are. The write can be taken back by :func:`undo`, what
    was done of it too when the disk refuses half-way. A Failure names files that changed after
    these states were looked at; nothing is written then.
    """
    written: list[undoing.Written] = []
    with _inside_only():
        for state in states:
            _refuse_places(root, state)
        _refuse_stale(root, states)
        private_folder(root)
        try:
            for state in states:
                _write_one(root, state, written.append)
        finally:
            changed = [one for one in written if one.before != one.after]
            visible = [root / one.path for one in changed if not one.path.startswith(".tarmac/")]
            if visible:
                undoing.remember(root, changed)
        if changed:
            remembered.remember_inputs(root, states[0].blueprint, states[0].language)
    return visible


def _refuse_places(root: Path, state: FileState) -> None:
    path = state.artefact.path
    kept = f"{remembered.FOLDER}/{path}"
    beside = (path + SIDE, f"{kept}.pending") if state.state == State.CONFLICT else ()
    for one in (path, kept, *beside):
        places.place(root, one)


def _refuse_stale(root: Path, states: Sequence[FileState]) -> None:
    late = [
        one.artefact.path
        for one in states
        if one.merged != one.current and places.read(root, one.artefact.path) != one.current
    ]
    if late:
        raise Failure(
            "edited-since",
            _("Not written: {files} changed in the meantime").format(files=", ".join(late)),
            why=_("Writing would lose those edits."),
            next=("tarmac generate --diff",),
        )


def undo(root: Path) -> list[Path]:
    """Take back the last write and return the paths; a Failure names files edited since."""
    try:
        with _inside_only():
            return undoing.undo(root)
    except undoing.ChangedSince as changed:
        raise Failure(
            "edited-since",
            _("Not taken back: {files} changed after being written").format(
                files=", ".join(changed.paths)
            ),
            why=_("Taking the write back would lose those edits."),
            next=("git diff",),
        ) from changed


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be made: ``paths`` is () when it makes no sense for this project.

    ``unasked`` says that it is made without being named, ``when`` on which occasion that is.
    """

    name: str
    family: str
    says: str
    when: str
    unasked: bool
    paths: tuple[str, ...]


def offers(root: Path, blueprint: Blueprint, *, detection: Detection | None = None) -> list[Offer]:
    """Return everything that can be made, with what it is for and when it is made."""
    stack = stack_of(blueprint, detection or detect(root), root)
    known = list(entries())
    families = list(dict.fromkeys(entry.family for entry in known))
    return [
        Offer(
            name=entry.name,
            family=entry.family,
            says=_(entry.says),
            when=_(entry.when.says),
            unasked=entry.when.test(stack),
            paths=tuple(one.path for one in entry.render(stack, "en")),
        )
        for entry in sorted(known, key=lambda entry: families.index(entry.family))
    ]


def _all_found(made: Sequence[Artefact], names: Sequence[str]) -> None:
    """Raise a card for a name that is none, or that makes no sense for this project."""
    answered = {one.name for one in made} | {one.path for one in made}
    for entry in entries():
        if entry.name in names or entry.family in names:
            sensible = any(one.path in entry.paths for one in made) if entry.paths else True
            if sensible or entry.family in names:
                answered |= {entry.name, entry.family}
    for name in names:
        if name not in answered:
            raise _not_found(name)


def _not_found(name: str) -> UsageFailure:
    known = list(entries())
    if any(name in {entry.name, *entry.paths} for entry in known):
        return UsageFailure(
            "not-for-this",
            _("{name} makes no sense for this project").format(name=name),
            why=_("It needs a runtime, a pipeline or a database that tarmac.toml does not name."),
            next=("tarmac generate --list",),
        )
    words = sorted({word for entry in known for word in (entry.name, entry.family, *entry.paths)})
    close = difflib.get_close_matches(name, words, 1)
    return UsageFailure(
        "no-such-file",
        _("There is no file called {name}").format(name=name),
        why=_("Names: {names}").format(names=", ".join(entry.name for entry in known)),
        next=(*(f"tarmac generate {near}" for near in close), "tarmac generate --list"),
    )


def _state(root: Path, artefact: Artefact, blueprint: str, language: str) -> FileState:
    text = places.read(root, artefact.path)
    base = remembered.base(root, artefact.path)
    side = places.read(root, artefact.path + SIDE)
    shown = remembered.pending(root, artefact.path)
    resolved = shown == artefact.text and side is None
    decision = merge.decide(artefact, text, base, resolved=resolved)
    goal = artefact.text if decision.state is State.CONFLICT else decision.text
    return FileState(
        artefact=artefact,
        state=decision.state.value,
        current=text,
        merged=decision.text,
        diff=_diff(artefact.path, text or "", goal),
        base=decision.base,
        adopted=decision.adopted,
        side_written=side == artefact.text,
        blueprint=blueprint,
        language=language,
    )


def _write_one(root: Path, state: FileState, done: Callable[[undoing.Written], None]) -> None:
    """Write what belongs to one state; ``done`` hears of each file as soon as it is there."""
    path = state.artefact.path
    if state.state == State.CONFLICT:
        if not state.side_written:
            done(_replace(root, path + SIDE, state.artefact.text, state.artefact.mode))
            shown = f"{remembered.FOLDER}/{path}.pending"
            done(_replace(root, shown, state.artefact.text, 0o644))
        return
    if state.merged != state.current:
        done(_replace(root, path, state.merged, state.artefact.mode))
    if state.base is not None and remembered.base(root, path) != state.base:
        done(_replace(root, f"{remembered.FOLDER}/{path}", state.base, 0o644))
    if remembered.pending(root, path) is not None:
        remembered.forget_pending(root, path)


def _replace(root: Path, path: str, text: str, mode: int) -> undoing.Written:
    before = places.read(root, path)
    places.write(root, path, text, mode)
    return undoing.Written(path, before, text)


def _diff(path: str, before: str, after: str) -> str:
    lines = difflib.unified_diff(
        _readable(before).splitlines(),
        _readable(after).splitlines(),
        f"a/{path}",
        f"b/{path}",
        lineterm="",
    )
    return "\n".join(lines)


def _readable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@contextmanager
def _inside_only() -> Iterator[None]:
    """Turn what places refuse, and what the disk refuses, into cards."""
    try:
        yield
    except places.PlaceRefused as refused:
        raise _refusal(refused) from refused
    except OSError as error:
        raise Failure(
            "file-refused",
            _("A file could not be read or written: {file}").format(file=error.filename or ""),
            why=error.strerror or "",
            raw=str(error),
        ) from error


def _refusal(refused: places.PlaceRefused) -> Failure:
    reasons = {
        "outside": _("The path leads out of the project."),
        "link": _("It is, or lies behind, a symbolic link; writing could change another place."),
        "folder": _("A folder stands where the file should be."),
    }
    return Failure(
        "place-refused",
        _("{path} is not written").format(path=refused.path),
        why=reasons[refused.reason],
        raw=str(refused),
    )
