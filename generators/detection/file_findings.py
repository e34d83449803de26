"""What the generated files leave out, and what a service lacks to run well from them."""

from __future__ import annotations

from collections.abc import Iterator

from generators.language import _
from generators.project import Confidence, Finding, Service
from generators.supported import refusal

_SERVES_STATIC = {"whitenoise", "dj-static", "servestatic"}


def file_findings(services: list[Service]) -> Iterator[Finding]:
    """Yield services that no files are made for, with the reason, and what others lack."""
    for position, service in enumerate(services):
        reason = refusal(service)
        if reason and service.package_manager != "conda":
            message = _("no files are made for {framework} in {path}: {reason}")
            yield Finding(
                "no-files",
                "warning",
                message.format(framework=service.framework, path=service.path, reason=reason),
                service.manifest,
            )
        elif position and not reason and service.confidence is Confidence.LOW:
            message = _("{path} may be a service; files are made for it once it is [service]")
            yield Finding(
                "guessed-service", "notice", message.format(path=service.path), service.manifest
            )
        if service.collects_static and not _SERVES_STATIC & service.dependencies.keys():
            yield Finding(
                "static-files",
                "warning",
                _("Django serves no static files in production, and nothing else does here"),
                service.manifest,
                fix=_("install whitenoise and add its middleware after SecurityMiddleware"),
            )
