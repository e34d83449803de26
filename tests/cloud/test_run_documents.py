"""Fields of services and jobs in their documents: what is written, and what is left alone."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from wizards.cloud.run_conditions import condition, failure
from wizards.cloud.run_fields import HIDDEN, PLAIN, job_fields, placed_image, service_fields
from wizards.cloud.run_things import RunCondition
from wizards.cloud.run_values import cpus, memory
from wizards.cloud.run_writing import RETRY, picked, written_job, written_service

CONNECTION = "notes-prod:asia-northeast3:notes-db"


def a_service() -> dict[str, Any]:
    """Return a service that people have made their own in every way they can."""
    return {
        "name": "projects/p/locations/r/services/notes",
        "etag": '"1"',
        "labels": {"team": "blue"},
        "annotations": {"owner": "ann"},
        "scaling": {"minInstanceCount": 2},
        "traffic": [
            {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "a", "percent": 100}
        ],
        "somethingNew": {"that": "no client knows"},
        "template": {
            "revision": "notes-00002-abc",
            "annotations": {"note": "mine"},
            "scaling": {"minInstanceCount": 1, "maxInstanceCount": 4, "cpuUtilization": 60},
            "workloadIdentityConfig": {"of": "tomorrow"},
            "volumes": [{"name": "tmp", "emptyDir": {}}],
            "containers": [
                {"name": "sidecar", "image": "proxy:1", "env": [{"name": "PORT_OF", "value": "1"}]},
                {
                    "name": "main",
                    "image": "app:1",
                    "ports": [{"name": "h2c", "containerPort": 8080}],
                    "env": [
                        {"name": "THEIRS", "value": "kept"},
                        {"name": "DB_NAME", "value": "old"},
                        {
                            "name": "TOKEN",
                            "valueSource": {"secretKeyRef": {"secret": "token", "version": "3"}},
                        },
                    ],
                    "resources": {
                        "limits": {"cpu": "1000m", "memory": "1024Mi", "nvidia.com/gpu": "1"},
                        "startupCpuBoost": True,
                    },
                    "startupProbe": {
                        "httpGet": {
                            "path": "/health",
                            "port": 8080,
                            "httpHeaders": [{"name": "x"}],
                        },
                        "initialDelaySeconds": 30,
                    },
                    "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
                },
            ],
        },
    }


def test_values_that_mean_the_same_are_read_as_the_same() -> None:
    fields = service_fields(a_service())
    assert (fields["cpu"], fields["memory"]) == ("1", "1Gi")
    assert fields["startup_probe"] == "/health"
    assert fields["secrets.TOKEN"] == "token:3"
    assert (cpus("500m"), cpus("2"), memory("512Mi"), memory("2048Mi")) == (
        "0.5",
        "2",
        "512Mi",
        "2Gi",
    )


def test_the_container_that_takes_requests_is_the_one_read_and_written() -> None:
    made, _paths = written_service(a_service(), {"image": "app:2", "environment.DB_NAME": "notes"})
    sidecar, main = made["template"]["containers"]
    assert sidecar == a_service()["template"]["containers"][0]
    assert main["image"] == "app:2"
    assert [entry["name"] for entry in main["env"]] == ["THEIRS", "DB_NAME", "TOKEN"]
    assert main["env"][1] == {"name": "DB_NAME", "value": "notes"}


def test_everything_without_a_name_here_stays_as_it_was() -> None:
    before = a_service()
    changes = {
        "account": "run@p",
        "port": 9000,
        "cpu": "2",
        "memory": "2Gi",
        "concurrency": 10,
        "max_instances": 9,
        "startup_probe": "/health",
        "public": True,
        "environment.NEW": "1",
        "secrets.DB_NAME": "db:1",
        f"cloud_sql.{CONNECTION}": "/cloudsql",
        "labels.managed-by": "tarmac",
    }
    untouched = copy.deepcopy(before)
    made, paths = written_service(before, changes)
    assert before == untouched
    template, main = made["template"], made["template"]["containers"][1]
    assert made["somethingNew"] == before["somethingNew"]
    assert (made["scaling"], made["traffic"]) == (before["scaling"], before["traffic"])
    assert made["labels"] == {"team": "blue", "managed-by": "tarmac"}
    assert made["annotations"] == {"owner": "ann"}
    assert template["workloadIdentityConfig"] == {"of": "tomorrow"}
    assert template["scaling"] == {
        "minInstanceCount": 1,
        "maxInstanceCount": 9,
        "cpuUtilization": 60,
    }
    assert main["ports"] == [{"name": "h2c", "containerPort": 9000}]
    assert main["resources"]["startupCpuBoost"] is True
    assert main["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert main["startupProbe"]["initialDelaySeconds"] == 30
    assert main["startupProbe"]["httpGet"] == {"path": "/health", "httpHeaders": [{"name": "x"}]}
    assert main["volumeMounts"][0] == {"name": "tmp", "mountPath": "/tmp"}
    assert "traffic" not in paths
    assert "scaling" not in " ".join(path for path in paths if not path.startswith("template."))


def test_an_update_names_and_sends_only_what_changes_and_no_old_revision_s_name() -> None:
    made, paths = written_service(a_service(), {"max_instances": 9})
    assert set(paths) == {"template.scaling.maxInstanceCount", "template.revision"}
    assert picked(made, paths) == {"template": {"scaling": {"maxInstanceCount": 9}}}
    _made, paths = written_service(a_service(), {"labels.managed-by": "tarmac", "public": False})
    assert set(paths) == {"labels", "invokerIamDisabled"}


def test_cloud_sql_is_attached_once_and_taken_off_without_a_trace() -> None:
    field = f"cloud_sql.{CONNECTION}"
    made, _paths = written_service(a_service(), {field: "/cloudsql"})
    assert service_fields(made)[field] == "/cloudsql"
    again, _paths = written_service(made, {field: "/cloudsql"})
    assert again == made
    more, _paths = written_service(made, {"cloud_sql.p:r:other": "/cloudsql"})
    assert [each["name"] for each in more["template"]["volumes"]] == ["tmp", "cloudsql"]
    back, _paths = written_service(made, {field: None})
    assert back["template"]["volumes"] == a_service()["template"]["volumes"]
    assert back["template"]["containers"][1]["volumeMounts"] == [
        {"name": "tmp", "mountPath": "/tmp"}
    ]


def test_a_volume_of_that_name_which_is_somebody_else_s_is_left_alone() -> None:
    document = a_service()
    document["template"]["volumes"].append({"name": "cloudsql", "emptyDir": {}})
    made, _paths = written_service(document, {f"cloud_sql.{CONNECTION}": "/cloudsql"})
    names = [each["name"] for each in made["template"]["volumes"]]
    assert names == ["tmp", "cloudsql", "cloudsql-2"]
    assert service_fields(made)[f"cloud_sql.{CONNECTION}"] == "/cloudsql"


def test_a_plain_value_is_not_told_where_a_secret_is_wanted_nor_the_other_way_round() -> None:
    fields = service_fields(a_service())
    assert fields["secrets.DB_NAME"] == PLAIN
    assert fields["environment.TOKEN"] == HIDDEN
    made, _paths = written_service(a_service(), {"secrets.DB_NAME": "db:2"})
    entry = made["template"]["containers"][1]["env"][1]
    assert entry == {
        "name": "DB_NAME",
        "valueSource": {"secretKeyRef": {"secret": "db", "version": "2"}},
    }


def test_a_secret_of_another_project_is_not_taken_for_ours() -> None:
    document = a_service()
    reference = {"secret": "projects/elsewhere/secrets/token", "version": "1"}
    document["template"]["containers"][1]["env"][2]["valueSource"]["secretKeyRef"] = reference
    told = service_fields(document)["secrets.TOKEN"]
    assert told == "projects/elsewhere/secrets/token:1"
    made, _paths = written_service(a_service(), {"secrets.TOKEN": told})
    assert made["template"]["containers"][1]["env"][2]["valueSource"]["secretKeyRef"] == reference


def test_a_variable_is_cleared_alone() -> None:
    made, _paths = written_service(a_service(), {"environment.DB_NAME": None})
    assert [each["name"] for each in made["template"]["containers"][1]["env"]] == [
        "THEIRS",
        "TOKEN",
    ]


@pytest.mark.parametrize(
    ("probe", "shown"),
    [
        ({"tcpSocket": {"port": 8080}}, "tcp"),
        ({"grpc": {}}, "grpc"),
        ({"httpGet": {"path": "/up", "port": 9000}}, "/up:9000"),
        ({"httpGet": {}}, "/"),
    ],
)
def test_other_probes_are_told_apart(probe: dict[str, Any], shown: str) -> None:
    document = a_service()
    document["template"]["containers"][1]["startupProbe"] = probe
    assert service_fields(document)["startup_probe"] == shown
    made, _paths = written_service(document, {"startup_probe": "/health"})
    assert service_fields(made)["startup_probe"] == "/health"


def test_which_image_tarmac_set_is_noted_beside_it() -> None:
    made, paths = written_service({}, {"image": "hello:1"})
    assert placed_image(made) == "hello:1"
    assert "annotations" in paths
    assert placed_image(a_service()) == ""


def test_a_new_revision_can_be_asked_for_without_any_other_change() -> None:
    made, paths = written_service(a_service(), {RETRY: "notes-00002-abc"})
    assert made["template"]["annotations"] == {"note": "mine", "tarmac-retry": "notes-00002-abc"}
    assert set(paths) == {"template.annotations", "template.revision"}
    assert "revision" not in made["template"]


def test_a_job_that_failed_to_become_ready_is_just_sent_again() -> None:
    document = {"template": {"template": {"containers": [{"image": "app:1"}]}}}
    assert written_job(document, {RETRY: ""}) == document


def test_a_job_is_sent_whole_and_begins_nothing() -> None:
    document = {
        "name": "projects/p/locations/r/jobs/notes-migrate",
        "labels": {"team": "blue"},
        "startExecutionToken": "once",
        "template": {
            "taskCount": 3,
            "template": {
                "maxRetries": 3,
                "timeout": "600s",
                "vpcAccess": {"connector": "theirs"},
                "containers": [{"image": "app:1", "command": ["alembic"], "args": ["current"]}],
            },
        },
    }
    assert job_fields(document)["command"] == "alembic current"
    changes = {
        "max_retries": 0,
        "command": "sh -c 'cd /app/db && exec alembic upgrade head'",
        "image": "app:2",
        "labels.managed-by": "tarmac",
        "environment.A": "1",
    }
    made = written_job(document, changes)
    assert "startExecutionToken" not in made
    task = made["template"]["template"]
    assert (made["template"]["taskCount"], task["vpcAccess"]) == (3, {"connector": "theirs"})
    assert (task["maxRetries"], task["timeout"]) == (0, "600s")
    (container,) = task["containers"]
    assert container["command"] == ["sh"]
    assert container["args"] == ["-c", "cd /app/db && exec alembic upgrade head"]
    assert {name: job_fields(made)[name] for name in changes} == changes


def test_a_condition_says_its_reason_wherever_google_put_it() -> None:
    given = {
        "type": "Ready",
        "state": "CONDITION_FAILED",
        "revisionReason": "HEALTH_CHECK_CONTAINER_ERROR",
        "message": "it failed to start and listen on the port",
    }
    found = condition(given)
    assert found == RunCondition(
        state="FAILED", reason="HEALTH_CHECK_CONTAINER_ERROR", message=given["message"]
    )
    told = failure("projects/notes-prod/locations/us-central1/services/notes", found)
    assert told.code == "container-not-listening"
    assert "notes" in told.message
    assert any("--region=us-central1 --project=notes-prod" in line for line in told.next)
    assert given["message"] in told.raw


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("CONTAINER_MISSING", "image-missing"),
        ("CONTAINER_IMAGE_UNAUTHORIZED", "image-unreadable"),
        ("SECRETS_ACCESS_CHECK_FAILED", "secret-unreadable"),
        ("NON_ZERO_EXIT_CODE", "job-failed"),
    ],
)
def test_every_reason_of_a_condition_has_its_card(reason: str, code: str) -> None:
    found = RunCondition(state="FAILED", reason=reason, message="…")
    assert failure("projects/p/locations/r/services/s", found).code == code
