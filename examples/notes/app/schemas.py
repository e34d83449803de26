"""What the API takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

TagName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class NoteIn(BaseModel):
    """A note to write."""

    title: Title
    body: str = ""
    author: Annotated[str, StringConstraints(min_length=1, max_length=120)] = "me"
    due: date | None = None
    tags: list[TagName] = Field(default_factory=list)


class NoteOut(BaseModel):
    """A note as the outside world sees it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID = Field(validation_alias="public_id")
    title: str
    body: str
    author: str
    due: date | None
    views: int
    created_at: datetime
    tags: list[str]

    @field_validator("tags", mode="before")
    @classmethod
    def _names(cls, tags: list[object]) -> list[str]:
        return [str(getattr(tag, "name", tag)) for tag in tags]


class TagOut(BaseModel):
    """A tag and how many notes carry it."""

    name: str
    notes: int


class Health(BaseModel):
    """Whether the service can do its work."""

    status: str
    database: str
