"""undo and drift as a person or a program calls them, killed ones too."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.run_tarmac import Ran, tarmac
from tests.cli.test_json_contract import check
from tests.running_sandbox import running_sandbox
from tests.setup.sandboxed import blueprint
from tests.setup.taken_back import by_hand, dump
from tests.setup.test_resume import environment, project_folder
from wizards.cloud.google_cloud import GoogleCloud
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.setup.made import made
from wizards.setup.unfinished import unfinished_undo

NAMES = ("notes-db", "notes-api-key", "notes-db-password")


@pytest.fixture(scope="module")
def slow_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxAddress]:
    """A sandbox in which deleting an instance takes a quarter of a second."""
    with running_sandbox(tmp_path_factory.mktemp("slow"), speed=250) as address:
        yield address


Speak = Callable[..., Ran]


@pytest.fixture
def speak(
    slow_sandbox: SandboxAddress,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Speak]:
    """Run a command in this process, in the project's folder."""
    from tui.cli import run as run_command

    for name, value in environment(slow_sandbox, tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TARMAC_LANG", "en")
    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(signal.SIGTERM)

    def speaking(*words: str) -> Ran:
        capsys.readouterr()
        try:
            code = run_command(list(words))
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    yield speaking
    signal.signal(signal.SIGTERM, before)


def run(address: SandboxAddress, root: Path, *words: str) -> Ran:
    return tarmac(*words, cwd=root, env=environment(address, root))


def confirming(*names: str) -> list[str]:
    return [word for name in names for word in ("--confirm", name)]


def test_undo_shows_what_goes_waits_and_stays_and_does_only_what_is_confirmed(
    speak: Speak, slow_sandbox: SandboxAddress, tmp_path: Path
) -> None:
    project = blueprint().project.id
    root = project_folder(tmp_path, project)
    nothing = speak("undo")
    assert (nothing.code, "no journal" in nothing.out) == (0, True)
    assert speak("apply", "--yes", "--json").code == 0

    shown = speak("undo", "--dry-run")
    assert shown.code == 0
    for words in ("Goes, in this order", "Goes only when its name is typed", "Stays"):
        assert words in shown.out
    assert "tarmac undo --confirm notes-db" in shown.out
    unasked = speak("undo", "--json")
    assert unasked.code == 2
    assert unasked.envelope["errors"][0]["code"] == "confirmation-missing"
    mistyped = speak("undo", "--yes", "--json", "--confirm", "notes-bd")
    assert mistyped.code == 2
    assert mistyped.envelope["errors"][0]["code"] == "no-such-thing"

    (root / "tarmac.toml").rename(root / "kept.toml")
    done = speak("undo", "--yes", "--json", *confirming(*NAMES))
    assert done.code == 0, done.out + done.err
    data = done.envelope["data"]
    check("undo", data)
    assert {step["state"] for step in data["steps"]} == {"done"}
    assert data["to_type"] == ["01A2B3-C4D5E6-F7A8B9", project]
    last = speak("undo", "--yes", "--json", *confirming(*data["to_type"]))
    assert last.code == 0, last.out
    cloud = GoogleCloud.of(slow_sandbox)
    assert made(root, cloud.world) == []
    cloud.close()
    text = "\n".join(path.read_text() for path in (root / ".tarmac").rglob("*.jsonl"))
    assert "kill-test-value-1" not in text + done.out + last.out


def test_drift_ends_with_3_and_each_answer_does_what_it_says(
    speak: Speak, slow_sandbox: SandboxAddress, tmp_path: Path
) -> None:
    project = blueprint().project.id
    path = tmp_path / "tarmac.toml"
    path.write_text(
        f'[project]\nid = "{project}" # ours\nbilling_account = "01A2B3-C4D5E6-F7A8B9"\n'
        '[service]\nname = "notes"\nmax_instances = 3\n[pipeline]\nkind = "none"\n'
    )
    assert speak("apply", "--yes", "--json").code == 0
    same = speak("drift")
    assert (same.code, "as tarmac.toml says" in same.out) == (0, True)
    cloud = GoogleCloud.of(slow_sandbox)
    found = cloud.run_service(project, "asia-northeast3", "notes")
    assert found is not None
    cloud.wait(cloud.start_run_service_change(project, found, {"max_instances": 7}))

    told = speak("drift", "--json")
    assert told.code == 3
    check("drift", told.envelope["data"])
    (item,) = told.envelope["data"]["items"]
    assert (item["id"], item["who"]) == ("run.service:notes", "world")
    shown = speak("drift")
    assert "max_instances: is 7, tarmac.toml says 3" in shown.out
    wrong = speak("drift", "--adopt", "run.service:other", "--json")
    assert wrong.envelope["errors"][0]["code"] == "no-such-drift"

    where = "run.service:notes.max_instances"
    assert speak("drift", "--ignore", where).code == 0
    assert f'ignore = ["{where}"]' in path.read_text()
    assert speak("drift").code == 0
    assert speak("plan", "--check").code == 0
    path.write_text(path.read_text().replace(f'"{where}"', ""))
    assert speak("drift", "--revert", "run.service:notes").code == 2
    back = ("drift", "--revert", "run.service:notes", "--yes", "--json")
    assert speak(*back).code == 0
    assert speak("drift").code == 0
    found = cloud.run_service(project, "asia-northeast3", "notes")
    assert found is not None
    assert found.fields["max_instances"] == 3
    cloud.close()
    assert speak("undo", "--yes", "--confirm", project).code == 0


def killed(address: SandboxAddress, root: Path, after: float, words: list[str]) -> None:
    """Start a real undo and kill it -9 so many seconds after its journal began."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "undo", *words],
        cwd=root,
        env=environment(address, root),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    known = len(list((root / ".tarmac" / "journal").glob("undo-*.jsonl")))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if len(list((root / ".tarmac" / "journal").glob("undo-*.jsonl"))) > known:
            time.sleep(after)
            break
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_killed_at_random_points_and_repeated_an_undo_converges(
    seed: int, slow_sandbox: SandboxAddress, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    project = blueprint().project.id
    root = project_folder(tmp_path, project)
    cloud = GoogleCloud.of(slow_sandbox)
    by_hand(cloud, project)
    before = dump(slow_sandbox, project)
    assert run(slow_sandbox, root, "apply", "--yes", "--json").code == 0
    killed(slow_sandbox, root, chance.uniform(0.0, 0.4), ["--yes", *confirming(*NAMES)])
    for _again in range(2):
        killed(slow_sandbox, root, chance.uniform(0.0, 0.6), ["--resume"])
    left = unfinished_undo(root)
    assert left is None or left.how == "killed"
    ended = run(slow_sandbox, root, "undo", "--resume", "--json")
    if ended.code == 0 and made(root, cloud.world):
        ended = run(slow_sandbox, root, "undo", "--yes", "--json", *confirming(*_left(root, cloud)))
    assert ended.code == 0, ended.out + ended.err
    assert made(root, cloud.world) == []
    after = dump(slow_sandbox, project)
    backups = [key for key in after if key.startswith("sql-backup")]
    assert [after[key]["type"] for key in backups].count("FINAL") == 1
    assert {key: body for key, body in after.items() if key not in backups} == before
    again = run(slow_sandbox, root, "apply", "--yes", "--json")
    assert again.code == 0, again.out
    cloud.close()


def _left(root: Path, cloud: GoogleCloud) -> list[str]:
    """Return the names of what is left that needs one typed."""
    return [part.resource.name for part in made(root, cloud.world) if part.resource.name in NAMES]
