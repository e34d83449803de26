"""Why a database could not be reached, as a card."""

from __future__ import annotations

from generators.language import _
from wizards.failures import Failure
from wizards.redaction import redacted

CONNECTING = ("28P01", "28000", "3D000", "53300", "57P03", "55000", "08001", "08006", "08004")


def connection_failure(error: str, state: str = "", *, shown: str = "", raw: str = "") -> Failure:
    """Return the card for a refused connection; ``state`` is the SQLSTATE where there is one."""
    text = error.lower()
    if state in ("28P01", "28000") or "authentication failed" in text:
        return Failure(
            "wrong-password",
            _("The database does not accept the user or the password."),
            why=_last(error),
            next=(_("check the password in DATABASE_URL or in the secret"),),
            raw=redacted(raw or error),
        )
    if state == "3D000" or ("database" in text and "does not exist" in text):
        return Failure(
            "database-missing",
            _("There is no such database on that server."),
            why=_last(error),
            next=(_("check the name at the end of DATABASE_URL"),),
            raw=redacted(raw or error),
        )
    if "not currently accepting connections" in text:
        return Failure(
            "database-fenced",
            _("The database does not accept connections at the moment."),
            why=_("A restore that did not finish may have closed it."),
            next=("tarmac migrate status", "ALTER DATABASE … ALLOW_CONNECTIONS true"),
            raw=redacted(raw or error),
        )
    return Failure(
        "database-unreachable",
        _("The database cannot be reached.")
        if not shown
        else _("The database {shown} cannot be reached.").format(shown=shown),
        why=_last(error),
        next=(
            _("check that the server runs and that host and port are right"),
            _("for Cloud SQL: is the instance running, is the tunnel open?"),
        ),
        raw=redacted(raw or error),
    )


def _last(error: str) -> str:
    """Return the line of libpq's text that says the cause."""
    lines = [line.strip() for line in redacted(error).splitlines() if line.strip()]
    named = [line for line in lines if "failed:" in line or "FATAL" in line]
    return (named or lines or [""])[-1 if not named else 0]
