"""Cloud Run: containers that do not come up, images that cannot be fetched, reserved names."""

from __future__ import annotations

import re

from generators.language import _
from wizards.cloud.failing import RESUME, Refusal, Retry
from wizards.cloud.signatures import Signature, Words, Write, row

_IMAGE = re.compile(r"[a-z0-9-]+-docker\.pkg\.dev/[^\s'\",]+|gcr\.io/[^\s'\",]+")
_AGENT = re.compile(r"[\w.-]+@[\w.-]+\.gserviceaccount\.com")

ROWS: tuple[Signature, ...] = (
    row("container-not-listening", reason="HEALTH_CHECK_CONTAINER_ERROR"),
    row("image-missing", reason="CONTAINER_MISSING"),
    row("image-unreadable", reason="CONTAINER_IMAGE_UNAUTHORIZED|CONTAINER_PERMISSION_DENIED"),
    row("image-unreadable", reason="CONTAINER_IMAGE_AUTHORIZATION_CHECK_FAILED"),
    row("run-network-missing", reason="VPC_NETWORK_NOT_FOUND"),
    row("job-failed", reason="NON_ZERO_EXIT_CODE"),
    row("rollout-too-slow", reason="PROGRESS_DEADLINE_EXCEEDED|MIN_INSTANCES_NOT_PROVISIONED"),
    row("too-many-revisions", reason="ACTIVE_REVISION_LIMIT_REACHED"),
    row("unavailable", Retry.UNKNOWN, call="operation:run", reason="INTERNAL"),
    row("container-not-listening", says="failed to start and (then )?listen on the port"),
    row("container-memory", says="memory limit of .* exceeded|out of memory"),
    row("reserved-variable", status=400, says="reserved env names"),
    row("wrong-architecture", says="must support amd64/linux|exec format error"),
    row("image-missing", says=r"image '?\S+'? (was )?not found"),
    row("image-unreadable", says="permission to read the image"),
    row("job-failed", says="exited with (a )?non-zero|container exited with an error"),
)


def _service(refusal: Refusal) -> str:
    return refusal.names.get("job", "") or refusal.named("service", "SERVICE")


def _place(refusal: Refusal) -> str:
    return f"--region={refusal.named('region', 'REGION')} --project={refusal.project}"


def _logs(refusal: Refusal) -> str:
    kind = "jobs" if refusal.names.get("job") else "services"
    return f"gcloud run {kind} logs read {_service(refusal)} {_place(refusal)} --limit=50"


def _with_log(why: str, refusal: Refusal) -> str:
    """Return why with the end of the container's log, which usually names the cause."""
    log = refusal.metadata.get("log", "")
    return f"{why}\n{log}" if log else why


def _not_listening(refusal: Refusal) -> Words:
    return (
        _("the container of {service} did not start to listen in time").format(
            service=_service(refusal)
        ),
        _with_log(
            _(
                "it must listen on 0.0.0.0 and on the port in the variable PORT, not on localhost; "
                "or it ended before that: its log says why"
            ),
            refusal,
        ),
        (_logs(refusal), "tarmac generate --diff"),
    )


def _memory(refusal: Refusal) -> Words:
    return (
        _("the container of {service} needs more memory than it has").format(
            service=_service(refusal)
        ),
        _with_log(refusal.message, refusal),
        ("tarmac init --set service.memory=1Gi", _logs(refusal)),
    )


def _reserved(refusal: Refusal) -> Words:
    named = re.search(r"provided: ([A-Z_, ]+)", refusal.message)
    names = named[1].strip(" ,") if named else "PORT"
    return (
        _("Cloud Run sets the variable {names} itself").format(names=names),
        _("take it out of the service's variables; the container only reads it"),
        ("tarmac.toml: [service] environment", "tarmac plan"),
    )


def _architecture(refusal: Refusal) -> Words:
    image = _image(refusal)
    return (
        _("the image is for another processor than Cloud Run's"),
        _("images made on a Mac with Apple silicon are arm64; Cloud Run takes amd64/linux"),
        (f"docker build --platform linux/amd64 -t {image} .", "tarmac deploy"),
    )


def _image(refusal: Refusal) -> str:
    found = _IMAGE.search(refusal.message)
    return found[0].rstrip(".") if found else "IMAGE"


def _missing(refusal: Refusal) -> Words:
    image = _image(refusal)
    return (
        _("there is no such image: {image}").format(image=image),
        _("nothing was pushed under this name yet, or the repository is in another region"),
        (f"gcloud artifacts docker images list {image.rpartition('/')[0] or image}", f"{_DEPLOY}"),
    )


_DEPLOY = "tarmac deploy"


def _unreadable(refusal: Refusal) -> Words:
    found = _AGENT.search(refusal.message)
    agent = found[0] if found else "service-NUMBER@serverless-robot-prod.iam.gserviceaccount.com"
    image = _image(refusal)
    parts = image.split("/")
    place, project, repository = (
        (parts[0].removesuffix("-docker.pkg.dev"), parts[1], parts[2])
        if len(parts) > 3
        else (refusal.named("region", "REGION"), refusal.project, "REPOSITORY")
    )
    return (
        _("Cloud Run may not read the image {image}").format(image=image),
        _("its service agent needs the reader role on the repository"),
        (
            (
                f"gcloud artifacts repositories add-iam-policy-binding {repository} "
                f"--member=serviceAccount:{agent} --role=roles/artifactregistry.reader "
                f"--location={place} --project={project}"
            ),
            RESUME,
        ),
    )


def _network(refusal: Refusal) -> Words:
    return (
        _("the network of the service does not exist"),
        refusal.message,
        (f"gcloud compute networks list --project={refusal.project}", "tarmac plan"),
    )


def _job_failed(refusal: Refusal) -> Words:
    return (
        _("the job {job} ended with an error").format(job=_service(refusal)),
        _with_log(refusal.message, refusal),
        (_logs(refusal), "tarmac migrate status"),
    )


def _slow(refusal: Refusal) -> Words:
    return (
        _("the new revision of {service} did not become ready in time").format(
            service=_service(refusal)
        ),
        _with_log(
            _("traffic stays with the old revision: {says}").format(says=refusal.message), refusal
        ),
        (_logs(refusal), RESUME),
    )


def _revisions(refusal: Refusal) -> Words:
    return (
        _("the service {service} has too many revisions in use").format(service=_service(refusal)),
        refusal.message,
        (f"gcloud run revisions list --service={_service(refusal)} {_place(refusal)}",),
    )


WORDS: dict[str, Write] = {
    "container-not-listening": _not_listening,
    "container-memory": _memory,
    "reserved-variable": _reserved,
    "wrong-architecture": _architecture,
    "image-missing": _missing,
    "image-unreadable": _unreadable,
    "run-network-missing": _network,
    "job-failed": _job_failed,
    "rollout-too-slow": _slow,
    "too-many-revisions": _revisions,
}
