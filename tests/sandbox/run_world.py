"""A furnished sandbox with an account, and the little programs its images stand for."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.run.image_routes import key
from tests.sandbox.client import DIRECT, Client, until

PLACE = "run/v2/projects/notes-prod/locations/asia-northeast3"
ACCOUNT = "notes-run@notes-prod.iam.gserviceaccount.com"
SERVER = """
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        said = os.environ.get(self.path.strip("/"), "") or os.environ["K_REVISION"]
        self.send_response(200)
        self.send_header("Content-Length", str(len(said.encode())))
        self.end_headers()
        self.wfile.write(said.encode())

    def log_message(self, text, *arguments):
        print(text % arguments, flush=True)

print("listening on", os.environ["PORT"], flush=True)
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Answer).serve_forever()
"""


@dataclass(frozen=True)
class RunWorld:
    client: Client
    state: Path
    folder: Path

    def map(self, image: str, program: str, **more: Any) -> None:
        """Let an image stand for a Python program."""
        path = self.folder / f"{image.replace('/', '_')}.py"
        path.write_text(program)
        given = {"image": image, "folder": str(self.folder), "command": [sys.executable, str(path)]}
        headers = {"Authorization": f"Bearer {key(self.state)}"}
        answer = self.client.call("POST", "/sandbox/v1/images", {**given, **more}, headers=headers)
        assert answer.status == 200, answer.body

    def account(self) -> str:
        """Make the service account that services run as."""
        given = {"accountId": "notes-run"}
        self.client.ok("POST", "iam/v1/projects/notes-prod/serviceAccounts", given)
        path = f"iam/v1/projects/notes-prod/serviceAccounts/{ACCOUNT}"
        until(lambda: self.client.get(path), lambda said: said.status == 200)
        return ACCOUNT

    def secret(self, name: str, value: str) -> str:
        """Make a secret with one version."""
        import base64

        path = "secretmanager/v1/projects/notes-prod/secrets"
        body = {"replication": {"automatic": {}}}
        self.client.ok("POST", f"{path}?secretId={name}", body)
        data = base64.b64encode(value.encode()).decode()
        self.client.ok("POST", f"{path}/{name}:addVersion", {"payload": {"data": data}})
        return name

    def grant(self, resource: str, role: str, member: str) -> None:
        """Bind a role, and wait until it is in force."""
        policy = {"bindings": [{"role": role, "members": [member]}]}
        self.client.ok("POST", f"{resource}:setIamPolicy", {"policy": policy})

    def wait(self, operation: Any) -> Any:
        """Return an operation when it has ended."""
        return self.client.done("run/v2", operation)

    def deploy(self, name: str, template: Any, **more: Any) -> Any:
        """Deploy a service by v2 and return it, whatever became of it."""
        path = f"{PLACE}/services/{name}?allowMissing=true"
        self.wait(self.client.ok("PATCH", path, {"template": template, **more}))
        return self.client.ok("GET", f"{PLACE}/services/{name}")


def fetch(url: str, token: str = "") -> tuple[int, str]:
    """Return status and text of a page."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        request = urllib.request.Request(url, headers=headers)
        with DIRECT.open(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
