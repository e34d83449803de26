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


def _never(_stack: Stack) -> bool:
    return False


def _by_github(stack: Stack) -> bool:
    return stack.main.delivery.pipeline == "github"


def _on_machine(stack: Stack) -> bool:
    return stack.main.delivery.runtime == "vm"


@dataclass(frozen=True, slots=True)
class Entry:
    """One artefact: what it is for (English source), who makes it, and when it is wanted unasked.

    ``render`` returns [] where the artefact makes no sense for the stack, whoever asks.
    """

    name: str
    family: str
    says: str
    render: Render
    wanted: Callable[[Stack], bool] = _never


CATALOGUE: tuple[Entry, ...] = (
    Entry("start", "scripts", N_("starts the service on this machine"), scripts.start),
    Entry("deploy", "scripts", N_("deploys, then asks for the health"), scripts.deploy),
    Entry("migrate", "scripts", N_("runs the migrations as a Cloud Run job"), scripts.migrate),
    Entry(
        "entry",
        "scripts",
        N_("in a container elsewhere: back up, migrate, restore on failure, start"),
        entry.script,
    ),
    Entry("entry-image", "scripts", N_("the image with that entry script"), entry.image),
    Entry(
        "github",
        "github",
        N_("GitHub Actions: test, migrate, deploy by federation"),
        github.workflow,
        _by_github,
    ),
    Entry("trigger", "cloudbuild", N_("the trigger of Cloud Build as data"), build_trigger.render),
    Entry("vm-cloud-init", "vm", N_("what a new machine does first"), vm.cloud_init, _on_machine),
    Entry("vm-startup", "vm", N_("starts or updates the containers"), vm.startup, _on_machine),
    Entry("vm-compose", "vm", N_("the containers of the machine"), vm.compose, _on_machine),
    Entry("vm-health", "vm", N_("asks everything for its health"), vm.health, _on_machine),
    Entry("vm-rollback", "vm", N_("goes back to the previous image"), vm.rollback, _on_machine),
    Entry("vm-create", "vm", N_("makes or updates the machine, from here"), vm.create, _on_machine),
    Entry("buildspec", "aws", N_("CodeBuild: build, push, roll out"), aws.buildspec),
    Entry("task-definition", "aws", N_("the service on ECS Fargate"), aws.task_definition),
    Entry("aws-deploy", "aws", N_("registers, migrates, rolls out, waits"), aws.deploy),
    Entry("azure-pipelines", "azure", N_("test, build, migrate, deploy"), azure.pipeline),
    Entry(
        "container-group", "azure", N_("the service on Container Instances"), azure.container_group
    ),
    Entry("azure-parameters", "azure", N_("its secrets, by Key Vault"), azure.parameters),
    Entry("prometheus-rules", "monitoring", N_("alert rules for Prometheus"), prometheus.rules),
    Entry("alertmanager", "monitoring", N_("alerts to Slack"), prometheus.alertmanager),
    Entry(
        "alerts", "monitoring", N_("alert policies of Cloud Monitoring"), cloud_monitoring.policies
    ),
    Entry(
        "dashboard", "monitoring", N_("a dashboard of Cloud Monitoring"), cloud_monitoring.dashboard
    ),
    Entry(
        "database-settings", "snippets", N_("the address and the pool, as code"), snippets.database
    ),
    Entry(
        "request-logging", "snippets", N_("one line per request, as code"), snippets.request_logging
    ),
    Entry("tracing", "snippets", N_("OpenTelemetry, as code"), snippets.tracing),
    Entry("load-test", "snippets", N_("a load test for locust"), snippets.load_test),
    Entry(
        "move-sqlite", "scripts", N_("moves a SQLite file into PostgreSQL"), snippets.move_sqlite
    ),
)
