"""A Cloud SQL instance by its three names."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance: project id, region and name."""

    project: str
    region: str
    name: str

    @property
    def connection_name(self) -> str:
        """The name connectors know it by: "project:region:name"."""
        return f"{self.project}:{self.region}:{self.name}"

    @classmethod
    def of(cls, connection_name: str) -> Instance:
        """Read a connection name; a project of a domain ("example.com:notes") keeps its colon."""
        project, region, name = connection_name.rsplit(":", 2)
        return cls(project, region, name)

    def beside(self, name: str) -> Instance:
        """Return another instance of the same project and region."""
        return replace(self, name=name)
