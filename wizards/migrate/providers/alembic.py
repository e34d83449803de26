"""Alembic as a provider of revisions: the agent runs in the project's own interpreter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from generators.language import _
from wizards.events import Emit, Json
from wizards.failures import Failure
from wizards.migrate.agent_process import Seat
from wizards.migrate.interpreter import Interpreter
from wizards.migrate.providers.provider import Provider
from wizards.postgres.address import Address


@dataclass(kw_only=True)
class Alembic(Provider):
    """Revisions that the project's Alembic knows, run as its own command would."""

    interpreter: Interpreter

    name: ClassVar[str] = "alembic"

    def seat(self, environment: Mapping[str, str]) -> Seat:
        """Return the project's interpreter in the folder where the project runs Alembic."""
        return Seat(
            interpreter=self.interpreter.path,
            directory=self.directory,
            environment=environment,
        )

    def connects_to(self, emit: Emit) -> Address:
        """Return where env.py really connects when nobody tells it (its own settings)."""
        found = self._ask({"op": "current", "reveal": True}, emit, None).part("parameters")
        if not found.fields:
            raise Failure(
                "target-unknown",
                _("env.py does not connect to PostgreSQL by itself."),
                next=(_("set DATABASE_URL, or name an environment with --env"),),
            )
        return Address(
            host=found.text("host") or "localhost",
            port=int(found.text("port") or 5432),
            user=found.text("user"),
            password=found.text("password"),
            database=found.text("dbname") or found.text("database") or found.text("user"),
        )

    def options(self) -> dict[str, Json]:
        """Return the configuration, -x arguments, bootstrap file and URL for env.py.

        One of several engines has its URL from env.py alone: nobody here knows which one to set.
        """
        options: dict[str, Json] = {
            "config": self.migrations.config,
            "x": list(self.migrations.x),
        }
        if self.migrations.bootstrap:
            options["bootstrap"] = str(self.directory / self.migrations.bootstrap)
        if self.migrations.section:
            options["section"] = self.migrations.section
        if self.migrations.engine:
            options["engine"] = self.migrations.engine
        elif self.target is not None:
            options["url"] = sqlalchemy_url(self.target.url, self.interpreter)
        return options


def sqlalchemy_url(url: str, interpreter: Interpreter) -> str:
    """Return a URL that SQLAlchemy takes: no ``postgres://``, a driver that is installed."""
    scheme, _sep, rest = url.partition("://")
    name, _plus, driver = scheme.partition("+")
    drivers = interpreter.drivers
    if not driver and interpreter.default_driver not in drivers and drivers:
        driver = drivers[0]
    name = "postgresql" if name == "postgres" else name
    return f"{name}+{driver}://{rest}" if driver else f"{name}://{rest}"
