"""The Terraform export against what is known of the provider: names, references, imports."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import hcl2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.setup.export.everything import BLUEPRINTS, HOSTILE
from wizards.setup.export.exporting import export
from wizards.setup.export.terraform.hcl import Block, quoted, written

TABLE: dict[str, Any] = json.loads(
    (Path(__file__).parent / "provider_schema.json").read_text(encoding="utf-8")
)["resources"]
META = {"count", "for_each", "depends_on", "lifecycle", "__is_block__"}
IMPORT_IDS = {
    "google_project": r"[a-z0-9-]+",
    "google_project_service": r"[a-z0-9-]+/[a-z-]+\.googleapis\.com",
    "google_service_account": r"projects/\S+/serviceAccounts/\S+@\S+",
    "google_project_iam_member": r"[a-z0-9-]+ roles/\S+ \S+:\S+( managed-by-tarmac)?",
    "google_secret_manager_secret_iam_member": r"projects/\S+/secrets/\S+ roles/\S+ \S+:\S+",
    "google_artifact_registry_repository_iam_member": (
        r"projects/\S+/locations/\S+/repositories/\S+ roles/\S+ \S+:\S+"
    ),
    "google_service_account_iam_member": r"projects/\S+/serviceAccounts/\S+ roles/\S+ \S+:\S+",
    "google_artifact_registry_repository": r"projects/\S+/locations/\S+/repositories/\S+",
    "google_secret_manager_secret": r"projects/\S+/secrets/\S+",
    "google_sql_database_instance": r"projects/\S+/instances/\S+",
    "google_sql_database": r"projects/\S+/instances/\S+/databases/\S+",
    "google_sql_user": r"[a-z0-9-]+/[a-z0-9-]+/\S+",
    "google_cloudbuildv2_connection": r"projects/\S+/locations/\S+/connections/\S+",
    "google_cloudbuildv2_repository": (
        r"projects/\S+/locations/\S+/connections/\S+/repositories/\S+"
    ),
    "google_cloudbuild_trigger": r"projects/\S+/locations/\S+/triggers/\$\{each\.value\}",
    "google_iam_workload_identity_pool": (
        r"projects/\S+/locations/global/workloadIdentityPools/\S+"
    ),
    "google_iam_workload_identity_pool_provider": (
        r"projects/\S+/locations/global/workloadIdentityPools/\S+/providers/\S+"
    ),
    "google_cloud_run_v2_service": r"projects/\S+/locations/\S+/services/\S+",
    "google_cloud_run_v2_job": r"projects/\S+/locations/\S+/jobs/\S+",
}


@cache
def texts(name: str) -> dict[str, str]:
    return {file.name: file.text for file in export("terraform", BLUEPRINTS[name]).files}


@cache
def parsed(name: str) -> list[dict[str, Any]]:
    return [hcl2.loads(text) for text in texts(name).values()]


def blocks(name: str, kind: str) -> list[dict[str, Any]]:
    return [block for document in parsed(name) for block in document.get(kind, [])]


def resources(name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for block in blocks(name, "resource"):
        for type_, labelled in block.items():
            for label, body in labelled.items():
                yield type_.strip('"'), label.strip('"'), body


def check(known: dict[str, Any], body: dict[str, Any], where: str) -> None:
    unknown = {key.strip('"') for key in body} - set(known) - META
    assert not unknown, f"{where}: {unknown}"
    missing = {key for key, part in known.items() if part.get("required")} - set(body)
    assert not missing, f"{where} lacks {missing}"
    for key, value in body.items():
        part = known.get(key.strip('"'), {})
        if "block" in part:
            for inner in value:
                check(part["block"], inner, f"{where}.{key}")


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_every_argument_is_known_and_every_required_one_is_there(name: str) -> None:
    assert export("terraform", BLUEPRINTS[name]).uncovered == ()
    found = list(resources(name))
    assert len({(type_, label) for type_, label, _body in found}) == len(found)
    for type_, label, body in found:
        check(TABLE[type_], body, f"{type_}.{label}")


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_every_reference_leads_somewhere(name: str) -> None:
    text = "\n".join(texts(name).values())
    known = {f"{type_}.{label}" for type_, label, _body in resources(name)}
    variables = {key.strip('"') for block in blocks(name, "variable") for key in block}
    literal = re.sub(r'"(?:[^"\\$]|\\.|\$(?!\{)|\$\$\{)*"', '""', text)
    assert set(re.findall(r"\b(google_\w+\.\w+)", literal)) <= known
    assert set(re.findall(r"\bvar\.(\w+)", literal)) <= variables
    for type_, attribute in re.findall(r"\b(google_\w+)\.\w+(?:\[0\])?\.(\w+)", literal):
        assert attribute in TABLE[type_], f"{type_}.{attribute}"


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_everything_that_may_be_imported_names_its_id(name: str) -> None:
    ids: dict[str, str] = {}
    for block in blocks(name, "import"):
        address = block["to"].removeprefix("${").removesuffix("}")
        ids[address] = block["id"].strip('"').replace("${google_project.main.number}", "42")
    plain = {address.partition("[")[0] for address in ids}
    for type_, label, _body in resources(name):
        if type_ != "google_secret_manager_secret_version":
            assert f"{type_}.{label}" in plain
    for address, found in ids.items():
        assert re.fullmatch(IMPORT_IDS[address.partition(".")[0]], found), (address, found)
    versions = {address for address in ids if "secret_version" in address}
    assert versions == set()  # reading one would put its value into the state


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_values_of_secrets_are_write_only_and_their_variables_ephemeral(name: str) -> None:
    for block in blocks(name, "variable"):
        for variable, body in block.items():
            if variable.startswith('"secret_value_'):
                assert (body["sensitive"], body["ephemeral"], body["default"]) == (
                    True,
                    True,
                    None,
                )
    for type_, _label, body in resources(name):
        assert not {"secret_data", "password"} & set(body)
        if type_ == "google_secret_manager_secret_version":
            assert body["secret_data_wo"].startswith("${var.secret_value_")


def test_data_is_protected_and_what_the_pipeline_deploys_is_left_alone() -> None:
    found = {f"{type_}.{label}": body for type_, label, body in resources("cloud-build")}
    instance = found["google_sql_database_instance.notes_db"]
    assert instance["deletion_protection"] is True
    assert instance["settings"][0]["deletion_protection_enabled"] is True
    assert instance["lifecycle"][0]["prevent_destroy"] is True
    service = found["google_cloud_run_v2_service.notes"]
    ignored = [str(part) for part in service["lifecycle"][0]["ignore_changes"]]
    assert any("containers[0].image" in part for part in ignored)
    assert not any("_iam_binding" in key or "_iam_policy" in key for key in found)


def test_two_names_that_look_alike_stay_apart() -> None:
    from dataclasses import replace

    from wizards.blueprint import Secret

    made = BLUEPRINTS["small"]
    names = {"A": "a-b", "B": "a_b", "C": "1a", "D": "_1a", "E": "project", "F": "region"}
    made = replace(made, secrets={key: Secret(name=name) for key, name in names.items()})
    every = [hcl2.loads(file.text) for file in export("terraform", made).files]
    labels = [
        label
        for text in every
        for block in text.get("resource", [])
        for label in block.get('"google_secret_manager_secret"', {})
    ]
    variables = [key for text in every for block in text.get("variable", []) for key in block]
    assert len(set(labels)) == len(names)
    assert len(set(variables)) == len(variables)


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_no_text_leaves_its_quotes(text: str) -> None:
    source = written([Block(type="locals", attributes={"a": text, "b": "end"})])
    [body] = hcl2.loads(source)["locals"]
    assert body["b"] == '"end"'
    assert read(body["a"]) == text
    assert len(source.splitlines()) == 4


def read(literal: str) -> str:
    """Return what Terraform makes of a string literal, as its specification says."""
    assert literal[0] == literal[-1] == '"'
    plain = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}

    def one(found: re.Match[str]) -> str:
        if found[1]:
            return plain[found[1]]
        if found[2] or found[3]:
            return chr(int(found[2] or found[3], 16))
        return found[0][1:]

    pattern = r'\\([nrt"\\])|\\u([0-9a-f]{4})|\\U([0-9a-f]{8})|\$\$\{|%%\{'
    assert not re.search(r"(?<!\$)\$\{|(?<!%)%\{", literal)
    return re.sub(pattern, one, literal[1:-1])


def test_the_hostile_text_is_quoted_as_terraform_reads_it() -> None:
    assert read(quoted(HOSTILE)) == HOSTILE


@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
@pytest.mark.parametrize("name", BLUEPRINTS)
def test_terraform_fmt_would_change_nothing(name: str, tmp_path: Path) -> None:
    for file, text in texts(name).items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-diff", str(tmp_path)],
        env={"PATH": str(Path(str(shutil.which("terraform"))).parent), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
