"""Service accounts (IAM admin) and the policies of every kind of resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizards.cloud.calls import ONCE, Calls
from wizards.cloud.things import Binding, Condition, Policy, PolicyOf, ServiceAccount

if TYPE_CHECKING:
    from google.iam.v1 import policy_pb2

POLICY_VERSION = 3


class IdentityCalls(Calls):
    """The part of the port that is :class:`wizards.cloud.port.Identities`."""

    def service_account(self, project: str, account: str) -> ServiceAccount | None:
        """Return a service account by its short id."""
        name = f"projects/{project}/serviceAccounts/{email_of(project, account)}"
        found = self._find(
            "service_account",
            lambda: self._clients.iam().get_service_account(request={"name": name}, **ONCE),
        )
        return None if found is None else account_of(found)

    def create_service_account(self, project: str, account: str, title: str) -> ServiceAccount:
        """Create a service account."""
        request = {
            "name": f"projects/{project}",
            "account_id": account,
            "service_account": {"display_name": title},
        }
        made = self._write(
            "create_service_account",
            lambda: self._clients.iam().create_service_account(request=request, **ONCE),
        )
        return account_of(made)

    def policy(self, of: PolicyOf) -> Policy:
        """Return the policy of a resource, version 3."""
        from google.iam.v1 import iam_policy_pb2, options_pb2

        request = iam_policy_pb2.GetIamPolicyRequest(
            resource=of.name,
            options=options_pb2.GetPolicyOptions(requested_policy_version=POLICY_VERSION),
        )
        found = self._read(
            "policy", lambda: self._holder(of).get_iam_policy(request=request, **ONCE)
        )
        return _policy(found)

    def set_policy(self, of: PolicyOf, policy: Policy) -> Policy:
        """Replace a policy, with the etag it was read with."""
        from google.iam.v1 import iam_policy_pb2

        request = iam_policy_pb2.SetIamPolicyRequest(resource=of.name, policy=_message(policy))
        made = self._write(
            "set_policy", lambda: self._holder(of).set_iam_policy(request=request, **ONCE)
        )
        return _policy(made)

    def _holder(self, of: PolicyOf) -> Any:
        match of.kind:
            case "secret":
                from google.cloud.secretmanager_v1 import SecretManagerServiceClient

                return self._clients.native("secretmanager", SecretManagerServiceClient)
            case "repository":
                from google.cloud.artifactregistry_v1 import ArtifactRegistryClient

                return self._clients.native("artifactregistry", ArtifactRegistryClient)
            case "account":
                return self._clients.iam()
            case "service":
                from google.cloud.run_v2 import ServicesClient

                return self._clients.native("run", ServicesClient)
            case "job":
                from google.cloud.run_v2 import JobsClient

                return self._clients.native("run", JobsClient)
            case _:
                from google.cloud.resourcemanager_v3 import ProjectsClient

                return self._clients.native("cloudresourcemanager", ProjectsClient)


def email_of(project: str, account: str) -> str:
    """Return the e-mail address of a service account of a project."""
    return f"{account}@{project}.iam.gserviceaccount.com"


def account_of(found: Any) -> ServiceAccount:
    """Return Google's service account as ours."""
    return ServiceAccount(
        email=found.email,
        unique_id=found.unique_id,
        title=found.display_name,
        disabled=found.disabled,
    )


def _policy(found: policy_pb2.Policy) -> Policy:
    return Policy(
        etag=found.etag,
        bindings=tuple(
            Binding(
                role=part.role,
                members=tuple(part.members),
                condition=Condition(
                    title=part.condition.title,
                    expression=part.condition.expression,
                    description=part.condition.description,
                )
                if part.HasField("condition")
                else None,
            )
            for part in found.bindings
        ),
    )


def _message(policy: Policy) -> policy_pb2.Policy:
    from google.iam.v1 import policy_pb2

    made = policy_pb2.Policy(version=POLICY_VERSION, etag=policy.etag)
    for binding in policy.bindings:
        part = made.bindings.add(role=binding.role, members=binding.members)
        if binding.condition is not None:
            part.condition.title = binding.condition.title
            part.condition.expression = binding.condition.expression
            part.condition.description = binding.condition.description
    return made
