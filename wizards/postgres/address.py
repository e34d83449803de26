"""Where a database is: read from any URL a project may use, written for whoever connects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from generators.language import _
from wizards.failures import UsageFailure
from wizards.redaction import hide, redacted

_SCHEMES = ("postgresql", "postgres")
_VARIABLES = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "channel_binding": "PGCHANNELBINDING",
    "options": "PGOPTIONS",
}
"""What a URL may say beside the place, and libpq's variable for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One database of one server; ``host`` may be a socket's folder. The password never shows."""

    host: str
    port: int
    user: str
    database: str
    password: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        hide(self.password, names=(self.user, self.database, self.host))

    @classmethod
    def from_url(cls, url: str) -> Address:
        """Read ``postgresql[+driver]://user:password@host:port/database?sslmode=…``.

        SQLAlchemy's driver suffix, ``?host=/socket/folder`` and asyncpg's ``ssl=`` are understood.
        """
        parts = urlsplit(url.strip())
        if parts.scheme.split("+")[0] not in _SCHEMES:
            raise UsageFailure(
                "not-postgres",
                _("{url} is not a PostgreSQL URL.").format(url=redacted(url) or _("(empty)")),
                why=_("Migrations are run against PostgreSQL only."),
                next=("DATABASE_URL=postgresql://USER:PASSWORD@HOST:5432/DATABASE",),
            )
        query = dict(parse_qsl(parts.query))
        if "ssl" in query:
            query.setdefault("sslmode", query["ssl"])
        user = unquote(parts.username or query.get("user", ""))
        try:
            port = parts.port
        except ValueError as error:
            raise UsageFailure(
                "not-postgres", _("The database URL has no usable port."), raw=str(error)
            ) from error
        return cls(
            host=unquote(parts.hostname or query.get("host", "localhost")),
            port=int(port or query.get("port", "5432")),
            user=user,
            password=unquote(parts.password or query.get("password", "")),
            database=unquote(parts.path.lstrip("/")) or user,
            options={name: query[name] for name in _VARIABLES if name in query},
        )

    def url(self, driver: str = "") -> str:
        """Return the URL with the password, for SQLAlchemy's ``driver`` ("" = its default)."""
        scheme = f"postgresql+{driver}" if driver else "postgresql"
        who = quote(self.user, safe="")
        if self.password:
            who += ":" + quote(self.password, safe="")
        options = dict(self.options)
        if driver == "asyncpg":
            options = {"ssl": options["sslmode"]} if "sslmode" in options else {}
        if self.host.startswith("/"):
            place, options = "", {"host": self.host, "port": str(self.port), **options}
        else:
            host = f"[{self.host}]" if ":" in self.host else self.host
            place = f"{host}:{self.port}"
        query = "&".join(f"{name}={quote(value, safe='/')}" for name, value in options.items())
        return f"{scheme}://{who}@{place}/{quote(self.database)}" + (f"?{query}" if query else "")

    def of(self, database: str) -> Address:
        """Return the address of another database on the same server."""
        return replace(self, database=database)

    @property
    def shown(self) -> str:
        """What a person reads: user, place and database, no password."""
        return f"{self.user}@{self.host}:{self.port}/{self.database}"

    def environment(self) -> dict[str, str]:
        """Return libpq's variables for pg_dump and its kin; the password stays off argv."""
        found = {
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            "PGDATABASE": self.database,
        }
        if self.password:
            found["PGPASSWORD"] = self.password
        for option, variable in _VARIABLES.items():
            if option in self.options:
                found[variable] = self.options[option]
        return found
