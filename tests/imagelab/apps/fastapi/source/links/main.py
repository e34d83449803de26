"""The service."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Annotated

import redis.asyncio as redis
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import RedirectResponse
from pydantic import AnyHttpUrl, BaseModel
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from links.database import engine, session
from links.models import Link
from links.settings import REDIS_URL

visits = redis.from_url(REDIS_URL)


@asynccontextmanager
async def lifespan(_app: FastAPI):
    yield
    await visits.aclose()
    engine.dispose()


app = FastAPI(title="Links", lifespan=lifespan)
Database = Annotated[Session, Depends(session)]


class NewLink(BaseModel):
    slug: str
    address: AnyHttpUrl


@app.get("/healthz")
def health() -> dict[str, str]:
    """Alive; says nothing of the database, so that a restart never follows its outage."""
    return {"status": "ok"}


@app.get("/stats")
async def stats(database: Database) -> dict[str, int]:
    """Count what is stored and what was visited: needs the tables and Redis."""
    count = database.scalar(select(func.count()).select_from(Link)) or 0
    return {"links": count, "visits": int(await visits.get("visits") or 0)}


@app.post("/links", status_code=201)
def add(link: NewLink, database: Database) -> NewLink:
    database.add(Link(slug=link.slug, address=str(link.address)))
    return link


@app.get("/to/{slug}")
async def follow(slug: str, database: Database) -> RedirectResponse:
    link = database.get(Link, slug)
    if link is None:
        raise HTTPException(404)
    await visits.incr("visits")
    return RedirectResponse(link.address)
