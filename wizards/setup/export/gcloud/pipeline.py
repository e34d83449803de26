"""Cloud Build's connection, link and trigger; the pool and provider of GitHub Actions."""

from __future__ import annotations

from generators.language import _
from wizards.cloud.federation import DESCRIPTION
from wizards.setup.build_connection import BuildConnectionResource
from wizards.setup.build_repository import BuildRepositoryResource
from wizards.setup.build_trigger import BUILD_FILE, BuildTriggerResource
from wizards.setup.export.gcloud.steps import Lines, command, either, shell_steps, values
from wizards.setup.federation_pool import FederationPoolResource
from wizards.setup.federation_provider import ISSUER, FederationProviderResource

_POOLS = ("gcloud", "iam", "workload-identity-pools")
_SAID = f"--description={DESCRIPTION}"


@shell_steps.register
def _connection(resource: BuildConnectionResource) -> Lines:
    group = ("gcloud", "builds", "connections")
    place = (resource.connection, f"--region={resource.region}", f"--project={resource.project}")
    describe = command(*group, "describe", *place, values("disabled"))
    again = f"gcloud builds connections update github {' '.join(place)} --no-disabled"
    disabled = command("give_up", f"it is disabled: {again}")
    return [
        *either(
            f"look {describe}",
            [f'if [ "$seen" = True ]; then {disabled}; else unchanged; fi'],
            [f"create {command(*group, 'create', 'github', *place)}"],
        ),
        command("agreed", resource.connection, resource.region, resource.project),
    ]


@shell_steps.register
def _link(resource: BuildRepositoryResource) -> Lines:
    words = (resource.link, resource.address, resource.connection)
    return [command("linked", *words, resource.region, resource.project)]


@shell_steps.register
def _trigger(resource: BuildTriggerResource) -> Lines:
    """The link may have another id than ours would be, so its name is put together when it runs."""
    group = ("gcloud", "builds", "triggers")
    place = (f"--region={resource.region}", f"--project={resource.project}")
    account = f"projects/{resource.project}/serviceAccounts/{resource.account}"
    linked = resource.linked
    connection = f"{linked.project}/locations/{linked.region}/connections/{linked.connection}"
    fields = values(
        "repositoryEventConfig.repository",
        "repositoryEventConfig.push.branch",
        "filename",
        "serviceAccount",
    )
    flags = command(
        f"--branch-pattern={resource.pattern}",
        f"--build-config={BUILD_FILE}",
        f"--service-account={account}",
        *place,
    )
    said = command(
        f"--description={_('push to {branch}').format(branch=resource.branch)}",
        f"--name={resource.trigger}",
    )
    repository = command(f"projects/{connection}/repositories/") + '"$link"'
    wanted = command(f"|{resource.pattern}|{BUILD_FILE}|{account}")
    describe = command(*group, "describe", resource.trigger, *place, fields)
    update = command(*group, "update", "github", resource.trigger)
    create = command(*group, "create", "github")
    return [
        f"repository={repository}",
        *either(
            f"look {describe}",
            [f'settle "$repository"{wanted} {update} --repository="$repository" {flags}'],
            [f'create {create} {said} --repository="$repository" {flags}'],
        ),
    ]


@shell_steps.register
def _pool(resource: FederationPoolResource) -> Lines:
    place = (resource.pool, "--location=global", f"--project={resource.project}")
    describe = command(*_POOLS, "describe", *place, values("state", "disabled"))
    again = f"{' '.join(_POOLS)} update {' '.join(place)} --no-disabled"
    return either(
        f"look {describe}",
        [
            "case $seen in",
            f"  DELETED*) update {command(*_POOLS, 'undelete', *place)} ;;",
            f"  *True) {command('give_up', f'it is disabled: {again}')} ;;",
            "  *) unchanged ;;",
            "esac",
        ],
        ["create " + command(*_POOLS, "create", *place, f"--display-name={resource.title}", _SAID)],
    )


@shell_steps.register
def _provider(resource: FederationProviderResource) -> Lines:
    group = (*_POOLS, "providers")
    place = (
        resource.provider,
        f"--workload-identity-pool={resource.pool}",
        "--location=global",
        f"--project={resource.project}",
    )
    pairs = ",".join(f"{key}={value}" for key, value in resource.mapping.items())
    create = command(
        *(*group, "create-oidc", *place),
        "--display-name=GitHub",
        _SAID,
        f"--issuer-uri={ISSUER}",
        f"--attribute-mapping={pairs}",
        f"--attribute-condition={resource.condition}",
    )
    return [
        f"provider=({command(*group, 'describe', *place)})",
        *either(
            f'look "${{provider[@]}}" {command(values("state"))}',
            [
                f'if [ "$seen" = DELETED ]; then update {command(*group, "undelete", *place)}; fi',
                command("believe", resource.condition, pairs, *group, "update-oidc", *place),
            ],
            [f"create {create}"],
        ),
    ]
