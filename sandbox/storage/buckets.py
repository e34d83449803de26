"""Buckets (Storage v1): a name for everybody in the world, a project, a place."""

from __future__ import annotations

import re
from typing import Any

from sandbox import projects
from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.errors import ApiError
from sandbox.iam import access
from sandbox.paging import sliced
from sandbox.world import World

Body = dict[str, Any]

api = Api("storage", "v1", enabled=False)
KIND = "bucket"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")
CHANGEABLE = ("labels", "lifecycle", "versioning", "iamConfiguration", "retentionPolicy")


def existing(world: World, name: str) -> Body:
    """Return a bucket, or refuse as Google does."""
    bucket = world.store.get(KIND, name)
    if bucket is None:
        raise ApiError("NOT_FOUND", "The specified bucket does not exist.", legacy="notFound")
    return bucket


def require(world: World, identity: str, permission: str, bucket: Body, what: str) -> None:
    """Refuse who may not; ``what`` is "bucket" or "object", as the message says it."""
    resource = f"projects/{bucket['project']}/buckets/{bucket['name']}"
    if not access.allowed(world, identity, permission, resource):
        who = identity.partition(":")[2]
        raise ApiError(
            "PERMISSION_DENIED",
            f"{who} does not have {permission} access to the Google Cloud Storage {what}. "
            f"Permission '{permission}' denied on resource (or it may not exist).",
            legacy="forbidden",
        )


@api.method("buckets.insert", "storage.buckets.create")
def insert(call: Call) -> Body:
    """Make a bucket."""
    project = projects.active(call.world, call.text("project"), "storage.googleapis.com")
    name = str(call.body.get("name", ""))
    if not NAME.fullmatch(name):
        raise ApiError("INVALID_ARGUMENT", f"Invalid bucket name: '{name}'", legacy="invalid")
    if call.world.store.get(KIND, name):
        raise ApiError(
            "ALREADY_EXISTS",
            "The requested bucket name is not available. The bucket namespace is shared by all "
            "users of the system. Please select a different name and try again.",
            legacy="conflict",
        )
    bucket = {
        **{key: call.body[key] for key in CHANGEABLE if key in call.body},
        "name": name,
        "project": project["id"],
        "number": project["number"],
        "location": str(call.body.get("location", "US")).upper(),
        "storageClass": call.body.get("storageClass", "STANDARD"),
        "created": call.now,
    }
    call.world.store.put(KIND, name, bucket, project["id"])
    return shown(bucket)


@api.method("buckets.get")
def get(call: Call) -> Body:
    """Return a bucket."""
    bucket = existing(call.world, call.text("bucket"))
    require(call.world, call.identity, "storage.buckets.get", bucket, "bucket")
    return shown(bucket)


@api.method("buckets.getStorageLayout")
def layout(call: Call) -> Body:
    """Return where a bucket is and that its folders are parts of names; whoever lists may ask."""
    bucket = existing(call.world, call.text("bucket"))
    require(call.world, call.identity, "storage.objects.list", bucket, "bucket")
    return {
        "kind": "storage#storageLayout",
        "bucket": bucket["name"],
        "location": bucket["location"],
        "hierarchicalNamespace": {"enabled": False},
    }


@api.method("buckets.list", "storage.buckets.list")
def list_(call: Call) -> Body:
    """Return a project's buckets."""
    project = projects.active(call.world, call.text("project"), "storage.googleapis.com")
    found = [
        shown(each)
        for each in call.world.store.all(KIND, project["id"])
        if each["name"].startswith(call.text("prefix"))
    ]
    return {"kind": "storage#buckets", **sliced(call, "items", found, size_name="maxResults")}


@api.method("buckets.delete")
def delete(call: Call) -> Body:
    """Delete an empty bucket."""
    from sandbox.storage import objects

    bucket = existing(call.world, call.text("bucket"))
    require(call.world, call.identity, "storage.buckets.delete", bucket, "bucket")
    if call.world.store.all(objects.KIND, bucket["name"]):
        raise ApiError(
            "CONFLICT", "The bucket you tried to delete is not empty.", legacy="conflict"
        )
    call.world.store.delete(KIND, bucket["name"])
    return {}


def shown(bucket: Body) -> Body:
    """Return a bucket as Google writes it."""
    name = bucket["name"]
    return {
        **{key: bucket[key] for key in CHANGEABLE if key in bucket},
        "kind": "storage#bucket",
        "id": name,
        "name": name,
        "selfLink": f"https://www.googleapis.com/storage/v1/b/{name}",
        "projectNumber": str(bucket["number"]),
        "metageneration": "1",
        "location": bucket["location"],
        "storageClass": bucket["storageClass"],
        "timeCreated": stamp(bucket["created"]),
        "updated": stamp(bucket["created"]),
        "etag": "CAE=",
    }
