"""Values of secrets from files: what cannot be one is said, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizards.blueprint import Blueprint, Secret
from wizards.failures import UsageFailure
from wizards.setup.secret_values import found_values, given_values


def test_a_file_under_the_home_folder_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "key").write_text("s3cret-of-home\n")
    wanted = Blueprint(secrets={"API_KEY": Secret(name="k", source="file:~/key")})
    assert found_values(wanted, tmp_path / "project") == {"API_KEY": "s3cret-of-home"}


def test_a_file_that_is_no_text_or_a_folder_is_a_card_without_its_content(tmp_path: Path) -> None:
    (tmp_path / "store.p12").write_bytes(b"s3cret\xff\xfe")
    for name in ("store.p12", "."):
        with pytest.raises(UsageFailure) as met:
            given_values([f"API_KEY=file:{name}"], tmp_path)
        assert met.value.code == "secret-file-unreadable"
        assert met.value.__cause__ is None
        assert "s3cret" not in f"{met.value.as_json()}"


def test_a_value_longer_than_a_version_may_be_is_refused_before_anything_is_written(
    tmp_path: Path,
) -> None:
    (tmp_path / "long").write_text("é" * 40_000)
    with pytest.raises(UsageFailure) as met:
        given_values(["API_KEY=file:long"], tmp_path)
    assert met.value.code == "secret-too-long"
