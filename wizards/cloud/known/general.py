"""What is left when no theme knew better: by status."""

from __future__ import annotations

from generators.language import _
from wizards.cloud.failing import RESUME, Refusal, Retry, span
from wizards.cloud.signatures import UNKNOWN, Signature, Words, Write, row

ROWS: tuple[Signature, ...] = (
    row("exists", status=409, reason="ALREADY_EXISTS|alreadyExists"),
    row("rate-limited", Retry.REFUSED, status=429),
    row("permission-denied", Retry.PROPAGATION, status=403),
    row("exists", status=409, says="already exists"),
    row("conflict", Retry.CONFLICT, status=409),
    row("absent", status=404),
    row("invalid", status=400),
    row("unavailable", Retry.UNKNOWN, status=(408, 500, 502, 503, 504)),
    row("operation-failed", call="operation:.*"),
)


_NARROWEST = (
    *("operation", "version", "user", "database", "secret", "account", "service", "job"),
    *("trigger", "connection", "provider", "pool", "repository", "instance", "project"),
)


def _what(refusal: Refusal) -> str:
    """Return the name of what a request was about: its narrowest one."""
    return next((refusal.names[kind] for kind in _NARROWEST if refusal.names.get(kind)), "")


def _exists(refusal: Refusal) -> Words:
    what = _what(refusal)
    return (
        _("{what} exists already").format(what=what) if what else _("this exists already"),
        _("it was made by somebody else, or by an earlier run; planning again takes it over"),
        ("tarmac plan", RESUME),
    )


def _rate(refusal: Refusal) -> Words:
    metric = refusal.metadata.get("quota_metric", "")
    asked = refusal.retry_after
    why = _("too many requests in a short time: {says}").format(says=refusal.message)
    if asked is not None and asked > 60:
        why += "\n" + _("Google asks to wait {time}").format(time=span(asked))
    consumer = refusal.metadata.get("consumer", "").removeprefix("projects/") or refusal.project
    quotas = f"https://console.cloud.google.com/iam-admin/quotas?project={consumer}"
    return _("Google asks to slow down"), why, (RESUME, *((quotas,) if metric else ()))


def _conflict(refusal: Refusal) -> Words:
    return (
        _("something else changed it at the same moment"),
        refusal.message,
        (RESUME,),
    )


def _absent(refusal: Refusal) -> Words:
    what = _what(refusal)
    return (
        _("{what} is not there").format(what=what) if what else _("it is not there"),
        refusal.message,
        ("tarmac plan",),
    )


def _invalid(refusal: Refusal) -> Words:
    return (
        _("Google does not accept the request"),
        refusal.message,
        ("tarmac plan -v", "tarmac init"),
    )


def _unavailable(refusal: Refusal) -> Words:
    return (
        _("Google's service {api} has a problem")
        .format(api=refusal.named("api", ""))
        .replace("  ", " "),
        _("{says}; nothing was done twice").format(says=refusal.message.rstrip(".")),
        (RESUME, "https://status.cloud.google.com"),
    )


def _operation(refusal: Refusal) -> Words:
    return (
        _("Google began the work and did not finish it"),
        refusal.message,
        (RESUME, "tarmac plan"),
    )


def _unknown(refusal: Refusal) -> Words:
    says = refusal.message or _("{status} without words").format(status=refusal.status)
    return (
        _("Google refused the request: {says}").format(says=says),
        _("Tarmac does not know this error; the raw one has everything that Google said"),
        (RESUME, "tarmac doctor"),
    )


WORDS: dict[str, Write] = {
    "exists": _exists,
    "rate-limited": _rate,
    "conflict": _conflict,
    "absent": _absent,
    "invalid": _invalid,
    "unavailable": _unavailable,
    "operation-failed": _operation,
    UNKNOWN.code: _unknown,
}
