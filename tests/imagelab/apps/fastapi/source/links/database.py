"""One engine per process and one session per request."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from links.settings import DATABASE_URL

engine = create_engine(DATABASE_URL, pool_pre_ping=True)


def session() -> Iterator[Session]:
    with Session(engine) as opened, opened.begin():
        yield opened
