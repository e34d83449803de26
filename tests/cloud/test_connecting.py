"""What a connector prints and what a service logs becomes the card of the cause."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizards.cloud.connecting import text_card, with_log
from wizards.cloud.failing import Refusal
from wizards.failures import Failure
from wizards.migrate.target import opened_tunnel

NAMES = {"project": "notes-prod", "region": "us-central1", "instance": "notes-db"}
PROXY = "2026/11/20 08:00:00 failed to connect to instance: Config error: failed to get instance: "


@pytest.mark.parametrize(
    ("says", "code"),
    [
        (
            (
                "googleapi: Error 403: boss::NOT_AUTHORIZED: Not authorized to access resource. "
                "Possibly missing permission cloudsql.instances.get on instances/notes-db., "
                "notAuthorized"
            ),
            "database-access-denied",
        ),
        (
            (
                "googleapi: Error 403: Cloud SQL Admin API has not been used in project 1 or "
                "it is disabled."
            ),
            "api-disabled",
        ),
        ("googleapi: Error 404: The instance does not exist., instanceDoesNotExist", "absent"),
        ("google: could not find default credentials.", "login-missing"),
        ('instance does not have IP of type "PUBLIC"', "database-address"),
        ("something that nobody knows", "tunnel-failed"),
    ],
)
def test_a_proxy_that_fails_shows_the_card_of_its_cause(
    says: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "said").write_text(f"{PROXY}{says}\nThe proxy has encountered a terminal error\n")
    program = tmp_path / "cloud-sql-proxy"
    program.write_text(f"#!/bin/sh\ncat {tmp_path / 'said'} >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(Failure) as caught:
        opened_tunnel("notes-prod", "us-central1", "notes-db", None)
    assert caught.value.code == code
    assert says in caught.value.raw
    assert caught.value.next


def test_a_log_keeps_no_password_and_its_last_known_cause_wins() -> None:
    lines = [
        "DATABASE_URL=postgresql://notes:s3cr3t-value@/notes?host=/cloudsql/p:r:i",
        'FATAL:  password authentication failed for user "notes"',
        "[ERROR] Worker failed to boot.",
    ]
    failure = with_log(Refusal(status=400, message="failed to start", names=NAMES), lines)
    assert failure.code == "database-password"
    assert "s3cr3t-value" not in failure.raw + failure.why
    assert "Worker failed to boot" in failure.raw


def test_a_log_without_a_known_cause_is_shown_as_it_is() -> None:
    refusal = Refusal(status=400, reason="HEALTH_CHECK_CONTAINER_ERROR", message="x", names=NAMES)
    failure = with_log(refusal, ["ModuleNotFoundError: No module named 'notes'"])
    assert failure.code == "container-not-listening"
    assert "No module named 'notes'" in failure.why
    assert text_card(["all is well"], NAMES) is None
