"""Steps run side by side, in the order of their needs, and stop honestly."""

from __future__ import annotations

import threading
import time

from wizards.cancel import Cancel, Cancelled
from wizards.events import Event
from wizards.failures import Failure
from wizards.runner import Progress, Run, State, Step, chain_weights


def step(name: str, *needs: str, seconds: float = 0.0, fails: bool = False) -> Step:
    def work(_progress: Progress) -> None:
        time.sleep(seconds)
        if fails:
            raise Failure("broken", f"{name} broke")

    return Step(id=name, title=name, needs=needs, work=work, seconds_estimate=seconds or 1.0)


def run(*steps: Step, cancel: Cancel | None = None) -> tuple[dict[str, State], list[Event]]:
    events: list[Event] = []
    ended = Run(steps, events.append, cancel or Cancel()).go()
    return {key: end.state for key, end in ended.items()}, events


def test_total_time_is_the_longest_chain_not_the_sum() -> None:
    steps = [
        step("root", seconds=0.1),
        step("slow", "root", seconds=0.4),
        *(step(f"side{n}", "root", seconds=0.2) for n in range(8)),
        step("last", "slow", seconds=0.1),
    ]
    began = time.monotonic()
    states, _events = run(*steps)
    elapsed = time.monotonic() - began
    assert set(states.values()) == {State.DONE}
    assert 0.6 <= elapsed < 2.2 * 0.75, "eight sides of 0.2 s ran one after another"


def test_a_failure_skips_its_dependents_and_lets_the_others_finish() -> None:
    states, events = run(
        step("bad", fails=True), step("after", "bad"), step("later", "after"), step("other")
    )
    assert states == {
        "bad": State.FAILED,
        "after": State.SKIPPED,
        "later": State.SKIPPED,
        "other": State.DONE,
    }
    skipped = next(
        e for e in events if e.fields["id"] == "after" and e.fields["state"] == "skipped"
    )
    assert skipped.fields["says"] == "bad"


def test_every_step_is_announced_waiting_before_any_runs() -> None:
    _states, events = run(step("a"), step("b", "a"))
    assert [(e.fields["id"], e.fields["state"]) for e in events[:2]] == [
        ("a", "waiting"),
        ("b", "waiting"),
    ]
    assert all(e.event == "plan.step" for e in events)


def test_a_cancel_stops_what_waits_and_starts_nothing_more() -> None:
    cancel = Cancel()
    started = threading.Event()

    def wait(_progress: Progress) -> None:
        started.set()
        if cancel.wait(30):
            raise Cancelled("left running")

    waiting = Step(id="long", title="long", work=wait)
    threading.Thread(target=lambda: (started.wait(5), cancel.ask())).start()
    ended = Run([waiting, step("next", "long")], lambda _event: None, cancel).go()
    assert ended["long"].state is State.CANCELLED
    assert ended["long"].says == "left running"
    assert (ended["next"].state, ended["next"].says) == (State.CANCELLED, "not begun")


def test_the_weight_of_a_step_is_the_chain_that_it_starts() -> None:
    weights = chain_weights(
        [step("a", seconds=1), step("b", "a", seconds=5), step("c", "a", seconds=2)]
    )
    assert weights == {"a": 6.0, "b": 5.0, "c": 2.0}


def test_a_need_outside_the_run_counts_as_done() -> None:
    states, _events = run(step("a", "elsewhere"))
    assert states == {"a": State.DONE}


def test_steps_that_take_turns_run_one_at_a_time_the_longest_chain_first() -> None:
    running: list[str] = []
    most = 0

    def work(progress: Progress) -> None:
        nonlocal most
        running.append("x")
        most = max(most, len(running))
        time.sleep(0.01)
        running.pop()

    steps = [
        Step(id="short", title="short", work=work, turn="instance"),
        Step(id="long", title="long", work=work, turn="instance"),
        Step(id="after", title="after", work=work, turn="instance", needs=("long",)),
        Step(id="tail", title="tail", work=lambda _progress: None, needs=("after",)),
    ]
    states, events = run(*steps)
    started = [e.fields["id"] for e in events if e.fields["state"] == "running"]
    assert set(states.values()) == {State.DONE}
    assert most == 1
    assert [key for key in started if key != "tail"] == ["long", "after", "short"]
