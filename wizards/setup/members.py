"""Members of policies that hold the project's number, which nobody knows before there is one."""

from __future__ import annotations

from wizards.cloud.port import Cloud

NUMBER = "PROJECT_NUMBER"


def settled(member: str, cloud: Cloud, project: str) -> str:
    """Return a member with the number put in; unchanged where the project is not there yet."""
    if NUMBER not in member:
        return member
    number = cloud.project_number(project)
    return member.replace(NUMBER, number) if number else member


def typed(member: str, project: str) -> str:
    """Return a member as a shell's word; the number is asked for where it is needed."""
    if NUMBER not in member:
        return member
    asked = f"$(gcloud projects describe {project} --format='value(projectNumber)')"
    return f'"{member.replace(NUMBER, asked)}"'
