"""The real gcloud against the sandbox; skipped where it is not installed."""

from pathlib import Path

import pytest

from tests.sandbox.real_gcloud import NEEDS_GCLOUD, Gcloud, gcloud_for
from wizards.postgres.sandbox_address import SandboxAddress

pytestmark = NEEDS_GCLOUD


@pytest.fixture
def gcloud(sandbox: SandboxAddress) -> Gcloud:
    return gcloud_for(sandbox)


def test_the_core_groups_work_and_fail_in_gcloud_s_own_words(
    gcloud: Gcloud, tmp_path: Path
) -> None:
    value = tmp_path / "value"
    value.write_text("hush")
    account = "notes-run@notes-prod.iam.gserviceaccount.com"
    gcloud("projects create notes-prod --name Notes")
    gcloud("projects create notes-prod", fails="already in use by another project")
    assert "notes-prod" in gcloud("projects list").stdout
    gcloud("services enable sqladmin.googleapis.com", fails="Billing account for project")
    gcloud(
        "billing projects link notes-prod --billing-account 0F0E1F-0A0B0C-0D0E0F",
        fails="does not have permission",
    )
    gcloud("billing projects link notes-prod --billing-account 01A2B3-C4D5E6-F7A8B9")
    gcloud(
        "services enable sqladmin.googleapis.com secretmanager.googleapis.com "
        "artifactregistry.googleapis.com iam.googleapis.com"
    )
    assert "sqladmin" in gcloud("services list --enabled").stdout
    gcloud("iam service-accounts create notes-run --display-name Runner")
    gcloud("iam service-accounts create notes-run", fails="already exists")
    assert account in gcloud("iam service-accounts list").stdout
    binding = "projects add-iam-policy-binding notes-prod --role roles/cloudsql.client --member"
    gcloud(f"{binding} serviceAccount:{account}")
    gcloud(
        f"{binding} serviceAccount:nobody@notes-prod.iam.gserviceaccount.com",
        fails="does not exist",
    )
    assert account in gcloud("projects get-iam-policy notes-prod").stdout
    gcloud(
        f"iam service-accounts add-iam-policy-binding {account} --member user:me@example.com "
        "--role roles/iam.serviceAccountUser"
    )
    gcloud(
        "artifacts repositories create notes --repository-format docker --location asia-northeast3"
    )
    gcloud("artifacts repositories describe notes --location asia-northeast3")
    gcloud(f"secrets create db-password --data-file {value}")
    gcloud(f"secrets create db-password --data-file {value}", fails="already exists")
    assert gcloud("secrets versions access latest --secret db-password").stdout == "hush"
    gcloud(
        f"secrets add-iam-policy-binding db-password --member serviceAccount:{account} "
        "--role roles/secretmanager.secretAccessor"
    )
    gcloud("secrets delete db-password")


def test_cloud_sql_from_creation_to_deletion(sandbox: SandboxAddress, gcloud: Gcloud) -> None:
    from tests.sandbox.client import Client, project

    project(Client(sandbox.url), "notes-prod", "sqladmin")
    create = (
        "sql instances create notes-db --database-version POSTGRES_16 --tier db-f1-micro "
        "--region asia-northeast3 --edition"
    )
    gcloud("sql instances describe notes-db", fails="The Cloud SQL instance does not exist")
    gcloud(f"{create} enterprise-plus", fails="Invalid Tier (db-f1-micro)")
    gcloud(f"{create} enterprise")
    gcloud(f"{create} enterprise", fails="already exists")
    gcloud("sql databases create notes --instance notes-db")
    gcloud("sql users create notes --instance notes-db --password first")
    gcloud("sql users set-password notes --instance notes-db --password second")
    gcloud("sql instances patch notes-db --tier db-g1-small")
    listed = gcloud("sql operations list --instance notes-db").stdout
    assert "CREATE_DATABASE" in listed
    assert "UPDATE" in listed
    gcloud("sql backups list --instance notes-db")
    gcloud("sql users delete notes --instance notes-db")
    gcloud("sql databases delete notes --instance notes-db")
    gcloud("sql instances delete notes-db")
    assert "notes-db" not in gcloud("sql instances list").stdout


def test_files_go_up_are_listed_and_come_back(
    sandbox: SandboxAddress, gcloud: Gcloud, tmp_path: Path
) -> None:
    from tests.sandbox.client import Client, project

    project(Client(sandbox.url), "notes-prod", "storage")
    (tmp_path / "dumps").mkdir()
    (tmp_path / "dumps" / "a.dump").write_text("kept")
    gcloud("storage buckets create gs://notes-backups --location asia-northeast3")
    gcloud(f"storage cp -r {tmp_path}/dumps gs://notes-backups/")
    assert gcloud("storage ls gs://notes-backups").stdout.split() == ["gs://notes-backups/dumps/"]
    assert "a.dump" in gcloud("storage ls gs://notes-backups/dumps/").stdout
    gcloud(f"storage cp gs://notes-backups/dumps/a.dump {tmp_path}/back")
    assert (tmp_path / "back").read_text() == "kept"
    gcloud("storage rm -r gs://notes-backups/dumps")
    gcloud("storage buckets delete gs://notes-backups")
    gcloud("pubsub topics list", fails="The sandbox does not imitate")
