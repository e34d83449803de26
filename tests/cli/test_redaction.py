"""Secrets never come out of a text that is shown or written."""

from __future__ import annotations

import json

import pytest

from wizards.postgres.address import Address
from wizards.redaction import hide, redacted


@pytest.mark.parametrize(
    "text",
    [
        "postgresql+psycopg://notes:s3cr3t-x@db/notes",
        "FATAL: password=s3cr3t-x rejected",
        "ALTER ROLE notes PASSWORD 's3cr3t-x'",
        "Authorization: Bearer s3cr3t-x",
        "PGPASSWORD=s3cr3t-x pg_dump",
        "host=db password='s3cr3t-x' user=notes",
        '{"user": "notes", "password": "s3cr3t-x"}',
        '{"sql": "SELECT \'{\\\\"password\\\\": \\\\"s3cr3t-x\\\\"}\'"}',
        "password = 'two words s3cr3t-x'",
    ],
)
def test_the_shapes_that_secrets_hide_in_are_redacted(text: str) -> None:
    assert "s3cr3t-x" not in redacted(text)


def test_json_stays_json() -> None:
    text = '{"password": "s3cr3t-x", "public.reset_password": {"rows": 3}, "token": ["a"]}'
    assert json.loads(redacted(text)) == {
        "password": "•••", "public.reset_password": {"rows": 3}, "token": ["a"]
    }  # fmt: skip


def test_a_known_value_is_taken_out_wherever_it_stands() -> None:
    hide("correct horse")
    assert redacted("it was correct horse indeed") == "it was ••• indeed"


@pytest.mark.parametrize("word", ["postgres", "note", "changeme"])
def test_a_short_or_common_password_is_taken_out_only_where_a_password_stands(word: str) -> None:
    hide(word)
    text = f"role {word} of {word}_db, {word}ql: postgresql://{word}:{word}@host/{word}"
    assert redacted(text) == (
        f"role {word} of {word}_db, {word}ql: postgresql://{word}:•••@host/{word}"
    )
    assert redacted(f"PASSWORD '{word}', password={word}") == "PASSWORD •••, password=•••"


def test_a_password_that_is_also_the_users_name_does_not_blank_the_name() -> None:
    address = Address.from_url("postgresql://orders-app:orders-app@db.internal/orders")
    assert redacted(address.shown) == "orders-app@db.internal:5432/orders"
    assert "orders-app:•••@" in redacted(address.url())


def test_a_word_that_is_hidden_is_not_sought_inside_longer_words() -> None:
    hide("interval")
    assert redacted("an interval, 3 intervals") == "an •••, 3 intervals"
    hide("k7-Qz!x93")
    assert redacted("xk7-Qz!x93x") == "x•••x"


def test_the_resource_name_of_a_secret_is_no_secret() -> None:
    said = "Permission denied on secret: projects/415104041262/secrets/db-password/versions/1"
    assert redacted(said) == said
    assert "hunter22" not in redacted("secret: hunter22")


def test_a_known_value_is_found_in_json_in_urls_and_line_by_line() -> None:
    odd = 'odd "value" \\ with/ümlaut'
    key = "-----BEGIN KEY-----\nc2Vjb25kLWxpbmUtb2YtYS1rZXk=\n-----END KEY-----"
    hide(odd)
    hide(key)
    inner = json.dumps({"message": f"no {odd}"})
    for text in (
        inner,
        json.dumps({"raw": inner}),
        "?v=odd%20%22value%22%20%5C%20with%2F%C3%BCmlaut",
    ):
        assert "value" not in redacted(text), text
    assert "c2Vjb25k" not in redacted(json.dumps(key))
    assert "c2Vjb25k" not in redacted("  c2Vjb25kLWxpbmUtb2YtYS1rZXk=")
    assert redacted("-----BEGIN KEY-----") == "-----BEGIN KEY-----"


@pytest.mark.parametrize(
    "text",
    [
        '{"access_token": "ya29.s3cr3t-x_9", "expires_in": 3599}',
        "got ya29.s3cr3t-x_9 for you",
        "refresh_token=1//0s3cr3t-x_abcdef",
        "with 1//0s3cr3t-x_abcdef inside",
        "assertion eyJhbGciOiJS.s3cr3t-x.c2lnbg was refused",
        '{"client_secret": "s3cr3t-x"}',
        '{"private_key": "-----BEGIN PRIVATE KEY-----\\ns3cr3t-x"}',
    ],
)
def test_tokens_of_google_are_hidden_wherever_they_stand(text: str) -> None:
    assert "s3cr3t-x" not in redacted(text)
