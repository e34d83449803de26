"""Calls made up at random from the discovery documents: mostly nearly right, sometimes not."""

import copy
import json
import random
import re
import string
from typing import Any
from urllib.parse import quote

from sandbox.application import Application, Reply, Request
from sandbox.call import SERVED
from sandbox.discovery.documents import Document, Method, Schema, document

Key = tuple[str, str, str]

IDS = (*("notes",) * 8, "notes-prod", "notes-db", "db", "x", "-", "1", "Ünïcode", "a" * 70)
WORDS = ("", "roles/viewer", "user:a@example.com", "POSTGRES_16", "db-f1-micro", "us-central1", "1")
PLACES = (*("us-central1",) * 4, *("global",) * 4, "asia-northeast3", "nowhere")
PROJECTS = (*("notes-prod",) * 24, "415104041262", "cos-cloud", "notes-dev", "Ünïcode")
REQUESTS = tuple(f"{number:08x}-0000-4000-8000-000000000000" for number in range(1, 400))
CHOICES = {
    "project": PROJECTS,
    "projects": PROJECTS,
    "namespaces": PROJECTS,
    "locations": PLACES,
    "region": PLACES,
    "zone": ("us-central1-a", "us-central1-a", "us-central1-f", "nowhere-1-a"),
    "family": ("cos-stable", "x"),
    "machineType": ("e2-micro", "x"),
    "organizations": ("123456789012", "123456789012", "1"),
    "billingAccounts": ("01A2B3-C4D5E6-F7A8B9", "0F0E1F-0A0B0C-0D0E0F", "x"),
    "roles": ("viewer", "x"),
    "policies": ("sql.restrictPublicIp", "gcp.resourceLocations", "x"),
    "services": ("notes", "run.googleapis.com", "sqladmin.googleapis.com", "x"),
}
IMAGE = {"image": "us-docker.pkg.dev/cloudrun/container/hello"}
SQL_SETTINGS = {"tier": "db-f1-micro", "edition": "ENTERPRISE"}
GITHUB = {"issuerUri": "https://token.actions.githubusercontent.com"}
EXAMPLES: dict[tuple[str, str], Any] = {
    ("compute", "instances.insert"): {
        "name": "notes",
        "machineType": "zones/us-central1-a/machineTypes/e2-micro",
        "disks": [
            {
                "boot": True,
                "initializeParams": {"sourceImage": "projects/cos-cloud/global/images/family/x"},
            },
        ],
        "metadata": {"items": [{"key": "enable-guest-attributes", "value": "TRUE"}]},
    },
    ("compute", "firewalls.insert"): {
        "name": "notes",
        "allowed": [{"IPProtocol": "tcp", "ports": ["80"]}],
    },
    ("compute", "addresses.insert"): {"name": "notes"},
    ("secretmanager", "projects.secrets.create"): {"replication": {"automatic": {}}},
    ("secretmanager", "projects.secrets.addVersion"): {"payload": {"data": "aGVsbG8="}},
    ("artifactregistry", "projects.locations.repositories.create"): {"format": "DOCKER"},
    ("iam", "projects.locations.workloadIdentityPools.create"): {"displayName": "Notes"},
    ("iam", "projects.serviceAccounts.create"): {"accountId": "notes-run"},
    ("iam", "projects.locations.workloadIdentityPools.providers.create"): {
        "oidc": GITHUB,
        "attributeMapping": {"google.subject": "assertion.sub"},
        "attributeCondition": "assertion.repository_id=='7'",
    },
    ("orgpolicy", "projects.policies.create"): {
        "name": "projects/notes-prod/policies/sql.restrictPublicIp",
        "spec": {"rules": [{"enforce": True}]},
    },
    ("run", "projects.locations.services.create"): {"template": {"containers": [IMAGE]}},
    ("run", "namespaces.services.create"): {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": {"name": "notes"},
        "spec": {"template": {"spec": {"containers": [IMAGE]}}},
    },
    ("cloudbuild", "projects.builds.create"): {"steps": [{"name": "ubuntu", "args": ["true"]}]},
    ("cloudbuild", "projects.locations.builds.create"): {"steps": [{"name": "ubuntu"}]},
    ("run", "projects.locations.jobs.create"): {"template": {"template": {"containers": [IMAGE]}}},
    ("sqladmin", "instances.insert"): {"name": "notes", "settings": SQL_SETTINGS},
    ("sqladmin", "instances.clone"): {"cloneContext": {"destinationInstanceName": "x"}},
    ("sqladmin", "databases.insert"): {"name": "notes"},
    ("sqladmin", "users.insert"): {"name": "notes", "password": "one"},
    ("cloudresourcemanager", "projects.create"): {"projectId": "notes-dev"},
    ("serviceusage", "services.batchEnable"): {"serviceIds": ["run.googleapis.com"]},
}
EXAMPLES["compute", "instances.insert"]["disks"][0]["initializeParams"]["sourceImage"] = (
    "projects/cos-cloud/global/images/family/cos-stable"
)


class Caller:
    """Makes one random call after the other, using names it has been answered."""

    def __init__(self, application: Application, seed: int) -> None:
        self._application = application
        self._chance = random.Random(seed)
        self._seen: list[str] = []
        self.read: set[tuple[str, str, str]] = set()

    async def call(self, key: Key) -> Reply:
        """Call a method with made-up input."""
        name, version, identifier = key
        about = document(name, version)
        method = about.by_id[identifier]
        path, query = f"/{self._path(method)}", self._query(method)
        body = b""
        if method.request:
            body = json.dumps(self._body_for(about, method)).encode()
        token = self._chance.choice([*[""] * 9, "Bearer dev@example.com"])
        reply = await self.ask(name, method.http, path, query, token, body)
        if reply.status == 200 and isinstance(reply.body, dict):
            self._seen += [
                str(reply.body[field])
                for field in ("name", "etag", "fingerprint", "labelFingerprint", "id")
                if reply.body.get(field)
            ]
            if method.http == "GET" and not token:
                self.read.add((name, path, query))
        return reply

    async def ask(
        self, name: str, http: str, path: str, query: str, token: str = "", body: bytes = b""
    ) -> Reply:
        """Make one call as it is given."""
        return await self._application.reply(
            Request(
                http=http,
                host=f"{name}.googleapis.com",
                path=path,
                query=query,
                authorization=token,
                origin="",
                override="",
                body=body,
            )
        )

    def _path(self, method: Method) -> str:
        path = method.template
        for name, about in method.parameters.items():
            if about["location"] == "path":
                value = self._parameter(name, str(about.get("pattern", "")).strip("^$"))
                path = path.replace(f"{{+{name}}}", value).replace(f"{{{name}}}", value)
        return path

    def _parameter(self, name: str, pattern: str) -> str:
        fitting = self._fitting(name, pattern)
        if fitting and self._chance.random() < 0.7:
            return quote(self._chance.choice(fitting), safe="/-")
        if "[^/]+" not in pattern:
            return quote(self._chance.choice(CHOICES.get(name, IDS)), safe="-")
        parts: list[str] = []
        for part in pattern.replace("[^/]+", "?").replace(".*", "x").replace(".+", "x").split("/"):
            chosen = self._chance.choice(CHOICES.get(parts[-1] if parts else "", IDS))
            parts.append(part.replace("?", quote(chosen, safe="-")))
        return "/".join(parts)

    def _fitting(self, name: str, pattern: str) -> list[str]:
        """Return the names out of answers that fit a parameter."""
        if name in ("operation", "id"):
            return [each for each in self._seen[-200:] if each.isdigit() or each.count("-") > 1]
        if "[^/]+" not in pattern:
            return []
        return [each for each in self._seen[-200:] if re.fullmatch(pattern, each)]

    def _query(self, method: Method) -> str:
        pairs = []
        for name, about in method.parameters.items():
            likely = 0.95 if about.get("required") or name.endswith("Id") else 0.15
            if about["location"] == "query" and self._chance.random() < likely:
                right = {"boolean": "true", "integer": "2"}.get(about["type"])
                fixed = REQUESTS if name == "requestId" else about.get("enum", IDS[:12])
                right = right or self._chance.choice(fixed)
                value = right if self._chance.random() < 0.9 else "odd"
                pairs.append(f"{name}={quote(value)}")
        return "&".join(pairs)

    def _body_for(self, about: Document, method: Method) -> Any:
        example = EXAMPLES.get((about.name, method.id))
        assert method.request
        made = self._body(about, about.schemas[method.request])
        if example is None or self._chance.random() < 0.3:
            return made
        body = copy.deepcopy(example)
        if made and self._chance.random() < 0.4:
            field = self._chance.choice(sorted(made))
            body[field] = made[field]
        if "name" in body and self._chance.random() < 0.3:
            body["name"] = self._chance.choice(IDS)
        return body

    def _body(self, about: Document, schema: Schema, depth: int = 0) -> Any:
        properties = schema.get("properties", {})
        if depth > 4 or not properties:
            return {"k": "v"} if "additionalProperties" in schema else {}
        share = self._chance.choice([0.1, 0.4, 0.9])
        return {
            name: self._value(about, part, depth)
            for name, part in properties.items()
            if self._chance.random() < share
        }

    def _value(self, about: Document, schema: Schema, depth: int) -> Any:
        chance = self._chance
        if chance.random() < 0.06:
            return chance.choice([None, 7, -1.5, "odd", [], {}, True, {"odd": 1}])
        if "$ref" in schema:
            return self._body(about, about.schemas[schema["$ref"]], depth + 1)
        match schema.get("type"):
            case "array":
                items = range(chance.randrange(3))
                return [self._value(about, schema.get("items", {}), depth + 1) for _ in items]
            case "object":
                return self._body(about, schema, depth + 1)
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
        if self._seen and chance.random() < 0.1:
            return chance.choice(self._seen)
        return chance.choice([*IDS, *WORDS, "".join(chance.choices(string.printable, k=9))])


def every_method() -> list[Key]:
    """Return every served method but those that would end the fun for all."""
    endings = ("projects.delete", "projects.updateBillingInfo", "services.disable")
    return [key for key in sorted(SERVED) if key[2] not in endings]


def chosen(chance: random.Random, methods: list[Key], succeeded: set[Key]) -> Key:
    """Return the next method: often one that never went well, seldom one that destroys."""
    while True:
        waiting = [key for key in methods if key not in succeeded]
        key = chance.choice(waiting if waiting and chance.random() < 0.6 else methods)
        destroys = re.search("delete|undelete|destroy|disable", key[2], re.IGNORECASE)
        if not destroys or chance.random() < 0.2:
            return key


def without_servers(key: Key) -> bool:
    """Whether a method leaves the real servers of Cloud SQL alone."""
    api, _version, method = key
    kind, _dot, verb = method.partition(".")
    return api != "sqladmin" or kind == "operations" or verb.lower().startswith(("get", "list"))
