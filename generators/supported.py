"""Which services files can be made for, and why not for the others."""

from __future__ import annotations

from generators.language import _
from generators.project import Service

_MANAGERS = {
    "python": frozenset({"pip", "uv", "poetry", "pdm", "pipenv", "hatch", ""}),
    "javascript": frozenset({"npm", "pnpm", "yarn", "bun", ""}),
}


def refusal(service: Service) -> str:
    """Return in a sentence why no files can be made for a service, "" when they can."""
    if service.package_manager == "conda":
        return _(
            "conda environments are not built into slim images: list the packages in "
            "pyproject.toml or requirements.txt, and keep conda for this machine"
        )
    if service.language not in _MANAGERS:
        return _("files are made for Python and Node only")
    if service.package_manager not in _MANAGERS[service.language]:
        return _("{tool} is not a package manager that images are built with here").format(
            tool=service.package_manager
        )
    if service.role == "static":
        return "" if service.frontend is not None else _("it is not known what builds its files")
    if service.language == "python" and service.entrypoint is None and not service.workers:
        return _("nothing in it answers requests")
    if service.language == "javascript" and not service.start and service.framework != "Next.js":
        return _("no script starts it in production")
    return ""
