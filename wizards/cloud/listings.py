"""What a project holds, listed: whose things are there besides ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from wizards.cloud.calls import ONCE, Calls
from wizards.cloud.identities import account_of
from wizards.cloud.repositories import repository_of
from wizards.cloud.secrets import secret_of
from wizards.cloud.sql import instance_of
from wizards.cloud.things import Repository, Secret, ServiceAccount, SqlInstance

PAGE = 100


class ListingCalls(Calls):
    """The part of the port that is :class:`wizards.cloud.removal_port.Listings`."""

    def secrets(self, project: str) -> list[Secret]:
        """Return every secret, without values."""
        from google.cloud.secretmanager_v1 import SecretManagerServiceClient

        client = self._clients.native("secretmanager", SecretManagerServiceClient)
        request = {"parent": f"projects/{project}"}
        return self._read(
            "secrets",
            lambda: [secret_of(part) for part in client.list_secrets(request=request, **ONCE)],
        )

    def sql_instances(self, project: str) -> list[SqlInstance]:
        """Return every Cloud SQL instance."""
        client = self._clients.sql("SqlInstancesService")
        pages = self._pages("sql_instances", client.list, {"project": project})
        return [instance_of(part) for page in pages for part in page.items]

    def repositories(self, project: str, region: str) -> list[Repository]:
        """Return the repositories of one region."""
        from google.cloud.artifactregistry_v1 import ArtifactRegistryClient

        client = self._clients.native("artifactregistry", ArtifactRegistryClient)
        parent = f"projects/{project}/locations/{region}"
        return self._read(
            "repositories",
            lambda: [
                repository_of(part, region)
                for part in client.list_repositories(parent=parent, **ONCE)
            ],
        )

    def has_images(self, project: str, region: str, repository: str) -> bool:
        """Say whether a repository holds any image."""
        from google.cloud.artifactregistry_v1 import ArtifactRegistryClient

        client = self._clients.native("artifactregistry", ArtifactRegistryClient)
        parent = f"projects/{project}/locations/{region}/repositories/{repository}"
        request = {"parent": parent, "page_size": 1}
        found = self._find(
            "has_images",
            lambda: next(iter(client.list_docker_images(request=request, **ONCE)), None),
        )
        return found is not None

    def run_names(self, project: str) -> list[tuple[str, str, bool]]:
        """Return everything on Cloud Run; only the older API lists all regions at once."""
        client = self._clients.plain("run")
        paths = {
            "service": f"apis/serving.knative.dev/v1/namespaces/{project}/services",
            "job": f"apis/run.googleapis.com/v1/namespaces/{project}/jobs",
        }
        found: list[tuple[str, str, bool]] = []
        for kind, path in paths.items():
            token = ""
            while True:
                query = {"continue": token} if token else {}
                answer = self._read("run_names", partial(client.get, path, **query))
                for item in answer.get("items", []):
                    about = item.get("metadata", {})
                    ours = about.get("labels", {}).get("managed-by") == "tarmac"
                    found.append((kind, str(about.get("name", "")), ours))
                token = str(answer.get("metadata", {}).get("continue", ""))
                if not token:
                    break
        return found

    def build_triggers(self, project: str, region: str) -> list[str]:
        """Return the names of one region's build triggers."""
        from google.cloud.devtools.cloudbuild_v1 import CloudBuildClient

        client = self._clients.native("cloudbuild", CloudBuildClient)
        request = {"parent": f"projects/{project}/locations/{region}"}
        return self._read(
            "build_triggers",
            lambda: [
                str(part.name) for part in client.list_build_triggers(request=request, **ONCE)
            ],
        )

    def service_accounts(self, project: str) -> list[ServiceAccount]:
        """Return every service account of a project."""
        request: dict[str, str | int] = {"name": f"projects/{project}", "page_size": PAGE}
        pages = self._pages("service_accounts", self._clients.iam().list_service_accounts, request)
        return [account_of(part) for page in pages for part in page.accounts]

    def _pages(
        self, name: str, send: Callable[..., Any], request: Mapping[str, str | int]
    ) -> Iterator[Any]:
        """Yield answer by answer; ours count every one, which a client's own pager would not."""
        token = ""
        while True:
            asked = {**request, "page_token": token}
            page = self._read(name, partial(send, request=asked, **ONCE))
            yield page
            token = page.next_page_token
            if not token:
                return
