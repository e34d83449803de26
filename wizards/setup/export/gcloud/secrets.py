"""Secrets: created empty, then one version whose value the script finds or generates."""

from __future__ import annotations

from wizards.setup.export.gcloud.steps import Lines, command, either, shell_steps, values
from wizards.setup.resource import LABELS
from wizards.setup.secret import APPLIED, SecretResource

_LABEL = "managed-by"


@shell_steps.register
def _secret(resource: SecretResource) -> Lines:
    group = ("gcloud", "secrets")
    project = f"--project={resource.project}"
    label = f"{_LABEL}={LABELS[_LABEL]}"
    create = command(
        *(*group, "create", resource.secret),
        "--replication-policy=user-managed",
        f"--locations={resource.region}",
        f"--labels={label}",
        f"--set-annotations={APPLIED}=0" if resource.is_password else "",
        project,
    )
    update = command(*group, "update", resource.secret, f"--update-labels={label}", project)
    describe = command(*group, "describe", resource.secret, project, values(f"labels.{_LABEL}"))
    return [
        *either(f"look {describe}", [f"settle {LABELS[_LABEL]} {update}"], [f"create {create}"]),
        command("version", resource.secret, resource.project, *_reader(resource)),
    ]


def _reader(resource: SecretResource) -> tuple[str, ...]:
    """Return what to say when no value is found, and the shell function that finds it."""
    form, _colon, place = resource.source.partition(":")
    match form:
        case "generate":
            return "openssl made nothing", "generated"
        case "env":
            return f"set the variable {place}", "from_variable", place
        case "file":
            return f"put the value into {place}", "from_file", place
        case _:
            return f"set the variable {resource.variable}", "from_person", resource.variable
