"""Random stacks: any mixture of services, with names that no careful person would choose."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from generators.deployment import DatabaseUse, Deployment, SecretUse, Stream
from generators.project import FrontEnd, MigrationTool, NativeNeed, Service, Worker
from generators.stack import Stack, workers_of

HOSTILE = st.text(
    st.characters(exclude_categories=("Cs",)) | st.sampled_from("\"'$\\`{}:#,\n\r\t&*!|>%@한글"),
    min_size=1,
    max_size=20,
)
FOLDERS = st.sampled_from([".", "api", "services/api", "한글 폴더", "a$b", 'qu"ote', "it's"])
PYTHON = st.sampled_from(["pip", "uv", "poetry", "pdm", "pipenv", "hatch"])
NODE = st.sampled_from(["npm", "pnpm", "yarn", "bun"])
_LOCKS = {
    "uv": "uv.lock",
    "poetry": "poetry.lock",
    "pdm": "pdm.lock",
    "pipenv": "Pipfile.lock",
    "npm": "package-lock.json",
    "pnpm": "pnpm-lock.yaml",
    "yarn": "yarn.lock",
    "bun": "bun.lock",
}


def inner(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder}/{name}"


@st.composite
def front_ends(draw: st.DrawFn, back: str) -> FrontEnd:
    folder = inner(back, draw(st.sampled_from(["web", "front end", "w$b"])))
    manager = draw(NODE)
    return FrontEnd(
        path=folder,
        framework="react",
        bundler=draw(st.sampled_from(["vite", "react-scripts", "angular", "webpack", "next"])),
        package_manager=manager,
        manager_version=draw(st.sampled_from(["", "1.22.22", "4.5.0", "9"])),
        node_version=draw(st.sampled_from(["20", "22"])),
        output="dist",
        lockfile=inner(folder, _LOCKS[manager]) if draw(st.booleans()) else "",
        served_by=back if draw(st.booleans()) else None,
        variables=("VITE_API_URL", "VITE_TITLE"),
    )


@st.composite
def python_services(draw: st.DrawFn) -> Service:
    folder, manager = draw(FOLDERS), draw(PYTHON)
    interface = draw(st.sampled_from(["asgi", "wsgi", "streamlit"]))
    framework = draw(st.sampled_from(["FastAPI", "Flask", "Django"]))
    locked = manager in _LOCKS and draw(st.booleans())
    commands = [("alembic", "upgrade", "head"), ("python", "manage.py", "migrate")]
    tool = MigrationTool("alembic", folder, "alembic.ini", draw(st.sampled_from(commands)))
    return Service(
        path=folder,
        language="python",
        framework=framework,
        package_manager=manager,
        lockfile=inner(folder, _LOCKS[manager]) if locked else "",
        manifest=inner(folder, "requirements.txt" if manager == "pip" else "pyproject.toml"),
        entrypoint="app.py" if interface == "streamlit" else "app.main:app",
        interface=interface,
        factory=draw(st.booleans()),
        import_root=draw(st.sampled_from([folder, inner(folder, "src")])),
        python_version=draw(st.sampled_from(["3.11", "3.13"])),
        migrations=draw(st.sampled_from([None, tool])),
        database="postgresql",
        redis=draw(st.booleans()),
        broker=draw(st.sampled_from(["", "redis", "amqp"])),
        collects_static=framework == "Django" and draw(st.booleans()),
        django_settings="site.settings" if framework == "Django" else None,
        workers=draw(st.sampled_from([(), (_worker(folder),)])),
        native=draw(st.sampled_from([(), (NativeNeed("psycopg2", ("gcc",), ("libpq5",)),)])),
        frontend=draw(st.none() | front_ends(folder)),
        variables=("DATABASE_URL", "SECRET_KEY", "REDIS_HOST", "DB_HOST", "DB_USER"),
        required={"SECRET_KEY": "text", "LEVEL": "text", "ON": "bool", "DB_HOST": "text"},
    )


def _worker(folder: str) -> Worker:
    command = ("celery", "-A", "app", "worker", "--queues=$Q,한글")
    return Worker(name="worker", kind="celery", command=command, directory=folder)


@st.composite
def node_services(draw: st.DrawFn) -> Service:
    folder, manager = draw(FOLDERS), draw(NODE)
    following = draw(st.booleans())
    schema = draw(st.sampled_from([None, inner(folder, "prisma/schema.prisma")]))
    tool = MigrationTool(
        "prisma", folder, "prisma/schema.prisma", ("prisma", "migrate", "deploy"), "prisma"
    )
    start = ("next", "start") if following else ("node", "dist/main.js")
    return Service(
        path=folder,
        language="javascript",
        framework="Next.js" if following else "NestJS",
        package_manager=manager,
        manager_version=draw(st.sampled_from(["", "1.22.22", "4.5.0", "9"])),
        lockfile=inner(folder, _LOCKS[manager]) if draw(st.booleans()) else "",
        workspace=draw(st.sampled_from(["", "."])) if folder != "." else "",
        package_name=draw(st.sampled_from(["", "@shop/api", 'bad"name'])),
        manifest=inner(folder, "package.json"),
        start=start,
        build=("npm", "run", "build"),
        output=draw(st.sampled_from([".next", ".next/standalone"])) if following else "dist",
        node_version="22",
        prisma=schema,
        migrations=tool if schema else None,
        database="postgresql",
        dependencies=draw(st.sampled_from([{}, {"prisma": "^5"}, {"x": "workspace:*"}])),
        variables=("PORT", "NEXT_PUBLIC_API_URL"),
    )


@st.composite
def stacks(draw: st.DrawFn) -> Stack:
    """Return up to three back ends and a front end of its own, with hostile names."""
    database = DatabaseUse(
        instance=draw(HOSTILE), major="16", name=draw(HOSTILE), user=draw(HOSTILE)
    )
    name, region, repository = draw(HOSTILE), draw(HOSTILE), draw(HOSTILE)
    health = "/" + draw(HOSTILE)
    found: list[Deployment] = []
    for position, service in enumerate(
        draw(st.lists(python_services() | node_services(), min_size=1, max_size=3))
    ):
        label = "app" if position == 0 else f"part-{position}"
        tools = (service.migrations,) if service.migrations else ()
        found.append(
            Deployment(
                service=service,
                blueprint_hash="0123456789ab",
                name=name if position == 0 else f"{name}-{label}",
                label=label,
                dockerfile_name="Dockerfile" if position == 0 else f"Dockerfile.{label}",
                port=draw(st.integers(1, 65535)),
                health_path=draw(st.sampled_from([health, ""])),
                project_id="the-project",
                region=region,
                repository=repository,
                runtime_account="run",
                build_account="build",
                database=draw(st.sampled_from([database, None])),
                secrets=(SecretUse(variable="no", secret=draw(HOSTILE)),),
                environment={"LEVEL": draw(HOSTILE)},
                together=position == 0 and may_join(service) and draw(st.booleans()),
                streams=tuple(
                    Stream(job=f"{label}-migrate", label=f"{label}-migrate", tool=tool)
                    for tool in tools
                ),
            )
        )
    front = draw(st.none() | front_ends("."))
    if front is not None:
        found.append(_apart(front, found[0]))
    workers = [use for one in found for use in workers_of(one, main=False)]
    return Stack(deployments=tuple(found), workers=tuple(workers))


def may_join(service: Service) -> bool:
    """Whether a service and its front end can share a container behind nginx."""
    python = service.language == "python" and service.interface in {"asgi", "wsgi"}
    return python and service.frontend is not None and service.frontend.served_by is None


def _apart(front: FrontEnd, backend: Deployment) -> Deployment:
    service = Service(
        path=front.path,
        role="static",
        language="javascript",
        framework=front.framework,
        package_manager=front.package_manager,
        frontend=replace(front, served_by=None),
    )
    return replace(
        backend,
        service=service,
        name=f"{backend.name}-web",
        label="web",
        health_path="/",
        dockerfile_name="Dockerfile.web",
        database=None,
        secrets=(),
        environment={},
        streams=(),
        backend=backend.label,
        backend_name=backend.name,
    )
