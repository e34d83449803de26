from tests.sandbox.client import Client, project, until

CRM = "cloudresourcemanager/v3"


def test_a_project_is_made_by_an_operation_that_takes_a_while(unhurried: Client) -> None:
    client = unhurried
    begun = client.ok("POST", f"{CRM}/projects", {"projectId": "notes-dev", "displayName": "N"})
    assert "done" not in begun
    assert client.get(f"{CRM}/projects/notes-dev").status == 403
    ended = client.done(CRM, begun)
    assert ended["response"]["projectId"] == "notes-dev"
    made = client.ok("GET", f"{CRM}/projects/notes-dev")
    assert made["state"] == "ACTIVE"
    assert client.ok("GET", f"{CRM}/{made['name']}") == made


def test_a_taken_id_is_refused_whoever_has_it_and_absence_looks_like_secrecy(
    client: Client,
) -> None:
    project(client)
    for taken in ("notes-prod", "my-project"):
        refused = client.post(f"{CRM}/projects", {"projectId": taken})
        assert (refused.status, refused.body["error"]["status"]) == (409, "ALREADY_EXISTS")
    assert client.get(f"{CRM}/projects/never-made").status == 403
    assert client.post(f"{CRM}/projects", {"projectId": "No"}).status == 400


def test_gcloud_s_older_version_sees_the_same_project(client: Client) -> None:
    project(client)
    old = client.ok("GET", "cloudresourcemanager/v1/projects/notes-prod")
    new = client.ok("GET", f"{CRM}/projects/notes-prod")
    assert f"projects/{old['projectNumber']}" == new["name"]
    listed = client.ok("GET", "cloudresourcemanager/v1/projects?filter=lifecycleState:ACTIVE")
    assert [each["projectId"] for each in listed["projects"]] == ["notes-prod"]


def test_deleting_is_soft_and_can_be_undone(client: Client) -> None:
    project(client, "notes-prod", "secretmanager")
    client.ok("DELETE", f"{CRM}/projects/notes-prod")
    assert client.ok("GET", f"{CRM}/projects/notes-prod")["state"] == "DELETE_REQUESTED"
    assert client.get("secretmanager/v1/projects/notes-prod/secrets").reason == "CONSUMER_INVALID"
    client.ok("POST", f"{CRM}/projects/notes-prod:undelete", {})
    assert client.get("secretmanager/v1/projects/notes-prod/secrets").status == 200


def test_an_update_replaces_only_what_its_mask_names(client: Client) -> None:
    project(client)
    path = f"{CRM}/projects/notes-prod?updateMask=labels"
    changed = client.ok("PATCH", path, {"displayName": "X", "labels": {"env": "prod"}})
    made = client.done(CRM, changed)["response"]
    assert made["labels"] == {"env": "prod"}
    assert made["displayName"] == "notes-prod"
    assert client.call("PATCH", path, {"labels": {"Bad Key": "x"}}).status == 400


def test_apis_need_billing_and_become_usable_only_after_a_while(unhurried: Client) -> None:
    client = unhurried
    operation = client.ok("POST", f"{CRM}/projects", {"projectId": "notes-dev"})
    client.done(CRM, operation)
    enable = "serviceusage/v1/projects/notes-dev/services:batchEnable"
    wanted = {"serviceIds": ["secretmanager.googleapis.com"]}
    assert client.post(enable, wanted).reason == "UREQ_PROJECT_BILLING_NOT_FOUND"
    account = {"billingAccountName": "billingAccounts/01A2B3-C4D5E6-F7A8B9"}
    client.ok("PUT", "cloudbilling/v1/projects/notes-dev/billingInfo", account)
    secrets = "secretmanager/v1/projects/notes-dev/secrets"
    assert client.get(secrets).reason == "SERVICE_DISABLED"
    client.done("serviceusage/v1", client.ok("POST", enable, wanted))
    assert client.get(secrets).reason == "SERVICE_DISABLED"
    until(lambda: client.get(secrets), lambda said: said.status == 200)
    on = client.ok("GET", "serviceusage/v1/projects/notes-dev/services?filter=state:ENABLED")
    assert [each["config"]["name"] for each in on["services"]] == wanted["serviceIds"]


def test_enabling_is_all_or_nothing_and_disabling_takes_effect(client: Client) -> None:
    project(client)
    enable = "serviceusage/v1/projects/notes-prod/services:batchEnable"
    mixed = client.post(enable, {"serviceIds": ["run.googleapis.com", "none.googleapis.com"]})
    assert mixed.reason == "SERVICE_CONFIG_NOT_FOUND_OR_PERMISSION_DENIED"
    state = "serviceusage/v1/projects/notes-prod/services/run.googleapis.com"
    assert client.ok("GET", state)["state"] == "DISABLED"
    client.done("serviceusage/v1", client.ok("POST", f"{state}:enable", {}))
    assert client.ok("GET", state)["state"] == "ENABLED"
    client.ok("POST", f"{state}:disable", {})
    assert client.ok("GET", state)["state"] == "DISABLED"


def test_billing_accounts_can_be_closed_or_somebody_else_s(client: Client) -> None:
    project(client)
    accounts = client.ok("GET", "cloudbilling/v1/billingAccounts")["billingAccounts"]
    assert [each["open"] for each in accounts] == [True, False]
    info = "cloudbilling/v1/projects/notes-prod/billingInfo"
    closed = client.call("PUT", info, {"billingAccountName": accounts[1]["name"]})
    assert closed.body["error"]["status"] == "FAILED_PRECONDITION"
    foreign = client.call(
        "PUT", info, {"billingAccountName": "billingAccounts/0F0E1F-0A0B0C-0D0E0F"}
    )
    assert foreign.body["error"]["details"][0]["metadata"]["permission"] == (
        "billing.resourceAssociations.create"
    )
    assert client.ok("GET", info)["billingEnabled"] is True
    assert "billingEnabled" not in client.ok("PUT", info, {"billingAccountName": ""})


def test_lists_come_in_pages(client: Client) -> None:
    for number in range(5):
        begun = client.ok("POST", f"{CRM}/projects", {"projectId": f"paged-{number}"})
    client.done(CRM, begun)
    seen, token = [], ""
    while True:
        page = client.ok("GET", f"{CRM}/projects:search?pageSize=2&pageToken={token}")
        assert len(page["projects"]) <= 2
        seen += [each["projectId"] for each in page["projects"]]
        token = page.get("nextPageToken", "")
        if not token:
            break
    assert seen == [f"paged-{number}" for number in range(5)]
    assert client.get(f"{CRM}/projects:search?pageToken=nonsense").status == 400
