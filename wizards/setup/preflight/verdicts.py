"""All verdicts of a plan: what needs no look at the resources is asked while they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import TracebackType

from wizards.blueprint import Blueprint
from wizards.cloud.port import Cloud
from wizards.plan import Action, Check
from wizards.setup.billing import BillingResource
from wizards.setup.lints import lints
from wizards.setup.preflight.billing import billing_check
from wizards.setup.preflight.left_alone import left_alone_check
from wizards.setup.preflight.login import login_check
from wizards.setup.preflight.names import instance_name_check, project_id_check
from wizards.setup.preflight.permissions import parent_check, permission_check
from wizards.setup.preflight.policies import Unread, policy_check, rules_for, told
from wizards.setup.preflight.private_network import peering_check
from wizards.setup.preflight.quota_project import quota_check
from wizards.setup.preflight.tiers import region_check, shape_check
from wizards.setup.resource import Resource, Seen

_ASKING = 4
_IDLE = (Action.NONE, Action.BLOCKED)


class Verdicts:
    """The questions of one plan: :meth:`begin` when the project is known, :meth:`all` at the end.

    A context manager: leaving it lets no question go on.
    """

    def __init__(self, blueprint: Blueprint, cloud: Cloud) -> None:
        self._blueprint = blueprint
        self._cloud = cloud
        self._pool = ThreadPoolExecutor(_ASKING, "preflight")
        self._early: list[Future[Check | Unread | None]] = []
        self._there = False

    def __enter__(self) -> Verdicts:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def begin(self, project: Action) -> None:
        """Ask what depends on nothing but what is to be done to the project."""
        there = self._there = project is Action.NONE
        if project is Action.BLOCKED:
            return
        blueprint, cloud = self._blueprint, self._cloud
        parent = blueprint.project.parent
        scope = f"projects/{blueprint.project.id}" if there else parent
        self._ask(lambda: quota_check(cloud, blueprint.project.id, there=there))
        if scope:
            for constraint in rules_for(blueprint):
                self._ask(partial(policy_check, cloud, blueprint, scope, constraint))
        if there:
            self._ask(lambda: region_check(cloud, blueprint))
        else:
            self._ask(lambda: project_id_check(blueprint))
            self._ask(lambda: parent_check(cloud, parent))

    def all(self, wanted: Sequence[Resource], looks: Mapping[str, Seen]) -> list[Check]:
        """Return every verdict; raises the login card when nobody is logged in."""
        login = login_check(self._cloud)
        late = self._late(wanted, looks)
        every = [
            login,
            *lints(self._blueprint),
            shape_check(self._blueprint),
            *told(asked.result() for asked in self._early),
            *(asked.result() for asked in late),
            *(left_alone_check(part, looks[part.id]) for part in wanted),
        ]
        return [check for check in every if check is not None]

    def _late(
        self, wanted: Sequence[Resource], looks: Mapping[str, Seen]
    ) -> list[Future[Check | None]]:
        blueprint, cloud = self._blueprint, self._cloud
        todo = [(part, looks[part.id]) for part in wanted if looks[part.id].action not in _IDLE]
        billing = next(part for part in wanted if isinstance(part, BillingResource))
        late: list[Callable[[], Check | None]] = []
        fresh = any(
            part.kind == "sql.instance" and seen.action is Action.CREATE for part, seen in todo
        )
        if fresh:
            late.append(lambda: peering_check(blueprint))
        if self._there:
            late.append(lambda: permission_check(cloud, todo))
            if fresh:
                late.append(lambda: instance_name_check(cloud, blueprint))
        late.append(lambda: billing_check(cloud, blueprint, looks[billing.id]))
        return [self._pool.submit(question) for question in late]

    def _ask(self, question: Callable[[], Check | Unread | None]) -> None:
        self._early.append(self._pool.submit(question))
