"""What went wrong in the project's process, as a card: code, what happened, why, what next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from generators.language import _
from wizards.failures import Failure
from wizards.migrate.messages import Message
from wizards.migrate.settings_failures import settings_failure, without_inputs
from wizards.migrate.sql_files.foreign import complaint
from wizards.postgres.connection_failures import CONNECTING, connection_failure
from wizards.redaction import redacted

_AGENT = Path(__file__).with_name("agent.py")
_VARIABLE = re.compile(r"(?i:env(?:ironment)? var(?:iable)?s?)[\s:`'\"$]+([A-Z][A-Z0-9_]{2,})\b")
_PACKAGES = {
    "Crypto": "pycryptodome",
    "MySQLdb": "mysqlclient",
    "OpenSSL": "pyOpenSSL",
    "PIL": "pillow",
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "decouple": "python-decouple",
    "dotenv": "python-dotenv",
    "environ": "django-environ",
    "jose": "python-jose",
    "jwt": "PyJWT",
    "magic": "python-magic",
    "mimeparse": "python-mimeparse",
    "multipart": "python-multipart",
    "psycopg2": "psycopg2-binary",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "socketio": "python-socketio",
    "yaml": "PyYAML",
}


def failure_of(result: Message, directory: Path, interpreter: Path, log: Sequence[str]) -> Failure:
    """Turn a failed result into the card a person can act on; secrets are taken out."""
    kind, error = result.text("kind"), redacted(result.text("error"))
    raw = redacted(without_inputs("\n".join([result.text("trace"), *log[-20:]]).strip()))
    place = _place(result, directory)
    if known := complaint(kind, error):
        return known
    if result.text("revision"):
        return Failure(
            "revision-failed",
            _("Revision {revision} failed: {error}").format(
                revision=result.text("revision"), error=_first(error)
            ),
            why=place,
            next=("tarmac migrate rehearse",),
            raw=raw,
        )
    if kind == "misdirected":
        return Failure(
            "target-mismatch",
            _("env.py connects to another database than the chosen target."),
            why=_("It opened {database}; nothing was run there.").format(database=error),
            next=(_("make env.py read DATABASE_URL before anything else"),),
            raw=raw,
        )
    if kind == "revision-unknown":
        return Failure(
            "revision-unknown",
            _("The database is at revision {revision}, which this checkout does not have.").format(
                revision=error
            ),
            why=_("It was migrated from another branch or a newer commit."),
            next=(
                "git fetch --all",
                _("check out the commit that has {revision}").format(revision=error),
            ),
            raw=raw,
        )
    if kind == "config-missing":
        return Failure(
            "config-missing",
            _("There is no {file} in {folder}.").format(file=error, folder=directory),
            why=_("Alembic is configured by that file."),
            next=(_("set directory and config in [migrations] of tarmac.toml"),),
            raw=raw,
        )
    if kind == "env-exit":
        return Failure(
            "env-exit",
            _("env.py ended the process with sys.exit({status}).").format(status=error),
            why=_lines(place, _("Nothing was migrated.")),
            next=(_("look at what env.py printed: add -v"),),
            raw=raw,
        )
    if kind == "env-reads-stdin":
        return Failure(
            "env-reads-stdin",
            _("env.py asks a question on standard input."),
            why=_lines(place, _("There is nobody to answer: use a variable.")),
            next=(_("put the answer into environment = {…} of [migrations]"),),
            raw=raw,
        )
    if kind == "nothing-applied":
        return Failure(
            "nothing-applied",
            _("No revision is applied: there is nothing to go down from."),
            next=("tarmac migrate status",),
            raw=raw,
        )
    if kind in ("no-downgrade", "no-upgrade"):
        return _one_way(kind.partition("-")[2], error, raw)
    if kind in ("several-databases", "engine-unknown"):
        return _several(kind, error, raw)
    if kind == "env-did-nothing":
        return Failure(
            "env-did-nothing",
            _("env.py finished without running any migration."),
            why=_("It never called context.run_migrations()."),
            raw=raw,
        )
    if kind in ("database", "os") and _is_connecting(result):
        return connection_failure(error, result.text("sqlstate"), raw=raw)
    if kind == "import":
        return _import_failed(result, error, interpreter, place, raw)
    if kind == "graph" and result.text("type") == "KeyError":
        return Failure(
            "revision-broken",
            _("A revision names {revision}, which no file has.").format(revision=error),
            why=_("A file is missing, or its down_revision is misspelt."),
            next=("git status",),
            raw=raw,
        )
    if "/versions/" in f"/{place}" or kind in ("syntax", "graph"):
        return Failure(
            "revision-broken",
            _("A revision file cannot be read: {error}").format(error=error),
            why=place,
            next=(*_unset(error), _("repair the file, then try again")),
            raw=raw,
        )
    if kind == "alembic":
        return Failure(
            "alembic-refused",
            _("Alembic refused: {error}").format(error=error),
            why=place,
            next=("tarmac migrate status",),
            raw=raw,
        )
    if known := settings_failure(result.text("type"), error, place, raw):
        return known
    if result.text("type") == "InvalidRequestError" and "async driver" in error:
        return Failure(
            "driver-not-async",
            _("env.py makes an asynchronous engine, and the URL's driver is a synchronous one."),
            why=_lines(place, _first(error)),
            next=(
                _("name an asynchronous driver in the URL: postgresql+asyncpg://…"),
                f"{interpreter} -m pip install asyncpg",
            ),
            raw=raw,
        )
    if result.text("type") == "NoAppException":
        return Failure(
            "flask-app-missing",
            _("Flask does not find the app: {error}").format(error=_first(error)),
            why=_("It was looked for in {folder}, as `flask db` does.").format(folder=directory),
            next=(
                _("set FLASK_APP: environment = {example} in [migrations]").format(
                    example='{ FLASK_APP = "package:create_app" }'
                ),
                _("or set directory in [migrations] of tarmac.toml"),
            ),
            raw=raw,
        )
    unset = error.strip("'\"")
    if result.text("type") == "KeyError" and re.fullmatch(r"[A-Z][A-Z0-9_]+", unset):
        return Failure(
            "env-raised",
            _("env.py wants the variable {name}, which is not set.").format(name=unset),
            why=place,
            next=(
                _("set {name} in the shell or in .env").format(name=unset),
                _("or in environment = {…} of [migrations], where it is no secret"),
            ),
            raw=raw,
        )
    return Failure(
        "env-raised",
        _("env.py raised {type}: {error}").format(type=result.text("type"), error=_first(error)),
        why=place,
        next=(
            *_unset(error),
            _("run `alembic current` in {folder} to see it alone").format(folder=directory),
        ),
        raw=raw,
    )


def _unset(error: str) -> tuple[str, ...]:
    """Return the step for a variable that the project's own words ask for."""
    named = _VARIABLE.search(error)
    if named is None:
        return ()
    return (_("set {name} in the shell or in .env").format(name=named[1]),)


def _one_way(function: str, revision: str, raw: str) -> Failure:
    ways = (
        ("tarmac migrate rollback --dry-run", "tarmac migrate restore FILE")
        if function == "downgrade"
        else ("tarmac migrate lint",)
    )
    return Failure(
        f"no-{function}",
        _("Revision {revision} has no {function}().").format(revision=revision, function=function),
        why=_("Nothing was changed."),
        next=(*ways, _("or write {function}() in its file").format(function=function)),
        raw=raw,
    )


def _several(kind: str, engines: str, raw: str) -> Failure:
    first = engines.partition(",")[0]
    if kind == "engine-unknown":
        says = _("env.py migrates no engine of the name that [migrations] gives.")
    else:
        says = _("env.py migrates several databases: {engines}.").format(engines=engines)
    return Failure(
        kind,
        says,
        why=_(
            "A session is about one database: it is backed up, migrated and taken back by itself. "
            "env.py has: {engines}."
        ).format(engines=engines),
        next=(
            _('give each a table in tarmac.toml: [migrations.{name}] engine = "{name}"').format(
                name=first
            ),
            f"tarmac migrate --stream {first} status",
        ),
        raw=raw,
    )


def _import_failed(result: Message, error: str, interpreter: Path, place: str, raw: str) -> Failure:
    package = result.text("missing") or error
    return Failure(
        "package-missing",
        _("The project's interpreter lacks {package}.").format(package=package),
        why=_lines(place, _("{interpreter} was used.").format(interpreter=interpreter)),
        next=(
            f"{interpreter} -m pip install {_distribution(package)}",
            _("or set interpreter in [migrations] of tarmac.toml"),
        ),
        raw=raw,
    )


def _distribution(module: str) -> str:
    """Return the package that brings a module, where the two are called differently."""
    return _PACKAGES.get(module.partition(".")[0], module.partition(".")[0])


def _is_connecting(result: Message) -> bool:
    state = result.text("sqlstate")
    return state in CONNECTING or state[:2] in ("08", "28") or (not state)


def _place(result: Message, directory: Path) -> str:
    """Return "migrations/env.py, line 12": the deepest frame inside the project's folder."""
    frames = result.value("where")
    for frame in reversed(frames if isinstance(frames, list) else []):
        if not isinstance(frame, list):
            continue
        path = Path(str(frame[0]))
        if not path.is_absolute() or not path.is_relative_to(directory) or path == _AGENT:
            continue
        inside = path.relative_to(directory)
        if "site-packages" not in inside.parts:
            return _("{file}, line {line}").format(file=inside, line=frame[1])
    return ""


def _lines(*sentences: str) -> str:
    """Return what is there, each on a line of its own."""
    return "\n".join(sentence for sentence in sentences if sentence)


def _first(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else ""
