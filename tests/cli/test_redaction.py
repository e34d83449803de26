"""Secrets never come out of a text that is shown or written."""

from __future__ import annotations

import pytest

from wizards.redaction import hide, redacted


@pytest.mark.parametrize(
    "text",
    [
        "postgresql+psycopg://notes:s3cr3t-x@db/notes",
        "FATAL: password=s3cr3t-x rejected",
        "ALTER ROLE notes PASSWORD 's3cr3t-x'",
        "Authorization: Bearer s3cr3t-x",
    ],
)
def test_the_shapes_that_secrets_hide_in_are_redacted(text: str) -> None:
    assert "s3cr3t-x" not in redacted(text)


def test_a_known_value_is_taken_out_wherever_it_stands() -> None:
    hide("correct horse")
    assert redacted("it was correct horse indeed") == "it was ••• indeed"
