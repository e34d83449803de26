"""A kind that an export forgets is impossible to miss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

from tests.setup.export.everything import BLUEPRINTS, kinds, wanted
from wizards.cloud.port import Cloud
from wizards.setup.export.gcloud.script import gcloud_script
from wizards.setup.export.gcloud.steps import shell_steps
from wizards.setup.export.terraform.files import terraform_files
from wizards.setup.export.terraform.pieces import piece_of
from wizards.setup.resource import Made, Resource, Seen, new
from wizards.setup.work import Work

WANTED = {resource.kind for made in BLUEPRINTS.values() for resource in wanted(made)}


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_kind_is_wanted_by_a_blueprint_here_and_has_both_exporters(kind: str) -> None:
    assert kind in WANTED, "let a blueprint in everything.py want it"
    shape = kinds()[kind]
    assert shell_steps.dispatch(shape) is not shell_steps.dispatch(Resource)
    assert piece_of.dispatch(shape) is not piece_of.dispatch(Resource)


@dataclass(frozen=True, slots=True, kw_only=True)
class Novelty(Resource):
    """A kind that nobody has written an exporter for."""

    kind: ClassVar[str] = "novelty"

    @property
    def name(self) -> str:
        return "one\nrm -rf /"

    @property
    def why(self) -> str:
        return "newer than\nthe exporters"

    def look(self, cloud: Cloud) -> Seen:
        return self.absent()

    def absent(self) -> Seen:
        return new({})

    def make(self, work: Work, seen: Seen) -> None:
        raise AssertionError

    def command(self, seen: Seen) -> str:
        return ""

    def remove(self, work: Work, made: Made) -> None:
        raise AssertionError

    def undo_command(self, made: Made) -> str:
        return ""


def test_what_is_not_covered_stands_in_the_script_its_output_and_the_result() -> None:
    made = gcloud_script([Novelty(project="p")], "# made")
    [file] = made.files
    assert made.uncovered == ("novelty:one\nrm -rf /",)
    assert "# NOT COVERED: this script does not make novelty:one rm -rf /;" in file.text
    assert "says '!' 'not covered by this script" in file.text


def test_what_is_not_covered_stands_in_the_configuration_and_the_result() -> None:
    made = terraform_files([*wanted(BLUEPRINTS["small"]), Novelty(project="p")], "# made", "r")
    texts = {file.name: file.text for file in made.files}
    assert made.uncovered == ("novelty:one\nrm -rf /",)
    assert "# NOT COVERED: novelty:one rm -rf /; tarmac apply makes it." in texts["main.tf"]
