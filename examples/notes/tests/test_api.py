from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.database import engine
from app.main import app
from app.settings import settings


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/notes.db")
    settings.cache_clear()
    engine.cache_clear()
    with TestClient(app) as opened:
        yield opened
    engine().dispose()
    settings.cache_clear()
    engine.cache_clear()


def written(client: TestClient, title: str, *tags: str) -> dict[str, object]:
    answer = client.post("/api/notes", json={"title": title, "tags": list(tags)})
    assert answer.status_code == 201
    return dict(answer.json())


def test_health_asks_the_database(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok", "database": "ok"}


def test_health_is_503_when_the_database_is_gone(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nowhere")
    settings.cache_clear()
    engine.cache_clear()
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["database"] == "unreachable"


def test_a_note_comes_back_with_its_tags(client: TestClient) -> None:
    note = written(client, "Buy bread", "home", "todo", "home")
    read = client.get(f"/api/notes/{note['id']}").json()
    assert (read["title"], read["tags"], read["author"]) == ("Buy bread", ["home", "todo"], "me")
    assert read["views"] == 1


def test_notes_are_listed_newest_first_and_by_tag(client: TestClient) -> None:
    written(client, "First", "work")
    written(client, "Second", "home")
    written(client, "Third", "work")
    titles = [note["title"] for note in client.get("/api/notes").json()]
    assert titles == ["Third", "Second", "First"]
    tagged = client.get("/api/notes", params={"tag": "work"}).json()
    assert [note["title"] for note in tagged] == ["Third", "First"]


def test_tags_are_shared_and_counted(client: TestClient) -> None:
    written(client, "One", "work")
    written(client, "Two", "work", "home")
    assert client.get("/api/tags").json() == [
        {"name": "home", "notes": 1},
        {"name": "work", "notes": 2},
    ]


def test_a_note_can_be_changed_and_deleted(client: TestClient) -> None:
    note = written(client, "Draft", "work")
    changed = client.put(f"/api/notes/{note['id']}", json={"title": "Final", "tags": ["done"]})
    assert changed.json()["tags"] == ["done"]
    assert client.delete(f"/api/notes/{note['id']}").status_code == 204
    assert client.get(f"/api/notes/{note['id']}").status_code == 404


def test_an_empty_title_is_refused(client: TestClient) -> None:
    assert client.post("/api/notes", json={"title": "  "}).status_code == 422
