"""Hundreds of random stacks before every validator of this machine, many files at a time."""

from __future__ import annotations

import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from generators.artefact import Artefact
from generators.check import check
from generators.checking.machine import SHELLCHECK
from generators.checking.table import HADOLINT
from generators.stack import Stack
from tests.generators.hostile_stacks import everything
from tests.generators.stacks import stacks

Files = dict[str, list[Path]]
SCHEMA = ("check-jsonschema", "--builtin-schema")
AZURE = ("--regex-variant", "python", "--data-transform", "azure-pipelines")
AT_ONCE: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("hadolint", ("hadolint", *HADOLINT), ("dockerfile",)),
    ("hadolint", ("hadolint", *HADOLINT), ("entry-image",)),
    ("shellcheck", ("shellcheck", *SHELLCHECK), (".sh",)),
    ("check-jsonschema", (*SCHEMA, "vendor.compose-spec"), ("compose", "vm-compose")),
    ("check-jsonschema", (*SCHEMA, "vendor.cloudbuild"), ("cloudbuild",)),
    ("check-jsonschema", (*SCHEMA, "vendor.github-workflows"), ("github",)),
    ("check-jsonschema", (*SCHEMA, "vendor.azure-pipelines", *AZURE), ("azure-pipelines",)),
    ("actionlint", ("actionlint",), ("github",)),
    ("zizmor", ("zizmor", "--offline", "--no-progress"), ("github",)),
    ("promtool", ("promtool", "check", "rules"), ("prometheus-rules",)),
    ("amtool", ("amtool", "check-config"), ("alertmanager",)),
)
ALONE = ("nginx.conf", "supervisord.conf", "compose", "vm-compose", "vm-cloud-init")
ALONE += ("task-definition",)
SOME = 6
CHUNK = 100


@pytest.fixture(scope="module")
def made() -> list[Artefact]:
    """Return every artefact of 150 random stacks, each text once."""
    found: dict[tuple[str, str], Artefact] = {}

    @settings(
        max_examples=150,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(stacks())
    def collect(stack: Stack) -> None:
        for artefact in everything(stack):
            found.setdefault((artefact.name, artefact.text), artefact)

    collect()
    return list(found.values())


@pytest.fixture(scope="module")
def files(made: list[Artefact], tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Return the written files by the name of their artefact and by their ending."""
    root = tmp_path_factory.mktemp("artefacts")
    found: Files = defaultdict(list)
    for number, artefact in enumerate(made):
        inner = ".github/workflows" if artefact.name == "github" else ""
        place = root / str(number) / inner / artefact.path.rpartition("/")[2]
        place.parent.mkdir(parents=True)
        place.write_bytes(artefact.text.encode("utf-8", "surrogateescape"))
        found[artefact.name].append(place)
        found[place.suffix].append(place)
    return found


def chunks(paths: Sequence[Path]) -> Iterator[list[str]]:
    for start in range(0, len(paths), CHUNK):
        yield [str(path) for path in paths[start : start + CHUNK]]


@pytest.mark.slow
@pytest.mark.parametrize(("program", "words", "kinds"), AT_ONCE, ids=lambda value: str(value)[:40])
def test_many_files_at_once_are_clean(
    program: str, words: tuple[str, ...], kinds: tuple[str, ...], files: Files
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    paths = [path for kind in kinds for path in files[kind]]
    assert paths
    for chunk in chunks(paths):
        done = subprocess.run(
            [*words, *chunk], capture_output=True, text=True, errors="replace", check=False
        )
        assert done.returncode == 0, done.stdout[:4000] + done.stderr[:4000]


@pytest.mark.slow
def test_every_script_is_read_by_the_shell_that_it_names(files: Files) -> None:
    for path in files[".sh"]:
        shell = "bash" if "bash" in path.read_text("utf-8", "replace")[:30] else "sh"
        done = subprocess.run([shell, "-n", str(path)], capture_output=True, check=False)
        assert done.returncode == 0, (path, done.stderr)


@pytest.mark.slow
def test_what_judges_one_file_at_a_time_finds_nothing_in_some_of_each(
    made: list[Artefact],
) -> None:
    texts = [
        one
        for kind in ALONE
        for one in [one for one in made if kind in (one.name, one.path.rpartition("/")[2])][:SOME]
    ]
    verdicts = check(
        [(one.name, f"{number}/{one.path[-20:]}", one.text) for number, one in enumerate(texts)]
    )
    assert [one for one in verdicts if one.outcome == "failed"] == []
    passed = {one.validator for one in verdicts if one.outcome == "passed"}
    assert passed >= {"supervisor", "botocore", "yaml"}
