"""What to do next where pg_dump or pg_restore stopped, told from what they said."""

from __future__ import annotations

import re

from generators.language import N_, _

_KNOWN: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (
        re.compile(r"row-level security"),
        (
            'ALTER ROLE "{role}" BYPASSRLS',
            N_("row-level security hides rows from {role}: a backup needs a role that sees all"),
        ),
    ),
    (
        re.compile(r"permission denied for \w+"),
        (
            'GRANT pg_read_all_data TO "{role}"',
            N_("a backup needs the right to read everything in the database"),
        ),
    ),
    (
        re.compile(r"lock timeout|could not obtain lock"),
        (
            "tarmac migrate status",
            N_("somebody changes or locks a table that the backup has to read: try again then"),
        ),
    ),
    (
        re.compile(r'extension "[^"]+" is not available|could not open extension control file'),
        (
            'ALTER ROLE "{role}" CREATEDB',
            N_("the local PostgreSQL lacks the extension; with CREATEDB the server itself is used"),
        ),
    ),
    (
        re.compile(r"violates foreign key constraint"),
        (
            N_("rows break a foreign key of this database (they came while triggers were off)"),
            N_("repair them: no dump of it can be restored before, so none is a way back"),
        ),
    ),
    (
        re.compile(r"could not create unique index"),
        (
            N_("the index let doubles in (its sort order changed under it): no dump restores so"),
            N_("remove the doubles, then REINDEX the table"),
        ),
    ),
    (
        re.compile(r"permission denied to create extension"),
        (N_("{role} may not create an extension of the database: let its owner do it"),),
    ),
    (
        re.compile(
            r"server closed the connection|connection to server .* was lost|terminating conn"
        ),
        ("tarmac migrate status", N_("the connection was lost: try again")),
    ),
)


def advice(said: str, role: str = "") -> tuple[str, ...]:
    """Return commands and words for a person, most useful first; ``role`` is who connected."""
    for known, words in _KNOWN:
        if known.search(said):
            return tuple(_(one).format(role=role or "ROLE") for one in words)
    return (_("look at the raw error: add -v"),)
