"""Jinja2 over ``templates/``, with quoting filters and the language that comments are in."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path

import jinja2

from generators import quoting
from generators.language import DOMAIN, LOCALES

TEMPLATES = Path(__file__).parents[1] / "templates"


def rendered(template: str, language: str, **values: object) -> str:
    """Return a template's text; an undefined name is an error, never an empty string."""
    words = _words(language)
    return _environment().get_template(template).render(_=words, **values)


def words_of(language: str) -> Callable[[str], str]:
    """Return the translation of source strings into one language, whatever the screen speaks."""
    return _words(language)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=False,
        keep_trailing_newline=True,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(
        yaml=quoting.yaml_text,
        dollars=quoting.doubled_dollars,
        shell=quoting.shell_word,
        bash=quoting.bash_word,
        assigned=quoting.assigned,
        github=quoting.github,
        azure=quoting.azure,
        python=quoting.python_text,
        docstring=quoting.docstring,
        promtext=quoting.prometheus_text,
        json=quoting.json_text,
        exec_form=quoting.exec_form,
        copy_form=quoting.copy_form,
        docker_value=quoting.docker_value,
        comment=quoting.comment,
        ignored=quoting.ignored,
        dotenv=quoting.dotenv,
    )
    return environment


@cache
def _words(language: str) -> Callable[[str], str]:
    if language == "en":
        return gettext.NullTranslations().gettext
    return gettext.translation(DOMAIN, LOCALES, languages=[language], fallback=True).gettext
