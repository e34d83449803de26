"""Secret Manager: no value yet, a version that is off, a service that may not read."""

from __future__ import annotations

import re

from generators.language import _
from wizards.cloud.failing import RESUME, Refusal, Retry
from wizards.cloud.signatures import Signature, Words, Write, row

_SECRET = re.compile(r"secrets/([\w-]+)")
_ACCOUNT = re.compile(r"[\w.-]+@[\w.-]+\.gserviceaccount\.com")

ROWS: tuple[Signature, ...] = (
    row("secret-unreadable", Retry.PROPAGATION, reason="SECRETS_ACCESS_CHECK_FAILED"),
    row("secret-unreadable", Retry.PROPAGATION, says="permission denied on secret"),
    row("secret-off", status=400, says=r"secrets?.*version.*(DISABLED|DESTROYED) state"),
    row("secret-empty", says=r"secrets/.*versions/.* was not found"),
    row("secret-empty", status=404, says="versions/.* not found"),
    row("secret-empty", status=404, call="secret_value"),
)


def _secret(refusal: Refusal) -> str:
    found = _SECRET.search(refusal.message)
    return refusal.names.get("secret", "") or (found[1] if found else "SECRET")


def _empty(refusal: Refusal) -> Words:
    secret = _secret(refusal)
    return (
        _("the secret {secret} has no value yet").format(secret=secret),
        _("a secret is a name with versions; the value is added as the first version"),
        ("tarmac apply", f"gcloud secrets versions add {secret} --data-file=- {_in(refusal)}"),
    )


def _in(refusal: Refusal) -> str:
    return f"--project={refusal.project}"


def _off(refusal: Refusal) -> Words:
    secret = _secret(refusal)
    version = refusal.named("version", "VERSION")
    return (
        _("this version of the secret {secret} is switched off").format(secret=secret),
        _("a disabled one can be switched on; a destroyed one needs a new value"),
        (
            f"gcloud secrets versions enable {version} --secret={secret} {_in(refusal)}",
            f"gcloud secrets versions add {secret} --data-file=- {_in(refusal)}",
        ),
    )


def _unreadable(refusal: Refusal) -> Words:
    secret = _secret(refusal)
    found = _ACCOUNT.search(refusal.message)
    return (
        _("the service may not read the secret {secret}").format(secret=secret),
        _(
            "its identity needs the role secretAccessor on this secret; a role granted just now "
            "takes minutes"
        ),
        (
            (
                f"gcloud secrets add-iam-policy-binding {secret} "
                f"--member=serviceAccount:{found[0] if found else 'ACCOUNT'} "
                f"--role=roles/secretmanager.secretAccessor {_in(refusal)}"
            ),
            RESUME,
        ),
    )


WORDS: dict[str, Write] = {
    "secret-empty": _empty,
    "secret-off": _off,
    "secret-unreadable": _unreadable,
}
