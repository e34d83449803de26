"""Google's official clients, imported and built on first use, one session per service."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from wizards.cloud import rest_methods
from wizards.postgres.sandbox_address import SandboxAddress

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from google.auth.transport.requests import AuthorizedSession

    from wizards.cloud.plain_rest import PlainRest

T = TypeVar("T")

SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
TIMEOUT = 30.0


class Clients:
    """Every client that is in use, for Google or for a sandbox; safe across threads.

    A sandbox takes an e-mail address as ``token`` for whoever asks; any other one is its owner.
    """

    def __init__(self, address: SandboxAddress | None, token: str = "sandbox") -> None:
        self.address = address
        self._token = token
        self.numbers: dict[str, str] = {}
        self._made: dict[str, Any] = {}
        self._lock = threading.RLock()

    @property
    def sandbox_identity(self) -> str:
        """Who a sandbox takes these credentials for."""
        return self._token if "@" in self._token else "owner@sandbox.example"

    def native(self, service: str, client: type[T]) -> T:
        """Return the client of a package that speaks REST itself; ``service`` is its host name."""
        key = f"{service}:{client.__name__}"
        with self._lock:
            if key not in self._made:
                self._made[key] = self._native(service, client)
            made: T = self._made[key]
            return made

    def sql(self, name: str) -> Any:
        """Return a client of ``google.cloud.sqladmin_v1`` by its service ("SqlUsersService")."""
        with self._lock:
            if name not in self._made:
                from google.cloud import sqladmin_v1

                self._made[name] = self._ours("sqladmin", sqladmin_v1, name, rest_methods.SQL[name])
            return self._made[name]

    def iam(self) -> Any:
        """Return the client of ``google.cloud.iam_admin_v1``."""
        with self._lock:
            if "IAM" not in self._made:
                from google.cloud import iam_admin_v1

                self._made["IAM"] = self._ours("iam", iam_admin_v1, "IAM", rest_methods.IAM["IAM"])
            return self._made["IAM"]

    def plain(self, service: str) -> PlainRest:
        """Return JSON requests to a host, for what no client package covers."""
        from wizards.cloud.plain_rest import PlainRest

        with self._lock:
            key = f"plain:{service}"
            if key not in self._made:
                self._made[key] = PlainRest(self._session(service), self._base(service))
            made: PlainRest = self._made[key]
            return made

    @property
    def member(self) -> str:
        """Who asks, as a member of a policy ("user:ann@example.com"); "" when nothing tells."""
        with self._lock:
            if "member" not in self._made:
                self._made["member"] = self._member()
            return str(self._made["member"])

    def credentials(self) -> Credentials:
        """Return the person's application default credentials, or a sandbox's token."""
        with self._lock:
            if "credentials" not in self._made:
                self._made["credentials"] = self._credentials()
            made: Credentials = self._made["credentials"]
            return made

    def close(self) -> None:
        """Close every session."""
        with self._lock:
            for client in self._made.values():
                if hasattr(client, "transport"):
                    client.transport.close()
            self._made.clear()

    def _member(self) -> str:
        from wizards.cloud.asker import member_of
        from wizards.cloud.failing import CloudFailure

        if self.address is not None:
            account = self.sandbox_identity
            machine = account.endswith(".gserviceaccount.com")
            return f"{'serviceAccount' if machine else 'user'}:{account}"
        try:
            return member_of(self.credentials())
        except CloudFailure:
            return ""

    def _credentials(self) -> Any:
        # Their debug logging prints request bodies, and some of those hold secrets.
        logging.getLogger("google").setLevel(logging.WARNING)
        logging.getLogger("urllib3").setLevel(logging.ERROR)
        if self.address is not None:
            from google.oauth2.credentials import Credentials as Token

            return Token(token=self._token)  # type: ignore[no-untyped-call]
        import google.auth
        from google.auth.exceptions import GoogleAuthError

        from wizards.cloud.cards import card
        from wizards.cloud.refusals import read

        try:
            found, _project = google.auth.default(scopes=SCOPES)
        except GoogleAuthError as error:
            raise card(read(error, "login")) from error
        return found

    def _native(self, service: str, client: Any) -> Any:
        from wizards.cloud.answering import guard

        rest = client.get_transport_class("rest")
        if self.address is None:
            made = client(transport=rest(credentials=self.credentials()))
        else:
            made = client(transport=rest(host=self._base(service), credentials=self.credentials()))
            made.transport._session.trust_env = False
        guard(made.transport._session)
        return made

    def _ours(
        self, service: str, package: Any, name: str, methods: dict[str, rest_methods.RestMethod]
    ) -> Any:
        from wizards.cloud.rest_transport import rest_client

        client = getattr(package, f"{name}Client")
        return rest_client(client, methods, package, self._session(service), self._base(service))

    def _session(self, service: str) -> AuthorizedSession:
        key = f"session:{service}"
        if key not in self._made:
            from google.auth.transport.requests import AuthorizedSession

            from wizards.cloud.answering import guard

            session = AuthorizedSession(self.credentials())  # type: ignore[no-untyped-call]
            session.trust_env = self.address is None
            guard(session)
            self._made[key] = session
        made: AuthorizedSession = self._made[key]
        return made

    def _base(self, service: str) -> str:
        if self.address is None:
            return f"https://{service}.googleapis.com"
        return f"{self.address.url}/_/{service}"
