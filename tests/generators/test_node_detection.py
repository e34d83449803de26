"""Node servers, front ends, workspaces and their managers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generators.detect import detect
from generators.project import Confidence, Service
from tests.generators.repository import only_service, repository

NEST_MAIN = "async function start() {\n  const app = await NestFactory.create(AppModule);\n"


def package(name: str = "api", **fields: object) -> str:
    return json.dumps({"name": name, "version": "1.0.0", **fields})


def nest(root: Path, **more: str | bytes) -> Service:
    files: dict[str, str | bytes] = {
        "package.json": package(
            scripts={"build": "nest build", "start": "nest start", "start:prod": "node dist/main"},
            dependencies={"@nestjs/core": "^11.0.0", "bcrypt": "5"},
            engines={"node": ">=20"},
        ),
        "package-lock.json": "{}",
        "nest-cli.json": '{"sourceRoot": "src", // comments are allowed\n}',
        "src/main.ts": NEST_MAIN + "  await app.listen(process.env.PORT ?? 4100);\n}\n",
        "src/seed/run.ts": NEST_MAIN,
    }
    return only_service(repository(root, files | more))


def test_nest_starts_from_its_main_not_from_a_script_that_also_creates_an_app(
    tmp_path: Path,
) -> None:
    service = nest(tmp_path)
    assert (service.framework, service.entrypoint) == ("NestJS", "src/main.ts")
    assert (service.start, service.build) == (("node", "dist/main"), ("npm", "run", "build"))
    assert (service.output, service.port, service.role) == ("dist", 4100, "web")
    assert service.alternatives == ("src/seed/run.ts",)
    assert service.confidence is Confidence.HIGH
    assert [need.dependency for need in service.native] == ["bcrypt"]
    entry = service.evidence[0]
    assert (entry.path, entry.line) == ("src/main.ts", 2)


def test_a_nest_monorepo_has_one_service_for_each_application(tmp_path: Path) -> None:
    config = {
        "monorepo": True,
        "projects": {
            "shop": {"type": "application", "root": "apps/shop", "sourceRoot": "apps/shop/src"},
            "mail": {"type": "application", "root": "apps/mail", "sourceRoot": "apps/mail/src"},
            "common": {"type": "library", "root": "libs/common", "sourceRoot": "libs/common/src"},
        },
    }
    files = {
        "package.json": package(
            dependencies={"@nestjs/core": "11"}, scripts={"build": "nest build"}
        ),
        "nest-cli.json": json.dumps(config),
        "apps/shop/src/main.ts": NEST_MAIN,
        "apps/mail/src/main.ts": NEST_MAIN,
    }
    services = detect(repository(tmp_path, files)).services
    assert {one.entrypoint for one in services} == {
        "apps/shop/src/main.ts",
        "apps/mail/src/main.ts",
    }
    assert {one.start for one in services} == {
        ("node", "dist/apps/shop/main"),
        ("node", "dist/apps/mail/main"),
    }
    assert len({one.name for one in services}) == 2


def test_prisma_is_migrated_where_its_schema_is_owned(tmp_path: Path) -> None:
    schema = 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\n'
    files = {
        "package.json": package("root", workspaces=["apps/*", "packages/*"]),
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
        "pnpm-workspace.yaml": "packages:\n  - 'apps/*'\n  - \"packages/*\"\n",
        "apps/api/package.json": package(
            dependencies={"express": "5", "@x/db": "workspace:*"},
            scripts={"start": "node dist/server.js", "build": "tsc"},
        ),
        "apps/api/src/server.ts": "const app = express();\napp.listen(3000);\n",
        "packages/db/package.json": package("@x/db", dependencies={"@prisma/client": "6"}),
        "packages/db/prisma/schema.prisma": schema,
    }
    service = only_service(repository(tmp_path, files))
    assert service.entrypoint == "src/server.ts"
    assert service.migrations is not None
    tool = service.migrations
    assert (tool.provider, tool.directory) == ("prisma", "packages/db")
    assert tool.command == ("prisma", "migrate", "deploy")
    assert (service.database, service.prisma) == ("postgresql", "packages/db/prisma/schema.prisma")
    assert (service.package_manager, service.workspace, service.lockfile) == (
        "pnpm",
        ".",
        "pnpm-lock.yaml",
    )
    assert service.manager_version == "9"


def test_prisma_on_mongodb_has_no_migrations(tmp_path: Path) -> None:
    service = nest(
        tmp_path, **{"prisma/schema.prisma": 'datasource db {\n provider = "mongodb"\n}\n'}
    )
    assert service.migrations is None


@pytest.mark.parametrize(
    ("dependency", "path", "tool"),
    [
        ("typeorm", "src/migrations/1629914970959-First.ts", "typeorm"),
        ("knex", "knexfile.js", "knex"),
        ("drizzle-orm", "drizzle.config.ts", "drizzle"),
        ("sequelize", ".sequelizerc", "sequelize"),
    ],
)
def test_other_migration_tools_are_named_but_never_claimed_to_be_understood(
    tmp_path: Path, dependency: str, path: str, tool: str
) -> None:
    files = {
        "package.json": package(
            dependencies={"express": "5", dependency: "1"}, scripts={"start": "node index.js"}
        ),
        "index.js": "require('express')().listen(3000)\n",
        path: "",
    }
    service = only_service(repository(tmp_path, files))
    assert service.migrations is not None
    assert (service.migrations.provider, service.migrations.tool) == ("other", tool)
    assert "migrations-by-hand" in {one.code for one in detect(tmp_path).findings}


def test_an_orm_without_any_migration_is_no_migration_tool(tmp_path: Path) -> None:
    files = {
        "package.json": package(
            dependencies={"express": "5", "sequelize": "6"}, scripts={"start": "node index.js"}
        ),
        "index.js": "require('express')().listen(3000)\n",
    }
    assert only_service(repository(tmp_path, files)).migrations is None


@pytest.mark.parametrize(
    ("start", "file", "source"),
    [
        ("node ./bin/www", "bin/www", "bin/www"),
        ("cross-env NODE_ENV=production node dist/server.js", "src/server.ts", "src/server.ts"),
        ("nodemon --exec ts-node src/index.ts", "src/index.ts", "src/index.ts"),
        ("pm2 start ecosystem.config.json --no-daemon", "src/index.js", "src/index.js"),
    ],
)
def test_the_start_script_leads_to_the_source(
    tmp_path: Path, start: str, file: str, source: str
) -> None:
    files = {
        "package.json": package(dependencies={"koa": "2"}, scripts={"start": start}),
        "ecosystem.config.json": '{"apps": [{"name": "x", "script": "src/index.js"}]}',
        file: "const app = new Koa();\napp.listen(3000);\n",
    }
    service = only_service(repository(tmp_path, files))
    assert (service.framework, service.entrypoint) == ("Koa", source)
    assert service.confidence is Confidence.HIGH


def test_a_server_that_only_a_file_name_suggests_is_not_claimed_to_be_sure(tmp_path: Path) -> None:
    files = {
        "package.json": package(dependencies={"express": "5"}),
        "one.js": "app.listen(1000)\n",
        "two.js": "app.listen(2000)\n",
    }
    assert only_service(repository(tmp_path, files)).confidence is Confidence.LOW


def test_a_library_that_uses_express_is_no_service(tmp_path: Path) -> None:
    files = {
        "package.json": package(
            main="index.js", exports={".": "./index.js"}, dependencies={"express": "5"}
        ),
        "index.js": "module.exports = () => express().listen(0)\n",
    }
    found = detect(repository(tmp_path, files))
    assert found.services == ()
    assert found.verdict.kind == "library"


@pytest.mark.parametrize(
    ("dependencies", "files", "framework", "start", "output"),
    [
        ({"next": "15"}, {}, "Next.js", ("next", "start"), ".next"),
        (
            {"nuxt": "^4.0.0"},
            {},
            "Nuxt",
            ("node", ".output/server/index.mjs"),
            ".output",
        ),
        (
            {"@sveltejs/kit": "2", "@sveltejs/adapter-node": "5"},
            {},
            "SvelteKit",
            ("node", "build"),
            "build",
        ),
    ],
)
def test_frameworks_with_their_own_server_have_no_entry_file(
    tmp_path: Path,
    dependencies: dict[str, str],
    files: dict[str, str],
    framework: str,
    start: tuple[str, ...],
    output: str,
) -> None:
    package_json = package(
        dependencies=dependencies, scripts={"build": "x build", "start": "x start"}
    )
    service = only_service(repository(tmp_path, {"package.json": package_json, **files}))
    assert (service.framework, service.entrypoint, service.role) == (framework, None, "web")
    assert (service.start, service.output, service.port) == (start, output, 3000)


@pytest.mark.parametrize(
    ("dependencies", "files", "bundler", "output"),
    [
        ({"react-scripts": "5", "react": "18"}, {}, "react-scripts", "build"),
        ({"next": "15"}, {"next.config.mjs": "export default { output: 'export' }"}, "next", "out"),
        ({"astro": "5"}, {}, "astro", "dist"),
        ({"gatsby": "5"}, {}, "gatsby", "public"),
        ({"nuxt": "3"}, {"nuxt.config.ts": "x({ ssr: false })"}, "nuxt", ".output/public"),
        (
            {"@sveltejs/kit": "2", "@sveltejs/adapter-static": "3"},
            {},
            "sveltekit",
            "build",
        ),
        (
            {"@react-router/dev": "7", "vite": "6"},
            {"react-router.config.ts": "export default { ssr: false }"},
            "react-router",
            "build/client",
        ),
        (
            {"@angular/core": "20"},
            {
                "angular.json": '{"projects": {"web": {"projectType": "application", "architect": '
                '{"build": {"builder": "@angular/build:application", "options": {}}}}}}'
            },
            "angular",
            "dist/web/browser",
        ),
    ],
)
def test_files_for_browsers_are_a_service_of_their_own_when_nothing_serves_them(
    tmp_path: Path,
    dependencies: dict[str, str],
    files: dict[str, str],
    bundler: str,
    output: str,
) -> None:
    package_json = package("web", dependencies=dependencies, scripts={"build": "build it"})
    service = only_service(repository(tmp_path, {"package.json": package_json, **files}))
    assert (service.role, service.entrypoint, service.output) == ("static", None, output)
    assert service.frontend is not None
    assert service.frontend.bundler == bundler


@pytest.mark.parametrize(
    "dependencies", [{"electron": "30"}, {"expo": "54"}, {"@tauri-apps/cli": "2"}]
)
def test_desktop_and_phone_programs_are_no_services(
    tmp_path: Path, dependencies: dict[str, str]
) -> None:
    package_json = package(
        dependencies={"react": "19"},
        devDependencies={"vite": "7", **dependencies},
        scripts={"build": "vite build"},
    )
    assert detect(repository(tmp_path, {"package.json": package_json})).services == ()


def test_a_component_library_built_by_vite_is_no_front_end(tmp_path: Path) -> None:
    files = {
        "package.json": package(devDependencies={"vite": "7"}, scripts={"build": "vite build"}),
        "vite.config.ts": "export default { build: { lib: { entry: 'src/index.ts' } } }",
    }
    assert detect(repository(tmp_path, files)).services == ()


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({".nvmrc": "lts/jod\n"}, "22"),
        ({".node-version": "v20.11.1\n"}, "20"),
        ({".tool-versions": "nodejs 18.19.0\n"}, "18"),
        ({"mise.toml": '[tools]\nnode = "22"\n'}, "22"),
        ({"Dockerfile": "ARG NODE_VERSION=21\nFROM node:${NODE_VERSION}-alpine\n"}, "21"),
        ({"Dockerfile": "FROM node:16\n"}, "24"),
        ({}, "24"),
    ],
)
def test_node_is_what_a_pin_or_the_image_within_engines_says(
    tmp_path: Path, files: dict[str, str], version: str
) -> None:
    assert nest(tmp_path, **files).node_version == version


@pytest.mark.parametrize(
    ("files", "fields", "manager", "version"),
    [
        ({"yarn.lock": "# yarn lockfile v1\n"}, {}, "yarn", "1"),
        ({"yarn.lock": "__metadata:\n  version: 8\n"}, {}, "yarn", "4"),
        ({"bun.lock": "{}"}, {}, "bun", ""),
        ({"bun.lockb": b"\x00"}, {}, "bun", ""),
        (
            {"yarn.lock": "", "package-lock.json": ""},
            {"packageManager": "yarn@4.1.0"},
            "yarn",
            "4.1.0",
        ),
        (
            {"yarn.lock": "", "package-lock.json": "", "Dockerfile": "FROM node\nRUN npm ci\n"},
            {},
            "npm",
            "",
        ),
    ],
)
def test_the_manager_and_its_version(
    tmp_path: Path,
    files: dict[str, str | bytes],
    fields: dict[str, object],
    manager: str,
    version: str,
) -> None:
    package_json = package(dependencies={"express": "5"}, scripts={"start": "node i.js"}, **fields)
    given = {"package.json": package_json, "i.js": "express().listen(1234)\n", **files}
    service = only_service(repository(tmp_path, given))
    assert (service.package_manager, service.manager_version) == (manager, version)
    if len([name for name in files if "lock" in name]) > 1:
        assert "several-lockfiles" in {one.code for one in detect(tmp_path).findings}


def test_workers_of_a_procfile_and_of_scripts(tmp_path: Path) -> None:
    files = {
        "package.json": package(
            dependencies={"express": "5", "bullmq": "5"},
            scripts={
                "start": "node server.js",
                "worker:emails": "x",
                "start:worker": "node jobs.js",
            },
        ),
        "Procfile": "web: node server.js\nmailer: node mail.js --all\n",
        "server.js": "express().listen(3000)\n",
    }
    service = only_service(repository(tmp_path, files))
    assert {one.name: one.command for one in service.workers} == {
        "mailer": ("node", "mail.js", "--all"),
        "worker": ("node", "jobs.js"),
    }
    assert (service.redis, service.broker) == (True, "redis")


def test_a_package_called_worker_is_a_worker_without_a_port(tmp_path: Path) -> None:
    files = {
        "package.json": package("root", workspaces=["apps/*"]),
        "yarn.lock": "",
        "apps/web/package.json": package(
            "web", dependencies={"next": "15"}, scripts={"build": "next build"}
        ),
        "apps/worker/package.json": package("worker", scripts={"start": "tsx index.ts"}),
        "apps/worker/index.ts": "",
    }
    found = {one.path: one.role for one in detect(repository(tmp_path, files)).services}
    assert found == {"apps/web": "web", "apps/worker": "worker"}


def test_the_health_path_has_nest_s_prefix(tmp_path: Path) -> None:
    main = NEST_MAIN + "  app.setGlobalPrefix('api');\n}\n"
    controller = "@Controller('health')\nexport class HealthController {}\n"
    service = nest(tmp_path, **{"src/main.ts": main, "src/health.controller.ts": controller})
    assert service.health_path == "/api/health"


def test_a_versioned_api_gives_no_health_path_rather_than_a_wrong_one(tmp_path: Path) -> None:
    main = NEST_MAIN + "  app.enableVersioning();\n}\n"
    controller = "@Controller('health')\nexport class HealthController {}\n"
    service = nest(tmp_path, **{"src/main.ts": main, "src/health.controller.ts": controller})
    assert service.health_path is None


def test_broken_json_and_python_beside_node_do_not_stop_the_search(tmp_path: Path) -> None:
    service = nest(
        tmp_path,
        **{
            "web/package.json": "{",
            "tsconfig.json": "{ // x\n",
            "scripts/tool.py": "print 'old'\n",
        },
    )
    assert service.entrypoint == "src/main.ts"
