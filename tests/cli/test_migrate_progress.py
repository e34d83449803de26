"""Progress of dumps and copies in text: seldom, and nothing else is lost."""

from tui.commands.migrate_progress import Progress
from wizards.events import Event, Json


def at(state: str, **fields: Json) -> Event:
    return Event("migrate.backup", {"state": state, **fields})


def test_a_line_comes_every_now_and_then_and_other_events_always() -> None:
    others: list[str] = []

    def otherwise(event: Event) -> str:
        others.append(event.event)
        return "else"

    often = Progress(otherwise, every=0.0)
    assert often(at("running", bytes=312_000_000, table_bytes=2_100_000_000)) == (
        "  312 MB dumped; the tables have 2.1 GB"
    )
    assert often(at("restoring", bytes=10**9, of_bytes=2 * 10**9)) == (
        "  1.0 GB of about 2.0 GB restored"
    )
    assert often(at("copying", bytes=1_000_000, of_bytes=2_000_000)) == "  1 MB of 2 MB copied"
    assert often(at("counting", tables=3, of_tables=12)) == "  3 of 12 tables counted"
    assert often(at("outdated", file="x")) == "else"
    assert often(Event("migrate.phase", {"phase": "verify"})) == "else"
    seldom = Progress(otherwise, every=3600.0)
    assert seldom(at("running", bytes=1, table_bytes=2)) is None
    assert others == ["migrate.backup", "migrate.phase"]
