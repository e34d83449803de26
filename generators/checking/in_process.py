"""What can be judged without a program: Python and JSON are parsed, ECS's parameters compared."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from generators.artefacts.aws import fargate_size
from generators.checking.verdict import Checked, Complaint, verdict
from generators.cloudbuild_lint import lint
from generators.language import _

_ASSIGNMENT = re.compile(r"\s*(?:#|(?:export\s+)?[A-Za-z_]\w*=)")
Check = Callable[[Path, str], Checked]


def python(folder: Path, path: str) -> Checked:
    """Compile a file without running it."""
    try:
        ast.parse((folder / path).read_bytes(), path)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 0
        return verdict("python", path, (Complaint(path, line, str(error)),))
    return verdict("python", path, ())


def json_text(folder: Path, path: str) -> Checked:
    """Parse a file as JSON."""
    try:
        json.loads((folder / path).read_bytes())
    except json.JSONDecodeError as error:
        return verdict("json", path, (Complaint(path, error.lineno, error.msg),))
    except UnicodeDecodeError as error:
        return verdict("json", path, (Complaint(path, 0, str(error)),))
    return verdict("json", path, ())


def yaml_text(folder: Path, path: str) -> Checked:
    """Parse a file as YAML and look for keys that are there twice."""
    if importlib.util.find_spec("yaml") is None:
        return Checked("yaml", path, "absent", get="pip install pyyaml")
    import yaml

    try:
        root = yaml.compose((folder / path).read_bytes(), yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        says = str(getattr(error, "problem", None) or error)
        return verdict("yaml", path, (Complaint(path, mark.line + 1 if mark else 0, says),))
    return verdict("yaml", path, tuple(_twice(path, root)))


def _twice(path: str, node: object) -> Iterator[Complaint]:
    """Yield the keys that a mapping has twice: the later one would silently win."""
    from yaml import MappingNode, ScalarNode, SequenceNode

    if isinstance(node, SequenceNode):
        for inner in node.value:
            yield from _twice(path, inner)
    elif isinstance(node, MappingNode):
        seen = set()
        for key, inner in node.value:
            if isinstance(key, ScalarNode):
                if key.value in seen:
                    says = _("the key {name} is there twice").format(name=key.value)
                    yield Complaint(path, key.start_mark.line + 1, says)
                seen.add(key.value)
            yield from _twice(path, inner)


def dotenv(folder: Path, path: str) -> Checked:
    """Look for lines of a .env file that are neither comment nor assignment."""
    lines = (folder / path).read_text("utf-8", "replace").split("\n")
    says = _("not a comment and not NAME=value")
    complaints = tuple(
        Complaint(path, number, says)
        for number, line in enumerate(lines, 1)
        if line.strip() and not _ASSIGNMENT.match(line)
    )
    return verdict("tarmac", path, complaints)


def cloudbuild(folder: Path, path: str) -> Checked:
    """Look for what Cloud Build refuses or silently leaves empty."""
    text = (folder / path).read_bytes().decode("utf-8", "surrogateescape")
    complaints = tuple(Complaint(path, line, says) for line, says in lint(text))
    return verdict("tarmac", path, complaints)


def fargate(folder: Path, path: str) -> Checked:
    """Compare CPU and memory with the pairs that Fargate takes."""
    text = (folder / path).read_text("utf-8", "replace")
    try:
        found = json.loads(text)
        cpu, memory = int(found["cpu"]), int(found["memory"])
    except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        return verdict("tarmac", path, (Complaint(path, 0, repr(error)),))
    wanted = fargate_size(f"{cpu / 1024}", f"{memory}Mi")
    if wanted == (cpu, memory):
        return verdict("tarmac", path, ())
    says = _("Fargate has no task of {cpu} CPU units with {memory} MiB; the next one is {next}")
    message = says.format(cpu=cpu, memory=memory, next=f"{wanted[0]}/{wanted[1]}")
    return verdict("tarmac", path, (Complaint(path, _line_of(text, '"cpu"'), message),))


def ecs(folder: Path, path: str) -> Checked:
    """Compare with the parameters of ECS's RegisterTaskDefinition, as botocore knows them."""
    if importlib.util.find_spec("botocore") is None:
        return Checked("botocore", path, "absent", get="pip install botocore")
    from botocore.loaders import Loader
    from botocore.model import ServiceModel
    from botocore.validate import ParamValidator

    text = (folder / path).read_text("utf-8", "replace")
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        return verdict("botocore", path, (Complaint(path, error.lineno, error.msg),))
    model = ServiceModel(Loader().load_service_model("ecs", "service-2"))
    shape = model.operation_model("RegisterTaskDefinition").input_shape
    report = ParamValidator().validate(found, shape).generate_report()
    complaints = [Complaint(path, _named_line(text, one), one) for one in report.splitlines()]
    return verdict("botocore", path, tuple(complaints))


def _named_line(text: str, message: str) -> int:
    """Return the line of the field that a message names last in quotes, 0 when it names none."""
    names = re.findall(r'"(\w+)"', message)
    return _line_of(text, f'"{names[0]}"') if names else 0


def _line_of(text: str, word: str) -> int:
    place = text.find(word)
    return text.count("\n", 0, place) + 1 if place >= 0 else 0
