"""Every rule and how bad its finding is before sizes and levels are known."""

from __future__ import annotations

from wizards.migrate.model import Severity

_DANGER = """concurrently-in-transaction invalid-index-retry fk-not-valid-partitioned add-exclusion
    alter-type volatile-default add-serial add-generated-stored add-checked-domain-column
    add-required-column drop-column drop-table drop-schema drop-database drop-cascade truncate
    truncate-cascade unfiltered-dml stmt-after-access-exclusive rename-table rename-column
    rename-schema rename-enum-value vacuum-full cluster set-logged set-tablespace
    set-access-method enum-add-in-tx replica-identity drop-primary-key opaque-do-block
    not-understood will-fail suppression-without-reason"""
_CAUTION = """create-index-nonconcurrent drop-index-nonconcurrent reindex-nonconcurrent
    fk-not-valid validate-same-tx check-not-valid set-not-null add-unique add-pk
    pk-using-index-nullable add-column-constraint drop-constraint-fk wide-lock-window
    missing-lock-timeout missing-statement-timeout idle-timeout set-schema change-owner
    row-security disable-trigger create-trigger drop-trigger attach-partition
    create-partition-of detach-partition refresh-matview refresh-matview-concurrent
    domain-constraint lock-table uncommitted-tx transaction-nesting"""
_NOTICE = """multi-alter create-enum enum-add enum-ordering drop-not-null int-type serial-type
    json-type char-type varchar-type timestamp-type money-type float-type fk-missing-index
    table-without-pk redundant-index not-idempotent not-checked"""

RULES: dict[str, Severity] = {
    **dict.fromkeys(_DANGER.split(), Severity.DANGER),
    **dict.fromkeys(_CAUTION.split(), Severity.CAUTION),
    **dict.fromkeys(_NOTICE.split(), Severity.NOTICE),
}
TIMEOUT_RULES = frozenset({"missing-lock-timeout", "missing-statement-timeout", "idle-timeout"})
ASKED_FOR_RULES = TIMEOUT_RULES | {"not-idempotent"}
