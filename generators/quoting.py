"""Values inside other languages: YAML, shell, Dockerfile, gcloud; nothing escapes its quotes."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence

_PLAIN_YAML = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_YAML_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none"})
_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_SHELL_GRAMMAR = re.compile(
    r"if|then|elif|else|fi|for|in|do|done|while|until|case|esac|select|function|time|coproc"
)


def yaml_text(value: object) -> str:
    """Return a YAML scalar that every parser reads back as this very text."""
    text = str(value)
    if _PLAIN_YAML.fullmatch(text) and text.lower() not in _YAML_WORDS:
        return text
    return '"' + "".join(_escaped(char) for char in text) + '"'


def doubled_dollars(value: object) -> str:
    """Return a text whose dollars are doubled, as compose and Cloud Build read a plain one."""
    return str(value).replace("$", "$$")


def shell_word(value: object) -> str:
    """Return one word of a POSIX shell; words of its grammar are quoted as well."""
    text = str(value)
    return f"'{text}'" if _SHELL_GRAMMAR.fullmatch(text) else shlex.quote(text)


def bash_word(value: object) -> str:
    """Return one word of bash on one line: what is not printable is written as an escape."""
    text = str(value)
    if text.isprintable():
        return shell_word(text)
    return "$'" + "".join(_bash_escaped(char) for char in text) + "'"


def assigned(value: object) -> str:
    """Return what stands behind a name and ``=`` in bash: quoted, it is taken for no command."""
    word = bash_word(value)
    return f"'{word}'" if word == str(value) else word


def github(value: object) -> str:
    """Return a text in which GitHub Actions finds no expression but the text itself."""
    return str(value).replace("${{", "${{ '${{' }}")


def azure(value: object) -> str:
    """Return a text in which Azure Pipelines finds no template expression.

    ``$(name)`` needs nothing: it stays as it is where no variable has that name.
    """
    return github(value)


def prometheus_text(value: object) -> str:
    """Return a text in which Prometheus finds no template but the text itself."""
    return str(value).replace("{{", '{{ "{{" }}')


def python_text(value: object) -> str:
    """Return a literal of Python: a string on one line, or None."""
    return "None" if value is None else ascii(str(value))


def docstring(value: object) -> str:
    """Return a line that cannot leave a docstring, and in which nothing is an escape."""
    return comment(value).replace("\\", "\\\\").replace('"""', "'''")


def json_text(value: object) -> str:
    """Return a JSON string with its quotes, on one line."""
    return json.dumps(str(value), ensure_ascii=False)


def exec_form(words: Sequence[str]) -> str:
    """Return the JSON form of a Dockerfile's CMD, ENTRYPOINT and HEALTHCHECK."""
    return json.dumps(list(words), ensure_ascii=False)


def copy_form(paths: Sequence[str]) -> str:
    """Return the JSON form of COPY; Docker would expand variables in it, so they are escaped."""
    return exec_form([re.sub(r"([\\$])", r"\\\1", path) for path in paths])


def docker_value(value: object) -> str:
    """Return a value of ENV or WORKDIR that Docker neither splits nor expands; one line."""
    if re.fullmatch(r"[\w./:-]+", str(value), re.ASCII):
        return str(value)
    text = re.sub(r"[\r\n]+", " ", str(value))
    return '"' + re.sub(r'([\\"$])', r"\\\1", text) + '"'


def ignored(value: object) -> str:
    """Return a line of .dockerignore that matches this very path."""
    return re.sub(r"([\\*?\[])", r"\\\1", comment(value))


def comment(value: object) -> str:
    """Return a text that cannot leave its comment line."""
    return "".join(char if char.isprintable() else " " for char in str(value)).strip()


def dotenv(value: object) -> str:
    """Return a value for a .env file: plain where it is safe, else in single quotes."""
    text = str(value)
    if re.fullmatch(r"[\w./:@+-]*", text, re.ASCII):
        return text
    flat = re.sub(r"[\r\n]+", " ", text)
    return "'" + flat.replace("\\", "\\\\").replace("'", "\\'") + "'"


def variable_name(value: object) -> str:
    """Return a name that shells, compose and .env files accept for a variable."""
    name = re.sub(r"\W", "_", str(value), flags=re.ASCII)
    return name if name and not name[0].isdigit() else f"_{name}"


def gcloud_pairs(pairs: Mapping[str, str]) -> str:
    """Return ``A=b,C=d`` for a gcloud flag, with another separator when a value holds a comma."""
    words = [f"{key}={value}" for key, value in pairs.items()]
    return gcloud_list(words)


def gcloud_list(words: Sequence[str]) -> str:
    """Return a gcloud list; ``^:^a:b`` names a separator that no word contains."""
    if not any("," in word for word in words) and not (words and words[0].startswith("^")):
        return ",".join(words)
    for separator in ("|", "@", ";", "~", "::", "@@", "||", "~~", ";;"):
        if not any(separator in word for word in words):
            return f"^{separator}^" + separator.join(words)
    number = 0
    while any(f"@{number}@" in word for word in words):
        number += 1
    return f"^@{number}@^" + f"@{number}@".join(words)


def _bash_escaped(char: str) -> str:
    if char in "'\\":
        return "\\" + char
    if char.isprintable():
        return char
    code = ord(char)
    if code < 0x80:
        return f"\\{code:03o}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _escaped(char: str) -> str:
    if char in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
