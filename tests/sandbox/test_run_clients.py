"""google-cloud-run and google-cloud-build, unmodified, over REST at their default endpoints."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.running_sandbox import running_sandbox
from tests.sandbox.furnished import furnish_state
from tests.sandbox.test_google_clients import _run
from wizards.postgres.sandbox_address import SandboxAddress

pytest.importorskip("google.cloud.run_v2")
pytest.importorskip("google.cloud.devtools.cloudbuild_v1")


@pytest.fixture
def furnished(tmp_path: Path) -> Iterator[SandboxAddress]:
    furnish_state(tmp_path / "state")
    with running_sandbox(tmp_path / "state", speed=2000.0) as address:
        yield address


def test_cloud_run_services_revisions_jobs_and_executions(furnished: SandboxAddress) -> None:
    said: Any = _run(
        furnished,
        """
        import json
        from google.api_core import exceptions
        from google.cloud import run_v2
        place = "projects/notes-prod/locations/asia-northeast3"
        image = "us-docker.pkg.dev/cloudrun/container/hello"
        services = run_v2.ServicesClient(transport="rest")
        template = run_v2.RevisionTemplate(containers=[run_v2.Container(image=image)])
        service = run_v2.Service(
            template=template, ingress=run_v2.IngressTraffic.INGRESS_TRAFFIC_INTERNAL_ONLY
        )
        given = dict(parent=place, service=service, service_id="notes")
        made = services.create_service(**given).result(timeout=20)
        try:
            services.create_service(**given)
        except exceptions.Conflict as taken:
            conflict = type(taken).__name__
        made.template.containers[0].env.append(run_v2.EnvVar(name="A", value="1"))
        made.traffic = [
            run_v2.TrafficTarget(
                type_=run_v2.TrafficTargetAllocationType.TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST,
                percent=100,
            )
        ]
        changed = services.update_service(service=made).result(timeout=20)
        wrong = run_v2.Service(made)
        wrong.etag = '"old"'
        try:
            services.update_service(service=wrong)
        except exceptions.Conflict as stale:
            aborted = "Conflict for resource" in str(stale)
        revisions = run_v2.RevisionsClient(transport="rest")
        count = len(list(revisions.list_revisions(parent=made.name)))
        jobs = run_v2.JobsClient(transport="rest")
        task = run_v2.TaskTemplate(containers=[run_v2.Container(image=image)], max_retries=0)
        job = run_v2.Job(template=run_v2.ExecutionTemplate(template=task))
        made_job = jobs.create_job(parent=place, job=job, job_id="migrate").result(timeout=20)
        execution = jobs.run_job(name=made_job.name).result(timeout=20)
        executions = run_v2.ExecutionsClient(transport="rest")
        listed = [each.name for each in executions.list_executions(parent=made_job.name)]
        jobs.delete_job(name=made_job.name).result(timeout=20)
        policy = services.get_iam_policy(request={"resource": made.name})
        services.delete_service(name=made.name).result(timeout=20)
        try:
            services.get_service(name=made.name)
        except exceptions.NotFound as gone:
            missing = gone.code
        print(json.dumps({
            "ready": made.terminal_condition.state.name, "conflict": conflict,
            "ingress": changed.ingress.name, "generation": changed.generation,
            "revisions": count, "succeeded": execution.succeeded_count, "aborted": aborted,
            "listed": listed == [execution.name], "missing": missing,
        }))
        """,
    )
    assert said == {
        "ready": "CONDITION_SUCCEEDED",
        "conflict": "Conflict",
        "ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY",
        "generation": 2,
        "revisions": 2,
        "succeeded": 1,
        "aborted": True,
        "listed": True,
        "missing": 404,
    }


def test_cloud_build_builds_and_triggers(furnished: SandboxAddress) -> None:
    said: Any = _run(
        furnished,
        """
        import json
        from google.api_core import exceptions
        from google.cloud.devtools import cloudbuild_v1 as cb
        client = cb.CloudBuildClient(transport="rest")
        steps = [cb.BuildStep(name="gcr.io/cloud-builders/docker", args=["build", "."])]
        done = client.create_build(project_id="notes-prod", build=cb.Build(steps=steps))
        built = done.result(timeout=20)
        failing = cb.Build(steps=[*steps, cb.BuildStep(name="ubuntu", script="exit 3")])
        broken = client.create_build(project_id="notes-prod", build=failing)
        try:
            broken.result(timeout=20)
        except exceptions.GoogleAPICallError as failed:
            failure = "non-zero status: 3" in str(failed)
        try:
            client.create_build(project_id="notes-prod", build=cb.Build())
        except exceptions.BadRequest as refused:
            refusal = "between 1 and 300 steps" in str(refused)
        statuses = [each.status.name for each in client.list_builds(project_id="notes-prod")]
        only = list(client.list_builds(project_id="notes-prod", filter='status="FAILURE"'))
        trigger = cb.BuildTrigger(
            name="deploy", filename="cloudbuild.yaml", pubsub_config=cb.PubsubConfig(topic="t")
        )
        kept = client.create_build_trigger(project_id="notes-prod", trigger=trigger)
        try:
            client.create_build_trigger(project_id="notes-prod", trigger=trigger)
        except exceptions.Conflict as taken:
            conflict = taken.code
        kept.description = "Deploys"
        changed = client.update_build_trigger(
            project_id="notes-prod", trigger_id=kept.id, trigger=kept
        )
        run = client.run_build_trigger(
            project_id="notes-prod", trigger_id=kept.id, source=cb.RepoSource(branch_name="main")
        ).result(timeout=20)
        client.delete_build_trigger(project_id="notes-prod", trigger_id=kept.id)
        left = list(client.list_build_triggers(project_id="notes-prod"))
        print(json.dumps({
            "built": built.status.name, "failure": failure, "refusal": refusal,
            "statuses": statuses, "only": len(only), "conflict": conflict,
            "description": changed.description, "trigger": run.build_trigger_id == kept.id,
            "left": len(left),
        }))
        """,
    )
    assert said == {
        "built": "SUCCESS",
        "failure": True,
        "refusal": True,
        "statuses": ["FAILURE", "SUCCESS"],
        "only": 1,
        "conflict": 409,
        "description": "Deploys",
        "trigger": True,
        "left": 0,
    }
