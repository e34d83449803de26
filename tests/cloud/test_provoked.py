"""Every known failure, brought about through the real clients, shows the card that helps.

The sandbox refuses by its own rules where it imitates them (permissions, billing, policies,
etags); where only Google can fail so, it serves the recorded answer to the real call.
"""

from __future__ import annotations

import re
import secrets
import types
from collections.abc import Iterator

import pytest
from google.auth import _exponential_backoff

from tests.cloud.provoked.everything import EVERYTHING
from tests.cloud.provoked.stage import BILLING, Provocation, Stage, failure_of
from tests.running_sandbox import running_sandbox
from wizards.cloud.failing import CloudFailure
from wizards.cloud.known.table import TABLE, WORDS
from wizards.cloud.signatures import UNKNOWN, recognise
from wizards.failures import Exit, Failure

APIS = ("run", "sqladmin", "secretmanager", "artifactregistry", "cloudbuild", "iam", "compute")
HIDDEN = ("hidden-secret-of-client", "1//0hidden-refresh-token", "Bearer ey")
COMMANDS = re.compile(
    r"(gcloud|tarmac|docker|export|unset|env|curl|nc|sudo|timedatectl|cloud-sql-proxy|https://)\b"
    r"|--attribute-condition|https://"
)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A sandbox that forgets nothing and waits for nothing, with a furnished project."""
    folder = tmp_path_factory.mktemp("stage")
    with running_sandbox(folder / "sandbox", speed=20_000) as address:
        made = Stage(address, folder, f"t-{secrets.token_hex(5)}")
        cloud = made.cloud()
        cloud.wait(cloud.start_project(made.project, name="", parent="", labels={}))
        cloud.link_billing(made.project, BILLING)
        apis = [f"{api}.googleapis.com" for api in APIS]
        cloud.wait(cloud.start_apis(made.project, apis))
        cloud.create_service_account(made.project, made.account, "Notes")
        while not _known(made):
            pass
        yield made


def _known(stage: Stage) -> bool:
    try:
        return stage.cloud().secret(stage.project, "any") is None
    except CloudFailure:
        return False


@pytest.fixture(scope="module")
def failures(stage: Stage) -> dict[str, Failure]:
    """What was provoked so far, by the provocation's id."""
    return {}


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let google-auth's own waits for its token endpoint take no time."""
    still = types.SimpleNamespace(sleep=lambda _seconds: None)
    monkeypatch.setattr(_exponential_backoff, "time", still)


def provoked(provocation: Provocation, stage: Stage, failures: dict[str, Failure]) -> Failure:
    """Return the failure of a provocation, brought about once."""
    if provocation.id not in failures:
        failures[provocation.id] = failure_of(provocation, stage)
    return failures[provocation.id]


def test_every_provocation_has_a_name_of_its_own() -> None:
    names = [provocation.id for provocation in EVERYTHING]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("provocation", EVERYTHING, ids=lambda each: each.id)
def test_a_provoked_failure_shows_the_card_that_helps(
    provocation: Provocation, stage: Stage, failures: dict[str, Failure]
) -> None:
    failure = provoked(provocation, stage, failures)
    assert failure.code == provocation.code, failure.raw
    told = "\n".join([failure.message, failure.why, *failure.next])
    for words in provocation.says:
        assert words in told
    assert failure.message
    assert failure.why
    assert failure.next
    assert failure.raw
    assert failure.exit_code is Exit.FAILED
    assert not any(secret in told + failure.raw + repr(failure) for secret in HIDDEN)
    assert not re.search(r"\{\w*\}|object at 0x|Traceback|(?<!=)\bNone\b", told)
    assert "<html" not in told.lower()
    assert any(COMMANDS.match(step) for step in failure.next)


def test_every_row_of_the_table_has_a_card_and_a_provocation(
    stage: Stage, failures: dict[str, Failure]
) -> None:
    met = set()
    for provocation in EVERYTHING:
        failure = provoked(provocation, stage, failures)
        assert isinstance(failure, CloudFailure)
        met.add(recognise(failure.refusal, TABLE))
    unmet = [(row.code, row.reason, row.says, row.status) for row in TABLE if row not in met]
    assert unmet == []
    assert {row.code for row in TABLE} | {UNKNOWN.code} == set(WORDS)
    assert UNKNOWN in met
