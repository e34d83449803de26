"""Where the database is, from the environment: one order, no surprises."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url

LOCAL_FILE = Path(__file__).parents[1] / "notes.db"


class Settings(BaseSettings):
    """Environment variables of the service; a local ``.env`` file stands behind them."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    database_url: str = ""
    cloud_sql_instance: str = ""
    db_user: str = ""
    db_password: str = ""
    db_name: str = ""
    db_pool_size: int = 10
    db_max_overflow: int = 20
    db_pool_timeout: int = 30
    db_pool_recycle: int = 300

    def url(self) -> URL:
        """Return the database's address: DATABASE_URL, else Cloud SQL, else a SQLite file."""
        if self.database_url:
            return _with_psycopg(make_url(self.database_url))
        if self.cloud_sql_instance:
            return URL.create(
                "postgresql+psycopg",
                username=self.db_user,
                password=self.db_password,
                database=self.db_name,
                query={"host": f"/cloudsql/{self.cloud_sql_instance}"},
            )
        return URL.create("sqlite", database=str(LOCAL_FILE))


def _with_psycopg(url: URL) -> URL:
    """Hosts hand out ``postgres://…``; SQLAlchemy wants the driver's name in it."""
    if url.drivername in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg")
    return url


@cache
def settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings()
