"""What can be judged without a program: Python and JSON are parsed, ECS's parameters compared."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
from collections.abc import Callable
from pathlib import Path

from generators.artefacts.aws import fargate_size
from generators.checking.verdict import Checked, Complaint, verdict
from generators.cloudbuild_lint import lint
from generators.language import _

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
