"""What passes by itself never reaches the person; what does not says how long it was tried."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.setup.sandboxed import applied, ask, blueprint, fault, planned
from wizards.blueprint import Secret
from wizards.cancel import Cancel
from wizards.cloud.failing import CloudFailure, Retry
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.things import Repository
from wizards.events import Event
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.runner import State
from wizards.setup.applying import apply
from wizards.setup.patience import Patience

KEY = {"API_KEY": Secret(name="notes-api-key", source="ask")}
PAGE = "<html><title>502 Bad Gateway</title></html>"

# One fault of every kind that is worth another try, each at a call of its own: what the person
# is told meanwhile.
PASSING: tuple[tuple[str, dict[str, Any], str], ...] = (
    (
        r"projects\.setIamPolicy",
        {"status": 409, "message": "There were concurrent policy changes"},
        "reading it again",
    ),
    (
        r"repositories\.setIamPolicy",
        {"status": 400, "message": "Service account x does not exist."},
        "until it is known everywhere",
    ),
    (
        r"repositories\.create",
        {"status": 403, "reason": "SERVICE_DISABLED"},
        "until it is known everywhere",
    ),
    (r"secrets\.create", {"status": 429, "retry_after": 3}, "slow down"),
    (
        r"secrets\.addVersion",
        {"status": 403, "reason": "IAM_PERMISSION_DENIED"},
        "granted just now",
    ),
    (r"users\.insert", {"status": 409, "reason": "operationInProgress"}, "what runs already"),
    (r"databases\.insert", {"status": 503, "body": PAGE}, "has a problem"),
    (r"serviceAccounts\.create", {"kind": "reset"}, "did not answer"),
    (r"sql\.instances\.insert|instances\.insert", {"status": 500, "body": ""}, "has a problem"),
)


def test_every_passing_trouble_is_waited_out_and_said(
    sandbox: SandboxAddress, cloud: GoogleCloud, tmp_path: Path
) -> None:
    for method, parts, _says in PASSING:
        fault(sandbox, method, **{"times": 3, **parts})
    wanted = blueprint(secrets_=KEY)
    values = {"API_KEY": "value-of-the-key"}
    events: list[Event] = []
    plan = planned(wanted, cloud, **values)
    done = apply(tmp_path, wanted, cloud, plan, values, events.append, Cancel())
    assert done.failures == ()
    told_of = ask(sandbox, "GET", "faults")["faults"]  # other tests left theirs in this sandbox
    struck = {each["method"]: each["hit"] for each in told_of}
    assert {method: struck[method] for method, *_rest in PASSING} == dict.fromkeys(
        (method for method, *_rest in PASSING), 3
    )
    told = [str(e.fields["says"]) for e in events if e.fields.get("state") == "retrying"]
    for method, _parts, says in PASSING:
        assert any(says in line for line in told), method
    assert planned(wanted, cloud, **values).todo == ()


@pytest.mark.parametrize(
    ("parts", "code", "minutes"),
    [
        ({"status": 503}, "unavailable", 2),
        ({"status": 429}, "rate-limited", 2),
        ({"kind": "reset"}, "no-answer", 2),
        ({"status": 403, "reason": "SERVICE_DISABLED"}, "api-disabled", 7),
        ({"status": 403, "reason": "IAM_PERMISSION_DENIED"}, "permission-denied", 2),
        ({"status": 409, "reason": "operationInProgress"}, "busy", 30),
        ({"status": 409, "message": "There were concurrent policy changes"}, "policy-conflict", 2),
    ],
)
def test_a_spent_budget_ends_with_the_card_and_how_long_it_was_tried(
    parts: dict[str, Any], code: str, minutes: int, sandbox: SandboxAddress, cloud: GoogleCloud
) -> None:
    cloud.projects()
    fault(sandbox, r"repositories\.create", times=0, **parts)
    wanted = Repository(id="images", region="us-central1", format="DOCKER")
    waits: list[float] = []
    patience = Patience(waits.append, lambda _text: None)
    with pytest.raises(CloudFailure) as caught:
        while True:
            try:
                cloud.start_repository("notes-prod", wanted)
            except CloudFailure as failure:
                patience.bear(failure)
    failure = caught.value
    assert failure.code == code
    assert failure.retry is not Retry.NEVER
    assert failure.waited <= minutes * 60
    assert f"tried again for {minutes} min" in failure.why
    assert all(wait > 0 for wait in waits)


def test_a_wait_that_google_asks_for_and_is_too_long_is_said_at_once(
    sandbox: SandboxAddress, cloud: GoogleCloud
) -> None:
    fault(sandbox, r"projects\.search", times=0, status=429, retry_after=3600)
    with pytest.raises(CloudFailure) as caught:
        cloud.projects()
    assert "Google asks to wait 60 min" in caught.value.why
    assert "tried again" not in caught.value.why
    assert ask(sandbox, "GET", "faults")["faults"][0]["hit"] == 1


def test_what_no_try_cures_is_not_tried_again(sandbox: SandboxAddress, cloud: GoogleCloud) -> None:
    fault(sandbox, r"projects\.search", times=0, status=403, reason="SECURITY_POLICY_VIOLATED")
    with pytest.raises(CloudFailure):
        cloud.projects()
    assert ask(sandbox, "GET", "faults")["faults"][0]["hit"] == 1


def test_a_failed_step_leaves_out_what_needs_it_and_lets_the_rest_finish(
    sandbox: SandboxAddress, cloud: GoogleCloud, tmp_path: Path
) -> None:
    fault(
        sandbox,
        r"secrets\.create",
        times=0,
        status=400,
        message="Constraint constraints/gcp.resourceLocations violated: a secret in [global].",
    )
    done = applied(tmp_path, blueprint(secrets_=KEY), cloud, API_KEY="v-of-the-key")
    assert {failure.code for _step, failure in done.failures} == {"location-forbidden"}
    skipped = {key: end.says for key, end in done.steps.items() if end.state is State.SKIPPED}
    assert skipped["iam:secret:notes-api-key"] == "secret:notes-api-key"
    assert done.steps["sql.instance:notes-db"].state is State.DONE
    assert done.steps["repository:notes"].state is State.DONE
