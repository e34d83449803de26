"""One engine per process and one session per request."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

from app.models import Base
from app.settings import settings


@cache
def engine() -> Engine:
    """Return the engine; a local SQLite file gets its tables at once, PostgreSQL never does."""
    chosen = settings()
    url = chosen.url()
    if url.get_backend_name() == "sqlite":
        local = create_engine(url, connect_args={"check_same_thread": False})
        event.listen(local, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys = ON"))
        Base.metadata.create_all(local)
        return local
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=chosen.db_pool_size,
        max_overflow=chosen.db_max_overflow,
        pool_timeout=chosen.db_pool_timeout,
        pool_recycle=chosen.db_pool_recycle,
    )


def session() -> Iterator[Session]:
    """Yield a session that commits when the request succeeded."""
    with Session(engine()) as opened, opened.begin():
        yield opened
