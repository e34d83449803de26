"""The image of a Node server: installed and built in one stage, run without root in another."""

from __future__ import annotations

import json
import shlex

from generators.artefact import Artefact
from generators.artefacts.node_installing import runtime_tool
from generators.artefacts.node_source import SOURCE, node_source
from generators.artefacts.starting import (
    health_command,
    image_path,
    start_command,
)
from generators.deployment import Deployment
from generators.detection.tree import join
from generators.header import header
from generators.project import Service
from generators.templating import rendered

SUITE = "bookworm"


def node_image(deployment: Deployment, language: str) -> Artefact:
    """Return the Dockerfile of a Node service."""
    service = deployment.service
    source = node_source(deployment, service, service.prisma or "")
    keeps, traced = keeps_everything(deployment), standalone(deployment)
    generate = _generate(deployment)
    prune = "" if keeps or traced else source.install.prune
    text = rendered(
        "Dockerfile.node.j2",
        language,
        header=header(language, deployment.blueprint_hash),
        deployment=deployment,
        suite=SUITE,
        source=source,
        root=SOURCE,
        build_packages=_packages(service, building=True),
        run_packages=_packages(service, building=False),
        making=[
            line for line in (generate, source.build, "mkdir -p public" if traced else "") if line
        ],
        pruning=[line for line in (prune, generate) if line] if prune else [],
        keeps=keeps,
        standalone=traced,
        runtime_tool=runtime_tool(service.start, service),
        workdir=_workdir(deployment),
        path=_path(deployment),
        preload=_preload(deployment),
        start=start_command(deployment),
        health=health_command(deployment),
    )
    return Artefact(
        name="dockerfile", path=deployment.dockerfile, text=text, context=deployment.context
    )


def keeps_everything(deployment: Deployment) -> bool:
    """Whether migrations need development dependencies, so that none can be left out."""
    service = deployment.service
    cli = service.prisma is not None and "prisma" not in service.dependencies
    by_script = any(one.tool.provider == "other" for one in deployment.migrating)
    return by_script or (cli and bool(deployment.migrating))


def standalone(deployment: Deployment) -> bool:
    """Whether Next.js traces the files it needs itself; migrations would not be among them."""
    service = deployment.service
    return service.output.endswith("standalone") and not deployment.migrating


def _packages(service: Service, *, building: bool) -> list[str]:
    needs = service.native
    names = [name for need in needs if not need.wheel for name in need.build] if building else []
    names += [name for need in needs for name in need.run]
    if service.prisma:
        names += ["ca-certificates", "openssl"]
    return sorted(set(names))


def _generate(deployment: Deployment) -> str:
    """Return the line that makes Prisma's client, "" without one."""
    service = deployment.service
    if service.prisma is None:
        return ""
    schema = deployment.within_context(service.prisma)
    return f"npx prisma generate --schema {shlex.quote(f'{SOURCE}/{schema}')}"


def _path(deployment: Deployment) -> str:
    """Return the folders with the programs of the package and of its workspace, for PATH."""
    service = deployment.service
    folders = dict.fromkeys((service.path, service.workspace or service.path))
    return ":".join(join(image_path(deployment, one), "node_modules/.bin") for one in folders)


def _workdir(deployment: Deployment) -> str:
    """Return the folder that the program runs in; Next.js counts from the workspace it found."""
    service = deployment.service
    if not standalone(deployment):
        return image_path(deployment, service.path)
    if not service.workspace:
        return "/app"
    above = "" if service.workspace == "." else f"{service.workspace}/"
    return f"/app/{service.path.removeprefix(above)}"


def _preload(deployment: Deployment) -> list[str]:
    """Return the lines of the file that is loaded before the program."""
    database = deployment.database
    password = database.password_variable if database else "DB_PASSWORD"
    known = f"env[{json.dumps(password)}]"
    return PRELOAD.replace("env.DB_PASSWORD", known).splitlines()


PRELOAD = """\
"use strict";
const net = require("node:net");
const { env } = process;
const servers = new Set();
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...words) {
  servers.add(this);
  this.once("close", () => servers.delete(this));
  return listen.apply(this, words);
};
process.on("SIGTERM", () => {
  setTimeout(() => process.exit(0), 8000).unref();
  if (process.listenerCount("SIGTERM") > 1) return;
  const end = () => { if (servers.size === 0) process.exit(0); };
  for (const server of servers) {
    server.close(end);
    if (server.closeIdleConnections) server.closeIdleConnections();
  }
  end();
});
if (!env.DATABASE_URL && env.CLOUD_SQL_INSTANCE && env.DB_USER && env.DB_NAME) {
  const word = encodeURIComponent;
  const who = word(env.DB_USER) + (env.DB_PASSWORD ? ":" + word(env.DB_PASSWORD) : "");
  const socket = "/cloudsql/" + env.CLOUD_SQL_INSTANCE;
  const place = "@localhost/" + word(env.DB_NAME) + "?host=" + socket;
  env.DATABASE_URL = "postgresql://" + who + place;
}
"""
"""Loaded before the program: ends it well on SIGTERM, and tells it the address of Cloud SQL."""
