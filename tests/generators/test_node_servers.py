"""Node programs that answer or work without a framework, and what their workspace shares."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generators.artefacts.node_image import node_image
from generators.detect import detect
from generators.project import Confidence
from tests.generators.repository import deployment, only_service, repository

SERVER = "import { createServer } from 'node:http';\ncreateServer(answer).listen(8787);\n"


def package(**fields: object) -> str:
    """Return a package.json."""
    return json.dumps(fields)


def test_a_server_of_node_s_own_http_that_a_script_starts_is_a_service(tmp_path: Path) -> None:
    files = {
        "package.json": package(
            name="api", scripts={"build": "tsc", "start": "node dist/server.js"}
        ),
        "src/server.ts": SERVER,
    }
    service = only_service(repository(tmp_path, files))
    assert (service.framework, service.entrypoint, service.port) == ("Node", "src/server.ts", 8787)
    assert service.confidence is not Confidence.LOW


@pytest.mark.parametrize(
    "changes",
    [
        {"package.json": package(name="api", bin="cli.js", scripts={"start": "node src/cli.js"})},
        {"src/cli.js": "import { get } from 'node:http';\nget('http://example.org');\n"},
        {"package.json": package(name="api", scripts={"test": "node src/cli.js"})},
    ],
)
def test_a_program_that_only_may_listen_is_none(tmp_path: Path, changes: dict[str, str]) -> None:
    files = {
        "package.json": package(name="api", scripts={"start": "node src/cli.js"}),
        "src/cli.js": SERVER,
        **changes,
    }
    assert detect(repository(tmp_path, files)).services == ()


def test_a_worker_that_only_its_image_starts_is_run_as_the_image_does(tmp_path: Path) -> None:
    files = {
        "worker/package.json": package(
            name="worker", devDependencies={"ts-node": "^10"}, dependencies={"amqplib": "1"}
        ),
        "worker/src/consumer.ts": "channel.consume(queue, handle);\n",
        "worker/Dockerfile": (
            'FROM node:22\nCMD [ "pnpm", "ts-node", "--transpile-only", "src/consumer.ts" ]\n'
        ),
    }
    service = only_service(repository(tmp_path, files))
    assert (service.role, service.entrypoint) == ("worker", "src/consumer.ts")
    assert service.start == ("ts-node", "--transpile-only", "src/consumer.ts")
    assert [worker.command for worker in service.workers] == [service.start]
    text = node_image(deployment(service), "en").text
    assert "HEALTHCHECK" not in text
    assert "EXPOSE" not in text


def test_nitro_brings_its_own_server(tmp_path: Path) -> None:
    files = {
        "package.json": package(
            name="api",
            scripts={"build": "nitro build", "start": "node .output/server/index.mjs"},
            dependencies={"hono": "4"},
            devDependencies={"nitro": "3.0.1"},
        ),
        "src/index.ts": "export default new Hono();\n",
    }
    service = only_service(repository(tmp_path, files))
    assert (service.framework, service.entrypoint) == ("Nitro", None)
    assert service.start == ("node", ".output/server/index.mjs")


@pytest.mark.parametrize(
    ("more", "role"),
    [
        ({}, "static"),
        ({"server/api/hello.ts": "export default () => 1"}, "web"),
        ({"Dockerfile": 'FROM node:24\nCMD ["node", "server/index.mjs"]\n'}, "web"),
    ],
)
def test_nuxt_without_server_rendering_may_need_its_server(
    tmp_path: Path, more: dict[str, str], role: str
) -> None:
    files = {
        "package.json": package(
            name="web", scripts={"build": "nuxi build"}, dependencies={"nuxt": "4"}
        ),
        "nuxt.config.ts": "export default { ssr: false }\n",
        **more,
    }
    assert only_service(repository(tmp_path, files)).role == role


def test_next_that_is_exported_in_production_only_is_files(tmp_path: Path) -> None:
    files = {
        "package.json": package(
            name="web", scripts={"build": "next build"}, dependencies={"next": "15"}
        ),
        "next.config.mjs": "export default { output: isProd ? 'export' : undefined }\n",
    }
    service = only_service(repository(tmp_path, files))
    assert (service.role, service.output) == ("static", "out")


def test_a_member_s_own_lockfile_is_stale_beside_the_workspace_s(tmp_path: Path) -> None:
    files = {
        "package.json": package(private=True, workspaces=["apps/*"]),
        "package-lock.json": "{}",
        "apps/api/package.json": package(
            name="api", scripts={"start": "node index.js"}, dependencies={"express": "4"}
        ),
        "apps/api/package-lock.json": "{}",
        "apps/api/index.js": "const app = express(); app.listen(3000);\n",
    }
    service = only_service(repository(tmp_path, files))
    assert (service.lockfile, service.workspace) == ("package-lock.json", ".")


@pytest.mark.parametrize(
    ("lock", "line"),
    [
        (
            "package-lock.json",
            "npm run build --workspace deep --workspace @x/sdk --prefix ../.. && npm run build",
        ),
        ("yarn.lock", "yarn workspace deep run build && yarn workspace @x/sdk run build"),
        ("bun.lock", "bun run --filter deep build && bun run --filter @x/sdk build"),
        ("pnpm-lock.yaml", 'pnpm --filter "api..." run build'),
    ],
)
def test_what_a_workspace_shares_is_built_before_what_uses_it(
    tmp_path: Path, lock: str, line: str
) -> None:
    build = {"build": "tsc"}
    version = {"yarn.lock": "# yarn lockfile v1\n"}.get(lock, "{}")
    files = {
        "package.json": package(private=True, workspaces=["apps/*", "packages/*"]),
        lock: version,
        "apps/api/package.json": package(
            name="api",
            scripts={**build, "start": "node dist/index.js"},
            dependencies={"express": "4", "@x/sdk": "0.1.0"},
        ),
        "apps/api/src/index.ts": "const app = express(); app.listen(3000);\n",
        "packages/sdk/package.json": package(
            name="@x/sdk", exports="./dist", scripts=build, dependencies={"deep": "1", "plain": "1"}
        ),
        "packages/deep/package.json": package(name="deep", exports="./dist", scripts=build),
        "packages/plain/package.json": package(name="plain", exports="./index.js"),
    }
    service = only_service(repository(tmp_path, files))
    assert service.siblings == ("deep", "@x/sdk")
    assert line in node_image(deployment(service), "en").text


@pytest.mark.parametrize("migrated", [True, False])
def test_a_schema_that_is_only_pushed_is_said_to_have_no_migrations(
    tmp_path: Path, migrated: bool
) -> None:
    files = {
        "package.json": package(
            name="api",
            scripts={"start": "node index.js"},
            dependencies={"express": "4", "@prisma/client": "6"},
        ),
        "index.js": "const app = express(); app.listen(3000);\n",
        "prisma/schema.prisma": 'datasource db { provider = "postgresql" }\n',
    }
    if migrated:
        files["prisma/migrations/1_init/migration.sql"] = "CREATE TABLE a (b int);\n"
    found = detect(repository(tmp_path, files))
    assert found.services[0].migrations is not None
    codes = [finding.code for finding in found.findings]
    assert ("prisma-without-migrations" in codes) is not migrated
    assert "no-health-path" in codes


def test_one_image_for_every_program_says_the_version_of_each(tmp_path: Path) -> None:
    image = "FROM node:{} AS base\nARG APP\nRUN cd apps/${{APP}} && npm run build\n"
    start = {"start": "node index.js"}
    files = {
        "package.json": package(private=True, workspaces=["apps/*"]),
        "package-lock.json": "{}",
        "apps/api/package.json": package(name="api", scripts=start, dependencies={"express": "4"}),
        "apps/api/index.js": "const app = express(); app.listen(3000);\n",
        "apps/site/package.json": package(
            name="site", scripts={"build": "next build"}, dependencies={"next": "16"}
        ),
        "infra/Dockerfile.backend": image.format(20),
        "infra/Dockerfile.site": "FROM node:22\nCOPY apps/site ./apps/site\n",
    }
    found = detect(repository(tmp_path, files)).services
    assert {one.path: one.node_version for one in found} == {"apps/api": "20", "apps/site": "22"}
