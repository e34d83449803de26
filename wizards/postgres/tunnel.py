"""A plain socket to a Cloud SQL instance: the sandbox's endpoint, or ``cloud-sql-proxy``."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Self

from generators.language import _
from wizards.failures import Failure
from wizards.postgres.sandbox_address import SandboxAddress

_READY_SECONDS = 20.0


@dataclass
class Tunnel:
    """Where an instance listens for plain PostgreSQL clients while this is open."""

    host: str
    port: int
    through: str
    _process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the proxy, if one was started."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def open_tunnel(project: str, region: str, instance: str, sandbox: SandboxAddress | None) -> Tunnel:
    """Open the way to ``project:region:instance``; a :class:`Failure` says what is missing."""
    if sandbox is not None:
        return _of_sandbox(project, instance, sandbox)
    program = shutil.which("cloud-sql-proxy") or shutil.which("cloud_sql_proxy")
    if program is None:
        raise Failure(
            "tunnel-missing",
            _("There is no way to reach {instance} from this machine yet.").format(
                instance=f"{project}:{region}:{instance}"
            ),
            why=_(
                "cloud-sql-proxy is not installed. Tarmac's own tunnel over the Cloud SQL "
                "connector is not available yet."
            ),
            next=(
                "gcloud components install cloud-sql-proxy",
                _("or set database_url_env for this environment in tarmac.toml"),
            ),
        )
    return _of_proxy(program, f"{project}:{region}:{instance}")


def _of_sandbox(project: str, instance: str, sandbox: SandboxAddress) -> Tunnel:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(
            f"{sandbox.url}/sandbox/v1/sql/{project}/{instance}", timeout=30
        ) as answer:
            said = json.load(answer)
    except urllib.error.HTTPError as error:
        raise Failure(
            "instance-not-running",
            _("The Cloud SQL instance {instance} does not run in the sandbox.").format(
                instance=instance
            ),
            why=_("It was not created yet, or it is stopped."),
            next=("tarmac --sandbox apply", "tarmac --sandbox status"),
            raw=str(error),
        ) from error
    except OSError as error:
        raise Failure(
            "sandbox-unreachable",
            _("The sandbox at {url} does not answer.").format(url=sandbox.url),
            next=("tarmac sandbox start",),
            raw=str(error),
        ) from error
    return Tunnel(str(said["host"]), int(said["port"]), _("the sandbox"))


def _of_proxy(program: str, instance: str) -> Tunnel:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(
        [program, "--address", "127.0.0.1", "--port", str(port), instance],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    tunnel = Tunnel("127.0.0.1", port, "cloud-sql-proxy", process)
    limit = time.monotonic() + _READY_SECONDS
    while time.monotonic() < limit and process.poll() is None:
        with socket.socket() as client:
            client.settimeout(0.5)
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return tunnel
        time.sleep(0.1)
    tunnel.close()
    said = process.stderr.read().decode(errors="replace") if process.stderr else ""
    raise Failure(
        "tunnel-failed",
        _("cloud-sql-proxy could not open {instance}.").format(instance=instance),
        why=said.strip().splitlines()[-1] if said.strip() else _("It did not become ready."),
        next=("gcloud auth application-default login",),
        raw=said[-4000:],
    )
