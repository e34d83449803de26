"""What an organisation forbids: constraints and perimeters; its administrators lift them."""

from __future__ import annotations

import re

from generators.language import _
from wizards.cloud.failing import RESUME, Refusal
from wizards.cloud.signatures import Signature, Words, Write, row

_CONSTRAINT = re.compile(
    r"constraints?[/ ]'?((?:[a-z]+\.)+[A-Za-z]+)|((?:[a-z]+\.)+[a-z]\w+[A-Z]\w+)"
)

ROWS: tuple[Signature, ...] = (
    row("perimeter", reason="SECURITY_POLICY_VIOLATED"),
    row("perimeter", status=403, says="vpcServiceControlsUniqueIdentifier|VPC Service Controls"),
    row("location-forbidden", says=r"gcp\.resourceLocations"),
    row("public-ip-forbidden", says=r"sql\.restrictPublicIp"),
    row("keys-forbidden", says=r"iam\.disableServiceAccountKeyCreation"),
    row("keys-forbidden", says="Key creation is not allowed"),
    row("accounts-forbidden", says=r"iam\.disableServiceAccountCreation"),
    row("accounts-forbidden", says="Service account creation is not allowed"),
    row("domain-forbidden", says="not belong to a permitted customer"),
    row("domain-forbidden", says=r"iam\.allowedPolicyMemberDomains"),
    row("invoker-check-required", says="invoker_?iam_?disabled.*(not currently available|forbid)"),
    row("invoker-check-required", says=r"run\.managed\.requireInvokerIam"),
    row("service-forbidden", says=r"gcp\.restrictServiceUsage"),
    row("policy-forbidden", says=r"(constraints?/|custom constraint|org(anization)? polic)"),
)


def _administrator(refusal: Refusal, constraint: str) -> str:
    return f"gcloud org-policies describe {constraint} --project={refusal.project} --effective"


def _location(refusal: Refusal) -> Words:
    place = re.search(r"\[([a-z0-9-]+)\]", refusal.message)
    if "secret" in refusal.message and place is not None and place[1] == "global":
        return (
            _("the organisation forbids secrets without a region"),
            _(
                "gcp.resourceLocations allows certain regions only: the secret must be kept in "
                "named regions (a user-managed replica), not automatically everywhere"
            ),
            ("tarmac init --set project.region=…", _administrator(refusal, _LOCATIONS)),
        )
    return (
        _("the organisation forbids the location {place}").format(
            place=place[1] if place else refusal.named("region", "REGION")
        ),
        _("the policy gcp.resourceLocations allows certain regions only"),
        ("tarmac init --set project.region=…", _administrator(refusal, _LOCATIONS)),
    )


_LOCATIONS = "gcp.resourceLocations"


def _public_ip(refusal: Refusal) -> Words:
    return (
        _("the organisation forbids databases with a public address"),
        _(
            "the policy sql.restrictPublicIp is on. Give the database a private address: choose a "
            "network in which a range is reserved and peered, or use Private Service Connect"
        ),
        (
            'tarmac.toml: [database] network = "default"',
            _administrator(refusal, "sql.restrictPublicIp"),
        ),
    )


def _keys(refusal: Refusal) -> Words:
    return (
        _("the organisation forbids keys of service accounts"),
        _(
            "that is right: Tarmac never needs one. GitHub logs in by workload identity "
            "federation, machines by the account they run as"
        ),
        (
            "tarmac init --set pipeline.kind=github-actions",
            _administrator(refusal, "iam.disableServiceAccountKeyCreation"),
        ),
    )


def _accounts(refusal: Refusal) -> Words:
    return (
        _("the organisation forbids new service accounts in this project"),
        _("an administrator can create them, then Tarmac uses what is there"),
        (
            f"gcloud iam service-accounts create NAME --project={refusal.project}",
            _administrator(refusal, "iam.disableServiceAccountCreation"),
        ),
    )


def _domain(refusal: Refusal) -> Words:
    return (
        _("the organisation lets only its own members in"),
        _(
            "domain restricted sharing refuses this member ({says}). A public service needs no "
            "member: its check of callers is switched off instead (invokerIamDisabled)"
        ).format(says=refusal.message),
        (
            (
                f"gcloud run services update {refusal.named('service', 'SERVICE')} "
                f"--no-invoker-iam-check --region={refusal.named('region', 'REGION')} "
                f"--project={refusal.project}"
            ),
            "tarmac init --set service.public=no",
            _administrator(refusal, "iam.allowedPolicyMemberDomains"),
        ),
    )


def _invoker(refusal: Refusal) -> Words:
    return (
        _("the organisation forbids services without a check of their callers"),
        _(
            "the policy run.managed.requireInvokerIam is on: keep the service private, put "
            "Identity-Aware Proxy before it, or ask for an exception"
        ),
        (
            "tarmac init --set service.public=no",
            _administrator(refusal, "run.managed.requireInvokerIam"),
        ),
    )


def _service(refusal: Refusal) -> Words:
    api = refusal.metadata.get("service", "") or refusal.named("api", "the API")
    return (
        _("the organisation does not let this project use {api}").format(api=api),
        _("the policy gcp.restrictServiceUsage leaves it out; an administrator can add it"),
        (_administrator(refusal, "gcp.restrictServiceUsage"),),
    )


def _perimeter(refusal: Refusal) -> Words:
    known = ("uid", "uniqueIdentifier", "vpcServiceControlsUniqueIdentifier", "unique_id")
    told = next((refusal.metadata[key] for key in known if refusal.metadata.get(key)), "")
    if not told:
        said = re.search(
            r"UniqueIdentifier: ?([\w-]+)|VPC_SERVICE_CONTROLS: ([\w-]+)", refusal.message
        )
        told = next((part for part in said.groups() if part), "") if said else ""
    return (
        _("a VPC Service Controls perimeter blocks this request"),
        _(
            "the organisation encloses {api}; requests from outside are refused. Give your "
            "administrator this id: {id}"
        ).format(
            api=refusal.metadata.get("service", "") or refusal.named("api", "the API"),
            id=told or _("(none was given; see the raw error)"),
        ),
        ("https://console.cloud.google.com/security/service-perimeter", RESUME),
    )


def _policy(refusal: Refusal) -> Words:
    found = _CONSTRAINT.search(refusal.message)
    constraint = next((part for part in found.groups() if part), "") if found else ""
    return (
        _("a policy of the organisation forbids this"),
        refusal.message,
        (_administrator(refusal, constraint or "CONSTRAINT"),),
    )


WORDS: dict[str, Write] = {
    "perimeter": _perimeter,
    "location-forbidden": _location,
    "public-ip-forbidden": _public_ip,
    "keys-forbidden": _keys,
    "accounts-forbidden": _accounts,
    "domain-forbidden": _domain,
    "invoker-check-required": _invoker,
    "service-forbidden": _service,
    "policy-forbidden": _policy,
}
