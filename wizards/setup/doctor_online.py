"""What Google says: is the login still good, whose is it, and what of the project is there?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from generators.language import _, ngettext
from wizards.cloud.failing import CloudFailure
from wizards.cloud.login import FULL_SCOPE, Login, look_at_login
from wizards.cloud.opening import open_cloud
from wizards.cloud.port import Cloud
from wizards.failures import Failure
from wizards.plan import Check
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.setup.desired import wanted_apis
from wizards.setup.doctor_login import LOGIN
from wizards.setup.doctor_project import Place

SKEW = 60.0
"""Seconds that the clock may be wrong; tokens are refused from about five minutes on."""


def checks(place: Place, address: SandboxAddress | None) -> Iterator[Check]:
    """Ask Google, or a sandbox, about the login, then about the blueprint's project."""
    try:
        cloud = open_cloud(address)
        if address is None:
            yield from _login(look_at_login(), place)
        else:
            yield _account(cloud.whoami())
    except CloudFailure as failure:
        unreachable = failure.status == 0 and not failure.code.startswith("login")
        yield _failed("token", _("token"), failure, level="warning" if unreachable else "red")
        return
    except Failure as failure:
        yield _failed("token", _("token"), failure, level="warning")
        return
    try:
        yield from _project(place, cloud)
    finally:
        cloud.close()


def _login(login: Login, place: Place) -> Iterator[Check]:
    yield _account(login.account)
    yield from _scopes(login)
    yield from _clock(login)
    if login.person:
        yield _quota(login, place)


def _account(account: str) -> Check:
    says = account or _("Google gave a token; whose it is, it does not say")
    return Check(id="token", title=_("account"), level="ok", says=says)


def _scopes(login: Login) -> Iterator[Check]:
    title = _("scopes")
    if FULL_SCOPE in login.scopes:
        yield Check(id="scopes", title=title, level="ok", says="cloud-platform")
    elif login.scopes:
        says = _("cloud-platform is missing: most requests will be refused")
        fix = f"{LOGIN} --scopes={FULL_SCOPE}"
        yield Check(id="scopes", title=title, level="red", says=says, fix=fix)


def _clock(login: Login) -> Iterator[Check]:
    if login.now is None:
        return
    title = _("clock")
    wrong = (datetime.now(UTC) - login.now).total_seconds()
    if abs(wrong) <= SKEW:
        yield Check(id="clock", title=title, level="ok", says=_("right"))
        return
    says = (
        _("{seconds} s fast: tokens are refused from some minutes on")
        if wrong > 0
        else _("{seconds} s slow: tokens are refused from some minutes on")
    ).format(seconds=round(abs(wrong)))
    fix = "sudo timedatectl set-ntp true"
    yield Check(id="clock", title=title, level="warning", says=says, fix=fix)


def _quota(login: Login, place: Place) -> Check:
    title = _("quota project")
    if login.quota_project:
        return Check(id="quota", title=title, level="ok", says=login.quota_project)
    project = place.blueprint.project.id if place.blueprint else ""
    return Check(
        id="quota",
        title=title,
        level="warning",
        says=_("none: some APIs refuse a person's requests without one"),
        fix=f"gcloud auth application-default set-quota-project {project or 'PROJECT'}",
    )


def _project(place: Place, cloud: Cloud) -> Iterator[Check]:
    """Project, billing and APIs; nothing more is asked once one of them cannot be read."""
    blueprint = place.blueprint
    if blueprint is None or not blueprint.project.id:
        return
    project = blueprint.project.id
    wanted = wanted_apis(blueprint)
    looks: tuple[tuple[str, str, Callable[[], Iterable[Check]]], ...] = (
        ("reachable", _("project"), lambda: [_reachable(cloud, project)]),
        ("billing", _("billing"), lambda: [_billing(cloud, project)]),
        ("apis", "API", lambda: [_apis(cloud, project, tuple(wanted))]),
    )
    for key, title, look in looks:
        try:
            found = list(look())
        except CloudFailure as failure:
            yield _failed(key, title, failure, level="warning")
            return
        yield from found
        if any(check.level != "ok" for check in found):
            return


def _reachable(cloud: Cloud, project: str) -> Check:
    title = _("project")
    found = cloud.project(project)
    if found is None:
        says = _("{project} is not there, or hidden from you").format(project=project)
        return Check(id="reachable", title=title, level="warning", says=says, fix="tarmac plan")
    if found.state != "ACTIVE":
        says = _("{project} is being deleted").format(project=project)
        fix = f"gcloud projects undelete {project}"
        return Check(id="reachable", title=title, level="warning", says=says, fix=fix)
    return Check(id="reachable", title=title, level="ok", says=project)


def _billing(cloud: Cloud, project: str) -> Check:
    title = _("billing")
    link = cloud.billing_link(project)
    if link.enabled:
        return Check(id="billing", title=title, level="ok", says=link.account)
    says = _("no open account pays for {project}").format(project=project)
    return Check(id="billing", title=title, level="warning", says=says, fix="tarmac plan")


def _apis(cloud: Cloud, project: str, wanted: tuple[str, ...]) -> Check:
    enabled = cloud.enabled_apis(project, wanted)
    off = [api for api in wanted if api not in enabled]
    if not off:
        says = _("all {count} that the blueprint needs").format(count=len(wanted))
        return Check(id="apis", title=_("APIs"), level="ok", says=says)
    says = ngettext("{count} not enabled: {names}", "{count} not enabled: {names}", len(off))
    return Check(
        id="apis",
        title=_("APIs"),
        level="warning",
        says=says.format(count=len(off), names=", ".join(off)),
        fix="tarmac apply",
    )


def _failed(key: str, title: str, failure: Failure, *, level: str) -> Check:
    says = failure.message
    fix = failure.next[0] if failure.next else ""
    return Check(id=key, title=title, level=level, says=says, fix=fix)
