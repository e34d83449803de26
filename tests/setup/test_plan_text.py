"""A plan as text: a tree in 80 cells, whole commands, who gets what, what it costs."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tui.columns import folded
from tui.plan_text import lines
from tui.undo_text import lines as undo_lines
from wizards.cloud.things import SqlSettings
from wizards.plan import Action, Change, Check, FieldDiff, Plan, critical_chain
from wizards.setup.resource import Made
from wizards.setup.sql_instance import SqlInstanceResource
from wizards.setup.undo_plan import Removal, UndoPlan


@pytest.fixture(autouse=True)
def no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


LONG = "a reason that is rather long, so that it does not fit on a single line of a terminal"
COMMAND = "gcloud projects add-iam-policy-binding notes-1 --member=serviceAccount:run@notes-1 " * 2


def plan() -> Plan:
    return Plan(
        changes=(
            Change(id="project:p", kind="project", action=Action.NONE, title="project p"),
            Change(
                id="sql.instance:db",
                kind="sql.instance",
                action=Action.CREATE,
                title="데이터베이스 인스턴스 notes-db",
                diff=tuple(FieldDiff(f"field_{n}", None, True) for n in range(9)),
                cost_delta_usd=13.21,
                seconds_estimate=600,
                needs=("project:p",),
                waits_for=LONG,
                command=COMMAND,
                why=LONG,
            ),
            Change(
                id="iam:p",
                kind="iam",
                action=Action.UPDATE,
                title="permissions on p",
                diff=(
                    FieldDiff(
                        "roles/a", None, "serviceAccount:run@p.iam.gserviceaccount.com", LONG
                    ),
                ),
                needs=("sql.instance:db",),
                seconds_estimate=6,
            ),
            Change(
                id="run.service:s",
                kind="run.service",
                action=Action.BLOCKED,
                title="service s",
                blocked_by=LONG,
            ),
        ),
        cost_usd_month=13.21,
        prices_of="2026-08",
        preflight=(Check(id="c", title="title", level="warning", says=LONG, fix=COMMAND.strip()),),
        calls=7,
    )


@pytest.mark.parametrize("full", [False, True])
def test_no_line_is_wider_than_80_cells_but_commands_are_whole(full: bool) -> None:
    said = list(lines(plan(), full=full))
    wide = [line for line in said if cell_len(line) > 80]
    assert all(COMMAND.strip() in line for line in wide)
    assert len(wide) == (2 if full else 1)


def test_what_changes_stands_under_its_area_with_counts_and_price() -> None:
    said = list(lines(plan(), full=False))
    heading = next(line for line in said if line.startswith("Database"))
    assert heading.endswith("1 create  +13.21")
    below = said[said.index(heading) + 1]
    assert below.startswith("└ + create")
    assert below.endswith("+13.21")


def test_a_grant_says_who_gets_what_and_why() -> None:
    text = "\n".join(lines(plan(), full=False))
    assert "+ run@p.iam.gserviceaccount.com gets roles/a" in text
    assert "a reason that is rather long" in text


def test_few_fields_of_something_new_are_shown_all_with_v() -> None:
    assert "… and 3 more fields: -v" in "\n".join(lines(plan(), full=False))
    whole = "\n".join(lines(plan(), full=True))
    assert "field_8: yes" in whole
    assert "after: project p" in whole


def test_the_end_counts_calls_cost_and_the_longest_chain() -> None:
    text = "\n".join(lines(plan(), full=False))
    assert "7 calls for 4 resources" in text
    assert "about $13.21 a month (prices of 2026-08), +13.21" in text
    assert "takes about 10 min, as long as: 데이터베이스 인스턴스 notes-db" in text
    assert "→ permissions on p" in text.replace("\n ", "")


def test_the_longest_chain_is_the_one_with_the_most_seconds() -> None:
    def change(key: str, seconds: float, *needs: str) -> Change:
        return Change(
            id=key,
            kind="secret",
            action=Action.CREATE,
            title=key,
            needs=needs,
            seconds_estimate=seconds,
        )

    seconds, chain = critical_chain(
        (change("a", 1), change("b", 9), change("c", 5, "a", "b"), change("d", 14, "a"))
    )
    assert (seconds, [one.id for one in chain]) == (15, ["a", "d"])


def test_a_word_longer_than_a_line_is_cut_and_nothing_is_lost() -> None:
    said = list(folded("가" * 50 + " end", 21, "- ", "  "))
    assert all(cell_len(line) <= 21 for line in said)
    assert "".join(line[2:] for line in said).replace(" ", "") == "가" * 50 + "end"


def test_an_undo_says_yes_no_and_nothing_and_what_going_back_interrupts() -> None:
    instance = SqlInstanceResource(
        project="notes-demo-1",
        instance="notes-db",
        settings=SqlSettings(
            version="POSTGRES_16",
            tier="db-f1-micro",
            edition="ENTERPRISE",
            region="asia-northeast3",
            storage_gb=10,
            high_availability=False,
            point_in_time_recovery=True,
        ),
    )
    written = (
        FieldDiff("tier", "db-g1-small", "db-f1-micro"),
        FieldDiff("point_in_time_recovery", False, True),
        FieldDiff("labels.managed-by", None, "tarmac"),
    )
    made = Made(id=instance.id, created=False, diff=written)
    found = UndoPlan(
        project="notes-demo-1", removals=(Removal(made=made, resource=instance, diff=written),)
    )
    said = "\n".join(undo_lines(found.decided(), full=False))
    assert "point_in_time_recovery: yes → no" in said
    assert "labels.managed-by: tarmac → nothing" in said
    assert "▲ the instance restarts: some minutes without a database" in said
