"""Validators find the faults that were put there, and say their lines."""

from __future__ import annotations

import shutil

import pytest

from generators.check import check
from tests.generators.hostile_stacks import hostile, one

UNIT = """\
#cloud-config
write_files:
  - path: /etc/systemd/system/tarmac.service
    content: |
      [Unit]
      Description=x
      [Service]
      Typo=oneshot
      ExecStart=/bin/bash /var/lib/tarmac/startup.sh
  - path: /var/lib/tarmac/startup.sh
    content: |
      #!/bin/bash
      echo $1
"""


def said(name: str, path: str, text: str, validator: str) -> list[tuple[int, str]]:
    """Return what a validator complains of; it must be there."""
    [found] = [each for each in check([(name, path, text)]) if each.validator == validator]
    assert found.outcome != "absent", found
    assert (found.outcome == "failed") is bool(found.complaints)
    return [(complaint.line, complaint.message) for complaint in found.complaints]


def test_yaml_that_is_broken_or_says_a_thing_twice_is_found() -> None:
    [(line, _message)] = said("trigger", "a.yaml", "a: 1\nb: [\n", "yaml")
    assert line == 3
    [(line, message)] = said("trigger", "a.yml", "a:\n  b: 1\n  c: 2\n  b: 3\n", "yaml")
    assert line == 4
    assert "b" in message
    assert said("trigger", "a.yml", "a: &x {b: 1}\nc: {<<: *x, b: 2}\n", "yaml") == []


def test_an_env_file_that_no_shell_reads_is_found() -> None:
    text = "# said\nA=1\nexport B=2\n\nrm -rf /\n"
    assert [line for line, _message in said("env", ".env.example", text, "tarmac")] == [5]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_reads_the_units_of_a_machine() -> None:
    [(_line, message)] = said("vm-cloud-init", "vm/cloud-init.yaml", UNIT, "systemd-analyze")
    assert "Typo" in message
    made = one(hostile(3), "vm-cloud-init")
    assert said(made.name, made.path, made.text, "systemd-analyze") == []


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not here")
def test_scripts_are_read_as_they_lie_on_the_machine() -> None:
    [(_line, message)] = said("vm-cloud-init", "vm/cloud-init.yaml", UNIT, "shellcheck")
    assert message.startswith("/var/lib/tarmac/startup.sh:2 SC2086")


def test_a_branch_filter_holds_no_expression_whatever_the_branch_is_called() -> None:
    text = one(hostile(1), "github").text
    [line] = [line for line in text.splitlines() if "branches:" in line]
    assert "${{" not in line
    assert "$+{{x}}" in line
