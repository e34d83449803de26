"""Cloud SQL's own refusals: sizes, settings, names, one operation at a time."""

from __future__ import annotations

from generators.language import _
from wizards.cloud.failing import RESUME, Refusal, Retry
from wizards.cloud.known.access import grant
from wizards.cloud.signatures import Signature, Words, Write, row

ROWS: tuple[Signature, ...] = (
    row("instance-exists", reason="instanceAlreadyExists"),
    row("busy", Retry.BUSY, reason="OPERATION_IN_PROGRESS|operationInProgress"),
    row("stale-data", Retry.CONFLICT, reason="STALE_DATA|staleData"),
    row("network-not-peered", reason="NETWORK_NOT_PEERED|networkNotPeered"),
    row("database-access-denied", Retry.PROPAGATION, reason="NOT_AUTHORIZED|notAuthorized"),
    row("sql-quota", reason="limitReached|instanceLimitReached"),
    row("instance-not-ready", Retry.BUSY, reason="invalidInstanceState"),
    row("tier-edition", status=400, says=r"Invalid Tier .* for \(?ENTERPRISE"),
    row("tier-shape", status=400, says="Only custom or shared-core"),
    row("tier-unknown", status=400, says=r"(invalid|unknown|unsupported) tier|tier .*(not valid)"),
    row("log-retention", status=400, says="transaction ?log retention days"),
    row("no-address", status=400, says="At least one of Public IP or Private IP or PSC"),
    row("network-not-peered", says="NETWORK_NOT_PEERED|private services? (access|connection)"),
    row("busy", Retry.BUSY, status=409, says="another operation was already in progress"),
    row("instance-not-ready", Retry.BUSY, status=400, says="incorrect service state"),
    row("instance-not-ready", Retry.BUSY, says="instance is not running|invalidInstanceState"),
    row("deletion-protected", says="deletion protection|instance is protected"),
    row("instance-exists", status=409, call="start_sql_instance"),
    row("sql-quota", says="max instance per project|maximum number of instances"),
    row("database-access-denied", Retry.PROPAGATION, says=r"NOT_AUTHORIZED.*cloudsql\.instances"),
    row("stale-data", Retry.CONFLICT, status=412),
    row("exists", status=400, says=r'database "[^"]*" already exists'),
    row("role-in-use", says="role .* cannot be dropped"),
)


def _instance(refusal: Refusal) -> str:
    return refusal.named("instance", "INSTANCE")


def _tier_edition(refusal: Refusal) -> Words:
    if "ENTERPRISE_PLUS" in refusal.message:
        return (
            _("this tier does not exist in the Enterprise Plus edition"),
            _("Enterprise Plus takes only db-perf-optimized tiers; Enterprise takes all others"),
            ("tarmac init --set database.edition=ENTERPRISE", RESUME),
        )
    return (
        _("this tier does not exist in the Enterprise edition"),
        _("db-perf-optimized tiers are for Enterprise Plus only"),
        ("tarmac init --set database.tier=db-custom-1-3840", RESUME),
    )


def _tier_shape(_refusal: Refusal) -> Words:
    return (
        _("this tier does not exist for PostgreSQL"),
        _("it takes db-f1-micro, db-g1-small and db-custom-CPU-MB; the rest are for MySQL"),
        ("tarmac init --set database.tier=db-custom-1-3840", RESUME),
    )


def _tier_unknown(refusal: Refusal) -> Words:
    return (
        _("Cloud SQL does not know this tier in this region"),
        refusal.message,
        (
            f"gcloud sql tiers list --project={refusal.project}",
            "tarmac init --set database.tier=db-custom-1-3840",
        ),
    )


def _log_retention(_refusal: Refusal) -> Words:
    return (
        _("the log for restoring to a moment cannot be kept for so many days"),
        _("the Enterprise edition keeps 1 to 7 days, Enterprise Plus up to 35"),
        ("tarmac init --set database.log_days=7", RESUME),
    )


def _no_address(_refusal: Refusal) -> Words:
    return (
        _("the database would have no address at all"),
        _(
            "it needs a public one (nobody may connect to it without the connector), or a private "
            "network"
        ),
        ('tarmac.toml: [database] network = ""', RESUME),
    )


def _not_peered(refusal: Refusal) -> Words:
    project = refusal.project
    return (
        _("the network has no private connection to Google's services"),
        _("a private address takes a reserved range in your network, peered once with Google"),
        (
            (
                "gcloud compute addresses create google-managed-services-default --global "
                f"--purpose=VPC_PEERING --prefix-length=16 --network=default --project={project}"
            ),
            (
                "gcloud services vpc-peerings connect --service=servicenetworking.googleapis.com "
                f"--ranges=google-managed-services-default --network=default --project={project}"
            ),
            RESUME,
        ),
    )


def _instance_exists(refusal: Refusal) -> Words:
    name = _instance(refusal)
    return (
        _("the instance name {name} cannot be used").format(name=name),
        _("it exists, or an instance of that name was deleted less than a week ago"),
        (
            f"gcloud sql instances describe {name} --project={refusal.project}",
            f"tarmac init --set database.instance={name}-2",
        ),
    )


def _busy(refusal: Refusal) -> Words:
    return (
        _("another operation runs on the instance {name}").format(name=_instance(refusal)),
        _("Cloud SQL does one thing at a time per instance"),
        (
            (
                f"gcloud sql operations list --instance={_instance(refusal)} "
                f"--project={refusal.project} --filter=status!=DONE"
            ),
            RESUME,
        ),
    )


def _not_ready(refusal: Refusal) -> Words:
    name = _instance(refusal)
    return (
        _("the instance {name} does not run").format(name=name),
        _("it is being made, in maintenance, or somebody stopped it"),
        (
            (
                f"gcloud sql instances describe {name} --project={refusal.project} "
                "--format='value(state,settings.activationPolicy)'"
            ),
            (
                f"gcloud sql instances patch {name} --activation-policy=ALWAYS "
                f"--project={refusal.project}"
            ),
            RESUME,
        ),
    )


def _protected(refusal: Refusal) -> Words:
    name = _instance(refusal)
    return (
        _("the instance {name} is protected from being deleted").format(name=name),
        _("that is on purpose: its data would go with it"),
        (
            (
                f"gcloud sql instances patch {name} --no-deletion-protection "
                f"--project={refusal.project}"
            ),
            "tarmac undo",
        ),
    )


def _sql_quota(refusal: Refusal) -> Words:
    return (
        _("the project has as many database instances as it may"),
        refusal.message,
        (
            f"gcloud sql instances list --project={refusal.project}",
            f"https://console.cloud.google.com/iam-admin/quotas?project={refusal.project}",
        ),
    )


def _stale(refusal: Refusal) -> Words:
    return (
        _("somebody else changed the settings of {name} at the same moment").format(
            name=_instance(refusal)
        ),
        _("they are read again before the next try; nothing of theirs was overwritten"),
        (RESUME,),
    )


def _role_in_use(refusal: Refusal) -> Words:
    return (
        _("the database user cannot be removed while it owns something"),
        _("a user goes after its database: {says}").format(says=refusal.message),
        (
            (
                f"gcloud sql databases delete {refusal.named('database', 'DATABASE')} "
                f"--instance={_instance(refusal)} --project={refusal.project}"
            ),
            "tarmac undo",
        ),
    )


def _access_denied(refusal: Refusal) -> Words:
    if refusal.call and not refusal.call.startswith(("connect", "log")):
        return (
            _("you may not use Cloud SQL in the project {project}").format(project=refusal.project),
            _(
                "Cloud SQL does not say which permission is missing, or the project does not "
                "exist; a role granted just now takes minutes"
            ),
            (grant(refusal, "roles/cloudsql.admin"), RESUME),
        )
    return (
        _("this identity may not connect to the database instance"),
        _("connecting takes cloudsql.instances.connect and cloudsql.instances.get"),
        (grant(refusal, "roles/cloudsql.client"), RESUME),
    )


WORDS: dict[str, Write] = {
    "tier-edition": _tier_edition,
    "tier-shape": _tier_shape,
    "tier-unknown": _tier_unknown,
    "log-retention": _log_retention,
    "no-address": _no_address,
    "network-not-peered": _not_peered,
    "instance-exists": _instance_exists,
    "busy": _busy,
    "instance-not-ready": _not_ready,
    "deletion-protected": _protected,
    "sql-quota": _sql_quota,
    "stale-data": _stale,
    "role-in-use": _role_in_use,
    "database-access-denied": _access_denied,
}
