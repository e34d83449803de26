"""Organization Policy v2: what is in force for a project, a folder or an organisation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wizards.cloud.calls import Calls
from wizards.cloud.things import OrgPolicy

SERVICE = "orgpolicy"


class OrgPolicyCalls(Calls):
    """The part of the port that is :class:`wizards.cloud.port.OrgPolicies`."""

    def org_policy(self, scope: str, constraint: str) -> OrgPolicy:
        """Return what is in force; a constraint that Google does not know forbids nothing."""
        path = f"v2/{scope}/policies/{constraint}:getEffectivePolicy"
        found = self._find("org_policy", lambda: self._clients.plain(SERVICE).get(path))
        rules = (found or {}).get("spec", {}).get("rules", [])
        return _policy([rule for rule in rules if "condition" not in rule], rules)


def _policy(plain: list[Mapping[str, Any]], every: list[Mapping[str, Any]]) -> OrgPolicy:
    values = [rule.get("values", {}) for rule in plain]
    return OrgPolicy(
        enforced=any(rule.get("enforce") for rule in plain),
        allows_all=not every or any(rule.get("allowAll") for rule in plain),
        denies_all=any(rule.get("denyAll") for rule in plain),
        allowed=tuple(value for part in values for value in part.get("allowedValues", ())),
        denied=tuple(value for part in values for value in part.get("deniedValues", ())),
        conditional=len(plain) != len(every),
    )
