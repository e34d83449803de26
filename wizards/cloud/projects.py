"""Resource Manager: projects and what one may do with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from wizards.cloud.calls import ONCE, Calls, name_of
from wizards.cloud.things import OperationName, PolicyOf, Project

if TYPE_CHECKING:
    from google.cloud import resourcemanager_v3

SERVICE = "cloudresourcemanager"


class ProjectCalls(Calls):
    """The part of the port that is :class:`wizards.cloud.port.Projects`."""

    def _projects(self) -> resourcemanager_v3.ProjectsClient:
        from google.cloud.resourcemanager_v3 import ProjectsClient

        return self._clients.native(SERVICE, ProjectsClient)

    def project(self, project: str) -> Project | None:
        """Return a project; Google answers 403 for absent and hidden ones alike."""
        found = self._find(
            "project",
            lambda: self._projects().get_project(name=f"projects/{project}", **ONCE),
            absent=(403, 404),
        )
        if found is None:
            return None
        self._clients.numbers[project] = found.name.removeprefix("projects/")
        return _project(found)

    def project_number(self, project: str) -> str:
        """Return a project's number as text, asked for once; "" while there is no project."""
        if project not in self._clients.numbers:
            self.project(project)
        return self._clients.numbers.get(project, "")

    def projects(self) -> list[Project]:
        """Return the active projects that the credentials may see."""
        return self._read(
            "projects",
            lambda: [
                _project(found)
                for found in self._projects().search_projects(query="state:ACTIVE", **ONCE)
            ],
        )

    def start_project(
        self, project: str, *, name: str, parent: str, labels: Mapping[str, str]
    ) -> OperationName:
        """Create a project."""
        from google.cloud.resourcemanager_v3 import Project as Wanted

        wanted = Wanted(
            project_id=project, display_name=name or project, labels=labels, parent=parent
        )
        started = self._write(
            "start_project", lambda: self._projects().create_project(project=wanted, **ONCE)
        )
        return OperationName(service=SERVICE, name=started.operation.name)

    def allowed(self, of: PolicyOf, permissions: Sequence[str]) -> frozenset[str]:
        """Return which of the permissions the credentials have on a project, parent or account."""
        request = {"resource": of.name, "permissions": list(permissions)}
        answer = self._read(
            "allowed", lambda: self._tester(of).test_iam_permissions(request=request, **ONCE)
        )
        return frozenset(str(permission) for permission in answer.permissions)

    def _tester(
        self, of: PolicyOf
    ) -> (
        resourcemanager_v3.ProjectsClient
        | resourcemanager_v3.FoldersClient
        | resourcemanager_v3.OrganizationsClient
    ):
        from google.cloud.resourcemanager_v3 import FoldersClient, OrganizationsClient

        if of.name.startswith("folders/"):
            return self._clients.native(SERVICE, FoldersClient)
        if of.name.startswith("organizations/"):
            return self._clients.native(SERVICE, OrganizationsClient)
        return self._projects()


def _project(found: resourcemanager_v3.Project) -> Project:
    return Project(
        id=found.project_id,
        number=found.name.removeprefix("projects/"),
        name=found.display_name,
        parent=found.parent,
        state=name_of(found.state),
        labels=dict(found.labels),
    )
