"""The project, its billing and its APIs."""

from __future__ import annotations

from wizards.setup.apis import ApisResource
from wizards.setup.billing import BillingResource
from wizards.setup.export.gcloud.steps import Lines, command, either, shell_steps, values
from wizards.setup.project import ProjectResource


@shell_steps.register
def _project(resource: ProjectResource) -> Lines:
    project = resource.project
    where, _slash, number = resource.parent.partition("/")
    create = command(
        *("gcloud", "projects", "create", project),
        f"--name={resource.title}" if resource.title else "",
        f"--{where.removesuffix('s')}={number}" if number else "",
        "--labels=managed-by=tarmac",
        "--no-enable-cloud-apis",
    )
    describe = command("gcloud", "projects", "describe", project, values("lifecycleState"))
    deleted = command("give_up", f"it is being deleted: gcloud projects undelete {project}")
    return either(
        f"look_project {describe}",
        [f'if [ "$seen" = ACTIVE ]; then unchanged; else {deleted}; fi'],
        [f"create {create}", "fresh_project=1", f"known {describe}"],
    )


@shell_steps.register
def _billing(resource: BillingResource) -> Lines:
    describe = ("gcloud", "billing", "projects", "describe", resource.project)
    link = ("gcloud", "billing", "projects", "link", resource.project)
    if not resource.account:
        missing = command("give_up", f"no account pays: {' '.join(link)} --billing-account=…")
        return [
            f"look {command(*describe, values('billingEnabled'))} || true",
            f'if [ "$seen" = True ]; then unchanged; else {missing}; fi',
        ]
    fields = values("billingAccountName", "billingEnabled")
    return [
        f"look {command(*describe, fields)} || true",
        f"settle {command(f'billingAccounts/{resource.account}|True')} "
        + command(*link, f"--billing-account={resource.account}"),
    ]


@shell_steps.register
def _apis(resource: ApisResource) -> Lines:
    return [
        " \\\n  ".join((command("enable", resource.project), *map(command, resource.wanted))),
    ]
