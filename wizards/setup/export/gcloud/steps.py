"""The shell lines of one resource; every kind registers its own."""

from __future__ import annotations

import shlex
from functools import singledispatch

from wizards.setup.resource import Resource

Lines = list[str]


class NotCovered(Exception):
    """A kind of resource that nobody has written shell lines for."""


@singledispatch
def shell_steps(resource: Resource) -> Lines:
    """Return the lines that bring one resource about; raises NotCovered for an unknown kind."""
    raise NotCovered(resource.kind)


def command(*words: str) -> str:
    """Return a command line of the words that are not empty, each quoted where it must be."""
    return " ".join(shlex.quote(word) for word in words if word)


def values(*fields: str) -> str:
    """Return the flag that makes gcloud print fields of a resource with | between them."""
    separator = '[separator="|"]' if len(fields) > 1 else ""
    return f"--format=value{separator}({','.join(fields)})"


def either(condition: str, there: Lines, absent: Lines) -> Lines:
    """Return an if with the lines for what is there and for what is not."""
    return [
        f"if {condition}; then",
        *(f"  {line}" for line in there),
        "else",
        *(f"  {line}" for line in absent),
        "fi",
    ]
