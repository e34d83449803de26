"""Alembic in the project's own interpreter; one process per operation, JSON lines both ways.

Run by path as ``python agent.py IN OUT`` (two inherited file descriptors): a request comes in,
events and one result go out. Self-contained: the standard library and what the project has
(Python ≥ 3.8, alembic ≥ 1.5, SQLAlchemy ≥ 1.3). Nothing of Tarmac is importable from here, and
credentials travel only over the two descriptors.
"""

from __future__ import annotations

import os
import sys

_HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry or ".") != _HERE]

import argparse  # noqa: E402
import contextlib  # noqa: E402
import importlib.util  # noqa: E402
import inspect  # noqa: E402
import json  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
import traceback  # noqa: E402
import warnings  # noqa: E402
from types import FrameType  # noqa: E402
from typing import (  # noqa: E402
    Any,
    Callable,
    Dict,
    Iterable,
    Iterator,
    List,
    Optional,
    Tuple,
)

Fields = Dict[str, Any]
Heads = Tuple[str, ...]
Steps = Callable[[Heads, Any], Iterable[Any]]
Sample = Tuple[str, Optional[int], int, List[str]]  # name, filenode, scans, lock modes
PROTOCOL = 1
ORPHANED = 75  # exit status when Tarmac itself went away


class Complaint(Exception):
    """Something the operation cannot go on with; ``kind`` is part of the protocol."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class Stop(BaseException):
    """Cancelled between two statements; a BaseException, so env.py cannot swallow it."""


class Misdirected(BaseException):
    """env.py connects to another database than the chosen one; nothing must run there."""


class Channel:
    """The two private descriptors: requests in, events and one result out."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        for descriptor in (incoming, outgoing):
            os.set_inheritable(descriptor, False)
        self._in = os.fdopen(incoming, encoding="utf-8")
        self._out = os.fdopen(outgoing, "w", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()
        self._sequence = 0
        self.cancelled, self.allowed = threading.Event(), threading.Event()

    def send(self, what: str, **fields: Any) -> None:
        """Write one line: ``what`` is "ev" or "res"."""
        with self._lock:
            self._sequence += 1
            line = json.dumps(dict(fields, t=what, seq=self._sequence), default=str)
            self._out.write(line + "\n")
            self._out.flush()

    def event(self, name: str, **fields: Any) -> None:
        """Tell what happened."""
        self.send("ev", ev=name, **fields)

    def receive(self) -> Fields:
        """Return the request, then listen for a cancel or for Tarmac's end on the side."""
        request: Fields = json.loads(self._in.readline() or "{}")
        threading.Thread(target=self._listen, daemon=True).start()
        return request

    def _listen(self) -> None:
        for line in self._in:
            said = json.loads(line).get("op")
            if said == "cancel":
                self.cancelled.set()
            if said in ("cancel", "go"):
                self.allowed.set()
        os._exit(ORPHANED)

    def pause(self) -> None:
        """Wait for "go"; a cancel is a way to go on that the next look at it stops."""
        self.allowed.wait()
        self.allowed.clear()


class Watch:
    """SQLAlchemy hooks of the whole process: where connections go, what every statement does."""

    def __init__(self, channel: Channel, request: Fields) -> None:
        from sqlalchemy import event
        from sqlalchemy.engine import Engine
        from sqlalchemy.pool import Pool

        self.channel, self.request = channel, request
        self.step: Optional[str] = None  # the revision that runs
        self.path: Optional[str] = None  # its file
        self.failed: Optional[str] = None
        self.count = self.commits = 0
        self.autocommit = self.quiet = False
        self.dialect: Optional[str] = None
        self.parameters: Optional[Fields] = None
        self.begun: Dict[int, Tuple[float, int]] = {}
        self.held: List[Tuple[int, str, str, float]] = []
        self.known: Dict[int, Sample] = {}
        event.listen(Engine, "do_connect", self._aim)
        event.listen(Pool, "connect", self._connected)
        event.listen(Engine, "before_cursor_execute", self._before)
        event.listen(Engine, "after_cursor_execute", self._after)
        event.listen(Engine, "handle_error", self._failed)
        event.listen(Engine, "commit", self._ended)
        event.listen(Engine, "rollback", self._rolled_back)

    def _aim(self, dialect: Any, _record: Any, arguments: List[Any], parameters: Fields) -> None:
        self.dialect = dialect.name
        if dialect.name != "postgresql":
            return
        wanted = self.request.get("redirect")
        if wanted:
            database = "database" if "database" in parameters else "dbname"
            if dialect.driver == "psycopg2" and not parameters:
                database = "dbname"
            for name in list(parameters):
                if name.startswith("ssl") or name in ("hostaddr", "service", "unix_sock"):
                    del parameters[name]
            parameters[database] = wanted["database"]
            for name in ("host", "port", "user", "password"):
                parameters[name] = wanted[name]
            if dialect.driver == "pg8000" and str(wanted["host"]).startswith("/"):
                del parameters["host"]
                socket = "%s/.s.PGSQL.%s" % (wanted["host"], wanted["port"])
                parameters["unix_sock"] = socket
            del arguments[:]
        limit = {"psycopg": "connect_timeout", "psycopg2": "connect_timeout"}
        name = limit.get(dialect.driver, "timeout")
        parameters.setdefault(name, self.request.get("connect_seconds", 10))
        self.parameters = dict(parameters)

    def _connected(self, connection: Any, record: Any) -> None:
        one_of_several = bool(self.request.get("engine"))
        if self.dialect not in (None, "postgresql"):
            if one_of_several:
                return
            raise Misdirected(self.dialect)
        cursor = connection.cursor()
        try:
            cursor.execute(
                "select pg_backend_pid(), current_setting('server_version_num')::int,"
                " current_setting('server_version'), current_database()::text,"
                " (select oid::bigint from pg_database where datname = current_database()),"
                " extract(epoch from pg_postmaster_start_time())::bigint"
            )
            row = cursor.fetchone()
            if not one_of_several:
                self._expected(row)
            for name, value in self.request.get("settings", {}).items():
                if name == "client_connection_check_interval" and row[1] < 140000:
                    continue
                cursor.execute("select set_config('%s', '%s', false)" % (name, value))
                cursor.fetchone()
            connection.commit()
        finally:
            cursor.close()
        record.info["tarmac"] = (row, self.parameters)
        if not one_of_several:
            self._announce(row)

    def chosen(self, connection: Any) -> None:
        """Take the connection of the chosen one of several engines for the session's own."""
        row, self.parameters = connection.connection.info["tarmac"]
        self._expected(row)
        self._announce(row)

    def _expected(self, row: Any) -> None:
        expected = self.request.get("expect")
        if expected and [int(row[4]), int(row[5])] != expected:
            raise Misdirected(str(row[3]))

    def _announce(self, row: Any) -> None:
        self.channel.event("conn", pid=row[0], server=row[1], version=row[2], database=row[3])

    def _before(
        self,
        _connection: Any,
        cursor: Any,
        statement: str,
        parameters: Any,
        _context: Any,
        _many: bool,
    ) -> None:
        if self.step is None or self.quiet:
            return
        if self.channel.cancelled.is_set():
            raise Stop
        self.count += 1
        self.begun[id(cursor)] = (time.perf_counter(), self.count)
        self.channel.event(
            "stmt",
            rev=self.step,
            n=self.count,
            sql=statement,
            line=line_in(self.path),
            params=shapes(parameters),
            autocommit=self.autocommit,
        )

    def _after(
        self,
        connection: Any,
        cursor: Any,
        _statement: str,
        _parameters: Any,
        _context: Any,
        _many: bool,
    ) -> None:
        if self.step is None or self.quiet or id(cursor) not in self.begun:
            return
        begun, number = self.begun.pop(id(cursor))
        spent = round((time.perf_counter() - begun) * 1000, 2)
        rows = cursor.rowcount if isinstance(cursor.rowcount, int) else -1
        measured = {}
        if self.request.get("measure"):
            measured = self._measure(connection, number)
        self.channel.event(
            "stmt_done",
            rev=self.step,
            n=number,
            ms=spent,
            rows=rows if rows >= 0 else None,
            **measured,
        )

    def _failed(self, context: Any) -> None:
        if self.step is None or self.quiet:
            return
        error = context.original_exception
        self.channel.event(
            "stmt_error", rev=self.step, n=self.count, sqlstate=state_of(error), error=str(error)
        )

    def _ended(self, _connection: Any) -> None:
        if self.step is not None and not self.quiet:
            self.commits += 1
        self._released()

    def _rolled_back(self, _connection: Any) -> None:
        self._released()

    def _released(self) -> None:
        now = time.perf_counter()
        for number, relation, mode, since in self.held:
            held = round((now - since) * 1000, 2)
            self.channel.event("lock", n=number, relation=relation, mode=mode, held_ms=held)
        self.held = []

    def _measure(self, connection: Any, number: int) -> Fields:
        """Return what a statement locked, rewrote and scanned, of what was there before."""
        now = self.sample(connection)
        before = self.known
        self.known = {**before, **now}
        rewrote, scanned = [], []
        for oid, (name, filenode, scans, modes) in now.items():
            if oid not in before:
                continue
            _name, old_filenode, old_scans, _modes = before[oid]
            if filenode != old_filenode:
                rewrote.append(name)
            if scans > (old_scans if scans >= old_scans else 0):
                scanned.append(name)
            held = {(lock[1], lock[2]) for lock in self.held}
            for mode in modes:
                if (name, mode) not in held:
                    self.held.append((number, name, mode, time.perf_counter()))
        return {"rewrote": rewrote, "scanned": scanned}

    def sample(self, connection: Any) -> Dict[int, Sample]:
        """Return ``{oid: (name, filenode, scans, modes)}`` of every user table."""
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self.request["measure"])
            return {
                row[0]: (row[1], row[2], row[3], row[4].split(",") if row[4] else [])
                for row in cursor.fetchall()
            }
        finally:
            cursor.close()

    def settle(self, connection: Any) -> None:
        """Take the first sample: what was there before the plan."""
        if self.request.get("measure"):
            self.known = self.sample(connection)

    @contextlib.contextmanager
    def silence(self) -> Iterator[None]:
        """Keep Tarmac's own statements out of the story."""
        self.quiet = True
        try:
            yield
        finally:
            self.quiet = False


def line_in(path: Optional[str]) -> Optional[int]:
    """Return the line of a revision file that the current call came from, None elsewhere."""
    frame: Optional[FrameType] = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename != path:
        frame = frame.f_back
    return frame.f_lineno if frame is not None else None


def shapes(parameters: object) -> object:
    """Return the types of bound values; the values themselves never leave the process."""
    if isinstance(parameters, dict):
        return {str(name): type(value).__name__ for name, value in parameters.items()} or None
    if isinstance(parameters, (list, tuple)):
        return [type(value).__name__ for value in parameters[:20]] or None
    return None


def state_of(error: Any) -> Optional[str]:
    """Return the SQLSTATE of a driver's exception, or None."""
    for name in ("sqlstate", "pgcode"):
        if getattr(error, name, None):
            return str(getattr(error, name))
    first = error.args[0] if getattr(error, "args", None) else None
    return first.get("C") if isinstance(first, dict) else None


class FlaskMigrate:
    """Flask-Migrate without a bootstrap file: the app as `flask db` finds it, and its context."""

    def __init__(self, folder: str) -> None:
        cli = importlib.import_module("flask.cli")
        cli.load_dotenv()
        self.folder = folder
        self.app = cli.ScriptInfo(os.environ.get("FLASK_APP") or None).load_app()

    @classmethod
    def found(cls, config: str) -> Optional["FlaskMigrate"]:
        """Return it where env.py asks Flask for its engine; run where the app is."""
        folders = [os.path.dirname(config)] + ([] if os.path.exists(config) else ["migrations"])
        for folder in folders:
            script = os.path.join(folder, "env.py")
            if not os.path.exists(script) or importlib.util.find_spec("flask_migrate") is None:
                continue
            with open(script, encoding="utf-8") as text:
                if "current_app" not in text.read():
                    continue
            if not folder:
                folder = os.path.basename(os.getcwd())
                os.chdir(os.pardir)
            return cls(folder)
        return None

    def config(self) -> Any:
        """Return the configuration that Flask-Migrate makes."""
        with self.app.app_context():
            return self.app.extensions["migrate"].migrate.get_config(self.folder)

    def call(self, run: Callable[[], Any]) -> Any:
        """Run an operation inside the app's context."""
        with self.app.app_context():
            return run()


class Project:
    """The project's Alembic: its configuration, its scripts, and env.py run as Alembic runs it."""

    def __init__(self, channel: Channel, request: Fields) -> None:
        from alembic.runtime.migration import MigrationContext
        from alembic.script import ScriptDirectory

        self.channel, self.request = channel, request
        self.watch = Watch(channel, request)
        self.hook = self._bootstrap()
        self.config = self._config()
        self.script = ScriptDirectory.from_config(self.config)
        if request.get("url"):
            url = spoken(request["url"], os.path.join(self.script.dir, "env.py"))
            self.config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
        self.arguments: Fields = {}
        self.engines: Dict[str, Tuple[Any, ...]] = {}  # name: host, port, database
        self.looking = False
        self.context = MigrationContext
        self._follow_autocommit()

    def _bootstrap(self) -> Any:
        path = self.request.get("bootstrap")
        if not path:
            return FlaskMigrate.found(self.request["config"])
        found = importlib.util.spec_from_file_location("tarmac_bootstrap", path)
        if found is None or found.loader is None:
            raise Complaint("config-missing", path)
        module = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
        return module

    def _config(self) -> Any:
        from alembic.config import Config

        if hasattr(self.hook, "config"):
            config = self.hook.config()
        else:
            path = self.request["config"]
            options = {}
            if "toml_file" in inspect.signature(Config.__init__).parameters:
                options["toml_file"] = os.path.abspath("pyproject.toml")
            if not os.path.exists(path) and not options:
                raise Complaint("config-missing", path)
            config = Config(path, ini_section=self.request.get("section", "alembic"), **options)
        if config.cmd_opts is None:
            config.cmd_opts = self._command_line()
        if self.request.get("autogenerate"):
            config.cmd_opts.autogenerate = True
        return config

    def _command_line(self) -> argparse.Namespace:
        """Return what Alembic's own command would have parsed: some env.py look at it.

        Variables in ``-x`` (``url=$DATABASE_URL``) are filled in here, so that no secret is written
        into a file or an argument of a process.
        """
        from alembic import command
        from alembic.config import CommandLine

        asked, to = self.request["op"], self.request.get("to") or "heads"
        words = {
            "upgrade": ["upgrade", to],
            "downgrade": ["downgrade", to],
            "revert": ["downgrade", "-1"],
            "stamp": ["stamp", *([to] if isinstance(to, str) else to)],
            "new": ["revision"],
            "check": ["check"],
        }.get(asked, ["current"])
        if not hasattr(command, words[0]):
            words = ["current"]
        options = []
        for value in self.request.get("x") or []:
            options += ["-x", os.path.expandvars(value)]
        parsed: argparse.Namespace = CommandLine().parser.parse_args([*options, *words])
        for name, usual in (("autogenerate", False), ("sql", False), ("tag", None)):
            if not hasattr(parsed, name):
                setattr(parsed, name, usual)
        return parsed

    def _follow_autocommit(self) -> None:
        watch, channel, plain = self.watch, self.channel, self.context.autocommit_block

        @contextlib.contextmanager
        def block(context: Any) -> Iterator[None]:
            if context.as_sql:
                with context.output_buffer.outside():
                    yield
                return
            fact = self.after_each(context, "transaction")
            channel.event("note", rev=watch.step, note="autocommit", **fact)
            with plain(context):
                watch.autocommit = True
                try:
                    yield
                finally:
                    watch.autocommit = False

        self.context.autocommit_block = block
        run = self.context.run_migrations

        def run_migrations(context: Any, **arguments: Any) -> Any:
            if not self._is_chosen(context, arguments):
                return None
            self.arguments = arguments
            return run(context, **arguments)

        self.context.run_migrations = run_migrations

    def _is_chosen(self, context: Any, arguments: Fields) -> bool:
        """Whether the session is about this engine of env.py; one of several must be named."""
        if context.connection is None:
            return True
        url = context.connection.engine.url
        name = str(arguments.get("engine_name") or url.database)
        self.engines[name] = (url.host, url.port, url.database)
        wanted = self.request.get("engine")
        if not wanted:
            if len(set(self.engines.values())) > 1 and not self.looking:
                raise Complaint("several-databases", ", ".join(self.engines))
            return True
        if wanted not in (name, url.database):
            return False
        self.watch.chosen(context.connection)
        return True

    def after_each(self, context: Any, *only: str) -> Fields:
        """Return the values Tarmac wants to know inside the revision's own transaction."""
        with self.watch.silence():
            return {
                key: scalar(context, sql)
                for key, sql in self.request.get("after_each", {}).items()
                if not only or key in only
            }

    def run(self, fn: Steps, **options: Any) -> None:
        """Run env.py; ``fn(heads, context)`` is called at every ``context.run_migrations()``."""
        from alembic.runtime.environment import EnvironmentContext

        calls = []

        def called(heads: Heads, context: Any) -> Iterable[Any]:
            calls.append(context)
            return fn(heads, context)

        self.engines.clear()
        self.looking = bool(options.get("dont_mutate"))
        with EnvironmentContext(self.config, self.script, fn=called, **options):
            self.script.run_env()
        if not self.request.get("engine") and len(set(self.engines.values())) > 1:
            raise Complaint("several-databases", ", ".join(self.engines))
        if self.engines and not calls:
            raise Complaint("engine-unknown", ", ".join(self.engines))
        if not calls:
            raise Complaint("env-did-nothing", "context.run_migrations() was never called")

    def observe(self, see: Callable[[Heads, Any], None]) -> None:
        """Run env.py without changing anything; ``see(heads, context)`` looks."""

        def fn(heads: Heads, context: Any) -> Iterable[Any]:
            see(heads, context)
            return []

        self.run(fn, dont_mutate=True)

    def unknown(self, heads: Heads) -> List[str]:
        """Return the database's revisions that the files do not have."""
        missing = []
        for head in heads:
            try:
                self.script.get_revision(head)
            except Exception:
                missing.append(head)
        return missing

    def steps(self, request: Fields, heads: Heads) -> List[Any]:
        """Return Alembic's steps for a request: an upgrade, a downgrade or an exact revert."""
        missing = self.unknown(heads)
        if missing:
            raise Complaint("revision-unknown", ",".join(missing))
        with self._named():
            if request.get("revert") is not None:
                return self._revert(request["revert"], heads)
            if request.get("direction") == "down":
                return self._down(request["to"], heads)
            return list(self.script._upgrade_revs(request.get("to", "heads"), heads))

    def _down(self, to: str, heads: Heads) -> List[Any]:
        """Return the downgrades to a revision, or to as many steps before."""
        if not heads:
            raise Complaint("nothing-applied", to)
        return list(self.script._downgrade_revs(to, heads))

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        """Say which revision file has no function for the way that is asked for."""
        try:
            yield
        except AttributeError as error:
            for script in self.script.walk_revisions():
                if repr(script.module.__name__) in str(error):
                    way = "downgrade" if "downgrade" in str(error) else "upgrade"
                    raise Complaint("no-" + way, script.revision) from error
            raise

    def _revert(self, revisions: List[str], heads: Heads) -> List[Any]:
        """Undo exactly these revisions, newest first, as far as they are applied."""
        from alembic.runtime.migration import MigrationStep

        graph = self.script.revision_map
        applied, todo = set(), list(heads)
        while todo:
            revision = self.script.get_revision(todo.pop())
            if revision.revision not in applied:
                applied.add(revision.revision)
                todo += revision._all_down_revisions
        present = [revision for revision in revisions if revision in applied]
        return [
            MigrationStep.downgrade_from_script(graph, graph.get_revision(revision))
            for revision in present
        ]


def spoken(url: str, script: str) -> str:
    """Return a URL with a driver that env.py can use: an asynchronous engine takes no psycopg2."""
    scheme, _, rest = url.partition("://")
    name, _, driver = scheme.partition("+")
    if driver not in ("", "psycopg2") or not os.path.exists(script):
        return url
    with open(script, encoding="utf-8", errors="replace") as text:
        if "async_engine" not in text.read():
            return url
    for one in ("asyncpg", "psycopg"):
        if importlib.util.find_spec(one) is not None:
            return "%s+%s://%s" % (name, one, rest)
    return url


def transaction_mode(context: Any) -> str:
    """Return who commits: whole_run, per_migration, external or none."""
    if getattr(context, "_in_external_transaction", False):
        return "external"
    if not context.impl.transactional_ddl:
        return "none"
    return "per_migration" if context._transaction_per_migration else "whole_run"


def scalar(context: Any, sql: str) -> Any:
    """Return the first value of a statement run on env.py's own connection, unparameterised."""
    run = getattr(context.connection, "exec_driver_sql", context.connection.execute)
    return run(sql).scalar()


class Operations:
    """What can be asked for; each method takes the request and returns the result's fields."""

    def __init__(self, project: Project, request: Fields) -> None:
        self.project, self.request = project, request
        self.channel, self.watch = project.channel, project.watch

    def graph(self) -> Fields:
        """The files' revisions and, unless static, what the database says of them."""
        found: Fields = {"targets": []} if self.request.get("static") else self.current()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            revisions = [self._described(script) for script in self.project.script.walk_revisions()]
        heads = list(self.project.script.get_heads())
        said = [str(warning.message) for warning in caught]
        return {**found, "revisions": revisions, "heads": heads, "warnings": said}

    def _described(self, script: Any) -> Fields:
        return {
            "id": script.revision,
            "down": list(script._versioned_down_revisions),
            "depends": list(script._resolved_dependencies),
            "labels": sorted(script.branch_labels),
            "message": script.doc,
            "path": script.path,
            "head": script.is_head,
        }

    def current(self) -> Fields:
        """Heads, pending revisions and settings of every target that env.py connects to.

        With ``written`` in the request the SQL of the steps comes along.
        """
        targets: List[Fields] = []
        previews: List[Fields] = []

        def see(heads: Heads, context: Any) -> None:
            missing = self.project.unknown(heads)
            steps = [] if missing else self.project.steps(self.request, heads)
            target = {
                "heads": list(heads),
                "unknown": missing,
                "pending": [step.revision.revision for step in steps],
                "transaction_mode": transaction_mode(context),
                "dialect": context.dialect.name,
                "driver": context.dialect.driver,
                "version_table": context.version_table,
                "version_schema": context.version_table_schema,
            }
            if context.dialect.name == "postgresql":
                for name in ("search_path", "lock_timeout", "statement_timeout", "server_version"):
                    target[name] = str(scalar(context, "show " + name))
            targets.append(target)
            if self.request.get("written"):
                previews.extend(self._written(step, context) for step in steps)

        self.project.observe(see)
        result: Fields = {"targets": targets, "previews": previews}
        if self.request.get("reveal"):
            result["parameters"] = self.watch.parameters
        return result

    def preview(self) -> Fields:
        """The SQL of each step, compiled inside an online run, failures kept per revision."""
        previews: List[Fields] = []

        def see(heads: Heads, context: Any) -> None:
            steps = self.project.steps(self.request, heads)
            previews.extend(self._written(step, context) for step in steps)

        self.project.observe(see)
        return {"revisions": previews}

    def _written(self, step: Any, context: Any) -> Fields:
        from alembic.operations import Operations as Directives

        page = Page(step.revision.module.__file__)
        dropped = ("fn", "connection", "output_buffer")
        kept = {key: value for key, value in context.opts.items() if key not in dropped}
        kept.update(as_sql=True, output_buffer=page, literal_binds=True)
        paper = self.project.context.configure(dialect=context.dialect, opts=kept)
        reason = None
        self.watch.quiet = True
        try:
            with Directives.context(paper):
                step.migration_fn(**self.project.arguments)
        except BaseException as error:
            reason = "%s: %s" % (type(error).__name__, str(error)[:300])
        finally:
            self.watch.quiet = False
        return {
            "id": step.revision.revision,
            "message": step.revision.doc,
            "statements": page.statements,
            "transaction_mode": transaction_mode(context),
            "reason": reason,
        }

    def upgrade(self) -> Fields:
        """Run the steps in the project's own mode, exactly as its own command would."""
        if self.request.get("each"):
            return self._one_by_one()
        done = []

        def fn(heads: Heads, context: Any) -> Iterator[Any]:
            steps = self.project.steps(self.request, heads)
            mode = transaction_mode(context)
            names = [step.revision.revision for step in steps]
            self.channel.event("plan", revisions=names, transaction_mode=mode)
            self.watch.settle(context.connection)
            for step in steps:
                name = step.revision.revision
                yield self._watched(step, context)
                done.append(name)
                self.channel.event("rev_stamped", rev=name, transaction_mode=mode)

        self.project.run(fn, destination_rev=self.request.get("to"), starting_rev=None)
        return {"applied": done}

    revert = downgrade = upgrade

    def _one_by_one(self) -> Fields:
        """Run each step in a run of env.py of its own, so that each is committed and looked at.

        The steps are planned once and picked by id: planning again could reorder branches.
        """
        names: List[str] = []

        def plan(heads: Heads, _context: Any) -> None:
            names.extend(one.revision.revision for one in self.project.steps(self.request, heads))

        self.project.observe(plan)
        self.channel.event("plan", revisions=names, transaction_mode="per_migration")
        for name in names:
            if self.channel.cancelled.is_set():
                raise Stop
            self.project.run(self._only(name), destination_rev=name, starting_rev=None)
            self.channel.event("rev_stamped", rev=name, transaction_mode="per_migration")
            self.channel.event("rev_committed", rev=name, last=name == names[-1])
            if name != names[-1]:
                self.channel.pause()
        return {"applied": names}

    def _only(self, name: str) -> Steps:
        def fn(heads: Heads, context: Any) -> Iterator[Any]:
            steps = self.project.steps(self.request, heads)
            self.watch.settle(context.connection)
            for step in steps:
                if step.revision.revision == name:
                    yield self._watched(step, context)

        return fn

    def _watched(self, step: Any, context: Any) -> Any:
        run, name = step.migration_fn, step.revision.revision

        def migrate(**arguments: Any) -> None:
            if self.channel.cancelled.is_set():
                raise Stop
            self.watch.step, self.watch.commits = name, 0
            self.watch.path = step.revision.module.__file__
            facts = self.project.after_each(context, "transaction", "changes")
            self.channel.event("rev_start", rev=name, message=step.revision.doc, **facts)
            again = self.project.after_each(context, "transaction")
            if again and again["transaction"] != facts["transaction"]:
                self.watch.autocommit = True  # env.py's engine commits every statement
                self.channel.event("note", rev=name, note="autocommit", **again)
            begun = time.perf_counter()
            try:
                run(**arguments)
            except BaseException as error:
                self.watch.failed = name
                self.channel.event(
                    "rev_fail", rev=name, error=str(error)[:2000], commits=self.watch.commits
                )
                raise
            finally:
                spent = round((time.perf_counter() - begun) * 1000, 1)
                self.watch.step = None
            facts = self.project.after_each(context)
            self.channel.event("rev_done", rev=name, ms=spent, commits=self.watch.commits, **facts)

        step.migration_fn = migrate
        return step

    def stamp(self) -> Fields:
        """Write the version table without running anything."""

        def fn(heads: Heads, _context: Any) -> Any:
            return self.project.script._stamp_revs(self.request["to"], heads)

        self.project.run(fn, destination_rev=self.request["to"])
        return {}

    def new(self) -> Fields:
        """Write a revision file, compared with the models where that is asked."""
        from alembic import command

        made = command.revision(
            self.project.config,
            message=self.request["message"] or None,
            autogenerate=self.request["autogenerate"],
            head=self.request["head"],
        )
        found = list(made) if isinstance(made, (list, tuple)) else [made]
        return {"revisions": [[one.revision, one.path] for one in found if one is not None]}

    def check(self) -> Fields:
        """What the models say that the database does not have, and the other way round.

        As `alembic check` does it; without target_metadata there is nothing to compare with.
        """
        found: List[str] = []
        compared = []

        def see(_heads: Heads, context: Any) -> None:
            from alembic.autogenerate import compare_metadata

            metadata = context.opts.get("target_metadata")
            if metadata is not None:
                compared.append(metadata)
                for one in compare_metadata(context, metadata):
                    found.extend(
                        described(part) for part in (one if isinstance(one, list) else [one])
                    )

        self.project.observe(see)
        return {"differences": found, "compared": bool(compared)}

    def fingerprint(self) -> Fields:
        """The first value of given SQL on every connection that env.py opens."""
        found = []

        def see(heads: Heads, context: Any) -> None:
            found.append({"heads": list(heads), "value": scalar(context, self.request["sql"])})

        self.project.observe(see)
        return {"targets": found}


def described(difference: Tuple[Any, ...]) -> str:
    """Return one difference of autogenerate in words: "add column notes.due"."""
    what, parts = difference[0].replace("_", " "), difference[1:]
    if len(parts) > 2:  # schema, table, column or its name, and what else there is
        column = getattr(parts[2], "name", parts[2])
        place = ".".join(str(one) for one in (parts[0], parts[1], column) if one)
        change = ": %s → %s" % parts[-2:] if len(parts) > 4 else ""
        return "%s %s%s" % (what, place, change)
    one = parts[0]
    table = getattr(getattr(one, "table", None), "fullname", "")
    name = getattr(one, "fullname", None) or getattr(one, "name", None) or str(one)
    return "%s %s%s" % (what, name, " of %s" % table if table and table != name else "")


class Page:
    """Alembic's output buffer that keeps statements apart and remembers autocommit blocks."""

    def __init__(self, path: str) -> None:
        self.statements: List[Fields] = []
        self._path, self._autocommit = path, False

    def write(self, text: str) -> None:
        """Take one statement as Alembic writes it."""
        sql = text.strip()
        if sql.endswith(";"):
            sql = sql[:-1].rstrip()
        if sql and not sql.startswith("-- Running"):
            self.statements.append(
                {"sql": sql, "line": line_in(self._path), "autocommit": self._autocommit}
            )

    def flush(self) -> None:
        """Be a file."""

    @contextlib.contextmanager
    def outside(self) -> Iterator[None]:
        """Mark what is written meanwhile as committed statement by statement."""
        self._autocommit = True
        try:
            yield
        finally:
            self._autocommit = False


def complaint_of(error: BaseException) -> Tuple[str, Optional[str]]:
    """Return ``(kind, sqlstate)`` of what ended an operation."""
    if isinstance(error, Complaint):
        return error.kind, None
    names = {kind.__name__ for kind in type(error).__mro__}
    original = getattr(error, "orig", None) or error
    state = state_of(original)
    for name, kind in (
        ("Stop", "cancelled"),
        ("Misdirected", "misdirected"),
        ("SystemExit", "env-exit"),
        ("EOFError", "env-reads-stdin"),
        ("ModuleNotFoundError", "import"),
        ("SyntaxError", "syntax"),
        ("RevisionError", "graph"),
        ("CommandError", "alembic"),
        ("DBAPIError", "database"),
        ("OSError", "os"),
        ("PostgresError", "database"),
    ):
        if name in names:
            return kind, state
    return ("graph" if in_revision_map(error) else "error"), state


def in_revision_map(error: BaseException) -> bool:
    """Say whether Alembic's graph of the revision files raised (a KeyError for a lost parent)."""
    frames = traceback.extract_tb(error.__traceback__)
    return any(
        os.path.join("alembic", "script", "revision.py") in frame.filename for frame in frames[-3:]
    )


def perform(channel: Channel, request: Fields) -> None:
    """Do one operation and send its result, whatever the project's code does meanwhile."""
    project = None
    try:
        import alembic
        import sqlalchemy

        project = Project(channel, request)
        channel.event("ready", alembic=alembic.__version__, sqlalchemy=sqlalchemy.__version__)
        operation = getattr(Operations(project, request), request["op"])
        call = getattr(project.hook, "call", lambda run: run())
        channel.send("res", ok=True, result=call(operation))
    except BaseException as error:
        kind, state = complaint_of(error)
        channel.send(
            "res",
            ok=False,
            kind=kind,
            sqlstate=state,
            error=str(error)[:4000],
            type=type(error).__name__,
            missing=getattr(error, "name", None),
            where=[
                [frame.filename, frame.lineno]
                for frame in traceback.extract_tb(error.__traceback__)
            ][-20:],
            trace=traceback.format_exc()[-6000:],
            revision=project.watch.failed if project else None,
        )


def main() -> None:
    """Say hello, read the request, do it."""
    channel = Channel(int(sys.argv[1]), int(sys.argv[2]))
    del sys.argv[1:]
    version = "%d.%d.%d" % sys.version_info[:3]
    channel.event("hello", protocol=PROTOCOL, python=version, pid=os.getpid())
    perform(channel, channel.receive())
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
