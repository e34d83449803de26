"""Connections to the database through connectors: what they print, and what services log.

These have no HTTP answer: ``call`` is "connect" or "log" and the message is the text.
"""

from __future__ import annotations

import re

from generators.language import _
from wizards.cloud.failing import Refusal
from wizards.cloud.signatures import Signature, Words, Write, row

_TEXT = "connect|log"
_SOCKET = re.compile(r"/cloudsql/([\w.:-]+?)(?:/\.s\.PGSQL|[\"'\s]|$)")
_USER = re.compile(r"for (?:user|role) \"?([\w.@-]+)\"?")
_DATABASE = re.compile(r'database "([^"]+)" does not exist')

ROWS: tuple[Signature, ...] = (
    row(
        "database-socket-missing",
        call=_TEXT,
        says=r"/cloudsql/.*(no such file|not found|failed: connection refused|not exist)"
        r"|(no such file|enoent).*/cloudsql/",
    ),
    row("database-password", call=_TEXT, says="password authentication failed|28P01"),
    row("database-login", call=_TEXT, says="IAM user authentication failed|IAM authentication"),
    row(
        "database-full", call=_TEXT, says="remaining connection slots|too many (clients|conn)|53300"
    ),
    row("database-missing", call=_TEXT, says='database "[^"]*" does not exist|3D000'),
    row("database-address", call=_TEXT, says="does not have (any )?IP.*(of type|matching|address)"),
    row("database-port", call=_TEXT, says=r":3307.*(timeout|timed out|refused)|i/o timeout"),
    row("login-missing", call=_TEXT, says="could not find default credentials"),
)


def _connection(refusal: Refusal) -> str:
    found = _SOCKET.search(refusal.message)
    return found[1] if found else "PROJECT:REGION:INSTANCE"


def _names(refusal: Refusal) -> tuple[str, str, str]:
    project, region, instance = ([*_connection(refusal).split(":"), "", ""])[:3]
    return (
        refusal.names.get("project", "") or project,
        refusal.names.get("region", "") or region,
        refusal.names.get("instance", "") or instance,
    )


def _socket(refusal: Refusal) -> Words:
    project, region, _instance = _names(refusal)
    service = refusal.named("service", "SERVICE")
    return (
        _("the service has no socket to its database"),
        _(
            "the Cloud SQL instance is not among the service's volumes, so /cloudsql is empty; or "
            "the connection name is misspelt"
        ),
        (
            (
                f"gcloud run services update {service} "
                f"--add-cloudsql-instances={_connection(refusal)} "
                f"--region={region} --project={project}"
            ),
            "tarmac plan",
        ),
    )


def _password(refusal: Refusal) -> Words:
    found = _USER.search(refusal.message)
    user = found[1] if found else "USER"
    return (
        _("the database does not accept the password of {user}").format(user=user),
        _(
            "often the secret ends with a line break that the password has not; or it was changed "
            "and the service still runs with the old version"
        ),
        (
            (
                "gcloud secrets versions access latest "
                f"--secret={refusal.named('secret', 'SECRET')} "
                f"--project={refusal.project} | tail -c 1 | xxd"
            ),
            (
                f"gcloud sql users set-password {user} --instance="
                f"{refusal.named('instance', 'INSTANCE')} --project={refusal.project} "
                "--prompt-for-password"
            ),
            "tarmac apply",
        ),
    )


def _login(refusal: Refusal) -> Words:
    found = _USER.search(refusal.message)
    user = found[1] if found else "USER"
    return (
        _("the database does not let {user} in with Google's login").format(user=user),
        _(
            "the identity needs the role cloudsql.instanceUser, a database user of its name "
            "(without .gserviceaccount.com), and the flag cloudsql.iam_authentication"
        ),
        (
            (
                f"gcloud sql users create {user} --type=cloud_iam_service_account --instance="
                f"{refusal.named('instance', 'INSTANCE')} --project={refusal.project}"
            ),
            "tarmac plan",
        ),
    )


def _full(_refusal: Refusal) -> Words:
    return (
        _("the database has no connection left"),
        _(
            "instances of the service times their pool are more than the tier allows (db-f1-micro "
            "about 25, db-g1-small about 50)"
        ),
        (
            "tarmac init --set service.max_instances=2",
            "tarmac init --set database.tier=db-custom-1-3840",
        ),
    )


def _missing(refusal: Refusal) -> Words:
    found = _DATABASE.search(refusal.message)
    name = found[1] if found else "DATABASE"
    return (
        _("there is no database {name} on the instance").format(name=name),
        _("it was never created, or the connection's URL names another one"),
        ("tarmac apply", f"gcloud sql databases list --instance={_names(refusal)[2]}"),
    )


def _address(refusal: Refusal) -> Words:
    project, _region, instance = _names(refusal)
    return (
        _("the instance has no address of the kind that was asked for"),
        _("it has a private address only, which is reached from inside its network"),
        (
            (
                f"gcloud sql instances describe {instance or 'INSTANCE'} "
                f"--project={project or 'PROJECT'} --format='value(ipAddresses)'"
            ),
            "cloud-sql-proxy --private-ip PROJECT:REGION:INSTANCE",
        ),
    )


def _port(refusal: Refusal) -> Words:
    return (
        _("the connector cannot reach the instance"),
        _("it connects to port 3307, which a firewall on the way closes: {says}").format(
            says=refusal.message
        ),
        ("nc -vz ADDRESS 3307", "tarmac doctor"),
    )


WORDS: dict[str, Write] = {
    "database-socket-missing": _socket,
    "database-password": _password,
    "database-login": _login,
    "database-full": _full,
    "database-missing": _missing,
    "database-address": _address,
    "database-port": _port,
}
