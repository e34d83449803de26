"""What Google does on bad days: every operation is still carried out once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.setup.sandboxed import applied, ask, blueprint, fault, log_length, planned, writes
from wizards.blueprint import Secret
from wizards.cloud import calls
from wizards.cloud.failing import CloudFailure
from wizards.cloud.google_cloud import GoogleCloud
from wizards.postgres.sandbox_address import SandboxAddress

KEY = {"API_KEY": Secret(name="notes-api-key", source="ask")}
SLOW = pytest.mark.slow
ONCE = (
    "projects.create",
    "instances.insert",
    "secrets.addVersion",
    pytest.param("databases.insert", marks=SLOW),
    pytest.param("users.insert", marks=SLOW),
    pytest.param("serviceAccounts.create", marks=SLOW),
    pytest.param("repositories.create", marks=SLOW),
    pytest.param("secrets.create", marks=SLOW),
)


def all_once(sandbox: SandboxAddress, cloud: GoogleCloud, root: Path) -> None:
    """Apply, and check that nothing failed, nothing is left and nothing was doubled."""
    wanted = blueprint(secrets_=KEY)
    before = log_length(sandbox)
    done = applied(root, wanted, cloud, API_KEY="value")
    assert done.failures == ()
    ask(sandbox, "DELETE", "faults")
    assert planned(wanted, cloud, API_KEY="value").todo == ()
    project = wanted.project.id
    for secret in ("notes-api-key", "notes-db-password"):
        assert [v.number for v in cloud.secret_versions(project, secret)] == [1]
    assert writes(sandbox, before, "projects.create") <= 1
    assert writes(sandbox, before, "instances.insert") <= 1


@pytest.mark.parametrize("call", ONCE)
def test_an_answer_that_is_lost_after_the_effect_does_not_double_it(
    call: str, sandbox: SandboxAddress, cloud: GoogleCloud, tmp_path: Path
) -> None:
    fault(sandbox, call.replace(".", r"\."), kind="reset", after=True)
    wanted = blueprint(secrets_=KEY)
    done = applied(tmp_path, wanted, cloud, API_KEY="value")
    assert done.failures == ()
    assert planned(wanted, cloud, API_KEY="value").todo == ()
    for secret in ("notes-api-key", "notes-db-password"):
        found = cloud.secret_versions(wanted.project.id, secret)
        assert [version.number for version in found] == [1]


@pytest.mark.parametrize(
    ("method", "parts"),
    [
        ("setIamPolicy", {"status": 409, "message": "There were concurrent policy changes."}),
        ("secrets.create", {"status": 429, "retry_after": 5}),
        ("instances.insert", {"status": 503}),
        pytest.param("instances.get", {"status": 500}, marks=SLOW),
        ("repositories.create", {"status": 403, "reason": "IAM_PERMISSION_DENIED"}),
        pytest.param(
            "repositories.create", {"status": 403, "reason": "SERVICE_DISABLED"}, marks=SLOW
        ),
        ("users.insert", {"status": 409, "reason": "operationInProgress"}),
        pytest.param("operations.get", {"kind": "reset"}, marks=SLOW),
        ("setIamPolicy", {"status": 400, "message": "Service account x does not exist."}),
    ],
)
def test_one_bad_answer_is_waited_out(
    method: str,
    parts: dict[str, object],
    sandbox: SandboxAddress,
    cloud: GoogleCloud,
    tmp_path: Path,
) -> None:
    fault(sandbox, method, times=2, **parts)
    all_once(sandbox, cloud, tmp_path)


def test_with_a_fifth_of_all_calls_failing_everything_still_happens_once(
    sandbox: SandboxAddress, cloud: GoogleCloud, tmp_path: Path
) -> None:
    for seed, parts in enumerate(
        (
            {"status": 503},
            {"status": 429, "retry_after": 2},
            {"status": 500},
            {"kind": "reset"},
            {"kind": "reset", "after": True},
        )
    ):
        fault(sandbox, "projects|operations", times=0, rate=0.04, seed=seed, **parts)
    all_once(sandbox, cloud, tmp_path)


CHANGES = (
    r"(create|insert|patch|update|setIamPolicy|addVersion|batchEnable|enable|updateBillingInfo)"
    r" (POST|PUT|PATCH)"
)
EVERYTHING = "projects|operations"
A_FIFTH: tuple[tuple[str, dict[str, object]], ...] = (
    (EVERYTHING, {"status": 503}),
    (EVERYTHING, {"status": 500}),
    (EVERYTHING, {"status": 429, "retry_after": 2, "reason": "RATE_LIMIT_EXCEEDED"}),
    (EVERYTHING, {"kind": "reset"}),
    (EVERYTHING, {"kind": "reset", "after": True}),
    (EVERYTHING, {"kind": "timeout"}),
    (EVERYTHING, {"kind": "timeout", "after": True}),
    (CHANGES, {"status": 403, "reason": "IAM_PERMISSION_DENIED"}),
    (CHANGES, {"status": 403, "reason": "SERVICE_DISABLED"}),
    ("setIamPolicy", {"status": 409, "message": "There were concurrent policy changes."}),
    (r"sqladmin.*(insert|update) (POST|PUT)", {"status": 409, "reason": "operationInProgress"}),
)


@SLOW
@pytest.mark.parametrize("seed", (0, 1, 2, 25, 38))
def test_with_every_kind_of_fault_at_a_fifth_of_the_calls_everything_still_happens_once(
    seed: int,
    sandbox: SandboxAddress,
    cloud: GoogleCloud,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(calls.ONCE, "timeout", 0.5)  # type: ignore[arg-type]
    for number, (method, parts) in enumerate(A_FIFTH):
        rate = 0.04 if method == EVERYTHING else 0.05
        fault(sandbox, method, times=0, rate=rate, seed=100 * seed + number, **parts)
    before = log_length(sandbox)
    all_once(sandbox, cloud, tmp_path)
    entries = ask(sandbox, "GET", f"log?after={before}")["entries"]
    struck = {entry["method"] for entry in entries if entry["fault"]}
    hit = sum(1 for entry in entries if entry["fault"])
    assert hit / len(entries) > 0.1, f"{hit} of {len(entries)} calls met a fault"
    assert len(struck) > 5


def test_what_no_waiting_cures_ends_with_its_card(
    sandbox: SandboxAddress, cloud: GoogleCloud, tmp_path: Path
) -> None:
    fault(
        sandbox,
        "instances.insert",
        times=0,
        status=400,
        message="Invalid request: Invalid Tier (db-f1-micro) for (ENTERPRISE_PLUS) Edition.",
    )
    done = applied(tmp_path, blueprint(), cloud)
    ((step, failure),) = done.failures
    assert step == "sql.instance:notes-db"
    assert isinstance(failure, CloudFailure)
    assert failure.code == "tier-edition"
    assert "ENTERPRISE" in failure.next[0]
    skipped = {key for key, end in done.steps.items() if end.state == "skipped"}
    assert {"sql.database:notes-db/notes", "sql.user:notes-db/notes"} <= skipped
    assert "repository:notes" not in skipped
