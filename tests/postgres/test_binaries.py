import os
from pathlib import Path

import pytest

from wizards.postgres import binaries
from wizards.postgres.binaries import ClusterFailed, ServerTools


def test_the_embedded_server_brings_every_program_that_is_needed() -> None:
    tools = binaries.embedded()
    assert tools.version >= (18, 0)
    assert tools.runs_servers
    for name in ("pg_dump", "pg_restore", "psql"):
        assert os.access(tools.program(name), os.X_OK)


def test_everything_found_really_is_that_release() -> None:
    everything = binaries.found()
    assert everything == sorted(everything, key=lambda tools: tools.version, reverse=True)
    assert any(tools.source == "embedded" for tools in everything)
    assert len({tools.folder for tools in everything}) == len(everything)


def _release(folder: Path, major: int) -> ServerTools:
    place = folder / str(major)
    place.mkdir()
    (place / "pg_dump").write_text("#!/bin/sh\n")
    (place / "pg_dump").chmod(0o755)
    return ServerTools(place, (major, 1), "path")


def test_the_server_s_own_major_is_preferred_then_the_nearest_newer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = [_release(tmp_path, major) for major in (18, 17, 15)]
    monkeypatch.setattr(binaries, "found", lambda: here)
    assert binaries.for_server(15, "pg_dump").version[0] == 15
    assert binaries.for_server(16, "pg_dump").version[0] == 17


def test_older_tools_are_refused_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "found", lambda: [_release(tmp_path, 15)])
    with pytest.raises(ClusterFailed) as refused:
        binaries.for_server(17, "pg_dump")
    assert refused.value.code == "postgres-tools-too-old"
    assert "postgresql-client-17" in refused.value.next[0]


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_embedded_folder", lambda: None)
    with pytest.raises(ClusterFailed, match="no PostgreSQL server") as missing:
        binaries.embedded()
    assert "tarmac[sandbox]" in missing.value.why
