"""What the organisation forbids, judged against this plan alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.cloud.failing import CloudFailure
from wizards.cloud.port import Cloud
from wizards.cloud.things import OrgPolicy
from wizards.plan import Check
from wizards.setup.naming import names_of
from wizards.setup.preflight.places import allowed_regions, covers


@dataclass(frozen=True, slots=True)
class _Rule:
    """One constraint: whether it can matter to a blueprint, and what it means for it."""

    constraint: str
    matters: Callable[[Blueprint], bool]
    judge: Callable[[Blueprint, OrgPolicy], Check]


def rules_for(blueprint: Blueprint) -> list[str]:
    """Return the constraints that can matter to a blueprint."""
    return [rule.constraint for rule in _RULES if rule.matters(blueprint)]


@dataclass(frozen=True, slots=True)
class Unread:
    """A constraint that this login may not read, why, and what it could do about it."""

    constraint: str
    problem: str
    fix: str


def policy_check(cloud: Cloud, blueprint: Blueprint, scope: str, constraint: str) -> Check | Unread:
    """Return what a constraint means for this plan, or that it cannot be read.

    ``scope`` is "projects/p", or the parent of a project that is only to be made.
    """
    rule = next(rule for rule in _RULES if rule.constraint == constraint)
    try:
        policy = cloud.org_policy(scope, constraint)
    except CloudFailure as failure:
        return Unread(constraint, failure.message, next(iter(failure.next), ""))
    found = rule.judge(blueprint, policy)
    if found.level == "ok" and policy.conditional:
        says = _("{says}; more rules hold for resources with certain tags").format(says=found.says)
        return _check(constraint, "ok", says)
    return found


def told(found: Iterable[Check | Unread | None]) -> Iterator[Check]:
    """Yield the verdicts, and one note for all policies that one problem keeps from being read."""
    unread: dict[str, list[Unread]] = {}
    for one in found:
        if isinstance(one, Unread):
            unread.setdefault(one.problem, []).append(one)
        elif one is not None:
            yield one
    for problem, several in unread.items():
        yield Check(
            id="policies" if len(unread) == 1 else f"policies:{several[0].constraint}",
            title=_("policies of the organisation"),
            level="ok",
            says=_(
                "not read ({problem}); if one of {constraints} forbids something, that shows when "
                "it is made"
            ).format(problem=problem, constraints=", ".join(one.constraint for one in several)),
            fix=several[0].fix,
        )


def _check(constraint: str, level: str, says: str, fix: str = "") -> Check:
    return Check(
        id=f"policy:{constraint}",
        title=_("policy {constraint}").format(constraint=constraint),
        level=level,
        says=says,
        fix=fix,
    )


_LOCATIONS = "gcp.resourceLocations"
_MEMBERS = "iam.allowedPolicyMemberDomains"
_PUBLIC_IP = "sql.restrictPublicIp"
_INVOKER = "run.managed.requireInvokerIam"
_KEYS = "iam.disableServiceAccountKeyCreation"


def _locations(blueprint: Blueprint, policy: OrgPolicy) -> Check:
    names = names_of(blueprint)
    wanted = {"project.region": names.region}
    if names.build_account and blueprint.pipeline.region:
        wanted["pipeline.region"] = names.build_region
    refused: dict[str, str] = {}
    unclear: list[str] = []
    for key, region in wanted.items():
        verdict = covers(policy, region)
        if verdict is None:
            unclear.append(region)
        elif not verdict:
            refused[key] = region
    denied = (_("not {value}").format(value=value) for value in policy.denied)
    values = ", ".join((*policy.allowed, *denied))
    if refused:
        there = allowed_regions(policy)
        region = there[0] if there else "…"
        return _check(
            _LOCATIONS,
            "red",
            _("{regions} is not allowed here; the rule: {values}").format(
                regions=", ".join(dict.fromkeys(refused.values())),
                values=values or _("no place at all"),
            ),
            "tarmac init " + " ".join(f"--set {key}={region}" for key in refused),
        )
    if unclear:
        says = _("cannot be judged for {regions}: {values}").format(
            regions=", ".join(dict.fromkeys(unclear)), values=values
        )
        return _check(_LOCATIONS, "warning", says, _describe(_LOCATIONS, names.project))
    return _check(_LOCATIONS, "ok", _("allows {regions}").format(regions=names.region))


def _members(blueprint: Blueprint, policy: OrgPolicy) -> Check:
    project = names_of(blueprint).project
    if policy.denies_all:
        return _check(
            _MEMBERS,
            "red",
            _("nobody may be granted anything; this plan grants roles to its own identities"),
            _describe(_MEMBERS, project),
        )
    if policy.allows_all or not (policy.allowed or policy.denied):
        return _check(_MEMBERS, "ok", _("every member may be granted roles"))
    if not names_of(blueprint).pool:
        says = _("only identities of this project are granted roles; a public service needs none")
        return _check(_MEMBERS, "ok", says)
    if any("principalSet:" in value for value in policy.allowed):
        return _check(_MEMBERS, "ok", _("identities of the organisation's pools are allowed"))
    return _check(
        _MEMBERS,
        "warning",
        _(
            "only members of certain domains ({values}) may be granted roles: those of GitHub's "
            "pool may be refused, unless the organisation's own identities are allowed"
        ).format(values=", ".join(policy.allowed)),
        "gcloud resource-manager org-policies allow iam.allowedPolicyMemberDomains "
        f"is:principalSet://iam.googleapis.com/organizations/ORGANIZATION --project={project}",
    )


def _public_ip(blueprint: Blueprint, policy: OrgPolicy) -> Check:
    if not policy.enforced:
        return _check(_PUBLIC_IP, "ok", _("not in force"))
    if blueprint.database is not None and blueprint.database.network:
        return _check(_PUBLIC_IP, "ok", _("in force; the database has a private address only"))
    return _check(
        _PUBLIC_IP,
        "red",
        _("in force: the database needs a private address in a network that is peered with Google"),
        "tarmac init --set database.network=default",
    )


def _invoker(_blueprint: Blueprint, policy: OrgPolicy) -> Check:
    if not policy.enforced:
        return _check(_INVOKER, "ok", _("not in force"))
    return _check(
        _INVOKER,
        "red",
        _("in force: no service may be public; whoever calls it must log in"),
        "tarmac init --set service.public=false",
    )


def _keys(_blueprint: Blueprint, policy: OrgPolicy) -> Check:
    says = _("in force; no key is ever made: GitHub logs in by federation")
    return _check(_KEYS, "ok", says if policy.enforced else _("not in force"))


def _describe(constraint: str, project: str) -> str:
    return f"gcloud org-policies describe {constraint} --effective --project={project}"


_RULES = (
    _Rule(_LOCATIONS, lambda _blueprint: True, _locations),
    _Rule(_MEMBERS, lambda _blueprint: True, _members),
    _Rule(_PUBLIC_IP, lambda blueprint: blueprint.database is not None, _public_ip),
    _Rule(
        _INVOKER,
        lambda blueprint: blueprint.service.public and blueprint.service.runtime == "cloud-run",
        _invoker,
    ),
    _Rule(_KEYS, lambda blueprint: blueprint.pipeline.kind == "github", _keys),
)
