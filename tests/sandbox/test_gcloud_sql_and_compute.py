"""The real gcloud on Cloud SQL's backups, on Compute, on policies and on federation."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.running_sandbox import running_sandbox
from tests.sandbox.client import Client
from tests.sandbox.furnished import furnish_state
from tests.sandbox.real_gcloud import NEEDS_GCLOUD, Gcloud, gcloud_for
from wizards.postgres.sandbox_address import SandboxAddress

pytestmark = NEEDS_GCLOUD


@pytest.fixture
def address(tmp_path: Path) -> Iterator[SandboxAddress]:
    furnish_state(tmp_path / "state")
    with running_sandbox(tmp_path / "state", speed=2000.0) as running:
        yield running


@pytest.fixture
def gcloud(address: SandboxAddress) -> Gcloud:
    return gcloud_for(address)


def _opens(address: SandboxAddress, password: str) -> bool:
    place = Client(address.url).ok("GET", "/sandbox/v1/sql/notes-prod/notes-db")
    try:
        psycopg.connect(
            host=place["host"],
            port=place["port"],
            user="notes",
            password=password,
            dbname="postgres",
        ).close()
    except psycopg.OperationalError as refused:
        assert "password authentication failed" in str(refused)
        return False
    return True


def test_backups_restores_clones_and_operations(address: SandboxAddress, gcloud: Gcloud) -> None:
    gcloud(
        "sql instances create notes-db --database-version POSTGRES_16 --tier db-f1-micro "
        "--region asia-northeast3 --edition enterprise"
    )
    gcloud("sql users create notes --instance notes-db --password first")
    assert _opens(address, "first")
    gcloud("sql users set-password notes --instance notes-db --password second")
    assert (_opens(address, "first"), _opens(address, "second")) == (False, True)
    gcloud("sql backups list --instance nothing", fails="The Cloud SQL instance does not exist")
    gcloud("sql backups create --instance notes-db --description before")
    [backup] = json.loads(gcloud("sql backups list --instance notes-db --format json").stdout)
    assert (backup["status"], backup["description"]) == ("SUCCESSFUL", "before")
    number = backup["id"]
    assert "ON_DEMAND" in gcloud(f"sql backups describe {number} --instance notes-db").stdout
    gcloud("sql backups describe 7 --instance notes-db", fails="The backup does not exist")
    gcloud("sql databases create later --instance notes-db")
    gcloud(f"sql backups restore {number} --restore-instance notes-db")
    assert "later" not in gcloud("sql databases list --instance notes-db").stdout
    gcloud("sql instances clone notes-db notes-copy")
    gcloud("sql instances clone notes-db notes-copy", fails="already exists")
    gcloud("sql instances restart notes-copy")
    gcloud("sql instances patch notes-copy --tier db-g1-small")
    gcloud("sql instances patch notes-copy --tier db-nothing", fails="Only custom or shared-core")
    gcloud("sql instances patch notes-copy --deletion-protection")
    gcloud("sql instances delete notes-copy", fails="protected")
    gcloud("sql instances patch notes-copy --no-deletion-protection")
    gcloud("sql instances delete notes-copy")
    listed = json.loads(gcloud("sql operations list --instance notes-db --format json").stdout)
    assert {"CREATE", "BACKUP_VOLUME", "RESTORE_VOLUME"} <= {
        each["operationType"] for each in listed
    }
    name = listed[0]["name"]
    assert "DONE" in gcloud(f"sql operations describe {name}").stdout
    gcloud(f"sql operations wait {name}")
    gcloud(f"sql backups delete {number} --instance notes-db")
    assert json.loads(gcloud("sql backups list --instance notes-db --format json").stdout) == []
    gcloud("sql instances delete notes-db --enable-final-backup --final-backup-retention-days 7")
    [final] = json.loads(gcloud("sql backups list --format json").stdout)
    assert (final["type"], final["state"]) == ("FINAL", "SUCCESSFUL")


def test_machines_firewalls_and_addresses(gcloud: Gcloud) -> None:
    zone = "--zone asia-northeast3-a"
    assert "asia-northeast3-a" in gcloud("compute zones list").stdout
    assert "asia-northeast3" in gcloud("compute regions list").stdout
    assert "e2-micro" in gcloud("compute machine-types list --zones asia-northeast3-a").stdout
    create = (
        f"compute instances create notes-vm {zone} --machine-type e2-micro "
        "--image-family cos-stable --image-project cos-cloud --labels managed-by=tarmac "
        "--metadata enable-guest-attributes=TRUE,startup-script=date"
    )
    assert "RUNNING" in gcloud(create).stdout
    gcloud(create, fails="already exists")
    gcloud(create.replace("notes-vm", "x").replace("cos-stable", "none"), fails="was not found")
    gcloud(create.replace("notes-vm", "x").replace("e2-micro", "e2-huge"), fails="was not found")
    full = create.replace("notes-vm", "x").replace("asia-northeast3-a", "us-central1-f")
    gcloud(full, fails="ZONE_RESOURCE_POOL_EXHAUSTED")
    assert "notes-vm" in gcloud("compute instances list").stdout
    described = json.loads(
        gcloud(f"compute instances describe notes-vm {zone} --format json").stdout
    )
    assert described["labels"] == {"managed-by": "tarmac"}
    gcloud(f"compute instances describe nothing {zone}", fails="was not found")
    attributes = "compute instances get-guest-attributes notes-vm --query-path tarmac/"
    assert "ready" in gcloud(f"{attributes} {zone}").stdout
    serial = gcloud(f"compute instances get-serial-port-output notes-vm {zone}").stdout
    assert "tarmac: phase" in serial
    gcloud(f"compute instances add-labels notes-vm {zone} --labels env=prod")
    gcloud(f"compute instances add-metadata notes-vm {zone} --metadata a=b")
    gcloud(f"compute instances stop notes-vm {zone}")
    assert "TERMINATED" in gcloud("compute instances list --filter name=notes-vm").stdout
    gcloud(f"compute instances start notes-vm {zone}")
    gcloud(f"compute instances delete notes-vm {zone}")
    assert "notes-vm" not in gcloud("compute instances list").stdout
    gcloud("compute firewall-rules create allow-http --allow tcp:80 --source-ranges 10.0.0.0/8")
    gcloud("compute firewall-rules create allow-http --allow tcp:80", fails="already exists")
    assert "allow-http" in gcloud("compute firewall-rules list").stdout
    gcloud("compute firewall-rules update allow-http --allow tcp:8080")
    assert "8080" in gcloud("compute firewall-rules describe allow-http").stdout
    gcloud("compute firewall-rules delete allow-http")
    gcloud("compute addresses create front --region asia-northeast3")
    assert "front" in gcloud("compute addresses list --regions asia-northeast3").stdout
    gcloud("compute addresses delete front --region asia-northeast3")


def test_members_policies_and_federation(gcloud: Gcloud) -> None:
    binding = "projects add-iam-policy-binding notes-prod --role roles/viewer --member"
    gcloud(f"{binding} user:ghost@nowhere.invalid", fails="does not exist")
    gcloud(f"{binding} alien:x@example.com", fails="INVALID_ARGUMENT")
    gcloud(f"{binding} user:me@example.com")
    assert "me@example.com" in gcloud("projects get-iam-policy notes-prod").stdout
    gcloud(
        "projects remove-iam-policy-binding notes-prod --role roles/viewer "
        "--member user:me@example.com"
    )
    gcloud("projects describe never-made", fails="does not have permission")
    described = gcloud(
        "org-policies describe sql.restrictPublicIp --project notes-prod --effective"
    )
    assert "enforce" in described.stdout or "rules" in described.stdout
    pools = "iam workload-identity-pools"
    gcloud(f"{pools} create github --location global --display-name GitHub")
    gcloud(f"{pools} create github --location global", fails="already exists")
    provider = (
        f"{pools} providers create-oidc actions --location global "
        "--workload-identity-pool github --attribute-mapping google.subject=assertion.sub "
        "--issuer-uri https://token.actions.githubusercontent.com"
    )
    gcloud(provider, fails="attribute condition must reference")
    gcloud(f"{provider} --attribute-condition assertion.repository_id=='7'")
    listed = f"{pools} providers list --location global --workload-identity-pool github"
    assert "actions" in gcloud(listed).stdout
    gcloud(f"{pools} delete github --location global")
    gcloud(f"{pools} undelete github --location global")
    assert "ACTIVE" in gcloud(f"{pools} describe github --location global").stdout
