"""The sandbox as an ASGI application: host and path → method → handler, errors as Google's."""

from __future__ import annotations

import asyncio
import json
import re
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from sandbox import control, masks
from sandbox.clock import stamp
from sandbox.discovery import validation
from sandbox.discovery.documents import Document, Method, document, versions
from sandbox.dispatch import answer
from sandbox.environment import TOKEN
from sandbox.errors import ApiError, bad_request, not_imitated
from sandbox.faults import Fault
from sandbox.iam.access import identity
from sandbox.request_log import Entry, RequestLog
from sandbox.services import all as services
from sandbox.storage import media
from sandbox.world import World

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

GOOGLE = ".googleapis.com"
REGIONAL = re.compile(
    r"(?:(?P<region>[a-z]+-[a-z]+\d+)-)?(?P<service>[a-z][a-z0-9]*)(?:\.[a-z0-9-]+\.rep)?"
)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
LONGEST_WAIT = 600.0
GIVEN = {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}


class Dropped(Exception):
    """The connection is to be cut without an answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, read whole."""

    http: str
    host: str
    path: str
    query: str
    authorization: str
    origin: str
    override: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer; ``text`` or ``raw`` bytes are sent as they are, instead of JSON."""

    status: int
    body: Any
    headers: tuple[tuple[str, str], ...] = ()
    text: str | None = None
    raw: bytes | None = None

    def sent(self) -> tuple[bytes, dict[str, str]]:
        """Return the bytes and the headers that go over the wire."""
        if self.text is not None:
            body, kind = self.text.encode(), "text/html; charset=UTF-8"
        elif self.raw is not None:
            body, kind = self.raw, "application/octet-stream"
        else:
            body = b"" if self.body is None else json.dumps(self.body).encode() + b"\n"
            kind = "application/json; charset=UTF-8"
        named = {name.lower(): value for name, value in self.headers}
        return body, {"content-type": kind, **named, "content-length": str(len(body))}


class Application:
    """``check`` validates every answer against its schema and logs what is wrong with it."""

    def __init__(self, world: World, log: RequestLog, *, check: bool = False) -> None:
        self.world = world
        self.log = log
        self.last_use = time.monotonic()
        self.stop: Callable[[], None] = lambda: None
        self._check = check
        assert services.MODULES

    def touch(self) -> None:
        """Note that somebody uses the sandbox."""
        self.last_use = time.monotonic()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request of the ASGI protocol."""
        if scope["type"] != "http":
            return
        request = await _read(scope, receive)
        reply = await self.reply(request)
        body, named = reply.sent()
        headers = [(name.encode(), value.encode()) for name, value in named.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def reply(self, request: Request) -> Reply:
        """Return the answer to a request, whatever it is."""
        host = request.host.rpartition(":")[0] or request.host
        if request.origin:
            return _refusal(ApiError("PERMISSION_DENIED", "The sandbox serves no browsers."))
        if host in LOOPBACK and request.path.startswith("/sandbox/v1/"):
            if request.path != "/sandbox/v1/health":
                self.last_use = time.monotonic()
            return await self._controlled(request)
        self.last_use = time.monotonic()
        service, path = _service(host, request.path)
        if not service:
            message = f"The sandbox answers for *.googleapis.com only, not for {host or 'nobody'}."
            return _refusal(ApiError("PERMISSION_DENIED", message))
        return await self._served(request, service, path)

    async def _controlled(self, request: Request) -> Reply:
        try:
            return Reply(200, await control.answer(self, request))
        except ApiError as refused:
            return _refusal(refused)

    async def _served(self, request: Request, service: str, path: str) -> Reply:
        begun = time.perf_counter()
        http, query = request.http, request.query
        if request.override == "GET" and http == "POST":
            http, query = "GET", request.body.decode(errors="replace")
        found = _find(service, http, path)
        label = f"{service}:{found[0].version}:{found[1].id}" if found else ""
        fault = self._strike(found, http, path)
        entry = Entry(
            at=stamp(time.time()),
            http=http,
            host=request.host,
            path=path if not query else f"{path}?{query}",
            method=label,
            status=0,
            ms=0.0,
            identity=identity(request.authorization),
            fault=fault.id if fault else "",
        )
        reply = None
        if fault is None or fault.after:
            reply = await self._answered(request, service, http, path, query, found)
        if fault is not None:
            if fault.cuts:
                self._record(entry, begun, reply)
            reply = await self._faulty(fault, reply)
        assert reply is not None
        self._record(entry, begun, reply, () if fault else self._problems(found, reply))
        return reply

    def _record(
        self, entry: Entry, begun: float, reply: Reply | None, problems: Sequence[str] = ()
    ) -> None:
        """Log a request; its status is 0 when it was lost before it took effect."""
        status = reply.status if reply else 0
        ms = round((time.perf_counter() - begun) * 1000, 2)
        self.log.add(replace(entry, status=status, ms=ms, problems=tuple(problems)))

    async def _answered(
        self,
        request: Request,
        service: str,
        http: str,
        path: str,
        query: str,
        found: tuple[Document, Method, dict[str, str]] | None,
    ) -> Reply:
        try:
            if service == "oauth2" and path == "token":
                return Reply(200, GIVEN)
            if service == "storage" and media.wants(http, path, dict(parse_qsl(query))):
                return self._bytes(request, http, path, query)
            if found is None:
                raise not_imitated(f"{http} {path} of {service}{GOOGLE}")
            about, method, parameters = found
            pairs = parse_qsl(query, keep_blank_values=True)
            body = _json(request.body) if http in ("POST", "PUT", "PATCH") else None
            asked = validation.query(about, method, pairs)
            result = await answer(
                self.world,
                about,
                method,
                {**asked, **parameters},
                validation.body(about, method, body),
                identity(request.authorization),
                _region(request),
            )
            fields = next((value for name, value in pairs if name in ("fields", "$fields")), "")
            return Reply(200, masks.shown(result, fields))
        except ApiError as refused:
            return _refusal(refused)
        except Exception as wrong:  # noqa: BLE001 - the last net: an answer, and the trace in the log
            traceback.print_exc()
            said = f"The sandbox itself failed: {type(wrong).__name__}: {wrong}"
            return _refusal(ApiError("INTERNAL", said))

    def _bytes(self, request: Request, http: str, path: str, query: str) -> Reply:
        """Answer what is about the bytes of an object: they are no JSON."""
        host = request.host.rpartition(":")[0] or request.host
        plain = host in LOOPBACK
        asked = media.Asked(
            http=http,
            path=path,
            query=dict(parse_qsl(query)),
            body=request.body,
            identity=identity(request.authorization),
            headers=request.headers,
            base=f"http://{request.host}/_/storage" if plain else f"https://storage{GOOGLE}",
        )
        with self.world.store.transaction():
            given = media.answer(self.world, asked)
        return Reply(given.status, given.body, given.headers, raw=given.raw)

    def _strike(
        self, found: tuple[Document, Method, dict[str, str]] | None, http: str, path: str
    ) -> Fault | None:
        name = f"{found[0].name}.{found[1].id}" if found else ""
        return self.world.faults.strike(f"{name} {http} {path}")

    async def _faulty(self, fault: Fault, reply: Reply | None = None) -> Reply:
        """Return what a fault answers; ``reply`` is what the call had come to before it."""
        match fault.kind:
            case "reset":
                raise Dropped
            case "timeout":
                await asyncio.sleep(LONGEST_WAIT)
                raise Dropped
            case "slow":
                await self.world.clock.hold(fault.seconds)
                if reply is not None:
                    return reply
        headers = tuple(fault.headers.items())
        if fault.retry_after is not None:
            headers = (*headers, ("retry-after", f"{fault.retry_after:g}"))
        if isinstance(fault.body, str):
            return Reply(fault.status, None, headers, text=fault.body)
        body = fault.error().body() if fault.body is None else fault.body
        return Reply(fault.status, body, headers)

    def _problems(
        self, found: tuple[Document, Method, dict[str, str]] | None, reply: Reply
    ) -> list[str]:
        if not self._check or found is None or reply.status != 200:
            return []
        return validation.problems(found[0], found[1].response, reply.body)


async def _read(scope: Message, receive: Receive) -> Request:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return Request(
        http=scope["method"],
        host=headers.get("host", ""),
        path=(scope.get("raw_path") or scope["path"].encode()).decode(),
        query=scope["query_string"].decode(),
        authorization=headers.get("authorization", ""),
        origin=headers.get("origin", ""),
        override=headers.get("x-http-method-override", ""),
        body=body,
        headers=headers,
    )


def _service(host: str, path: str) -> tuple[str, str]:
    """Return the name of the service and its path, by ``/_/service/…`` or by the host's name."""
    if host in LOOPBACK and path.startswith("/_/"):
        service, _slash, rest = path.removeprefix("/_/").partition("/")
        match = REGIONAL.fullmatch(service.removesuffix(GOOGLE))
        return (match["service"] if match else service), rest
    if host.endswith(GOOGLE):
        match = REGIONAL.fullmatch(host.removesuffix(GOOGLE).removesuffix(".mtls"))
        return (match["service"] if match else host.removesuffix(GOOGLE)), path.lstrip("/")
    return "", path


def _region(request: Request) -> str:
    """Return the region in the name of the host (or of the service in the path), or ""."""
    host = request.host.rpartition(":")[0] or request.host
    if host in LOOPBACK and request.path.startswith("/_/"):
        host = request.path.split("/")[2]
    match = REGIONAL.fullmatch(host.removesuffix(GOOGLE).removesuffix(".mtls"))
    return (match["region"] or "") if match else ""


def _find(service: str, http: str, path: str) -> tuple[Document, Method, dict[str, str]] | None:
    for version in versions().get(service, ()):
        about = document(service, version)
        found = about.find(http, path)
        if found:
            return about, *found
    return None


def _json(body: bytes) -> Any:
    if not body.strip():
        return {}
    try:
        value = json.loads(body)
    except ValueError as wrong:
        raise bad_request(f"Invalid JSON payload received. {wrong}") from None
    if not isinstance(value, dict):
        raise bad_request("Invalid JSON payload received. The root must be an object.")
    return value


def _refusal(refused: ApiError) -> Reply:
    return Reply(refused.code, refused.body())
