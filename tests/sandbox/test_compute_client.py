"""google-cloud-compute, unmodified, at its default endpoint; a heavy import, hence slow."""

from pathlib import Path
from typing import Any

import pytest

from tests.running_sandbox import running_sandbox
from tests.sandbox.furnished import furnish_state
from tests.sandbox.test_google_clients import _run

pytestmark = pytest.mark.slow
pytest.importorskip("google.cloud.compute_v1")


def test_machines_and_rules_from_creation_to_deletion(tmp_path: Path) -> None:
    furnish_state(tmp_path / "state")
    with running_sandbox(tmp_path / "state", speed=2000.0) as address:
        said: Any = _run(
            address,
            """
            import json
            from google.api_core import exceptions
            from google.cloud import compute_v1 as gce
            place = dict(project="notes-prod", zone="asia-northeast3-a")
            machines = gce.InstancesClient()
            disk = gce.AttachedDisk(boot=True, auto_delete=True,
                initialize_params=gce.AttachedDiskInitializeParams(
                    source_image="projects/cos-cloud/global/images/family/cos-stable"))
            machine = gce.Instance(name="notes-vm", disks=[disk],
                machine_type="zones/asia-northeast3-a/machineTypes/e2-micro",
                network_interfaces=[gce.NetworkInterface(network="global/networks/default")])
            begun = machines.insert(request=gce.InsertInstanceRequest(
                **place, instance_resource=machine,
                request_id="8f8e8d8c-0000-4000-8000-000000000001"))
            begun.result(timeout=20)
            try:
                machines.insert(**place, instance_resource=machine)
            except exceptions.Conflict as taken:
                conflict = type(taken).__name__
            made = machines.get(**place, instance="notes-vm")
            labels = gce.InstancesSetLabelsRequest(
                labels={"env": "prod"}, label_fingerprint=made.label_fingerprint)
            machines.set_labels(**place, instance="notes-vm",
                instances_set_labels_request_resource=labels).result(timeout=20)
            changed = machines.get(**place, instance="notes-vm")
            everywhere = machines.aggregated_list(project="notes-prod")
            found = [each.name for _zone, scoped in everywhere for each in scoped.instances]
            machines.delete(**place, instance="notes-vm").result(timeout=20)
            rules = gce.FirewallsClient()
            rule = gce.Firewall(name="http",
                allowed=[gce.Allowed(I_p_protocol="tcp", ports=["80"])])
            rules.insert(project="notes-prod", firewall_resource=rule).result(timeout=20)
            ranges = list(rules.get(project="notes-prod", firewall="http").source_ranges)
            rules.delete(project="notes-prod", firewall="http").result(timeout=20)
            zones = [zone.name for zone in gce.ZonesClient().list(project="notes-prod")]
            print(json.dumps([made.status, conflict, dict(changed.labels), found, ranges,
                "asia-northeast3-a" in zones, len(list(machines.list(**place)))]))
            """,
        )
    assert said == [
        "RUNNING",
        "Conflict",
        {"env": "prod"},
        ["notes-vm"],
        ["0.0.0.0/0"],
        True,
        0,
    ]
