"""Cloud SQL instances: asked for, changed, deleted; what happens then is in ``effects``."""

from __future__ import annotations

import hashlib
from typing import Any

from sandbox import orgpolicies
from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.cloudsql import backup_records, effects, settings, sql_operations
from sandbox.cloudsql.clusters import Clusters
from sandbox.cloudsql.refusals import exists, invalid, no_instance, not_running
from sandbox.paging import size
from wizards.postgres import scram

Body = dict[str, Any]

api = Api("sqladmin", "v1", "v1beta4")
KIND = effects.INSTANCE
SHARED_CREATION, CREATION, MORE_FOR_HA = 420.0, 600.0, 240.0
FINAL_BACKUP_DAYS = 30
SMALL_CHANGE, RESTARTING_CHANGE, RESTART, DELETION = 20.0, 150.0, 45.0, 60.0


@api.method("instances.insert", "cloudsql.instances.create")
def insert(call: Call) -> Body:
    """Begin to make an instance."""
    body, project = call.body, call.text("project")
    settings.check_instance(body)
    version = body.get("databaseVersion", settings.DEFAULT_VERSION)
    chosen = settings.complete(body.get("settings", {}), version)
    if call.world.store.get(KIND, f"{project}/{body['name']}"):
        raise exists()
    region = body.get("region") or "us-central1"
    orgpolicies.check_location(call.world, project, "a Cloud SQL instance", region)
    _check_address(call, chosen)
    instance = {
        "project": project,
        "name": body["name"],
        "region": region,
        "databaseVersion": version,
        "settings": chosen,
        "state": "PENDING_CREATE",
        "created": call.now,
        "zone": f"{region}-a",
    }
    call.world.store.put(KIND, f"{project}/{body['name']}", instance, project)
    seconds = SHARED_CREATION if chosen["tier"] in ("db-f1-micro", "db-g1-small") else CREATION
    if chosen["availabilityType"] == "REGIONAL":
        seconds += MORE_FOR_HA
    password = body.get("rootPassword", "")
    arguments = {
        "server": settings.server_settings(chosen),
        "verifier": scram.verifier(password) if password else "",
        "fresh": backup_records.new(call, instance, "AUTOMATED")
        if chosen["backupConfiguration"].get("enabled")
        else None,
    }
    return sql_operations.begin(call, instance, "CREATE", "sql.instance.create", arguments, seconds)


@api.method("instances.get", "cloudsql.instances.get")
def get(call: Call) -> Body:
    """Return an instance."""
    return shown(call, existing(call))


@api.method("instances.list", "cloudsql.instances.list")
def list_(call: Call) -> Body:
    """Return a project's instances; ``name:x`` and ``state:RUNNABLE`` narrow them."""
    project = call.text("project")
    bodies, more = call.world.store.page(
        KIND, project, size(call, "maxResults", most=1000), call.text("pageToken")
    )
    items = [shown(call, each) for each in bodies]
    items = [each for each in items if fits(each, call.text("filter"))]
    page: Body = {"kind": "sql#instancesList"}
    if items:
        page["items"] = items
    return {**page, "nextPageToken": more} if more else page


@api.method("instances.patch", "cloudsql.instances.update")
@api.method("instances.update", "cloudsql.instances.update")
def patch(call: Call) -> Body:
    """Begin to change an instance's settings."""
    instance = existing(call)
    for fixed in ("region", "databaseVersion", "name"):
        given = call.body.get(fixed)
        if given and given != instance[fixed]:
            raise invalid(f"The {fixed} of an instance cannot be changed here.")
    sql_operations.require_idle(call, instance["project"], instance["name"])
    if instance["state"] not in ("RUNNABLE", "STOPPED"):
        raise not_running()
    old = instance["settings"]
    given = call.body.get("settings", {})
    fresh = settings.changed(old, given)
    if call.method.http == "PUT":
        fresh[settings.LABELS] = given.get(settings.LABELS, {})
    if not old["ipConfiguration"].get("ipv4Enabled"):
        _check_address(call, fresh)
    restarts = any(old.get(key) != fresh.get(key) for key in ("tier", "availabilityType"))
    up = fresh["activationPolicy"] != "NEVER"
    begins_log = up and settings.recovers(fresh) and not settings.recovers(old)
    arguments = {
        "settings": fresh,
        "server": settings.server_settings(fresh),
        "running": up,
        "fresh": backup_records.new(call, instance, "AUTOMATED") if begins_log else None,
    }
    seconds = RESTARTING_CHANGE if restarts else SMALL_CHANGE
    return sql_operations.begin(call, instance, "UPDATE", "sql.instance.update", arguments, seconds)


@api.method("instances.restart", "cloudsql.instances.restart")
def restart(call: Call) -> Body:
    """Begin to restart the server."""
    instance = running(call)
    return sql_operations.begin(call, instance, "RESTART", "sql.instance.restart", {}, RESTART)


@api.method("instances.delete", "cloudsql.instances.delete")
def delete(call: Call) -> Body:
    """Begin to delete an instance with everything in it."""
    instance = existing(call)
    if instance["settings"].get("deletionProtectionEnabled"):
        raise invalid(
            "The instance is protected. Please disable the deletion protection and try again. To "
            "disable deletion protection, update the instance settings with "
            "deletionProtectionEnabled set to false."
        )
    final = None
    if call.parameters.get("enableFinalBackup") and instance["state"] in ("RUNNABLE", "STOPPED"):
        final = backup_records.new(
            call,
            instance,
            "FINAL",
            description=call.text("finalBackupDescription"),
            days=int(call.text("finalBackupTtlDays", str(FINAL_BACKUP_DAYS))),
        )
    owned = backup_records.of_instance(call.world, instance["project"], instance["name"])
    retained = bool(instance["settings"].get("retainBackupsOnDelete"))
    arguments = {
        "final": final,
        "retained": [each["id"] for each in owned] if retained else [],
        "forgotten": [] if retained else [each["id"] for each in owned],
    }
    return sql_operations.begin(
        call, instance, "DELETE", "sql.instance.delete", arguments, DELETION
    )


@api.method("connect.get", "cloudsql.instances.connect")
def connect_settings(call: Call) -> Body:
    """Return what a connector asks first; the socket itself comes from ``/sandbox/v1/sql``."""
    instance = existing(call)
    body = shown(call, instance)
    return {
        "kind": "sql#connectSettings",
        "serverCaCert": {},
        "ipAddresses": body.get("ipAddresses", []),
        "region": instance["region"],
        "databaseVersion": instance["databaseVersion"],
        "backendType": "SECOND_GEN",
    }


def existing(call: Call) -> Body:
    """Return the instance that a call names."""
    key = f"{call.text('project')}/{call.text('instance')}"
    instance = call.world.store.get(KIND, key)
    if instance is None:
        raise no_instance()
    return instance


def running(call: Call) -> Body:
    """Return the instance that a call names, refused unless it is up."""
    instance = existing(call)
    sql_operations.require_idle(call, instance["project"], instance["name"])
    if instance["state"] != "RUNNABLE":
        raise not_running()
    return instance


def shown(call: Call, instance: Body) -> Body:
    """Return an instance as the API shows it; ``databaseInstalledVersion`` is the true server's."""
    project, name = instance["project"], instance["name"]
    base = sql_operations.base(call)
    number = (call.world.store.get("project", project) or {}).get("number", "0")
    digest = hashlib.sha256(f"{name} {instance['settings']['settingsVersion']}".encode())
    body = {
        "kind": "sql#instance",
        "name": name,
        "project": project,
        "region": instance["region"],
        "gceZone": instance["zone"],
        "state": "RUNNABLE" if instance["state"] == "STOPPED" else instance["state"],
        "databaseVersion": instance["databaseVersion"],
        "settings": instance["settings"],
        "etag": digest.hexdigest()[:32],
        "backendType": "SECOND_GEN",
        "instanceType": "CLOUD_SQL_INSTANCE",
        "connectionName": f"{project}:{instance['region']}:{name}",
        "createTime": stamp(instance["created"]),
        "selfLink": f"{base}/projects/{project}/instances/{name}",
        "serviceAccountEmailAddress": f"p{number}-sandbox@gcp-sa-cloud-sql.iam.gserviceaccount.com",
    }
    if instance["state"] not in ("PENDING_CREATE", "FAILED"):
        body["databaseInstalledVersion"] = Clusters.version()
        body["ipAddresses"] = [{"type": "PRIMARY", "ipAddress": "127.0.0.1"}]
    return body


def _check_address(call: Call, chosen: Body) -> None:
    project, constraint = call.text("project"), "sql.restrictPublicIp"
    public = chosen["ipConfiguration"].get("ipv4Enabled")
    if public and orgpolicies.enforced(call.world, project, constraint):
        number = (call.world.store.get("project", project) or {}).get("number", project)
        raise invalid(
            "Organization Policy check failure: the external IP of this instance violates the "
            f"constraints/{constraint} enforced at the {number} project."
        )


def fits(resource: Body, wanted: str) -> bool:
    """Whether a resource has every value of a filter like ``state:RUNNABLE settings.tier=x``."""
    for term in wanted.replace(" AND ", " ").split():
        key, _sep, value = term.replace("=", ":", 1).partition(":")
        have: Any = resource
        for part in key.split("."):
            have = have.get(part) if isinstance(have, dict) else None
        if str(have) != value.strip("\"'"):
            return False
    return True
