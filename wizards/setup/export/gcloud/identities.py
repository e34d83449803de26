"""Service accounts, and who may do what on which resource."""

from __future__ import annotations

import shlex

from wizards.cloud.things import role_and_condition
from wizards.setup.account import AccountResource
from wizards.setup.bindings import BindingsResource, Grant, condition_flag
from wizards.setup.export.gcloud.steps import Lines, command, either, shell_steps, values
from wizards.setup.members import NUMBER
from wizards.setup.naming import email

_WITHOUT_CONDITIONS = {"repository"}
"""The kinds whose gcloud command knows no ``--condition``."""


@shell_steps.register
def _account(resource: AccountResource) -> Lines:
    project = f"--project={resource.project}"
    group = ("gcloud", "iam", "service-accounts")
    address = email(resource.project, resource.account)
    describe = command(*group, "describe", address, project, values("disabled"))
    disabled = command("give_up", f"it is disabled: {' '.join(group)} enable {address}")
    return either(
        f"look {describe}",
        [f'if [ "$seen" = True ]; then {disabled}; else unchanged; fi'],
        [
            "create "
            + command(
                *(*group, "create", resource.account),
                f"--display-name={resource.title}",
                project,
            ),
            f"known {describe}",
        ],
    )


@shell_steps.register
def _bindings(resource: BindingsResource) -> Lines:
    """Read the policy once; a grant under another condition is somebody else's: it counts not."""
    policy = shlex.split(resource.shell.format("get-iam-policy"))
    fields = ("bindings.role", "bindings.members", "bindings.condition.title")
    look = command(*policy, "--flatten=bindings[].members", values(*fields))
    add = shlex.split(resource.shell.format("add-iam-policy-binding"))
    return [
        *([command("numbered", resource.project)] if _numbered(resource) else []),
        f"look {look} || true",
        *(
            _grant(grant, add, conditions=resource.of.kind not in _WITHOUT_CONDITIONS)
            for grant in resource.grants
        ),
    ]


def _grant(grant: Grant, add: list[str], *, conditions: bool) -> str:
    role, condition = role_and_condition(grant.role)
    flag = condition_flag(condition) if condition else "--condition=None"
    title = condition.title if condition else ""
    words = command(*add, flag if conditions else "")
    return f"grant {command(role)} {_member(grant)} {shlex.quote(title)} {words}"


def _numbered(resource: BindingsResource) -> bool:
    return any(NUMBER in grant.member for grant in resource.grants)


def _member(grant: Grant) -> str:
    """Return a member as a shell word; the project's number is known only when it runs."""
    return '"$number"'.join(command(part) for part in grant.member.split(NUMBER))
