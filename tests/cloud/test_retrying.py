"""Only what is retryable is retried, within a budget, and a cancel ends the waiting."""

from __future__ import annotations

import threading

import pytest
import requests
from google.api_core.exceptions import from_http_response

from wizards.cancel import Cancel, Cancelled
from wizards.cloud.failing import CloudFailure
from wizards.cloud.pace import Pace
from wizards.cloud.retrying import Caller, Effect

FAST = Pace(10_000)


def answer(status: int, **headers: str) -> Exception:
    response = requests.Response()
    response.status_code = status
    response.headers.update(headers)
    response._content = b'{"error": {"message": "no"}}'
    response.request = requests.Request("GET", "http://x").prepare()
    return from_http_response(response)


class Flaky:
    """Fails with each error in turn, then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.tries = 0

    def __call__(self) -> str:
        self.tries += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def test_a_read_survives_429_500_503_and_a_lost_connection() -> None:
    flaky = Flaky(answer(429), answer(500), answer(503), requests.ConnectionError("reset"))
    assert Caller(FAST).call("x", Effect.READ, flaky) == "done"
    assert flaky.tries == 5


def test_a_403_is_not_repeated_by_the_port() -> None:
    flaky = Flaky(answer(403))
    with pytest.raises(CloudFailure):
        Caller(FAST).call("x", Effect.READ, flaky)
    assert flaky.tries == 1


def test_what_adds_is_repeated_after_429_but_not_after_a_503() -> None:
    flaky = Flaky(answer(429), answer(503))
    with pytest.raises(CloudFailure) as caught:
        Caller(FAST).call("add", Effect.ADDS, flaky)
    assert caught.value.code == "unavailable"
    assert flaky.tries == 2


def test_the_budget_ends_the_trying_and_the_card_says_what_happened() -> None:
    flaky = Flaky(*(answer(503) for _ in range(100)))
    with pytest.raises(CloudFailure) as caught:
        Caller(FAST).call("x", Effect.READ, flaky)
    assert caught.value.code == "unavailable"
    assert 4 < flaky.tries < 12


def test_retry_after_is_honoured() -> None:
    waits: list[str] = []
    caller = Caller(Pace(1000), says=waits.append)
    caller.call("x", Effect.READ, Flaky(answer(429, **{"Retry-After": "30"})))
    assert "30 s" in waits[0]


def test_a_cancel_ends_a_wait_at_once() -> None:
    cancel = Cancel()
    threading.Timer(0.05, cancel.ask).start()
    with pytest.raises(Cancelled):
        Caller(Pace(1), cancel=cancel).call(
            "x", Effect.READ, Flaky(answer(429, **{"Retry-After": "60"}))
        )


def test_every_attempt_is_counted() -> None:
    caller = Caller(FAST)
    caller.call("x", Effect.READ, Flaky(answer(503)))
    assert caller.counter.count == 2


def test_a_read_that_meets_a_conflict_is_made_again_and_a_write_is_not() -> None:
    flaky = Flaky(answer(409))
    assert Caller(FAST).call("x", Effect.READ, flaky) == "done"
    with pytest.raises(CloudFailure):
        Caller(FAST).call("x", Effect.SAME, Flaky(answer(409)))
