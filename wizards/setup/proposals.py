"""What the interview proposes when nobody said anything, and why it fits together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from generators.language import _
from generators.project import Detection
from wizards.blueprint import Blueprint
from wizards.plan import Check
from wizards.question import Choice, Known, Value
from wizards.setup.chosen_service import chosen, deployable, foreign_database, keeps_data
from wizards.setup.connections import RESERVED, max_connections
from wizards.setup.naming import account_name
from wizards.setup.prices import tier_month
from wizards.setup.steering import HAS_DATABASE

TIERS = ("db-f1-micro", "db-g1-small", "db-custom-1-3840", "db-custom-2-7680", "db-custom-4-15360")
PLUS_TIERS = ("db-perf-optimized-N-2", "db-perf-optimized-N-4", "db-perf-optimized-N-8")
_MOST_INSTANCES = 10
_DATABASES = {
    "mysql": "MySQL",
    "mongodb": "MongoDB",
    "sqlserver": "SQL Server",
    "oracle": "Oracle",
}
_SECRET_LIKE = re.compile(r"(^|_)(KEY|SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIALS?|DSN)($|_)")
_NOT_SECRET = re.compile(
    r"^(DB|DATABASE|POSTGRES|PG)_?|PUBLIC|_(FILE|PATH|ID|NAME|URL|TTL|ALGORITHM|LENGTH|LIMIT|HEADER)$"
    r"|_(SECONDS|SECS|MINUTES|MINS|HOURS|DAYS|EXPIRY|EXPIRES|EXPIRES_IN|EXPIRATION|LIFETIME|MAX_AGE)$"
    r"|_EXPIRE_|^MAX_|_MAX_"
)
_OWN_SECRET = re.compile(r"^((APP|DJANGO|FLASK)_)?SECRET_KEY$|(JWT|SESSION|COOKIE|AUTH)_SECRET")


def service_name(detection: Detection | None) -> Callable[[Known], Value]:
    """Return the proposal of a name: that of the service's folder, or of the repository."""

    def name(known: Known) -> Value:
        found = chosen(detection, root_of(known))
        folder = found.path if found and found.path != "." else ""
        if not folder and detection is not None:
            folder = detection.root.resolve().name
        return slug(folder, most=40) or "app"

    return name


def port(detection: Detection | None) -> Callable[[Known], Value]:
    """Return the proposal of the port that the service listens on."""

    def number(known: Known) -> Value:
        found = chosen(detection, root_of(known))
        return found.port if found else 8080

    return number


def health_path(detection: Detection | None) -> Callable[[Known], Value]:
    """Return the proposal of the path that answers without work, "" where the code has none.

    A path that is only usual would answer 404, and no revision would ever be called healthy.
    """

    def path(known: Known) -> Value:
        found = chosen(detection, root_of(known))
        return found.health_path or "" if found else "/health"

    return path


def has_database(detection: Detection | None) -> Callable[[Known], Value]:
    """Return whether to propose PostgreSQL: its code wants it; yes when nothing was looked at.

    A service beside it counts too, unless the main one keeps its data in something else.
    """

    def wanted(known: Known) -> Value:
        root = root_of(known)
        if chosen(detection, root) is None:
            return True
        if foreign_database(detection, root) is not None:
            return False
        return any(keeps_data(one) for one in deployable(detection))

    return wanted


def why_database(detection: Detection | None, root: str) -> str:
    """Return what helps to answer whether PostgreSQL on Cloud SQL is wanted."""
    return _foreign(detection, root) or _("no = the service brings its own database, or none")


def left_where_it_is(detection: Detection | None, made: Blueprint) -> Check | None:
    """Return what to know where a database of the code is none that is set up here."""
    says = _foreign(detection, made.service.root) if made.database is None else ""
    if not says:
        return None
    return Check(
        id="foreign-database",
        title=_("a database of another kind"),
        level="warning",
        says=says,
        fix="tarmac init --set setup.secrets=DATABASE_URL",
        keys=(HAS_DATABASE,),
    )


def _foreign(detection: Detection | None, root: str) -> str:
    found = foreign_database(detection, root)
    if found is None:
        return ""
    return _(
        "the code uses {database}, and Tarmac sets up PostgreSQL only: keep that database where it "
        "is, and give its address as a secret"
    ).format(database=_DATABASES.get(found.database or "", found.database))


def root_of(known: Known) -> str:
    """Return the folder of the service that was chosen, "" while none was."""
    return str(known.get("service.root") or "")


def identifier(known: Known) -> str:
    """Return the service's name as a PostgreSQL name."""
    return re.sub(r"\W", "_", str(known.get("service.name") or "app"))


def account(job: str) -> Callable[[Known], Value]:
    """Return the proposal for a service account of a job ("run", "build")."""
    return lambda known: account_name(str(known.get("service.name") or "app"), job)


def max_instances(known: Known) -> int:
    """Return how many instances the database has connections for, at most 10."""
    if known.get("setup.database") is not True:
        return _MOST_INSTANCES
    each = _whole(known.get("database.pool_size")) + _whole(known.get("database.max_overflow"))
    room = max_connections(str(known.get("database.tier") or "")) - RESERVED
    return max(1, min(_MOST_INSTANCES, room // max(each, 1)))


def tier(known: Known) -> str:
    """Return the smallest machine of an edition."""
    return PLUS_TIERS[0] if known.get("database.edition") == "ENTERPRISE_PLUS" else TIERS[0]


def secret_names(variables: Iterable[str]) -> tuple[str, ...]:
    """Return the variables that sound as if their value were secret; the database's are not."""
    return tuple(
        name for name in variables if _SECRET_LIKE.search(name) and not _NOT_SECRET.search(name)
    )


def secret_source(variable: str) -> str:
    """Return "generate" for what only this service has to know, "ask" for what others gave."""
    return "generate" if _OWN_SECRET.search(variable) else "ask"


def tiers(region: str) -> list[Choice]:
    """Return usual machine sizes with price and connections."""
    return [tier_choice(name, region) for name in (*TIERS, *PLUS_TIERS)]


def tier_choice(name: str, region: str) -> Choice:
    """Return one machine size as a choice; a price is given only where it is known."""
    if name in PLUS_TIERS or name.startswith("db-perf-optimized"):
        hint = _("price not known, {connections} connections").format(
            connections=max_connections(name)
        )
    else:
        hint = _("about ${price} a month, {connections} connections").format(
            price=f"{tier_month(name, region):.2f}", connections=max_connections(name)
        )
    return Choice(name, f"{name} · {hint}", hint)


def wrong_variables(value: Value) -> str | None:
    """Say which names cannot be environment variables."""
    names = value if isinstance(value, tuple) else ()
    wrong = [name for name in names if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)]
    if not wrong:
        return None
    return _("not a variable's name: {names}").format(names=", ".join(wrong))


def project_id(name: str, seed: str) -> str:
    """Return a project id from a name: 6 to 30 characters, unlikely to be taken."""
    import hashlib

    suffix = hashlib.sha256(seed.encode()).hexdigest()[:6]
    return f"{slug(name, most=22) or 'app'}-{suffix}"


def slug(name: str, *, most: int) -> str:
    """Return a name in small letters, digits and hyphens, a letter first."""
    made = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return re.sub(r"^[^a-z]+", "", made)[:most].rstrip("-")


def _whole(value: Value) -> int:
    return value if isinstance(value, int) else 0
