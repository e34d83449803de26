import pytest

from app.settings import Settings


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "CLOUD_SQL_INSTANCE", "DB_USER", "DB_PASSWORD", "DB_NAME"):
        monkeypatch.delenv(name, raising=False)


def test_database_url_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://me:pw@db/notes")
    monkeypatch.setenv("CLOUD_SQL_INSTANCE", "p:r:i")
    url = Settings(_env_file=None).url()
    assert url.drivername == "postgresql+psycopg"
    assert url.host == "db"


def test_cloud_sql_is_reached_through_its_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_SQL_INSTANCE", "p:r:i")
    monkeypatch.setenv("DB_USER", "notes")
    monkeypatch.setenv("DB_PASSWORD", "a/b@c")
    monkeypatch.setenv("DB_NAME", "notes")
    url = Settings(_env_file=None).url()
    assert url.query["host"] == "/cloudsql/p:r:i"
    assert (url.username, url.password, url.database) == ("notes", "a/b@c", "notes")


def test_without_anything_it_is_a_local_file() -> None:
    assert Settings(_env_file=None).url().get_backend_name() == "sqlite"
