"""What other people keep in a project, behind each API: reasons to leave something in place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor

from generators.language import _
from wizards.cloud.failing import CloudFailure
from wizards.cloud.port import Cloud

_ABSENT = {"absent", "api-disabled", "billing-missing"}


def others(
    cloud: Cloud, project: str, ours: Collection[str], regions: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Return API → things in words that are not among the ids that Tarmac created.

    Repositories and services are looked for in ``regions`` only: Google lists them by region. What
    the login may not list counts as somebody's.
    """
    counts: Mapping[str, Callable[[], list[tuple[str, str]]]] = {
        "secretmanager.googleapis.com": lambda: [
            (f"secret:{part.id}", _("secret {name}").format(name=part.id))
            for part in cloud.secrets(project)
        ],
        "sqladmin.googleapis.com": lambda: [
            (f"sql.instance:{part.name}", _("database instance {name}").format(name=part.name))
            for part in cloud.sql_instances(project)
        ],
        "artifactregistry.googleapis.com": lambda: [
            (f"repository:{part.id}", _("image repository {name}").format(name=part.id))
            for region in regions
            for part in cloud.repositories(project, region)
        ],
        "run.googleapis.com": lambda: [
            (f"run.{kind}:{name}", _("Cloud Run {kind} {name}").format(kind=kind, name=name))
            for kind, name, _ours in cloud.run_names(project)
        ],
        "cloudbuild.googleapis.com": lambda: [
            (f"build.trigger:{name}", _("build trigger {name}").format(name=name))
            for region in (*regions, "global")
            for name in cloud.build_triggers(project, region)
        ],
        "iam.googleapis.com": lambda: [
            (f"account:{short}", _("service account {name}").format(name=short))
            for short in _accounts(cloud, project)
        ],
    }
    enabled = cloud.enabled_apis(project, tuple(counts))
    asked = {api: count for api, count in counts.items() if api in enabled}
    with ThreadPoolExecutor(max(len(asked), 1), "others") as pool:
        answers = pool.map(lambda count: _foreign(count, ours), asked.values())
        found = {api: words for api, words in zip(asked, answers, strict=True) if words}
    if "sqladmin.googleapis.com" in found:
        found["sql-component.googleapis.com"] = found["sqladmin.googleapis.com"]
    return found


def _foreign(count: Callable[[], list[tuple[str, str]]], ours: Collection[str]) -> tuple[str, ...]:
    try:
        return tuple(words for key, words in count() if key not in ours)
    except CloudFailure as failure:
        if failure.code in _ABSENT:
            return ()
        if failure.status == 403:
            return (_("what this login may not see"),)
        raise


def _accounts(cloud: Cloud, project: str) -> list[str]:
    """Return the short ids of the accounts that people made; Google's own live elsewhere."""
    domain, _colon, short = project.rpartition(":")
    host = f"{short}.{domain}" if domain else project
    end = f"@{host}.iam.gserviceaccount.com"
    found = cloud.service_accounts(project)
    return [part.email.removesuffix(end) for part in found if part.email.endswith(end)]
