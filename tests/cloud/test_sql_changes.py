"""What a change of a Cloud SQL instance sends: what is to be cleared has to be said."""

from __future__ import annotations

from dataclasses import replace

from sandbox.cloudsql.settings import merged
from wizards.cloud.sql_settings import change_document
from wizards.cloud.things import SqlInstance, SqlSettings

SETTINGS = SqlSettings(
    version="POSTGRES_16",
    tier="db-f1-micro",
    edition="ENTERPRISE",
    region="asia-northeast3",
    storage_gb=10,
    high_availability=False,
    point_in_time_recovery=True,
    labels={"managed-by": "tarmac"},
    flags={"max_connections": "50"},
)
FOUND = SqlInstance(
    name="notes-db",
    state="RUNNABLE",
    settings=SETTINGS,
    settings_version=4,
    connection_name="p:asia-northeast3:notes-db",
    address="",
)


def test_the_last_label_and_the_last_flag_are_taken_off_in_words_that_google_hears() -> None:
    settings = change_document(FOUND, replace(SETTINGS, labels={}, flags={}))["settings"]
    assert settings["userLabels"] == {"managed-by": None}
    assert settings["databaseFlags"] == []
    assert settings["settingsVersion"] in (4, "4")
    assert "tier" not in settings


def test_somebody_elses_label_is_neither_cleared_nor_lost() -> None:
    both = replace(SETTINGS, labels={"managed-by": "tarmac", "team": "blue"})
    sent = change_document(replace(FOUND, settings=both), replace(both, labels={"team": "blue"}))
    labels = sent["settings"]["userLabels"]
    assert labels == {"team": "blue", "managed-by": None}


def test_in_the_sandbox_too_a_label_goes_only_when_it_is_sent_as_null() -> None:
    old = {"userLabels": {"team": "blue", "a": "b"}, "databaseFlags": [{"name": "x"}]}
    assert merged(old, {"userLabels": {}})["userLabels"] == {"team": "blue", "a": "b"}
    fresh = merged(old, {"userLabels": {"a": None, "c": "d"}, "databaseFlags": []})
    assert fresh == {"userLabels": {"team": "blue", "c": "d"}, "databaseFlags": []}
