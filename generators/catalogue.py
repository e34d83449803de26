"""Every artefact that can be made: its name, its family, when it is made without being named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from generators.artefact import Artefact
from generators.artefacts import (
    aws,
    azure,
    build_trigger,
    cloud_monitoring,
    entry,
    github,
    prometheus,
    scripts,
    snippets,
    vm,
)
from generators.language import N_
from generators.stack import Stack

Render = Callable[[Stack, str], list[Artefact]]


@dataclass(frozen=True, slots=True)
class Occasion:
    """When an artefact is made without being named; ``says`` is English source text."""

    says: str
    test: Callable[[Stack], bool]


ALWAYS = Occasion(N_("wherever it makes sense"), lambda _stack: True)
ASKED = Occasion(N_("when it is named"), lambda _stack: False)
BY_GITHUB = Occasion(
    N_("when [pipeline] kind is github"), lambda stack: stack.main.delivery.pipeline == "github"
)
ON_MACHINE = Occasion(
    N_("when [service] runtime is vm"), lambda stack: stack.main.delivery.runtime == "vm"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One artefact: its name and family, where it goes, what it is for (English source), by whom.

    ``render`` returns [] where the artefact makes no sense for the stack, whoever asks; ``paths``
    is () for those whose place depends on the stack.
    """

    name: str
    family: str
    paths: tuple[str, ...]
    says: str
    render: Render
    when: Occasion = ASKED


CATALOGUE: tuple[Entry, ...] = (
    Entry(
        "start",
        "scripts",
        ("deploy/start.sh",),
        N_("starts the service on this machine"),
        scripts.start,
    ),
    Entry(
        "deploy",
        "scripts",
        ("deploy/deploy.sh",),
        N_("deploys, then asks for the health"),
        scripts.deploy,
    ),
    Entry(
        "migrate",
        "scripts",
        ("deploy/migrate.sh",),
        N_("runs the migrations as a Cloud Run job"),
        scripts.migrate,
    ),
    Entry(
        "entry",
        "scripts",
        ("deploy/entrypoint.sh",),
        N_("in a container elsewhere: back up, migrate, restore on failure, start"),
        entry.script,
    ),
    Entry(
        "entry-image",
        "scripts",
        ("deploy/entry.Dockerfile",),
        N_("the image with that entry script"),
        entry.image,
    ),
    Entry(
        "github",
        "github",
        (".github/workflows/deploy.yml",),
        N_("GitHub Actions: test, migrate, deploy by federation"),
        github.workflow,
        BY_GITHUB,
    ),
    Entry(
        "trigger",
        "cloudbuild",
        ("deploy/cloudbuild-trigger.yaml",),
        N_("the trigger of Cloud Build as data"),
        build_trigger.render,
    ),
    Entry(
        "vm-cloud-init",
        "vm",
        ("deploy/vm/cloud-init.yaml",),
        N_("what a new machine does first"),
        vm.cloud_init,
        ON_MACHINE,
    ),
    Entry(
        "vm-startup",
        "vm",
        ("deploy/vm/startup.sh",),
        N_("starts or updates the containers"),
        vm.startup,
        ON_MACHINE,
    ),
    Entry(
        "vm-compose",
        "vm",
        ("deploy/vm/docker-compose.yml",),
        N_("the containers of the machine"),
        vm.compose,
        ON_MACHINE,
    ),
    Entry(
        "vm-health",
        "vm",
        ("deploy/vm/health-check.sh",),
        N_("asks everything for its health"),
        vm.health,
        ON_MACHINE,
    ),
    Entry(
        "vm-rollback",
        "vm",
        ("deploy/vm/rollback.sh",),
        N_("goes back to the previous image"),
        vm.rollback,
        ON_MACHINE,
    ),
    Entry(
        "vm-create",
        "vm",
        ("deploy/vm/create.sh",),
        N_("makes or updates the machine, from here"),
        vm.create,
        ON_MACHINE,
    ),
    Entry(
        "buildspec",
        "aws",
        ("buildspec.yml",),
        N_("CodeBuild: build, push, roll out"),
        aws.buildspec,
    ),
    Entry(
        "task-definition",
        "aws",
        ("deploy/aws/task-definition.json",),
        N_("the service on ECS Fargate"),
        aws.task_definition,
    ),
    Entry(
        "aws-deploy",
        "aws",
        ("deploy/aws/deploy.sh",),
        N_("registers, migrates, rolls out, waits"),
        aws.deploy,
    ),
    Entry(
        "azure-pipelines",
        "azure",
        ("azure-pipelines.yml",),
        N_("test, build, migrate, deploy"),
        azure.pipeline,
    ),
    Entry(
        "container-group",
        "azure",
        ("deploy/azure/container-group.json",),
        N_("the service on Container Instances"),
        azure.container_group,
    ),
    Entry(
        "azure-parameters",
        "azure",
        ("deploy/azure/parameters.json",),
        N_("its secrets, by Key Vault"),
        azure.parameters,
    ),
    Entry(
        "prometheus-rules",
        "monitoring",
        ("deploy/monitoring/prometheus-rules.yml",),
        N_("alert rules for Prometheus"),
        prometheus.rules,
    ),
    Entry(
        "alertmanager",
        "monitoring",
        ("deploy/monitoring/alertmanager.yml",),
        N_("alerts to Slack"),
        prometheus.alertmanager,
    ),
    Entry(
        "alerts",
        "monitoring",
        (
            "deploy/monitoring/alert-errors.json",
            "deploy/monitoring/alert-latency.json",
            "deploy/monitoring/alert-database.json",
        ),
        N_("alert policies of Cloud Monitoring"),
        cloud_monitoring.policies,
    ),
    Entry(
        "dashboard",
        "monitoring",
        ("deploy/monitoring/dashboard.json",),
        N_("a dashboard of Cloud Monitoring"),
        cloud_monitoring.dashboard,
    ),
    Entry(
        "database-settings",
        "snippets",
        ("deploy/snippets/database.py",),
        N_("the address and the pool, as code"),
        snippets.database,
    ),
    Entry(
        "request-logging",
        "snippets",
        ("deploy/snippets/request_logging.py",),
        N_("one line per request, as code"),
        snippets.request_logging,
    ),
    Entry(
        "tracing",
        "snippets",
        ("deploy/snippets/tracing.py",),
        N_("OpenTelemetry, as code"),
        snippets.tracing,
    ),
    Entry(
        "load-test",
        "snippets",
        ("deploy/locustfile.py",),
        N_("a load test for locust"),
        snippets.load_test,
    ),
    Entry(
        "move-sqlite",
        "scripts",
        ("deploy/move_sqlite.py",),
        N_("moves a SQLite file into PostgreSQL"),
        snippets.move_sqlite,
    ),
)
