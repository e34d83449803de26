"""Random calls, right and wrong: never a server error, never an answer outside Google's schema."""

import random
import string
from pathlib import Path
from typing import Any

import pytest

from sandbox.application import Application, Request
from sandbox.call import SERVED
from sandbox.discovery.documents import Document, Method, Schema, document
from sandbox.request_log import RequestLog, read
from sandbox.world import World
from tests.sandbox.furnished import furnish, furnish_instance

IDS = (
    "notes-prod",
    "notes-prod",
    "notes-prod",
    "notes-db",
    "notes",
    "db",
    "x",
    "-",
    "415104041262",
    "Ünïcode",
    "a" * 70,
)
WORDS = ("", "roles/viewer", "user:a@example.com", "POSTGRES_16", "db-f1-micro", "us-central1", "1")
CALLS = 3000


def _segment(chance: random.Random) -> str:
    from urllib.parse import quote

    return quote(chance.choice(IDS), safe="-")


def _path(chance: random.Random, method: Method) -> str:
    path = method.template
    for name, about in method.parameters.items():
        if about["location"] != "path":
            continue
        pattern = str(about.get("pattern", "^[^/]+$")).strip("^$")
        while "[^/]+" in pattern:
            pattern = pattern.replace("[^/]+", _segment(chance), 1)
        value = pattern.replace(".*", "x").replace("/.+", "/x")
        path = path.replace(f"{{+{name}}}", value).replace(f"{{{name}}}", value)
    return path


def _value(chance: random.Random, about: Document, schema: Schema, depth: int) -> Any:
    if chance.random() < 0.06:
        return chance.choice([None, 7, -1.5, "odd", [], {}, True, {"odd": 1}])
    if "$ref" in schema:
        return _body(chance, about, about.schemas[schema["$ref"]], depth + 1)
    match schema.get("type"):
        case "array":
            items = range(chance.randrange(3))
            return [_value(chance, about, schema.get("items", {}), depth + 1) for _ in items]
        case "object":
            return _body(chance, about, schema, depth + 1)
        case "boolean":
            return chance.random() < 0.5
        case "integer" | "number":
            return chance.choice([0, 1, 3, 10**6])
    if "enum" in schema:
        return chance.choice([*schema["enum"], 1])
    if schema.get("format") == "byte":
        return chance.choice(["aGVsbG8=", "", "!"])
    if schema.get("format") in ("int64", "uint64"):
        return chance.choice(["0", "12", 5, "x"])
    return chance.choice([*IDS, *WORDS, "".join(chance.choices(string.printable, k=9))])


def _body(chance: random.Random, about: Document, schema: Schema, depth: int = 0) -> Any:
    properties = schema.get("properties", {})
    if depth > 4 or not properties:
        return {"k": "v"} if "additionalProperties" in schema else {}
    share = chance.choice([0.1, 0.4, 0.9])
    return {
        name: _value(chance, about, part, depth)
        for name, part in properties.items()
        if chance.random() < share
    }


def _query(chance: random.Random, method: Method) -> str:
    from urllib.parse import quote

    pairs = []
    for name, about in method.parameters.items():
        if about["location"] == "query" and chance.random() < 0.4:
            right = {"boolean": "true", "integer": "2"}.get(about["type"], chance.choice(IDS[:7]))
            value = right if chance.random() < 0.9 else "odd"
            pairs.append(f"{name}={quote(value)}")
    return "&".join(pairs)


@pytest.mark.parametrize("seed", range(4))
async def test_no_sequence_of_calls_breaks_it(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    world = World(tmp_path, speed=100_000.0)
    log = RequestLog(tmp_path / "requests.jsonl")
    application = Application(world, log, check=True)
    world.operations.resume()
    furnish(world)
    furnish_instance(world)
    methods = [key for key in sorted(SERVED) if _is_light(key)]
    for _turn in range(CALLS):
        name, version, identifier = chance.choice(methods)
        about = document(name, version)
        method = about.by_id[identifier]
        schema = about.schemas[method.request] if method.request else {}
        import json

        await application.reply(
            Request(
                http=method.http,
                host=f"{name}.googleapis.com",
                path=f"/{_path(chance, method)}",
                query=_query(chance, method),
                authorization=chance.choice(["", "", "", "Bearer dev@example.com"]),
                origin="",
                override="",
                body=json.dumps(_body(chance, about, schema)).encode() if schema else b"",
            )
        )
    wrong = [entry for entry in read(log.path) if entry.status >= 500 or entry.problems]
    assert not wrong
    served = {entry.method for entry in read(log.path) if entry.status == 200}
    assert len(served) > 35
    world.close()


def _is_light(key: tuple[str, str, str]) -> bool:
    """Real servers have tests of their own; a deleted project would end the fun for all."""
    api, _version, method = key
    kind, _dot, verb = method.partition(".")
    if api == "sqladmin":
        return kind == "operations" or verb in ("get", "list")
    return method != "projects.delete"
