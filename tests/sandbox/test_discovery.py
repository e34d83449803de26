from pathlib import Path

import pytest

from sandbox.call import SERVED
from sandbox.discovery import documents, validation, vendoring
from sandbox.discovery.documents import document
from sandbox.errors import ApiError
from sandbox.services import all as services


def test_every_handler_serves_a_method_that_google_has() -> None:
    assert services.MODULES
    for name, version, method in SERVED:
        assert method in document(name, version).by_id, (name, version, method)


def test_numbers_of_enums_are_read_as_their_names_even_where_they_have_gaps() -> None:
    repositories = document("artifactregistry", "v1")
    create = repositories.by_id["projects.locations.repositories.create"]
    for number, name in ((1, "DOCKER"), (5, "APT"), (7, "GOOGET"), (8, "PYTHON"), (10, "GO")):
        assert validation.body(repositories, create, {"format": number})["format"] == name
    with pytest.raises(ApiError, match="Invalid value at 'format'"):
        validation.body(repositories, create, {"format": 4711})


def test_bodies_are_normalised_and_what_only_google_writes_is_ignored() -> None:
    secrets = document("secretmanager", "v1")
    create = secrets.by_id["projects.secrets.create"]
    given = {
        "create_time": "2020-01-01T00:00:00Z",
        "labels": {"snake_case": "kept"},
        "version_aliases": {"now": 3},
        "replication": {"user_managed": {"replicas": [{"location": "us-east1"}]}},
    }
    assert validation.body(secrets, create, given) == {
        "labels": {"snake_case": "kept"},
        "versionAliases": {"now": "3"},
        "replication": {"userManaged": {"replicas": [{"location": "us-east1"}]}},
    }


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("expireTime", "tomorrow", "Timestamp"),
        ("ttl", "5 minutes", "Duration"),
        ("labels", ["a"], "an object"),
        ("topics", {"name": "x"}, "an array"),
        ("etag", 7, "TYPE_STRING"),
    ],
)
def test_values_of_the_wrong_kind_are_named(field: str, value: object, said: str) -> None:
    secrets = document("secretmanager", "v1")
    with pytest.raises(ApiError) as refused:
        validation.body(secrets, secrets.by_id["projects.secrets.create"], {field: value})
    assert f"Invalid value at '{field}'" in refused.value.message
    assert said in refused.value.message


def test_answers_are_held_against_their_schema() -> None:
    secrets = document("secretmanager", "v1")
    right = {"name": "projects/1/secrets/a", "createTime": "2020-01-01T00:00:00Z"}
    assert validation.problems(secrets, "Secret", right) == []
    assert validation.problems(secrets, "Secret", {**right, "colour": "red"})
    assert validation.problems(secrets, "Secret", {**right, "createTime": "now"})


def test_the_vendoring_tool_makes_what_is_vendored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    googleapiclient = pytest.importorskip("googleapiclient")
    pytest.importorskip("google.cloud.secretmanager_v1")
    ours = set(document("secretmanager", "v1").by_id)
    monkeypatch.setattr(vendoring, "DATA", tmp_path)
    source = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
    assert vendoring.vendor("secretmanager:v1", source) < 20_000
    monkeypatch.setattr(documents, "DATA", tmp_path)
    documents.versions.cache_clear()
    documents.document.cache_clear()
    try:
        again = document("secretmanager", "v1")
        served = {method for name, _version, method in SERVED if name == "secretmanager"}
        assert served <= set(again.by_id)
        assert len(again.by_id) >= len(ours) * 0.8
    finally:
        documents.versions.cache_clear()
        documents.document.cache_clear()


def test_what_is_vendored_stays_small() -> None:
    assert sum(file.stat().st_size for file in documents.DATA.iterdir()) < 200_000
