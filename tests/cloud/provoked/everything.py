"""Every failure there is a way to bring about."""

from __future__ import annotations

from tests.cloud.provoked.access import ACCESS
from tests.cloud.provoked.founding import FOUNDING
from tests.cloud.provoked.logins import LOGINS
from tests.cloud.provoked.rollouts import ROLLOUTS
from tests.cloud.provoked.unreached import UNREACHED

EVERYTHING = (*UNREACHED, *LOGINS, *FOUNDING, *ACCESS, *ROLLOUTS)
