"""The environment that leads unmodified clients, and gcloud, to a running sandbox."""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

TOKEN = "sandbox"
PROJECT = "tarmac-sandbox"


def variables(
    *, proxy: str, ca: str, state: Path, project: str = PROJECT, gcloud: bool = False
) -> dict[str, str]:
    """Return the variables to export; ``gcloud`` adds those that only gcloud reads.

    The credentials file names no account: its token is given out by the sandbox itself.
    """
    local = "127.0.0.1,localhost"
    made = {
        "HTTPS_PROXY": proxy,
        "https_proxy": proxy,
        "NO_PROXY": local,
        "no_proxy": local,
        "REQUESTS_CA_BUNDLE": ca,
        "SSL_CERT_FILE": ca,
        "GOOGLE_APPLICATION_CREDENTIALS": str(_credentials(state)),
        "GOOGLE_CLOUD_PROJECT": project,
    }
    if not gcloud:
        return made
    address = urlsplit(proxy)
    folder = state / "gcloud"
    folder.mkdir(mode=0o700, exist_ok=True)
    return {
        **made,
        "CLOUDSDK_PROXY_TYPE": "http",
        "CLOUDSDK_PROXY_ADDRESS": str(address.hostname),
        "CLOUDSDK_PROXY_PORT": str(address.port),
        "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE": ca,
        "CLOUDSDK_AUTH_ACCESS_TOKEN": TOKEN,
        "CLOUDSDK_CONFIG": str(folder),
        "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
        "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "1",
        "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "1",
        "CLOUDSDK_CORE_PROJECT": project,
    }


def _credentials(state: Path) -> Path:
    """Write application-default credentials that only the sandbox accepts (0600)."""
    path = state / "credentials.json"
    content = {
        "type": "authorized_user",
        "client_id": "sandbox.apps.googleusercontent.com",
        "client_secret": "sandbox",
        "refresh_token": "sandbox",
    }
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            json.dump(content, file)
    return path
