"""The container entry script for hosts other than Cloud Run, and an image that can run it."""

from __future__ import annotations

import shlex

from generators.artefact import Artefact
from generators.artefacts.pending import pending_lines
from generators.artefacts.starting import exports, image_path, start_command, telling
from generators.deployment import Deployment
from generators.header import header
from generators.quoting import shell_word
from generators.stack import Stack
from generators.templating import rendered

_PYTHON = """\
import os, shlex, sys
from urllib.parse import parse_qs, unquote, urlsplit
url = urlsplit(os.environ["DATABASE_URL"])
if url.scheme.partition("+")[0] not in ("postgres", "postgresql"):
    sys.exit(1)
more = {key: values[0] for key, values in parse_qs(url.query).items()}
found = {
    "PGHOST": more.get("host", url.hostname or ""),
    "PGPORT": str(url.port or more.get("port", "5432")),
    "PGUSER": unquote(url.username or ""),
    "PGPASSWORD": unquote(url.password or ""),
    "PGDATABASE": unquote(url.path[1:]),
    "PGSSLMODE": more.get("sslmode", "prefer"),
}
print("; ".join("export " + key + "=" + shlex.quote(value) for key, value in found.items()))
"""
_NODE = """\
const url = new URL(process.env.DATABASE_URL);
if (!/^postgres(ql)?:$/.test(url.protocol)) process.exit(1);
const more = url.searchParams, plain = decodeURIComponent;
const found = {
  PGHOST: more.get("host") || url.hostname, PGPORT: url.port || "5432",
  PGUSER: plain(url.username), PGPASSWORD: plain(url.password),
  PGDATABASE: plain(url.pathname.slice(1)), PGSSLMODE: more.get("sslmode") || "prefer",
};
const quoted = (text) => String.fromCharCode(39) +
  text.split(String.fromCharCode(39)).join(`'"'"'`) + String.fromCharCode(39);
const lines = Object.entries(found).map(([key, value]) => `export ${key}=${quoted(value)}`);
console.log(lines.join("; "));
"""


def script(stack: Stack, language: str) -> list[Artefact]:
    """Return the entry script; () where nothing migrates a PostgreSQL database."""
    one = stack.main
    if not _makes_sense(one):
        return []
    streams = [
        {
            "folder": image_path(one, stream.tool.directory),
            "words": telling(one, stream, stream.tool.command),
            "pending": [*exports(one, stream), *pending_lines(stream.tool)],
        }
        for stream in one.migrating
    ]
    text = rendered(
        "scripts/entrypoint.sh.j2",
        language,
        header=header(language, one.blueprint_hash),
        workdir=image_path(one, one.service.path),
        start=start_command(one),
        streams=streams,
        split_url=_split_url(one),
    )
    return [Artefact(name="entry", path="deploy/entrypoint.sh", text=text, mode=0o755)]


def image(stack: Stack, language: str) -> list[Artefact]:
    """Return a Dockerfile on top of the service's image: PostgreSQL's tools and the script."""
    one = stack.main
    if not _makes_sense(one):
        return []
    text = rendered(
        "scripts/entry.Dockerfile.j2",
        language,
        header=header(language, one.blueprint_hash),
        image=shlex.quote(one.name),
        major=one.database.major if one.database else "16",
    )
    return [Artefact(name="entry-image", path="deploy/entry.Dockerfile", text=text)]


def _makes_sense(deployment: Deployment) -> bool:
    return deployment.answers and not deployment.static and bool(deployment.migrating)


def _split_url(deployment: Deployment) -> str:
    """Return the command that prints libpq's variables from DATABASE_URL, as shell assignments."""
    if deployment.service.language == "python":
        return f"python -c {shell_word(_PYTHON)}"
    return f"node -e {shell_word(_NODE)}"
