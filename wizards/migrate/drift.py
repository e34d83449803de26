"""Do the models and the database agree? What `alembic check` asks; it informs and gates nothing."""

from __future__ import annotations

from collections.abc import Sequence

from generators.language import _, ngettext
from wizards.plan import Check

_SHOWN = 12


def verdict(differences: Sequence[str] | None) -> Check:
    """Return the differences as a check; None where the project names no models."""
    title = _("Models")
    if differences is None:
        says = _("env.py names no target_metadata, so there is nothing to compare with")
        return Check(id="models", title=title, level="ok", says=says)
    if not differences:
        says = _("the database is as the models say")
        return Check(id="models", title=title, level="ok", says=says)
    count = ngettext(
        "{count} difference between models and database",
        "{count} differences between models and database",
        len(differences),
    ).format(count=len(differences))
    rest = len(differences) - _SHOWN
    lines = [count, *differences[:_SHOWN]]
    if rest > 0:
        lines.append(_("and {count} more").format(count=rest))
    return Check(
        id="models",
        title=title,
        level="warning",
        says="\n".join(lines),
        fix="tarmac migrate new -m TEXT --autogenerate",
    )
