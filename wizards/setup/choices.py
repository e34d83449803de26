"""Live choices: what a question's ``live`` name stands for, asked of the cloud."""

from __future__ import annotations

from generators.language import _
from wizards.cloud.port import Cloud
from wizards.question import Choice, Known
from wizards.setup.prices import knows, size_of, tier_month
from wizards.setup.proposals import tier_choice, tiers
from wizards.setup.questions_secrets import SOURCES
from wizards.setup.regions import REGIONS


def choices(name: str, cloud: Cloud, known: Known) -> list[Choice]:
    """Return the choices behind ``projects``, ``billing_accounts``, ``regions``, ``tiers``…

    Blocks; raises CloudFailure. Typing another value stays possible, so an empty list is fine.
    """
    match name:
        case "projects":
            return [Choice(p.id, f"{p.id} · {p.name}", p.name) for p in cloud.projects()]
        case "billing_accounts":
            return [
                Choice(account.id, f"{account.id} · {account.name}", account.name)
                for account in cloud.billing_accounts()
                if account.open
            ]
        case "regions":
            return [_region(region, place) for region, place in REGIONS]
        case "tiers":
            return _tiers(cloud, known)
        case "memory":
            return [Choice(size) for size in ("512Mi", "1Gi", "2Gi", "4Gi", "8Gi", "16Gi", "32Gi")]
        case name if name == SOURCES:
            return [
                Choice("ask", _("ask · typed hidden when it is stored")),
                Choice("generate", _("generate · random, nobody ever sees it")),
                Choice("env:VARIABLE", _("env:VARIABLE · an environment variable on this machine")),
                Choice("file:PATH", _("file:PATH · a file, from the project's folder")),
            ]
        case _:
            return []


def _region(region: str, place: str) -> Choice:
    if not knows(region):
        hint = _("prices not known")
        return Choice(region, f"{region} · {place} · {hint}", hint)
    hint = _("database from ${price} a month").format(
        price=f"{tier_month('db-f1-micro', region):.2f}"
    )
    return Choice(region, f"{region} · {place} · {hint}", hint)


def _tiers(cloud: Cloud, known: Known) -> list[Choice]:
    region = str(known.get("project.region") or "asia-northeast3")
    project = str(known.get("project.id") or "")
    usual = [tier for tier in tiers(region) if _fits(tier.value, known)]
    if not project or cloud.project(project) is None:
        return usual
    found = [
        tier.name
        for tier in cloud.sql_tiers(project)
        if size_of(tier.name)[0] and (not tier.regions or region in tier.regions)
    ]
    return [tier_choice(tier, region) for tier in found if _fits(tier, known)] or usual


def _fits(tier: str, known: Known) -> bool:
    """Say whether an edition takes a machine."""
    plus = known.get("database.edition") == "ENTERPRISE_PLUS"
    return tier.startswith("db-perf-optimized") == plus
