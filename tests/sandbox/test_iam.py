import pytest

from tests.sandbox.client import Client, until

POLICY = "cloudresourcemanager/v3/projects/notes-prod"


@pytest.fixture
def ready(unhurried: Client) -> Client:
    return unhurried


def _account(client: Client, name: str = "notes-run") -> str:
    made = client.ok("POST", "iam/v1/projects/notes-prod/serviceAccounts", {"accountId": name})
    return str(made["email"])


def _policy(client: Client) -> dict[str, object]:
    said = client.ok("POST", f"{POLICY}:getIamPolicy", {"options": {"requestedPolicyVersion": 3}})
    assert isinstance(said, dict)
    return said


def _grant(client: Client, role: str, member: str, **binding: object) -> None:
    policy = _policy(client)
    bindings = [*policy.get("bindings", []), {"role": role, "members": [member], **binding}]
    client.ok(
        "POST", f"{POLICY}:setIamPolicy", {"policy": {**policy, "bindings": bindings, "version": 3}}
    )


def test_a_new_service_account_is_unknown_to_policies_at_first(ready: Client) -> None:
    email = _account(ready)
    policy = _policy(ready)
    binding = {"role": "roles/cloudsql.client", "members": [f"serviceAccount:{email}"]}
    wanted = {"policy": {**policy, "bindings": [*policy["bindings"], binding]}}
    early = ready.post(f"{POLICY}:setIamPolicy", wanted)
    assert (early.status, early.message) == (400, f"Service account {email} does not exist.")
    until(lambda: ready.post(f"{POLICY}:setIamPolicy", wanted), lambda said: said.status == 200)


def test_reads_of_a_new_service_account_flicker_before_they_settle(ready: Client) -> None:
    email = _account(ready)
    path = f"iam/v1/projects/-/serviceAccounts/{email}"
    assert ready.get(path).status == 404
    until(lambda: ready.get(path).status, lambda status: status == 200)
    assert (
        ready.post("iam/v1/projects/notes-prod/serviceAccounts", {"accountId": "notes-run"}).status
        == 409
    )
    short = ready.post("iam/v1/projects/notes-prod/serviceAccounts", {"accountId": "abc"})
    assert short.status == 400


def test_the_same_email_made_again_is_another_identity(ready: Client) -> None:
    first = ready.ok(
        "POST", "iam/v1/projects/notes-prod/serviceAccounts", {"accountId": "notes-run"}
    )
    ready.ok("DELETE", f"iam/v1/{first['name']}")
    second = ready.ok(
        "POST", "iam/v1/projects/notes-prod/serviceAccounts", {"accountId": "notes-run"}
    )
    assert first["email"] == second["email"]
    assert first["uniqueId"] != second["uniqueId"]


def test_a_policy_that_changed_meanwhile_is_not_overwritten(ready: Client) -> None:
    before = _policy(ready)
    _grant(ready, "roles/viewer", "user:one@example.com")
    late = ready.post(f"{POLICY}:setIamPolicy", {"policy": before})
    assert (late.status, late.body["error"]["status"]) == (409, "ABORTED")
    assert "concurrent policy changes" in late.message


def test_conditions_need_version_three(ready: Client) -> None:
    condition = {"title": "t", "expression": "request.time < timestamp('2030-01-01T00:00:00Z')"}
    _grant(ready, "roles/viewer", "user:one@example.com", condition=condition)
    policy = _policy(ready)
    assert policy["version"] == 3
    low = ready.post(f"{POLICY}:setIamPolicy", {"policy": {**policy, "version": 1}})
    assert low.status == 400
    plain = ready.ok("POST", f"{POLICY}:getIamPolicy", {})
    assert plain["version"] == 1
    assert any("_withcond_" in binding["role"] for binding in plain["bindings"])


def test_members_and_roles_must_exist(ready: Client) -> None:
    for role, member, said in (
        (
            "roles/cloudsql.client",
            "serviceAccount:no@notes-prod.iam.gserviceaccount.com",
            "does not exist",
        ),
        ("roles/viewer", "user:ghost@nowhere.invalid", "does not exist"),
        ("roles/nonsense.thing", "user:a@example.com", "not supported"),
        ("roles/viewer", "alien:a@example.com", "Invalid member"),
    ):
        policy = {"bindings": [{"role": role, "members": [member]}]}
        refused = ready.post(f"{POLICY}:setIamPolicy", {"policy": policy})
        assert refused.status == 400
        assert said in refused.message


def test_what_an_identity_may_do_follows_its_roles_after_a_while(ready: Client) -> None:
    email = _account(ready)
    until(
        lambda: ready.get(f"iam/v1/projects/-/serviceAccounts/{email}").status, lambda s: s == 200
    )
    ready.ok(
        "POST",
        "secretmanager/v1/projects/notes-prod/secrets?secretId=db",
        {"replication": {"automatic": {}}},
    )
    ready.ok(
        "POST",
        "secretmanager/v1/projects/notes-prod/secrets/db:addVersion",
        {"payload": {"data": "eA=="}},
    )
    runner = Client(ready.url, token=email)
    value = "secretmanager/v1/projects/notes-prod/secrets/db/versions/latest:access"
    refused = runner.get(value)
    assert refused.reason == "IAM_PERMISSION_DENIED"
    assert (
        refused.body["error"]["details"][0]["metadata"]["permission"]
        == "secretmanager.versions.access"
    )
    secret = "secretmanager/v1/projects/notes-prod/secrets/db"
    binding = {"role": "roles/secretmanager.secretAccessor", "members": [f"serviceAccount:{email}"]}
    until(
        lambda: ready.post(f"{secret}:setIamPolicy", {"policy": {"bindings": [binding]}}).status,
        lambda status: status == 200,
    )
    assert runner.get(value).status == 403
    until(lambda: runner.get(value).status, lambda status: status == 200)
    assert runner.get(secret).status == 403


def test_preflight_sees_what_each_identity_lacks(ready: Client) -> None:
    asked = {
        "permissions": [
            "serviceusage.services.enable",
            "resourcemanager.projects.setIamPolicy",
            "secretmanager.secrets.create",
        ]
    }
    assert ready.ok("POST", f"{POLICY}:testIamPermissions", asked) == asked
    _grant(ready, "roles/editor", "user:dev@example.com")
    dev = Client(ready.url, token="dev@example.com")
    held = until(lambda: dev.ok("POST", f"{POLICY}:testIamPermissions", asked), lambda said: said)
    assert held["permissions"] == ["serviceusage.services.enable", "secretmanager.secrets.create"]
    stranger = Client(ready.url, token="who@example.com")
    assert stranger.ok("POST", f"{POLICY}:testIamPermissions", asked) == {}
    assert stranger.get(POLICY).status == 403


def test_predefined_roles_can_be_listed(ready: Client) -> None:
    listed = ready.ok("GET", "iam/v1/roles")["roles"]
    assert "roles/run.jobsExecutorWithOverrides" in {role["name"] for role in listed}
    assert ready.get("iam/v1/roles/nothing").status == 404
