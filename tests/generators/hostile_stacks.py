"""Stacks of the example, ordinary and hostile, and everything that is made of them."""

from __future__ import annotations

from dataclasses import replace

from generators.artefact import Artefact
from generators.delivery import Delivery
from generators.deployment import DatabaseUse, MigrationUse, SecretUse
from generators.render import entries
from generators.stack import Stack, alone
from tests.generators.repository import deployment

HOSTILE = "it's \"bad\" $HOME $(id) `id` ${{ x }} {{ y }} ${PATH} %s \\ \n# 한글; 'q' <b> & | *"
BRANCH = "it's-\"bad\"$HOME$(id)`id`${{x}}{{y}}%s;'q'<b>&|한글"
"""What git allows in a name: no space, no backslash, none of ~ ^ : ? * [."""
KINDS = (
    ("cloud-run", "cloud-build"),
    ("cloud-run", "github"),
    ("cloud-run", "none"),
    ("vm", "none"),
)


def stack(kind: int = 0, **changes: object) -> Stack:
    """Return a stack of the example for one of the kinds, with some fields changed."""
    runtime, pipeline = KINDS[kind]
    delivery = Delivery(
        runtime=runtime,
        pipeline=pipeline,
        github="owner/notes",
        build_region="asia-northeast3",
        linked="owner-notes",
        trigger="notes",
        pool="notes-github",
        provider="github",
        machine="notes",
        zone="asia-northeast3-a",
    )
    kept = pipeline if runtime == "cloud-run" else "none"
    return alone(deployment(**{"delivery": delivery, "pipeline": kept, **changes}))


def hostile(kind: int = 0, text: str = HOSTILE, **changes: object) -> Stack:
    """Return a stack whose every free text is hostile."""
    made = stack(kind, **changes).main
    secrets = [SecretUse(variable=name, secret=text) for name in ("DB_PASSWORD", "ON")]
    own = SecretUse(variable="DB_PASSWORD", secret=f"m{text}")
    return alone(
        replace(
            made,
            name=text,
            health_path="/" + text,
            project_id=text,
            region=text,
            repository=text,
            runtime_account=text,
            build_account=text,
            environment={"GREETING": text, "no": text},
            database=DatabaseUse(instance=text, major="16", name=text, user=text),
            secrets=tuple(secrets),
            migration=MigrationUse(account=text, secret=own, user=text),
            delivery=replace(
                made.delivery,
                github=text,
                branch=BRANCH,
                build_region=text,
                connection=text,
                linked=text,
                trigger=text,
                pool=text,
                provider=text,
                machine=text,
                zone=text,
                machine_type=text,
            ),
        )
    )


def everything(given: Stack, language: str = "en") -> list[Artefact]:
    """Return all that can be made of a stack, asked for or not."""
    return [one for entry in entries() for one in entry.render(given, language)]


def one(given: Stack, name: str, language: str = "en") -> Artefact:
    """Return one artefact by its name."""
    return next(each for each in everything(given, language) if each.name == name)
