"""The sample projects are what their names say, with no lab at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from generators.detect import detect
from tests.imagelab.projects import ALL, PLAIN, named
from tests.imagelab.projects import copied as copied_with_lock

EXPECTED = {
    "fastapi-poetry": ("FastAPI", "poetry", "links.main:app", "alembic"),
    "fastapi-pip": ("FastAPI", "pip", "links.main:app", "alembic"),
    "fastapi-pdm": ("FastAPI", "pdm", "links.main:app", "alembic"),
    "flask": ("Flask", "pip", "wsgi:app", "alembic"),
    "django": ("Django", "pip", "library.wsgi:application", "django"),
    "nest": ("NestJS", "npm", "src/main.ts", None),
    "nest-prisma": ("NestJS", "npm", "src/main.ts", "prisma"),
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_sample_is_detected_for_what_it_is(name: str, tmp_path: Path) -> None:
    root = copied_with_lock(named(name), tmp_path)
    service = detect(root).services[0]
    migrates = service.migrations.provider if service.migrations else None
    found = (service.framework, service.package_manager, service.entrypoint, migrates)
    assert found == EXPECTED[name]
    assert service.lockfile or service.package_manager == "pip"


def test_every_sample_has_its_plain_image() -> None:
    for app in ALL:
        for name, _folder in app.plain:
            assert (PLAIN / f"{name}.Dockerfile").is_file()
