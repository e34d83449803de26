"""The project in this folder: its blueprint, what was left unfinished, what git would publish."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shlex import quote

from generators.language import _, ngettext
from wizards.blueprint import Blueprint
from wizards.failures import Failure
from wizards.plan import Check
from wizards.setup.doctor_programs import ask

_PUBLIC = {".env.example", ".env.sample", ".env.template", ".env.dist"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A project's folder and its blueprint; ``broken`` is the card of one that cannot be read."""

    root: Path
    path: Path
    blueprint: Blueprint | None = None
    broken: Failure | None = None

    @classmethod
    def of(cls, path: Path) -> Place:
        """Return the place of a tarmac.toml, whether it is there, right, or neither."""
        from wizards.blueprint_reading import load

        root = path.resolve().parent
        if not path.exists():
            return cls(root=root, path=path)
        try:
            return cls(root=root, path=path, blueprint=load(path))
        except Failure as failure:
            return cls(root=root, path=path, broken=failure)


def probes(place: Place) -> list[Callable[[], Iterable[Check]]]:
    """Return what looks at the project."""
    return [
        lambda: [_blueprint(place)],
        partial(_unfinished, place.root),
        partial(_dotenv, place.root),
    ]


def _blueprint(place: Place) -> Check:
    title = "tarmac.toml"
    if place.broken is not None:
        says = f"{place.broken.message}\n{place.broken.why}".strip()
        return Check(
            id="blueprint", title=title, level="red", says=says, fix="\n".join(place.broken.next)
        )
    if place.blueprint is None:
        says = _("not here yet")
        return Check(id="blueprint", title=title, level="ok", says=says, fix="tarmac init")
    project = place.blueprint.project.id or _("no project chosen")
    return Check(id="blueprint", title=title, level="ok", says=f"{project} · {place.path}")


def _unfinished(root: Path) -> Iterator[Check]:
    """Whatever was killed or stopped on the way; a session that still runs is not unfinished."""
    from wizards.migrate.records import told
    from wizards.setup.unfinished import unfinished

    if not (root / ".tarmac").is_dir():
        return
    title = _("unfinished work")
    apply = unfinished(root)
    if apply is not None:
        says = apply.happened
        yield Check(
            id="apply", title=title, level="warning", says=says, fix="tarmac apply --resume"
        )
    open_ones = [one for one in told(root) if one.end is None and not one.alive]
    if open_ones:
        says = ngettext(
            "{count} migration session never ended",
            "{count} migration sessions never ended",
            len(open_ones),
        ).format(count=len(open_ones))
        yield Check(
            id="sessions", title=title, level="warning", says=says, fix="tarmac migrate status"
        )
    if apply is None and not open_ones:
        yield Check(id="apply", title=title, level="ok", says=_("none"))


def _dotenv(root: Path) -> Iterator[Check]:
    """Files with variables that git holds, or would take with the next `git add`."""
    git = shutil.which("git")
    files = sorted(
        path.name
        for path in root.glob(".env*")
        if path.is_file() and path.name not in _PUBLIC and (path.name + ".")[4] == "."
    )
    if not files or git is None or not ask(git, "-C", str(root), "rev-parse").ok:
        return
    for name in files:
        if ask(git, "-C", str(root), "ls-files", "--error-unmatch", name).ok:
            yield _leaking(name, _("git holds it: its values are in every clone"), tracked=True)
        elif not ask(git, "-C", str(root), "check-ignore", "-q", name).ok:
            yield _leaking(name, _("not ignored: the next git add takes it along"), tracked=False)
        else:
            yield Check(id=f"ignored:{name}", title=name, level="ok", says=_("ignored by git"))


def _leaking(name: str, says: str, *, tracked: bool) -> Check:
    safe = quote(name)
    fix = f"echo {safe} >> .gitignore" + (f"\ngit rm --cached {safe}" if tracked else "")
    return Check(id=f"ignored:{name}", title=name, level="warning", says=says, fix=fix)
