"""When nothing of this program's own can be written: cards all the same, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.logfile import crash
from wizards.failures import Failure
from wizards.setup.digest import digest, key_file


@pytest.fixture
def no_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A state folder that cannot be made: a file stands in its way."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file" / "state"))
    return tmp_path


@pytest.mark.usefixtures("no_state")
def test_an_unknown_error_without_a_log_is_told_whole_and_without_secrets() -> None:
    try:
        raise ValueError("postgresql://me:hush-hush@db/x")
    except ValueError as wrong:
        card = crash(wrong)
    assert card.code == "unexpected"
    assert card.next == ("tarmac doctor",)
    assert "Not a directory" in card.why
    assert "Traceback" in card.raw
    assert "hush-hush" not in card.raw


def test_a_log_that_can_be_written_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    card = crash(ValueError("boom"))
    log = tmp_path / "tarmac" / "log" / "tarmac.log"
    assert card.next == (f"less {log}",)
    assert "boom" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("no_state")
def test_a_key_that_cannot_be_kept_is_a_card_about_its_file() -> None:
    with pytest.raises(Failure) as refused:
        digest("a-value")
    assert refused.value.code == "file-refused"
    assert str(key_file()) in refused.value.message
