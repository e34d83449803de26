"""The service: notes and tags under ``/api``, ``/health``, and the front end when it is built."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException, Query, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, selectinload

from app.database import session
from app.models import Note, NoteEvent, Tag, note_tags
from app.schemas import Health, NoteIn, NoteOut, TagOut

FRONT_END = Path(__file__).parents[1] / "web" / "dist"

app = FastAPI(title="Notes")
Database = Annotated[Session, Depends(session)]


@app.get("/health")
def health(database: Database, response: Response) -> Health:
    """Answer 200 when the database answers, else 503."""
    try:
        database.execute(text("SELECT 1"))
    except SQLAlchemyError:
        database.rollback()
        response.status_code = 503
        return Health(status="unavailable", database="unreachable")
    return Health(status="ok", database="ok")


@app.get("/api/notes")
def list_notes(
    database: Database,
    tag: str | None = None,
    search: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> list[NoteOut]:
    """List notes, newest first, of one tag or with some words in the title."""
    wanted = select(Note).options(selectinload(Note.tags))
    if tag:
        wanted = wanted.where(Note.tags.any(Tag.name == tag))
    if search:
        wanted = wanted.where(Note.title.icontains(search, autoescape=True))
    newest = wanted.order_by(Note.created_at.desc(), Note.id.desc()).limit(limit).offset(offset)
    return [NoteOut.model_validate(note) for note in database.scalars(newest)]


@app.post("/api/notes", status_code=201)
def add_note(given: NoteIn, database: Database) -> NoteOut:
    """Write a note."""
    note = Note(title=given.title, body=given.body, author=given.author, due=given.due)
    note.tags = _tags(database, given.tags)
    database.add(note)
    database.flush()
    _record(database, note, "written")
    database.refresh(note)
    return NoteOut.model_validate(note)


@app.get("/api/notes/{note_id}")
def read_note(note_id: UUID, database: Database) -> NoteOut:
    """Read a note and count the view."""
    note = _found(database, note_id)
    note.views += 1
    return NoteOut.model_validate(note)


@app.put("/api/notes/{note_id}")
def change_note(note_id: UUID, given: NoteIn, database: Database) -> NoteOut:
    """Replace a note's content and tags."""
    note = _found(database, note_id)
    note.title, note.body, note.author, note.due = given.title, given.body, given.author, given.due
    note.tags = _tags(database, given.tags)
    _record(database, note, "changed")
    return NoteOut.model_validate(note)


@app.delete("/api/notes/{note_id}", status_code=204)
def delete_note(note_id: UUID, database: Database) -> None:
    """Delete a note."""
    note = _found(database, note_id)
    note.tags.clear()
    database.flush()
    database.delete(note)


@app.get("/api/tags")
def list_tags(database: Database) -> list[TagOut]:
    """List the tags with the number of notes that carry them."""
    counted = (
        select(Tag.name, func.count(note_tags.c.note_id))
        .join(note_tags, isouter=True)
        .group_by(Tag.name)
        .order_by(Tag.name)
    )
    return [TagOut(name=name, notes=notes) for name, notes in database.execute(counted)]


def _found(database: Session, note_id: UUID) -> Note:
    note = database.scalar(select(Note).where(Note.public_id == note_id))
    if note is None:
        raise HTTPException(404, "There is no such note")
    return note


def _tags(database: Session, names: list[str]) -> list[Tag]:
    wanted = sorted(set(names))
    known = {tag.name: tag for tag in database.scalars(select(Tag).where(Tag.name.in_(wanted)))}
    return [known.get(name) or Tag(name=name) for name in wanted]


def _record(database: Session, note: Note, what: str) -> None:
    database.add(NoteEvent(note_id=note.id, what=what))


if FRONT_END.is_dir():
    app.mount("/", StaticFiles(directory=FRONT_END, html=True), name="web")
