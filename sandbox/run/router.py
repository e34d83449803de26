"""The address of a service: checks who calls, picks a revision by its share, passes bytes on."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.iam import access
from sandbox.operations import Unfinished
from sandbox.run import kinds
from sandbox.run.processes import ProbeFailed, Running

if TYPE_CHECKING:
    from sandbox.world import World

Body = dict[str, Any]

LARGEST_HEAD = 65536
CHUNK = 65536
TAG = re.compile(rb"(?im)^host:\s*([a-z0-9-]+)---")
AUTHORIZATION = re.compile(rb"(?im)^authorization:\s*(.*?)\s*$")


class Refused(Exception):
    """A request that reaches no process; ``args`` are the status, its name and a text."""


class Router:
    """A service's listener on loopback. Each request is a connection of its own to a process."""

    def __init__(
        self, world: World, service: str, instance: Callable[[str], Running | None]
    ) -> None:
        self._world = world
        self._service = service
        self._instance = instance
        self._chance = random.Random()
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def listen(self, port: int) -> int:
        """Listen on 127.0.0.1 (port 0: any free one) and return the port."""
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", port, limit=LARGEST_HEAD
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and cut every connection."""
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
            await self._serve(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._connections.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._world.runtime.touch()
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        try:
            running = await self._process(head)
            behind = await asyncio.open_connection("127.0.0.1", running.port)
        except Refused as refused:
            writer.write(_answer(*refused.args))
            await writer.drain()
            return
        except ConnectionError:
            writer.write(_answer(503, "Service Unavailable", "The instance has just ended."))
            await writer.drain()
            return
        behind[1].write(_closing(head))
        await _joined((reader, writer), behind)

    async def _process(self, head: bytes) -> Running:
        """Return the process for a request; it is started when it is not there."""
        service = self._current()
        if not self._may(service, head):
            raise Refused(403, "Forbidden", "Your client does not have permission to get URL.")
        revision = self._chosen(service, head)
        running = self._world.runtime.processes.get(revision)
        if running is None:
            try:
                running = await asyncio.to_thread(self._instance, revision)
            except (ProbeFailed, Unfinished) as failed:
                raise Refused(503, "Service Unavailable", str(failed)) from None
        if running is None:
            text = "The sandbox imitates this revision: no image is mapped, nothing runs."
            raise Refused(404, "Not Found", text)
        return running

    def _current(self) -> Body:
        with self._world.store.transaction():
            self._world.operations.settle()
        service = self._world.store.get(kinds.SERVICE, self._service)
        if service is None or not service["serving"]:
            raise Refused(404, "Not Found", "The requested URL was not found on this server.")
        return service

    def _may(self, service: Body, head: bytes) -> bool:
        if service.get("invokerIamDisabled"):
            return True
        given = AUTHORIZATION.search(head)
        who = access.identity(given[1].decode("latin-1")) if given else "allUsers"
        return access.allowed(self._world, who, "run.routes.invoke", self._service)

    def _chosen(self, service: Body, head: bytes) -> str:
        tag = TAG.search(head)
        targets = service["serving"]
        if tag is not None:
            wanted = tag[1].decode()
            tagged = [each for each in targets if each.get("tag") == wanted]
            if not tagged:
                raise Refused(404, "Not Found", f"No revision has the tag {wanted}.")
            return f"{self._service}/revisions/{tagged[0]['revision']}"
        weights = [each.get("percent", 0) for each in targets]
        target = self._chance.choices(targets, weights)[0]
        return f"{self._service}/revisions/{target['revision']}"


def _closing(head: bytes) -> bytes:
    """Return a request's head that asks for one answer only, unless it changes protocols."""
    if re.search(rb"(?im)^upgrade:", head):
        return head
    kept = re.sub(rb"(?im)^(?:connection|keep-alive):.*\r\n", b"", head)
    return kept[:-2] + b"Connection: close\r\nX-Forwarded-Proto: http\r\n\r\n"


def _answer(status: int, name: str, text: str) -> bytes:
    body = f"{text}\n".encode()
    head = f"HTTP/1.1 {status} {name}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}"
    return f"{head}\r\nConnection: close\r\n\r\n".encode() + body


Pipe = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _joined(front: Pipe, behind: Pipe) -> None:
    """Copy both ways until the process has answered."""
    upward = asyncio.create_task(_copy(front[0], behind[1]))
    try:
        await _copy(behind[0], front[1])
    finally:
        upward.cancel()
        await asyncio.gather(upward, return_exceptions=True)
        behind[1].close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
