from typing import Any

import psycopg
import pytest

from tests.sandbox.client import Client, instance, until

SQL = "sqladmin/v1/projects/notes-prod"
DB = f"{SQL}/instances/notes-db"


@pytest.fixture
def ready(swift: Client) -> Client:
    return swift


def _done(client: Client, http: str, path: str, body: Any = None) -> Any:
    return client.sql_done("notes-prod", client.ok(http, path, body))


def _open(client: Client, **who: str) -> psycopg.Connection:
    place = client.ok("GET", "/sandbox/v1/sql/notes-prod/notes-db")
    return psycopg.connect(
        host=place["host"], port=place["port"], autocommit=True, connect_timeout=5, **who
    )


def test_an_instance_is_a_real_postgres_whose_passwords_really_work(ready: Client) -> None:
    assert ready.get("/sandbox/v1/sql/notes-prod/notes-db").status == 404
    made = instance(ready, "notes-prod")
    assert made["state"] == "RUNNABLE"
    assert made["databaseVersion"] == "POSTGRES_16"
    assert made["databaseInstalledVersion"].startswith("POSTGRES_18_")
    assert made["connectionName"] == "notes-prod:asia-northeast3:notes-db"
    _done(ready, "POST", f"{DB}/databases", {"name": "notes"})
    _done(ready, "POST", f"{DB}/users", {"name": "notes", "password": "first"})
    who = {"user": "notes", "dbname": "notes"}
    with _open(ready, **who, password="first") as connection:
        connection.execute("CREATE TABLE kept (id int)")
        assert connection.execute("SHOW max_connections").fetchone() == ("25",)
    _done(ready, "PUT", f"{DB}/users?name=notes", {"password": "second"})
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        _open(ready, **who, password="first")
    _open(ready, **who, password="second").close()
    listed = ready.ok("GET", f"{DB}/users")["items"]
    assert [user["name"] for user in listed] == ["postgres", "notes"]
    assert not any("password" in user for user in listed)


def test_a_user_that_owns_something_goes_only_after_its_database(ready: Client) -> None:
    instance(ready, "notes-prod")
    _done(ready, "POST", f"{DB}/databases", {"name": "notes"})
    _done(ready, "POST", f"{DB}/users", {"name": "notes", "password": "x"})
    with _open(ready, user="notes", dbname="notes", password="x") as connection:
        connection.execute("CREATE TABLE kept (id int)")
    refused = ready.call("DELETE", f"{DB}/users?name=notes")
    assert (refused.status, refused.reason) == (400, "invalid")
    assert "cannot be dropped because some objects depend on it" in refused.message
    _done(ready, "DELETE", f"{DB}/databases/notes")
    _done(ready, "DELETE", f"{DB}/users?name=notes")
    assert len(ready.ok("GET", f"{DB}/users")["items"]) == 1


def test_only_one_operation_runs_on_an_instance_at_a_time(ready: Client) -> None:
    body = {"name": "notes-db", "settings": {"tier": "db-f1-micro", "edition": "ENTERPRISE"}}
    begun = ready.ok("POST", f"{SQL}/instances", body)
    assert begun["status"] in ("PENDING", "RUNNING")
    again = ready.post(f"{SQL}/instances", body)
    assert (again.status, again.reason) == (409, "instanceAlreadyExists")
    busy = ready.post(f"{DB}/databases", {"name": "notes"})
    assert (busy.status, busy.reason) == (409, "operationInProgress")
    running = ready.ok("GET", f"{SQL}/operations?instance=notes-db")["items"]
    assert running[0]["name"] == begun["name"]
    ready.sql_done("notes-prod", begun)
    _done(ready, "POST", f"{DB}/databases", {"name": "notes"})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"tier": "db-f1-micro", "edition": "ENTERPRISE_PLUS"}, "Invalid Tier (db-f1-micro)"),
        ({"tier": "db-n1-standard-1", "edition": "ENTERPRISE"}, "Only custom or shared-core"),
        ({"tier": "db-custom-3-8192", "edition": "ENTERPRISE"}, "Invalid custom tier"),
        (
            {
                "tier": "db-f1-micro",
                "edition": "ENTERPRISE",
                "backupConfiguration": {"enabled": True, "transactionLogRetentionDays": 14},
            },
            "between 1 and 7",
        ),
        (
            {
                "tier": "db-f1-micro",
                "edition": "ENTERPRISE",
                "ipConfiguration": {"ipv4Enabled": False},
            },
            "At least one of Public IP",
        ),
    ],
)
def test_settings_that_google_refuses_are_refused(
    ready: Client, settings: dict[str, Any], said: str
) -> None:
    refused = ready.post(f"{SQL}/instances", {"name": "notes-db", "settings": settings})
    assert (refused.status, refused.reason) == (400, "invalid")
    assert said in refused.message


def test_settings_change_by_version_and_disks_never_shrink(ready: Client) -> None:
    made = instance(ready, "notes-prod")
    version = made["settings"]["settingsVersion"]
    change = {"settings": {"settingsVersion": version, "deletionProtectionEnabled": True}}
    _done(ready, "PATCH", DB, change)
    assert ready.call("PATCH", DB, change).status == 412
    protected = ready.call("DELETE", DB)
    assert "deletion protection" in protected.message
    _done(
        ready,
        "PATCH",
        DB,
        {"settings": {"dataDiskSizeGb": "20", "deletionProtectionEnabled": False}},
    )
    assert ready.call("PATCH", DB, {"settings": {"dataDiskSizeGb": "10"}}).status == 400
    _done(ready, "PATCH", DB, {"settings": {"activationPolicy": "NEVER"}})
    stopped = ready.ok("GET", DB)
    assert stopped["settings"]["activationPolicy"] == "NEVER"
    assert ready.get("/sandbox/v1/sql/notes-prod/notes-db").status == 404
    _done(ready, "DELETE", DB)
    assert ready.get(DB).reason == "instanceDoesNotExist"
    assert ready.ok("GET", f"{SQL}/instances") == {"kind": "sql#instancesList"}


def test_what_is_not_imitated_yet_says_so_without_a_server_error(ready: Client) -> None:
    instance(ready, "notes-prod")
    for http, path in (
        ("POST", f"{DB}/export"),
        ("POST", f"{DB}/failover"),
    ):
        refused = ready.call(http, path, {} if http == "POST" else None)
        assert refused.status == 404
        assert "sandbox" in refused.message


def test_a_stranger_is_told_what_cloud_sql_tells_strangers(ready: Client) -> None:
    refused = Client(ready.url, token="who@example.com").get(f"{SQL}/instances")
    assert (refused.status, refused.reason) == (403, "notAuthorized")
    assert ready.get("sqladmin/v1/projects/never-made/instances").reason == "notAuthorized"


def test_both_versions_of_the_api_see_the_same_instance(ready: Client) -> None:
    instance(ready, "notes-prod")
    old = ready.ok("GET", "sqladmin/sql/v1beta4/projects/notes-prod/instances/notes-db")
    assert old["name"] == ready.ok("GET", DB)["name"]
    tiers = ready.ok("GET", "sqladmin/sql/v1beta4/projects/notes-prod/tiers")["items"]
    assert "db-f1-micro" in {tier["tier"] for tier in tiers}


def test_iam_users_are_roles_without_a_password(ready: Client) -> None:
    instance(ready, "notes-prod")
    kind = "CLOUD_IAM_SERVICE_ACCOUNT"
    long = ready.post(
        f"{DB}/users", {"name": "run@notes-prod.iam.gserviceaccount.com", "type": kind}
    )
    assert "without" in long.message
    _done(ready, "POST", f"{DB}/users", {"name": "run@notes-prod.iam", "type": kind})
    found = until(lambda: ready.ok("GET", f"{DB}/users")["items"], lambda users: len(users) == 2)
    assert found[1]["type"] == kind
