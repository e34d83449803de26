"""Compute Engine: zones without room, quotas."""

from __future__ import annotations

from generators.language import _
from wizards.cloud.failing import RESUME, Refusal, Retry
from wizards.cloud.signatures import Signature, Words, Write, row

_FULL = "ZONE_RESOURCE_POOL_EXHAUSTED(_WITH_DETAILS)?|STOCKOUT|resource_availability"

ROWS: tuple[Signature, ...] = (
    row("zone-full", reason=_FULL),
    row("rate-limited", Retry.REFUSED, reason="rateLimitExceeded|RATE_LIMIT_EXCEEDED"),
    row("rate-limited", Retry.REFUSED, reason="userRateLimitExceeded"),
    row("quota", reason="RESOURCE_QUOTA_EXCEEDED|quotaExceeded|QUOTA_EXCEEDED|QUOTA_LIMIT"),
    row("zone-full", says="ZONE_RESOURCE_POOL_EXHAUSTED|does not have enough resources available"),
    row("quota", status=(400, 403), says="quota '?[A-Z_]+'? exceeded|insufficient .* quota"),
)


def _zone(refusal: Refusal) -> Words:
    zone = refusal.named("zone", "ZONE")
    region = zone.rpartition("-")[0] or "REGION"
    return (
        _("the zone {zone} has no machine of this size left").format(zone=zone),
        _("that is Google's shortage, not yours: another zone of the region usually has one"),
        (
            f"gcloud compute zones list --filter=region:{region} --project={refusal.project}",
            "tarmac.toml: [machine] zone",
            RESUME,
        ),
    )


def _quota(refusal: Refusal) -> Words:
    metric = refusal.metadata.get("quota_metric", "") or refusal.metadata.get("metricName", "")
    limit = refusal.metadata.get("quota_limit_value", "") or refusal.metadata.get("limit", "")
    told = _("{metric}, limit {limit}: {says}").format(
        metric=metric, limit=limit or "?", says=refusal.message
    )
    return (
        _("a quota of the project {project} is used up").format(project=refusal.project),
        told if metric else refusal.message,
        (
            f"https://console.cloud.google.com/iam-admin/quotas?project={refusal.project}",
            RESUME,
        ),
    )


WORDS: dict[str, Write] = {"zone-full": _zone, "quota": _quota}
