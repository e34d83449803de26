"""Containers, volumes and templates between Knative's way of saying it and v2's."""

from __future__ import annotations

from typing import Any

from sandbox.run.specification import seconds

Body = dict[str, Any]

GOOGLE = "run.googleapis.com/"
CLOUD_SQL = f"{GOOGLE}cloudsql-instances"
MIN_SCALE, MAX_SCALE = "autoscaling.knative.dev/minScale", "autoscaling.knative.dev/maxScale"
THROTTLING = f"{GOOGLE}cpu-throttling"
BOOST = f"{GOOGLE}startup-cpu-boost"
ENVIRONMENT = f"{GOOGLE}execution-environment"
AFFINITY = f"{GOOGLE}sessionAffinity"
CLIENT, CLIENT_VERSION = f"{GOOGLE}client-name", f"{GOOGLE}client-version"
SAME = ("name", "image", "command", "args", "workingDir", "livenessProbe", "startupProbe", "ports")
SQL_VOLUME = "cloudsql"


def read_service(metadata: Body, spec: Body) -> Body:
    """Return a service's template as v2 says it."""
    notes = metadata.get("annotations", {})
    made = _read(notes, spec)
    scaling = {
        key: int(notes[name])
        for key, name in (("minInstanceCount", MIN_SCALE), ("maxInstanceCount", MAX_SCALE))
        if notes.get(name, "").isdigit()
    }
    if scaling:
        made["scaling"] = scaling
    if spec.get("timeoutSeconds"):
        made["timeout"] = f"{spec['timeoutSeconds']}s"
    if spec.get("containerConcurrency"):
        made["maxInstanceRequestConcurrency"] = spec["containerConcurrency"]
    if flag(notes, AFFINITY):
        made["sessionAffinity"] = True
    if metadata.get("name"):
        made["revision"] = metadata["name"]
    return {**made, **_metadata(metadata)}


def read_task(notes: Body, spec: Body) -> Body:
    """Return a job's task template as v2 says it."""
    made = _read(notes, spec)
    if spec.get("timeoutSeconds"):
        made["timeout"] = f"{spec['timeoutSeconds']}s"
    if "maxRetries" in spec:
        made["maxRetries"] = spec["maxRetries"]
    return made


def write_service(template: Body) -> tuple[Body, Body]:
    """Return (annotations, spec) of a service's template."""
    notes, spec = _write(template)
    scaling = template.get("scaling", {})
    if scaling.get("minInstanceCount"):
        notes[MIN_SCALE] = str(scaling["minInstanceCount"])
    notes[MAX_SCALE] = str(scaling["maxInstanceCount"])
    if template.get("sessionAffinity"):
        notes[AFFINITY] = "true"
    spec["timeoutSeconds"] = int(seconds(template["timeout"]))
    spec["containerConcurrency"] = template["maxInstanceRequestConcurrency"]
    return notes, spec


def write_task(template: Body) -> tuple[Body, Body]:
    """Return (annotations, spec) of a job's task template."""
    notes, spec = _write(template)
    spec["timeoutSeconds"] = str(int(seconds(template["timeout"])))
    spec["maxRetries"] = template["maxRetries"]
    return notes, spec


def flag(notes: Body, name: str, *, default: bool = False) -> bool:
    """Return a truth among the annotations; gcloud writes it with a capital letter."""
    return str(notes.get(name, default)).lower() == "true"


def read_env(entries: list[Body]) -> list[Body]:
    """Return environment variables as v2 says them."""
    return [_read_entry(each) for each in entries]


def _read(notes: Body, spec: Body) -> Body:
    containers = [_read_container(each, notes) for each in spec.get("containers", ())]
    volumes = [_read_volume(each) for each in spec.get("volumes", ())]
    instances = [each for each in notes.get(CLOUD_SQL, "").split(",") if each]
    if instances and containers:
        volumes.append({"name": SQL_VOLUME, "cloudSqlInstance": {"instances": instances}})
        mounts = containers[0].get("volumeMounts", [])
        mount = {"name": SQL_VOLUME, "mountPath": "/cloudsql"}
        containers[0]["volumeMounts"] = [*mounts, mount]
    made: Body = {"containers": containers}
    if volumes:
        made["volumes"] = volumes
    if spec.get("serviceAccountName"):
        made["serviceAccount"] = spec["serviceAccountName"]
    if notes.get(ENVIRONMENT) in ("gen1", "gen2"):
        made["executionEnvironment"] = f"EXECUTION_ENVIRONMENT_{notes[ENVIRONMENT].upper()}"
    return made


def _read_container(container: Body, notes: Body) -> Body:
    made = {key: container[key] for key in SAME if key in container}
    if "env" in container:
        made["env"] = read_env(container["env"])
    made["resources"] = {
        "limits": container.get("resources", {}).get("limits", {}),
        "cpuIdle": flag(notes, THROTTLING, default=True),
    }
    if flag(notes, BOOST):
        made["resources"]["startupCpuBoost"] = True
    if "volumeMounts" in container:
        made["volumeMounts"] = [
            {key: each[key] for key in ("name", "mountPath", "subPath") if key in each}
            for each in container["volumeMounts"]
        ]
    return made


def _read_entry(entry: Body) -> Body:
    reference = entry.get("valueFrom", {}).get("secretKeyRef")
    if reference is None:
        return {key: entry[key] for key in ("name", "value") if key in entry}
    source = {"secret": reference.get("name", ""), "version": reference.get("key", "latest")}
    return {"name": entry.get("name", ""), "valueSource": {"secretKeyRef": source}}


def _read_volume(volume: Body) -> Body:
    made: Body = {key: volume[key] for key in ("name", "emptyDir") if key in volume}
    if "secret" in volume:
        secret = volume["secret"]
        items = [
            {"path": each.get("path", ""), "version": each.get("key", "latest")}
            for each in secret.get("items", ())
        ]
        made["secret"] = {"secret": secret.get("secretName", ""), "items": items}
    return made


def _metadata(metadata: Body) -> Body:
    """Return labels and annotations, and v2's own fields that stand among the annotations."""
    made: Body = {}
    for key in ("labels", "annotations"):
        if metadata.get(key):
            made[key] = metadata[key]
    notes = metadata.get("annotations", {})
    for key, name in (("client", CLIENT), ("clientVersion", CLIENT_VERSION)):
        if notes.get(name):
            made[key] = notes[name]
    return made


def _write(template: Body) -> tuple[Body, Body]:
    notes = dict(template.get("annotations") or {})
    first = template["containers"][0].get("resources", {})
    for name in (CLOUD_SQL, THROTTLING, BOOST, ENVIRONMENT, MIN_SCALE, MAX_SCALE, AFFINITY):
        notes.pop(name, None)
    instances = [
        name
        for volume in template.get("volumes", ())
        for name in volume.get("cloudSqlInstance", {}).get("instances", ())
    ]
    if instances:
        notes[CLOUD_SQL] = ",".join(instances)
    if first.get("startupCpuBoost"):
        notes[BOOST] = "true"
    if "ports" in template["containers"][0] and not first.get("cpuIdle"):
        notes[THROTTLING] = "false"
    environment = template.get("executionEnvironment", "")
    if environment.endswith(("GEN1", "GEN2")):
        notes[ENVIRONMENT] = environment.rpartition("_")[2].lower()
    sql = {each.get("name") for each in template.get("volumes", ()) if "cloudSqlInstance" in each}
    spec: Body = {"containers": [_write_container(each, sql) for each in template["containers"]]}
    volumes = [_write_volume(each) for each in template.get("volumes", ())]
    if any(volumes):
        spec["volumes"] = [each for each in volumes if each]
    spec["serviceAccountName"] = template["serviceAccount"]
    return notes, spec


def _write_container(container: Body, sql: set[Any]) -> Body:
    made = {key: container[key] for key in SAME if container.get(key)}
    if container.get("env"):
        made["env"] = [_write_entry(each) for each in container["env"]]
    made["resources"] = {"limits": container["resources"]["limits"]}
    mounts = [each for each in container.get("volumeMounts", ()) if each.get("name") not in sql]
    if mounts:
        made["volumeMounts"] = mounts
    return made


def _write_entry(entry: Body) -> Body:
    reference = entry.get("valueSource", {}).get("secretKeyRef")
    if reference is None:
        return {key: entry[key] for key in ("name", "value") if entry.get(key)}
    source = {"name": reference["secret"], "key": reference.get("version") or "latest"}
    return {"name": entry["name"], "valueFrom": {"secretKeyRef": source}}


def _write_volume(volume: Body) -> Body:
    made: Body = {key: volume[key] for key in ("name", "emptyDir") if key in volume}
    if "cloudSqlInstance" in volume:
        return {}
    if "secret" in volume:
        items = [
            {"path": each.get("path", ""), "key": each.get("version") or "latest"}
            for each in volume["secret"].get("items", ())
        ]
        made["secret"] = {"secretName": volume["secret"].get("secret", ""), "items": items}
    return made
