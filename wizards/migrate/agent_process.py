"""One agent process per operation: started, talked to, cancelled, killed."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from generators.language import _
from wizards.cancel import Cancel, Cancelled
from wizards.events import Emit, Event, Json
from wizards.failures import Failure
from wizards.migrate.agent_failures import failure_of
from wizards.migrate.messages import Message
from wizards.redaction import redacted

SCRIPT = Path(__file__).with_name("agent.py")
_TICK = 0.05  # seconds between looks at the cancel switch
_GRACE = 15.0  # seconds that a cancelled agent gets before it is killed
_LOG_LINES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Where an agent runs: interpreter, folder, extra environment (may hold secrets), program."""

    interpreter: Path
    directory: Path
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    program: tuple[str, ...] = (str(SCRIPT),)


@dataclass
class AgentProcess:
    """A running agent; :meth:`result` is called once, :meth:`kill` from any thread."""

    seat: Seat
    emit: Emit
    log: list[str] = field(default_factory=list)
    _process: subprocess.Popen[bytes] | None = None
    _killed: threading.Event = field(default_factory=threading.Event)
    _requests: int = -1

    def result(
        self,
        request: Mapping[str, Json],
        cancel: Cancel,
        *,
        on_event: Callable[[Message], None] = lambda _message: None,
        on_cancel: Callable[[], None] = lambda: None,
        seconds: float | None = None,
    ) -> Message:
        """Run one operation to its end and return its result.

        ``on_cancel`` interrupts the statement that runs (once). Raises :class:`Failure` for
        whatever the project's code did instead, :class:`Cancelled` after an honest cancel.
        """
        request_in, request_out = os.pipe()
        answer_in, answer_out = os.pipe()
        try:
            process = self._start(request_in, answer_out)
        except BaseException:
            os.close(request_out)
            os.close(answer_in)
            raise
        finally:
            os.close(request_in)
            os.close(answer_out)
        talk = _Talk(process, answer_in, self._heard)
        try:
            self._requests = request_out
            _write(request_out, request)
            found = self._wait(talk, request_out, cancel, on_event, on_cancel, seconds)
        except BaseException:
            process.kill()  # what we could not take in must not be followed by more
            raise
        finally:
            self._requests = -1
            self._end(process)
            os.close(request_out)
            talk.close()
        return self._judge(found, process, cancel)

    def go_on(self) -> None:
        """Let an agent that waits between two revisions go on; said within ``on_event``."""
        _write(self._requests, {"op": "go"})

    def kill(self) -> None:
        """End the process at once; its statement ends with its connection."""
        self._killed.set()
        if self._process is not None:
            self._end(self._process)

    def _start(self, request_in: int, answer_out: int) -> subprocess.Popen[bytes]:
        environment = {**os.environ, **self.seat.environment, "PYTHONUNBUFFERED": "1"}
        command = [str(self.seat.interpreter), *self.seat.program, str(request_in), str(answer_out)]
        try:
            self._process = subprocess.Popen(
                command,
                cwd=self.seat.directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(request_in, answer_out),
                start_new_session=True,
            )
        except OSError as error:
            raise Failure(
                "interpreter-missing",
                _("The interpreter {path} cannot be started.").format(path=self.seat.interpreter),
                why=error.strerror or str(error),
                next=(_("set interpreter in [migrations] of tarmac.toml"),),
                raw=str(error),
            ) from error
        return self._process

    def _wait(
        self,
        talk: _Talk,
        requests: int,
        cancel: Cancel,
        on_event: Callable[[Message], None],
        on_cancel: Callable[[], None],
        seconds: float | None,
    ) -> Message | None:
        limit = None if seconds is None else time.monotonic() + seconds
        asked = False
        for message in talk.messages():
            if message is not None and message.is_result:
                return message
            if message is not None:
                on_event(message)
                continue
            if cancel.asked and not asked:
                asked, limit = True, time.monotonic() + _GRACE
                _write(requests, {"op": "cancel"})
                on_cancel()
            if limit is not None and time.monotonic() > limit:
                if asked:
                    self.kill()
                    continue
                raise Failure(
                    "agent-silent",
                    _("The project's env.py did not finish within {seconds} s.").format(
                        seconds=int(seconds or 0)
                    ),
                    why=_("It was ended; nothing was changed by this look."),
                    next=(_("run `alembic current` yourself and see where it hangs"),),
                    raw="\n".join(self.log[-_LOG_LINES:]),
                )
        return None

    def _heard(self, line: str) -> None:
        clean = redacted(line)
        self.log.append(clean)
        self.emit(Event("migrate.log", {"line": clean}))

    def _judge(
        self, found: Message | None, process: subprocess.Popen[bytes], cancel: Cancel
    ) -> Message:
        if found is not None and found.flag("ok"):
            return found.part("result")
        if cancel.asked or self._killed.is_set():
            raise Cancelled
        if found is None:
            raise _crashed(process.returncode, self.log)
        raise failure_of(found, self.seat.directory, self.seat.interpreter, self.log)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        try:
            process.wait(0.5 if not self._killed.is_set() else 0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass
class _Talk:
    """The two streams of an agent, read in one thread: protocol lines and captured output."""

    process: subprocess.Popen[bytes]
    answers: int
    heard: Callable[[str], None]

    def messages(self) -> _Messages:
        """Yield messages as they come, None at every quiet tick, until the process is gone."""
        return _Messages(self)

    def close(self) -> None:
        """Close our ends."""
        os.close(self.answers)
        if self.process.stdout is not None:
            self.process.stdout.close()


class _Messages:
    def __init__(self, talk: _Talk) -> None:
        assert talk.process.stdout is not None
        self._heard = talk.heard
        self._selector = selectors.DefaultSelector()
        self._output = talk.process.stdout.fileno()
        self._buffers = {talk.answers: b"", self._output: b""}
        for descriptor in self._buffers:
            self._selector.register(descriptor, selectors.EVENT_READ)
        self._ready: list[Message] = []

    def __iter__(self) -> _Messages:
        return self

    def __next__(self) -> Message | None:
        if self._ready:
            return self._ready.pop(0)
        if not self._selector.get_map():
            raise StopIteration
        for key, _events in self._selector.select(_TICK):
            self._read(key.fd)
        return self._ready.pop(0) if self._ready else None

    def _read(self, descriptor: int) -> None:
        data = os.read(descriptor, 1 << 16)
        lines = (self._buffers[descriptor] + data).split(b"\n")
        self._buffers[descriptor] = lines.pop() if data else b""
        if not data:
            self._selector.unregister(descriptor)
        for line in lines:
            text = line.decode(errors="replace")
            if descriptor == self._output:
                self._heard(text)
            elif text:
                self._ready.append(Message.parse(text))


def _write(descriptor: int, request: Mapping[str, Json]) -> None:
    try:
        os.write(descriptor, (json.dumps(request) + "\n").encode())
    except BrokenPipeError:
        return  # the process is gone; reading its end says why


def _crashed(status: int | None, log: Sequence[str]) -> Failure:
    how = (
        _("signal {name}").format(name=signal.Signals(-status).name)
        if status is not None and status < 0
        else _("exit status {status}").format(status=status)
    )
    return Failure(
        "agent-crashed",
        _("The project's migration process ended in the middle ({how}).").format(how=how),
        why=_("env.py, a library it imports, or the system ended it."),
        next=("tarmac migrate status",),
        raw="\n".join(log[-_LOG_LINES:]),
    )
