"""The door to the cloud; importing it imports nothing of Google."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizards.cloud.port import Cloud
    from wizards.postgres.sandbox_address import SandboxAddress


def open_cloud(address: SandboxAddress | None) -> Cloud:
    """Return the cloud behind a sandbox's address, or Google with the person's credentials.

    Cheap: clients are imported, and credentials looked for, by the first call.
    """
    if not installed():
        raise _not_installed()
    from wizards.cloud.google_cloud import GoogleCloud

    return GoogleCloud.of(address)


def installed() -> bool:
    """Say whether Google's clients are there, without importing them."""
    from importlib.util import find_spec

    try:
        return find_spec("google.cloud.sqladmin_v1") is not None
    except ModuleNotFoundError:
        return False


def _not_installed() -> Exception:
    from generators.language import _
    from wizards.failures import Failure

    return Failure(
        "google-clients-missing",
        _("Google's client libraries are not installed"),
        why=_("the plain installation of Tarmac does without them"),
        next=("uv tool install 'tarmac[gcp]'", "pipx inject tarmac 'tarmac[gcp]'"),
    )
