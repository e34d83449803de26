"""Organisation policies that really refuse, and Workload Identity Federation."""

from typing import Any

import pytest

from tests.sandbox.client import Client, until

ORG = "organizations/123456789012"
IAM = "iam/v1/projects/notes-prod"
POOLS = f"{IAM}/locations/global/workloadIdentityPools"
GITHUB = "https://token.actions.githubusercontent.com"


@pytest.fixture
def ready(swift: Client) -> Client:
    return swift


def _switch(client: Client, constraint: str, **more: Any) -> None:
    client.ok("POST", "/sandbox/v1/policies", {"constraint": constraint, **more})


def test_public_addresses_are_refused_when_a_policy_says_so(ready: Client) -> None:
    body = {"name": "notes-db", "settings": {"tier": "db-f1-micro", "edition": "ENTERPRISE"}}
    _switch(ready, "sql.restrictPublicIp")
    path = "sqladmin/v1/projects/notes-prod/instances"
    refused = ready.post(path, body)
    assert refused.status == 400
    assert "constraints/sql.restrictPublicIp enforced at the 415104041262" in refused.message
    ready.ok("DELETE", "/sandbox/v1/policies/sql.restrictPublicIp")
    assert ready.post(path, body).status == 200


def test_places_outside_the_allowed_ones_are_refused(ready: Client) -> None:
    _switch(ready, "gcp.resourceLocations", allow=["in:asia-northeast3-locations"])
    secrets = "secretmanager/v1/projects/notes-prod/secrets?secretId="
    refused = ready.post(f"{secrets}a", {"replication": {"automatic": {}}})
    assert refused.body["error"]["status"] == "FAILED_PRECONDITION"
    assert "attempting to create a secret in [global]" in refused.message
    here = {"userManaged": {"replicas": [{"location": "asia-northeast3"}]}}
    ready.ok("POST", f"{secrets}b", {"replication": here})
    repositories = (
        "artifactregistry/v1/projects/notes-prod/locations/{}/repositories?repositoryId=n"
    )
    wanted = {"format": "DOCKER"}
    assert ready.post(repositories.format("us-east1"), wanted).status == 400
    assert ready.post(repositories.format("asia-northeast3"), wanted).status == 200


def test_keys_and_strangers_are_refused_by_the_project_s_own_policies(ready: Client) -> None:
    account = ready.ok("POST", f"{IAM}/serviceAccounts", {"accountId": "notes-run"})["email"]
    keys = f"{IAM}/serviceAccounts/{account}/keys"
    assert ready.post(keys).status == 404
    _switch(ready, "iam.disableServiceAccountKeyCreation", project="notes-prod")
    refused = ready.post(keys)
    assert "Key creation is not allowed" in refused.message
    [detail] = refused.body["error"]["details"]
    assert detail["violations"][0]["type"] == "constraints/iam.disableServiceAccountKeyCreation"
    _switch(ready, "iam.allowedPolicyMemberDomains", allow=["C00sandbox"])
    policy = "cloudresourcemanager/v3/projects/notes-prod"
    present = ready.ok("POST", f"{policy}:getIamPolicy", {})
    for member, status in (
        ("allUsers", 400),
        ("user:somebody@example.com", 400),
        ("user:colleague@sandbox.example", 200),
        (f"serviceAccount:{account}", 200),
    ):
        binding = {"role": "roles/viewer", "members": [member]}
        changed = {**present, "bindings": [*present["bindings"], binding]}
        changed.pop("etag")
        said = ready.post(f"{policy}:setIamPolicy", {"policy": changed})
        assert said.status == status, member
        if status == 400:
            assert "do not belong to a permitted customer" in said.message


def test_policies_are_read_set_and_inherited_by_the_api(ready: Client) -> None:
    base = "orgpolicy/v2/projects/notes-prod"
    found = ready.ok("GET", f"{base}/constraints")["constraints"]
    assert len(found) == 5
    name = "sql.restrictPublicIp"
    effective = f"{base}/policies/{name}:getEffectivePolicy"
    assert ready.ok("GET", effective)["spec"] == {"rules": [{"enforce": False}]}
    assert ready.get(f"{base}/policies/{name}").status == 404
    wanted = {"name": f"{ORG}/policies/{name}", "spec": {"rules": [{"enforce": True}]}}
    made = ready.ok("POST", f"orgpolicy/v2/{ORG}/policies", wanted)
    assert ready.ok("GET", effective)["spec"]["rules"] == [{"enforce": True}]
    own = {"name": f"projects/notes-prod/policies/{name}", "spec": {"rules": [{"enforce": False}]}}
    ready.ok("POST", f"{base}/policies", own)
    assert ready.ok("GET", effective)["spec"]["rules"] == [{"enforce": False}]
    assert ready.call("PATCH", f"{base}/policies/{name}", {**own, "etag": "AAAA"}).status == 409
    ready.ok("DELETE", f"{base}/policies/{name}")
    ready.ok("DELETE", f"orgpolicy/v2/{made['name']}")
    assert ready.ok("GET", effective)["spec"] == {"rules": [{"enforce": False}]}


def _done(client: Client, operation: Any) -> Any:
    path = f"iam/v1/{operation['name']}"
    return until(lambda: client.ok("GET", path), lambda said: said.get("done"))


def test_a_pool_and_its_provider_need_a_condition_and_go_softly(ready: Client) -> None:
    made = _done(ready, ready.ok("POST", f"{POOLS}?workloadIdentityPoolId=github", {}))
    name = "projects/415104041262/locations/global/workloadIdentityPools/github"
    assert made["response"]["name"] == name
    providers = f"{POOLS}/github/providers?workloadIdentityPoolProviderId=actions"
    body = {
        "oidc": {"issuerUri": GITHUB},
        "attributeMapping": {"google.subject": "assertion.sub"},
    }
    refused = ready.post(providers, body)
    assert "attribute condition must reference one of" in refused.message
    condition = {"attributeCondition": "assertion.repository_id=='7'"}
    _done(ready, ready.ok("POST", providers, {**body, **condition}))
    again = ready.post(providers, {**body, **condition})
    assert (again.status, again.body["error"]["status"]) == (409, "ALREADY_EXISTS")
    emptied = ready.call(
        "PATCH", f"{POOLS}/github/providers/actions?updateMask=attributeCondition", {}
    )
    assert emptied.status == 400
    _done(ready, ready.ok("DELETE", f"{POOLS}/github"))
    assert ready.ok("GET", f"{POOLS}/github")["state"] == "DELETED"
    assert ready.ok("GET", POOLS) == {}
    assert ready.post(f"{POOLS}?workloadIdentityPoolId=github", {}).status == 409
    _done(ready, ready.ok("POST", f"{POOLS}/github:undelete"))
    assert ready.ok("GET", POOLS)["workloadIdentityPools"][0]["state"] == "ACTIVE"
    [provider] = ready.ok("GET", f"{POOLS}/github/providers")["workloadIdentityPoolProviders"]
    assert provider["attributeCondition"] == "assertion.repository_id=='7'"
    asked = {"permissions": ["iam.workloadIdentityPools.get"]}
    assert ready.ok("POST", f"{POOLS}/github:testIamPermissions", asked) == asked
