"""The one listener, on loopback: plain HTTP, and CONNECT + TLS for ``*.googleapis.com``."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Iterable
from typing import Any

import h11

from sandbox.application import Application, Dropped
from sandbox.errors import ApiError

GOOGLE = ".googleapis.com"
LARGEST_BODY = 16 * 1024 * 1024
CHUNK = 65536
GOODBYE = 1.0
"""Seconds for the end of TLS: whoever distrusts the certificate leaves without one."""


class Front:
    """A listener for an application; every connection is a task of the event loop."""

    def __init__(self, application: Application, tls: ssl.SSLContext) -> None:
        self._application = application
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def listen(self, port: int) -> int:
        """Listen on 127.0.0.1 (port 0: any free one) and return the port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and end every connection."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            await _Connection(self._application, self._tls, reader, writer).serve()
        except (ConnectionError, ssl.SSLError, TimeoutError, h11.RemoteProtocolError):
            pass
        except asyncio.CancelledError:
            pass
        finally:
            self._connections.discard(task)
            writer.close()
            try:
                async with asyncio.timeout(GOODBYE):
                    await writer.wait_closed()
            except (ConnectionError, ssl.SSLError, TimeoutError):
                writer.transport.abort()


class _Connection:
    """One client: its requests one after the other, before and after a CONNECT."""

    def __init__(
        self,
        application: Application,
        tls: ssl.SSLContext,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._application = application
        self._tls = tls
        self._reader = reader
        self._writer = writer
        self._protocol = h11.Connection(h11.SERVER)

    async def serve(self) -> None:
        """Answer until the client leaves."""
        while True:
            event = await self._next()
            if not isinstance(event, h11.Request):
                return
            if event.method == b"CONNECT":
                if not await self._tunnel(event.target.decode("latin-1")):
                    return
                continue
            if not await self._answer(event):
                return

    async def _tunnel(self, target: str) -> bool:
        """Become the far end of a CONNECT; False when the host is not Google's."""
        host = target.rpartition(":")[0]
        await self._next()
        if not host.endswith(GOOGLE):
            message = f"The sandbox refuses {host}: it answers for *{GOOGLE} only."
            await self._refuse(ApiError("PERMISSION_DENIED", message))
            return False
        self._send(h11.Response(status_code=200, headers=[], reason=b"Connection established"))
        await self._writer.drain()
        await self._writer.start_tls(self._tls)
        self._protocol = h11.Connection(h11.SERVER)
        return True

    async def _answer(self, request: h11.Request) -> bool:
        """Answer one request; False when the connection has to end."""
        body = b""
        while not isinstance(event := await self._next(), h11.EndOfMessage):
            if not isinstance(event, h11.Data):
                return False
            body += event.data
            if len(body) > LARGEST_BODY:
                await self._refuse(ApiError("INVALID_ARGUMENT", "The body is too large."))
                return False
        try:
            await self._application(_scope(request), _receiver(body), self._sender)
        except Dropped:
            self._reset()
            return False
        await self._writer.drain()
        if self._protocol.our_state is h11.MUST_CLOSE:
            return False
        self._protocol.start_next_cycle()
        return True

    async def _next(self) -> h11.Event | type[h11.PAUSED]:
        while (event := self._protocol.next_event()) is h11.NEED_DATA:
            if self._protocol.they_are_waiting_for_100_continue:
                self._send(h11.InformationalResponse(status_code=100, headers=[]))
            self._protocol.receive_data(await self._reader.read(CHUNK))
        return event  # type: ignore[return-value]

    async def _sender(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._send(h11.Response(status_code=message["status"], headers=message["headers"]))
        else:
            self._send(h11.Data(data=message.get("body", b"")))
            self._send(h11.EndOfMessage())

    async def _refuse(self, refused: ApiError) -> None:
        import json

        body = json.dumps(refused.body()).encode()
        headers: Iterable[tuple[str, str]] = [
            ("content-type", "application/json"),
            ("content-length", str(len(body))),
            ("connection", "close"),
        ]
        self._send(h11.Response(status_code=refused.code, headers=list(headers)))
        self._send(h11.Data(data=body))
        self._send(h11.EndOfMessage())
        await self._writer.drain()

    def _send(self, event: Any) -> None:
        self._writer.write(self._protocol.send(event) or b"")

    def _reset(self) -> None:
        """Cut the connection so that the client sees a reset."""
        raw = self._writer.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


def _scope(request: h11.Request) -> dict[str, Any]:
    target = request.target.decode("latin-1")
    headers = [(name, value) for name, value in request.headers]
    if target.startswith("http://"):
        host, _slash, rest = target.removeprefix("http://").partition("/")
        target = f"/{rest}"
        headers = [pair for pair in headers if pair[0] != b"host"]
        headers.append((b"host", host.encode("latin-1")))
    path, _mark, query = target.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": request.http_version.decode(),
        "method": request.method.decode(),
        "path": path,
        "raw_path": path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "headers": headers,
    }


def _receiver(body: bytes) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
