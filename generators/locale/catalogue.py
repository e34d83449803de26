"""Keep the Korean catalogue whole: collect source strings, update the .po, compile the .mo.

``python generators/locale/catalogue.py`` rewrites both; ``--check`` exits 1 when a string is
missing, fuzzy or untranslated, or when the compiled file is stale. Needs Babel (a dev tool).
"""

from __future__ import annotations

import io
import string
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PO = HERE / "ko" / "LC_MESSAGES" / "tarmac.po"
PACKAGES = ("generators", "wizards", "tui", "templates")
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}


def source_strings() -> Catalog:
    """Return every string that people read, from the code and from the commands' help."""
    catalog = Catalog(project="tarmac", charset="utf-8")
    for package in PACKAGES:
        for file, _line, message, _comments, _context in extract_from_dir(
            str(ROOT / package),
            method_map=[("**.py", "python"), ("**.j2", "jinja2")],
            keywords=KEYWORDS,
        ):
            catalog.add(message, locations=[(f"{package}/{file}", 0)])
    for text in command_help():
        catalog.add(text, locations=[("command line", 0)])
    for text in key_help():
        catalog.add(text, locations=[("app", 0)])
    return catalog


def command_help() -> Iterator[str]:
    """Yield the help of every command and option."""
    from tui.cli import tarmac

    yield from _help_of(tarmac, click.Context(tarmac))


def key_help() -> Iterator[str]:
    """Yield the help of every key of the app: the docstrings of its commands."""
    from tui.palette import docstring, every_command

    yield from (docstring(command) for command in every_command())


def _help_of(command: click.Command, ctx: click.Context) -> Iterator[str]:
    if command.help:
        yield command.help
    for param in command.params:
        if isinstance(param, click.Option) and param.help:
            yield param.help
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            inner = command.get_command(ctx, name)
            if inner is not None:
                yield inner.get_short_help_str(limit=200)
                yield from _help_of(inner, ctx)


def read() -> Catalog:
    """Return the Korean catalogue as it stands (empty when there is none)."""
    if not PO.exists():
        return Catalog(locale="ko", project="tarmac", charset="utf-8")
    with PO.open("rb") as file:
        return read_po(file, locale="ko", charset="utf-8")


def updated() -> Catalog:
    """Return the Korean catalogue with exactly today's source strings."""
    catalog = read()
    made = catalog.creation_date
    catalog.update(source_strings(), no_fuzzy_matching=True)
    catalog.creation_date = made  # the same strings make the same file
    catalog.obsolete.clear()
    return catalog


def compiled(catalog: Catalog) -> bytes:
    """Return the binary form that gettext reads."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def complaints(catalog: Catalog) -> list[str]:
    """Return what is untranslated, or loses or invents a placeholder."""
    wrong = []
    for message in catalog:
        if not message.id:
            continue
        ids, said = _forms(message.id), _forms(message.string)
        if not all(said) or message.fuzzy:
            wrong.append(f"not translated: {ids[0]!r}")
        elif any(_fields(text) != _fields(ids[-1]) for text in said):
            wrong.append(f"other placeholders: {ids[0]!r}")
    return wrong


def _forms(text: str | Sequence[str] | None) -> list[str]:
    return [text or ""] if isinstance(text, str | None) else list(text)


def _fields(text: str) -> set[str]:
    try:
        return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name}
    except ValueError:
        return set()


def main() -> int:
    """Update and compile, or check; return the exit code."""
    catalog = updated()
    wrong = complaints(catalog)
    mo = PO.with_suffix(".mo")
    if "--check" in sys.argv:
        if not mo.exists() or mo.read_bytes() != compiled(read()):
            wrong.append("tarmac.mo is stale: run make messages")
        known = {message.id for message in read()}
        wrong += [f"new string: {m.id!r}" for m in source_strings() if m.id and m.id not in known]
    else:
        PO.parent.mkdir(parents=True, exist_ok=True)
        with PO.open("wb") as file:
            write_po(file, catalog, omit_header=False, sort_output=True, width=100)
        mo.write_bytes(compiled(catalog))
    for line in wrong[:50]:
        print(line, file=sys.stderr)
    print(f"{len(catalog)} strings, {len(wrong)} complaints", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
