"""Workload Identity Federation (IAM v1): pools and providers, deleted softly for thirty days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wizards.cloud.build_things import IdentityPool, IdentityProvider
from wizards.cloud.calls import Calls
from wizards.cloud.plain_rest import PlainRest
from wizards.cloud.things import OperationName

SERVICE = "iam"
DESCRIPTION = "managed by tarmac"
"""What stands where neither pool nor provider has labels."""
Body = dict[str, Any]


class FederationCalls(Calls):
    """The part of the port that is :class:`wizards.cloud.build_port.Federation`."""

    def _iam(self) -> PlainRest:
        return self._clients.plain(SERVICE)

    def identity_pool(self, project: str, pool: str) -> IdentityPool | None:
        """Return a pool, a softly deleted one too."""
        path = f"v1/{pool_name(project, pool)}"
        found = self._find("identity_pool", lambda: self._iam().get(path))
        if found is None:
            return None
        return IdentityPool(
            id=pool, state=str(found.get("state", "")), disabled=bool(found.get("disabled"))
        )

    def start_identity_pool(self, project: str, pool: str, title: str) -> OperationName:
        """Create a pool."""
        path = f"v1/projects/{project}/locations/global/workloadIdentityPools"
        body = {"displayName": title, "description": DESCRIPTION}
        return self._begin(
            "start_identity_pool",
            lambda: self._iam().post(path, body, workloadIdentityPoolId=pool),
        )

    def start_pool_undelete(self, project: str, pool: str) -> OperationName:
        """Bring a softly deleted pool back, with its providers."""
        path = f"v1/{pool_name(project, pool)}:undelete"
        return self._begin("start_pool_undelete", lambda: self._iam().post(path))

    def start_pool_removal(self, project: str, pool: str) -> OperationName:
        """Delete a pool softly; its id stays taken for thirty days."""
        path = f"v1/{pool_name(project, pool)}"
        return self._begin("start_pool_removal", lambda: self._iam().delete(path))

    def identity_provider(self, project: str, pool: str, provider: str) -> IdentityProvider | None:
        """Return a provider, a softly deleted one too."""
        path = f"v1/{provider_name(project, pool, provider)}"
        found = self._find("identity_provider", lambda: self._iam().get(path))
        return None if found is None else _provider(provider, found)

    def start_identity_provider(
        self, project: str, pool: str, wanted: IdentityProvider, title: str
    ) -> OperationName:
        """Create an OIDC provider."""
        path = f"v1/{pool_name(project, pool)}/providers"
        body = {**_body(wanted), "displayName": title, "description": DESCRIPTION}
        return self._begin(
            "start_identity_provider",
            lambda: self._iam().post(path, body, workloadIdentityPoolProviderId=wanted.id),
        )

    def start_provider_change(
        self, project: str, pool: str, wanted: IdentityProvider
    ) -> OperationName:
        """Write the mapping and the condition of a provider, and nothing else."""
        path = f"v1/{provider_name(project, pool, wanted.id)}"
        body = {
            "attributeMapping": dict(wanted.mapping),
            "attributeCondition": wanted.condition,
        }
        return self._begin(
            "start_provider_change",
            lambda: self._iam().patch(path, body, updateMask=",".join(body)),
        )

    def start_provider_undelete(self, project: str, pool: str, provider: str) -> OperationName:
        """Bring a softly deleted provider back."""
        path = f"v1/{provider_name(project, pool, provider)}:undelete"
        return self._begin("start_provider_undelete", lambda: self._iam().post(path))

    def start_provider_removal(self, project: str, pool: str, provider: str) -> OperationName:
        """Delete a provider softly."""
        path = f"v1/{provider_name(project, pool, provider)}"
        return self._begin("start_provider_removal", lambda: self._iam().delete(path))

    def _begin(self, call: str, send: Any) -> OperationName:
        started: Body = self._write(call, send)
        return OperationName(service=SERVICE, name=str(started["name"]))


def pool_name(project: str, pool: str) -> str:
    """Return the full resource name of a pool."""
    return f"projects/{project}/locations/global/workloadIdentityPools/{pool}"


def provider_name(project: str, pool: str, provider: str) -> str:
    """Return the full resource name of a provider."""
    return f"{pool_name(project, pool)}/providers/{provider}"


def _provider(provider: str, found: Mapping[str, Any]) -> IdentityProvider:
    return IdentityProvider(
        id=provider,
        issuer=str(found.get("oidc", {}).get("issuerUri", "")),
        mapping={str(key): str(value) for key, value in found.get("attributeMapping", {}).items()},
        condition=str(found.get("attributeCondition", "")),
        state=str(found.get("state", "")),
        disabled=bool(found.get("disabled")),
    )


def _body(wanted: IdentityProvider) -> Body:
    return {
        "oidc": {"issuerUri": wanted.issuer},
        "attributeMapping": dict(wanted.mapping),
        "attributeCondition": wanted.condition,
    }
