"""The service on Cloud Run: made with a placeholder, changed field by field, never taken over."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.setup.run_world import OWN, REGION, RunProject, a_run_project
from tests.setup.sandboxed import ask, log_length
from wizards.cloud.failing import CloudFailure
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.run_things import Fields, RunService, RunTraffic
from wizards.cloud.things import PolicyOf
from wizards.failures import Failure
from wizards.plan import Action
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.setup.performing import perform
from wizards.setup.preflight.left_alone import left_alone_check
from wizards.setup.resource import Made
from wizards.setup.run_comparing import ImageChoice
from wizards.setup.run_service import PLACEHOLDER, RunServiceResource

BY_REVISION = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"


@pytest.fixture(scope="module")
def world(
    area_sandbox: SandboxAddress, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunProject]:
    opened = GoogleCloud.of(area_sandbox)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("xdg-run")))
        yield a_run_project(tmp_path_factory.mktemp("run"), opened, area_sandbox)
    opened.close()


def test_a_new_service_is_whole_with_google_s_placeholder(world: RunProject) -> None:
    found = world.document("notes")
    template, (container,) = found["template"], found["template"]["containers"]
    assert container["image"] == PLACEHOLDER
    assert template["serviceAccount"] == f"notes-run@{world.project}.iam.gserviceaccount.com"
    assert container["ports"][0]["containerPort"] == 8080
    assert container["resources"]["cpuIdle"] is True
    assert template["scaling"] == {"minInstanceCount": 0, "maxInstanceCount": 3}
    assert template["maxInstanceRequestConcurrency"] == 80
    assert found["invokerIamDisabled"] is True
    assert found["labels"] == {"managed-by": "tarmac"}
    (entry,) = container["env"]
    assert entry["valueSource"]["secretKeyRef"] == {"secret": "notes-api-key", "version": "1"}
    assert "httpGet" not in container["startupProbe"]
    assert "livenessProbe" not in container
    assert found["terminalCondition"]["state"] == "CONDITION_SUCCEEDED"


def test_an_unchanged_service_asks_once_for_itself_and_once_for_each_secret(
    world: RunProject,
) -> None:
    before = world.cloud.calls
    assert world.service("notes").look(world.cloud).action is Action.NONE
    assert world.cloud.calls - before == 2


def test_a_deployed_image_stays_and_gets_the_probes_the_placeholder_could_not_have(
    world: RunProject,
) -> None:
    service = world.service("deployed")
    world.make(service)
    world.deployed("deployed", OWN)
    seen = service.look(world.cloud)
    assert {part.field: part.after for part in seen.diff} == {
        "startup_probe": "/health",
        "liveness_probe": "/health",
    }
    world.make(service)
    (container,) = world.document("deployed")["template"]["containers"]
    assert container["image"] == OWN
    assert container["startupProbe"]["httpGet"]["path"] == "/health"
    assert container["livenessProbe"]["periodSeconds"] == 30
    assert service.look(world.cloud).action is Action.NONE


def test_what_the_pipeline_deploys_with_the_newest_secret_is_as_wanted(world: RunProject) -> None:
    service = world.service("pipeline")
    world.make(service)
    newest = {"secretKeyRef": {"secret": "notes-api-key", "version": "latest"}}
    probe = {"httpGet": {"path": "/health", "port": 8080}, "timeoutSeconds": 4}
    world.deployed(
        "pipeline",
        OWN,
        env=[{"name": "API_KEY", "valueSource": newest}],
        startupProbe=probe,
        livenessProbe=probe,
    )
    seen = service.look(world.cloud)
    assert (seen.action, seen.diff) == (Action.NONE, ())
    (kept,) = seen.kept
    assert (kept.field, kept.before) == ("secrets.API_KEY", "notes-api-key:latest")
    assert f"--update-secrets=API_KEY={kept.after} " in service.following(seen)


def test_a_named_image_runs_until_another_is_deployed_and_again_when_another_is_named(
    world: RunProject,
) -> None:
    named = world.service("named", world.with_service(image=OWN))
    world.make(named)
    (container,) = world.document("named")["template"]["containers"]
    assert container["image"] == OWN
    assert container["startupProbe"]["httpGet"]["path"] == "/health"
    built = OWN.replace(":1", ":built")
    world.deployed("named", built)
    assert named.look(world.cloud).action is Action.NONE
    assert world.service("named").look(world.cloud).action is Action.NONE
    other = world.service("named", world.with_service(image=OWN.replace(":1", ":2")))
    assert [(part.field, part.before) for part in other.look(world.cloud).diff] == [
        ("image", built)
    ]
    world.make(other)
    assert other.look(world.cloud).action is Action.NONE


def test_a_person_s_own_settings_survive_an_update_and_its_undo(world: RunProject) -> None:
    service = world.service("theirs")
    world.make(service)
    first = world.document("theirs")["latestReadyRevision"].rpartition("/")[2]
    (container,) = world.document("theirs")["template"]["containers"]
    theirs = [*container["env"], {"name": "GREETING", "value": "hello"}]
    world.by_hand(
        "theirs",
        "template.containers,template.annotations,template.volumes,template.revision,labels,traffic",
        {
            "labels": {"managed-by": "tarmac", "team": "blue"},
            "traffic": [
                {"type": BY_REVISION, "revision": first, "percent": 90},
                {"type": BY_REVISION, "revision": "theirs-tried", "percent": 10, "tag": "try"},
            ],
            "template": {
                "revision": "theirs-tried",
                "annotations": {"note": "mine"},
                "volumes": [{"name": "tmp", "emptyDir": {"medium": "MEMORY"}}],
                "containers": [
                    {
                        **container,
                        "env": theirs,
                        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
                    }
                ],
            },
        },
    )
    traffic = world.document("theirs")["traffic"]
    larger = world.service("theirs", world.with_service(max_instances=5, environment={"A": "b,c"}))
    seen = larger.look(world.cloud)
    assert seen.action is Action.UPDATE
    assert first in seen.breaks
    world.make(larger)

    def kept() -> None:
        found = world.document("theirs")
        (now,) = found["template"]["containers"]
        assert found["labels"] == {"managed-by": "tarmac", "team": "blue"}
        assert found["traffic"] == traffic
        assert found["template"]["annotations"] == {"note": "mine"}
        assert found["template"]["volumes"] == [{"name": "tmp", "emptyDir": {"medium": "MEMORY"}}]
        assert {"name": "GREETING", "value": "hello"} in now["env"]

    kept()
    now = world.document("theirs")
    assert now["template"]["scaling"]["maxInstanceCount"] == 5
    assert {"name": "A", "value": "b,c"} in now["template"]["containers"][0]["env"]
    world.remove(larger, Made(id=larger.id, diff=seen.diff))
    kept()
    assert service.look(world.cloud).action is Action.NONE
    assert "A" not in [
        e["name"] for e in world.document("theirs")["template"]["containers"][0]["env"]
    ]


def test_an_undo_leaves_what_somebody_has_changed_since(world: RunProject) -> None:
    service = world.service("since")
    world.make(service)
    larger = world.service("since", world.with_service(max_instances=5, concurrency=10))
    seen = larger.look(world.cloud)
    world.make(larger)
    scaling = {"template": {"scaling": {"maxInstanceCount": 7}}}
    world.by_hand("since", "template.scaling.maxInstanceCount", scaling)
    made = Made(id=larger.id, diff=seen.diff)
    assert [part.field for part in larger.standing(world.cloud, made)] == ["concurrency"]
    world.remove(larger, made)
    template = world.document("since")["template"]
    assert template["scaling"]["maxInstanceCount"] == 7
    assert template["maxInstanceRequestConcurrency"] == 80


def test_a_service_that_was_made_here_goes_and_is_no_trouble_when_gone(world: RunProject) -> None:
    service = world.service("gone")
    assert world.make(service).identity
    made = Made(id=service.id, created=True)
    assert service.undo_command(made).startswith("gcloud run services delete gone ")
    world.remove(service, made)
    assert world.cloud.run_service(world.project, REGION, "gone") is None
    world.remove(service, made)


def test_a_newer_version_of_a_secret_is_a_difference_of_its_own(world: RunProject) -> None:
    service = world.service("pinned")
    world.make(service)
    world.cloud.add_secret_version(world.project, "notes-api-key", "second-value")
    (part,) = service.look(world.cloud).diff
    assert (part.field, part.before, part.after) == (
        "secrets.API_KEY",
        "notes-api-key:1",
        "notes-api-key:2",
    )
    world.make(service)
    assert service.look(world.cloud).action is Action.NONE


def test_a_service_of_somebody_else_is_adopted_by_a_label_alone(world: RunProject) -> None:
    service = world.service("adopted")
    world.make(service)
    world.by_hand("adopted", "labels", {"labels": {"team": "blue"}})
    revision = world.document("adopted")["latestCreatedRevision"]
    seen = service.look(world.cloud)
    assert (seen.action, [part.field for part in seen.diff]) == (
        Action.ADOPT,
        ["labels.managed-by"],
    )
    world.make(service)
    found = world.document("adopted")
    assert found["labels"] == {"team": "blue", "managed-by": "tarmac"}
    assert found["latestCreatedRevision"] == revision


def test_a_service_in_another_region_blocks_instead_of_doubling(world: RunProject) -> None:
    world.make(world.service("moving"))
    moved = replace(world.service("moving"), region="us-central1")
    seen = moved.look(world.cloud)
    assert seen.action is Action.BLOCKED
    assert REGION in seen.blocked_by
    assert "gcloud run services delete moving --region=asia-northeast3" in seen.blocked_by


def test_variables_that_cloud_run_sets_itself_block_before_any_call(world: RunProject) -> None:
    service = world.service("reserved", world.with_service(environment={"PORT": "1"}))
    before = log_length(world.address)
    assert "PORT" in service.look(world.cloud).blocked_by
    assert log_length(world.address) == before


def test_an_image_that_is_not_there_is_told_and_a_later_apply_repairs_it(
    world: RunProject,
) -> None:
    missing = "us-docker.pkg.dev/elsewhere/missing/app:1"
    world.map_image(missing, missing=True)
    service = world.service("repaired", world.with_service(image=missing))
    with pytest.raises(CloudFailure) as caught:
        world.make(service)
    assert caught.value.code == "image-missing"
    assert missing in caught.value.message
    (state,) = service.look(world.cloud).diff
    assert (state.field, state.before) == ("state", "CONTAINER_MISSING")
    folder = str(Path(__file__).parent)
    serve = f"{sys.executable} -m http.server $PORT --bind 127.0.0.1"
    world.map_image(missing, folder=folder, command=["sh", "-c", f"exec {serve}"])
    healthy = world.service(
        "repaired", world.with_service(image=missing, health_path="/run_world.py")
    )
    world.make(healthy)
    assert healthy.look(world.cloud).action is Action.NONE
    again = replace(healthy, run_name="again")
    world.make(again)


def test_a_container_that_does_not_listen_is_told_in_plain_words(world: RunProject) -> None:
    world.cloud.wait(world.cloud.start_apis(world.project, ("logging.googleapis.com",)))
    program = ["sh", "-c", "echo no module named app; echo password=hush-hush; exit 1"]
    world.map_image(OWN.replace(":1", ":dead"), folder="/tmp", command=program)
    service = world.service("dead", world.with_service(image=OWN.replace(":1", ":dead")))
    with pytest.raises(CloudFailure) as caught:
        world.make(service)
    assert caught.value.code == "container-not-listening"
    assert f"gcloud run services logs read dead --region={REGION}" in caught.value.next[0]
    assert "no module named app" in caught.value.why
    assert "hush-hush" not in f"{caught.value.why} {caught.value.raw}"


def test_a_policy_that_forbids_open_services_is_a_card_with_a_way_out(world: RunProject) -> None:
    policy = f"projects/{world.project}/policies/run.managed.requireInvokerIam"
    world.cloud.wait(world.cloud.start_apis(world.project, ("orgpolicy.googleapis.com",)))
    world.cloud.pause(300)
    plain = world.cloud._clients.plain("orgpolicy")
    plain.post(
        f"v2/projects/{world.project}/policies",
        {"name": policy, "spec": {"rules": [{"enforce": True}]}},
    )
    try:
        with pytest.raises(Failure) as caught:
            world.make(world.service("open"))
        private = world.service("open", world.with_service(public=False))
        world.make(private)
    finally:
        plain.delete(f"v2/{policy}")
    assert any("service.public" in line for line in caught.value.next)
    assert "invokerIamDisabled" not in world.document("open")
    assert "gcloud run services proxy open" in private.why
    assert world.service("open").look(world.cloud).diff[0].field == "public"


def test_a_private_service_that_is_open_all_the_same_is_told_and_left_alone(
    world: RunProject,
) -> None:
    private = world.service("private", world.with_service(public=False))
    world.make(private)
    assert private.look(world.cloud).kept == ()
    policy = world.cloud.policy(private.policy)
    opened = policy.with_members("roles/run.invoker", ("allUsers", "user:ann@example.com"))
    world.cloud.set_policy(private.policy, opened)
    seen = private.look(world.cloud)
    assert seen.action is Action.NONE
    assert [(part.field, part.before) for part in seen.kept] == [("open_to", "allUsers")]
    check = left_alone_check(private, seen)
    assert check is not None
    assert check.level == "warning"
    assert check.fix == (
        "gcloud run services remove-iam-policy-binding private --member=allUsers "
        f"--role=roles/run.invoker --region={REGION} --project={world.project}"
    )
    world.make(private)
    assert world.cloud.policy(private.policy).members("roles/run.invoker") == {
        "allUsers",
        "user:ann@example.com",
    }


def test_a_reader_who_is_not_known_everywhere_yet_is_waited_for(world: RunProject) -> None:
    of = PolicyOf("secret", f"projects/{world.project}/secrets/notes-api-key")
    granted = world.cloud.policy(of)
    world.cloud.set_policy(of, replace(granted, bindings=()))
    said: list[str] = []

    def grant(text: str) -> None:
        if not said:
            world.cloud.set_policy(of, replace(granted, etag=world.cloud.policy(of).etag))
        said.append(text)

    service = world.service("granted")
    perform(service, world.work(), None, grant)
    assert "notes-api-key" in said[0]
    found = world.cloud.run_service(world.project, REGION, "granted")
    assert found is not None
    assert found.condition.state == "SUCCEEDED"
    assert service.look(world.cloud).action is Action.NONE


def test_a_change_of_somebody_else_in_between_is_read_again_and_not_overwritten(
    world: RunProject,
) -> None:
    service = world.service("between")
    world.make(service)
    found = world.cloud.run_service(world.project, REGION, "between")
    assert found is not None
    world.by_hand("between", "labels", {"labels": {"managed-by": "tarmac", "team": "blue"}})
    with pytest.raises(CloudFailure) as caught:
        world.cloud.start_run_service_change(world.project, found, {"max_instances": 9})
    assert caught.value.retry.value == "conflict"


def test_a_dry_run_judges_without_writing(world: RunProject) -> None:
    service = world.service("dry")
    world.make(service)
    found = world.cloud.run_service(world.project, REGION, "dry")
    assert found is not None
    world.cloud.check_run_service_change(world.project, found, {"max_instances": 9})
    with pytest.raises(CloudFailure):
        world.cloud.check_run_service_change(world.project, found, {"memory": "1Mi"})
    assert world.cloud.run_service(world.project, REGION, "dry") == found


def test_what_google_would_refuse_blocks_the_plan_before_any_write(world: RunProject) -> None:
    service = world.service("refused")
    world.make(service)
    before = world.document("refused")
    crowded = world.service("refused", world.with_service(cpu="8", memory="64Gi"))
    seen = crowded.look(world.cloud)
    assert seen.action is Action.BLOCKED
    assert "memory must be between" in seen.blocked_by
    assert world.document("refused") == before


def test_kept_instances_cost_and_none_cost_nothing(world: RunProject) -> None:
    assert world.service("notes").cost() == 0
    kept = world.service("notes", world.with_service(min_instances=2))
    assert kept.cost() == pytest.approx(2 * 2_628_000 * (0.0000216 + 0.5 * 0.0000024))
    assert kept.look(world.cloud).cost_delta == pytest.approx(kept.cost())


def test_a_lost_answer_to_the_creation_makes_no_second_service(world: RunProject) -> None:
    ask(
        world.address,
        "POST",
        "faults",
        {"method": r"run\.projects\.locations\.services\.create", "kind": "reset", "times": 1},
    )
    world.make(world.service("once"))
    assert world.document("once")["generation"] == "1"


@pytest.mark.parametrize(
    ("shares", "says"),
    [
        ([RunTraffic(percent=100)], ""),
        ([RunTraffic(percent=0, revision="notes-2", tag="canary"), RunTraffic(percent=100)], ""),
        ([RunTraffic(percent=100, revision="notes-1")], "gets none of it"),
        (
            [RunTraffic(percent=70, revision="notes-1"), RunTraffic(percent=30)],
            "gets 30 %, notes-1 (70 %) the rest",
        ),
    ],
)
def test_an_update_says_what_share_of_a_divided_traffic_the_new_revision_gets(
    shares: list[RunTraffic], says: str
) -> None:
    fields: Fields = {"cpu": "1", "memory": "512Mi", "min_instances": 0}
    found = RunService(name="notes", region=REGION, fields=fields, traffic=tuple(shares))
    service = RunServiceResource(
        project="notes-demo-1",
        run_name="notes",
        region=REGION,
        settings=fields,
        image=ImageChoice(named="", placeholder=PLACEHOLDER),
        health_path="/health",
    )
    breaks = service.updating(found, ()).breaks
    assert (says in breaks) if says else not breaks
