"""The image of a front end of its own: built by Node, served by nginx without root."""

from __future__ import annotations

from generators.artefact import Artefact
from generators.artefacts.nginx import NGINX, TEMPLATE, nginx_start
from generators.artefacts.node_image import SUITE
from generators.artefacts.node_source import SOURCE, node_source
from generators.artefacts.starting import health_command
from generators.deployment import Deployment
from generators.detection.tree import join
from generators.header import header
from generators.templating import rendered


def static_image(deployment: Deployment, language: str) -> Artefact:
    """Return the Dockerfile of a front end."""
    service = deployment.service
    front = service.frontend
    assert front is not None
    source = node_source(deployment, front)
    text = rendered(
        "Dockerfile.static.j2",
        language,
        header=header(language, deployment.blueprint_hash),
        deployment=deployment,
        suite=SUITE,
        nginx=NGINX,
        source=source,
        root=SOURCE,
        output=f"{source.folder}/{front.output}",
        settings=deployment.within_context(join(service.path, "nginx.conf")),
        settings_template=TEMPLATE,
        start=nginx_start(),
        health=health_command(deployment),
    )
    return Artefact(
        name="dockerfile", path=deployment.dockerfile, text=text, context=deployment.context
    )
