"""google_sql_database_instance, google_sql_database and google_sql_user."""

from __future__ import annotations

from wizards.cloud.things import SqlSettings
from wizards.setup.export.terraform.hcl import Block, Expression, Value
from wizards.setup.export.terraform.pieces import (
    LABELS_HERE,
    PROJECT,
    Import,
    Piece,
    Scope,
    kept,
    nested,
    piece_of,
    resource_block,
)
from wizards.setup.export.terraform.secrets import value_of, version_of
from wizards.setup.sql_database import SqlDatabaseResource, SqlUserResource
from wizards.setup.sql_iam_user import SqlIamUserResource
from wizards.setup.sql_instance import SqlInstanceResource

_AREA = "database"
_USER = "google_sql_user"
_INSTANCE = "google_sql_database_instance"


@piece_of.register
def _instance(resource: SqlInstanceResource, scope: Scope) -> Piece:
    label = scope.label(resource)
    settings = resource.settings
    block = resource_block(
        _INSTANCE,
        label,
        {
            "project": PROJECT,
            "name": resource.instance,
            "region": settings.region,
            "database_version": settings.version,
            "deletion_protection": settings.deletion_protection,
        },
        _settings(settings),
        kept("settings[0].disk_size"),
        why=resource.why,
        after=scope.need(resource),
    )
    where = f"projects/{resource.project}/instances/{resource.instance}"
    return Piece(
        area=_AREA, blocks=(block,), imports=(Import(to=f"{_INSTANCE}.{label}", id=where),)
    )


def _settings(settings: SqlSettings) -> Block:
    """Everything that tarmac apply gives a new instance."""
    address: dict[str, Value] = {"ipv4_enabled": settings.public_address}
    if settings.network:
        address["private_network"] = settings.network
    retention = nested("backup_retention_settings", retained_backups=settings.backups)
    backups = nested(
        "backup_configuration",
        *([retention] if settings.backups else []),
        enabled=bool(settings.backups),
        start_time="18:00",
        point_in_time_recovery_enabled=settings.point_in_time_recovery,
        transaction_log_retention_days=settings.log_days,
    )
    return nested(
        "settings",
        nested("ip_configuration", **address, ssl_mode=settings.ssl_mode),
        backups,
        nested(
            "maintenance_window",
            day=settings.maintenance_day,
            hour=settings.maintenance_hour,
            update_track="stable",
        ),
        *(
            nested("database_flags", name=name, value=value)
            for name, value in settings.flags.items()
        ),
        tier=settings.tier,
        edition=settings.edition,
        availability_type="REGIONAL" if settings.high_availability else "ZONAL",
        disk_type="PD_SSD",
        disk_size=settings.storage_gb,
        disk_autoresize=settings.grows,
        activation_policy="ALWAYS",
        connector_enforcement=settings.connector_enforcement,
        deletion_protection_enabled=settings.deletion_protection,
        retain_backups_on_delete=settings.retain_backups,
        user_labels=LABELS_HERE,
    )


def _place(scope: Scope, instance: str) -> dict[str, Value]:
    known = scope.address(_INSTANCE, f"sql.instance:{instance}")
    return {
        "project": PROJECT,
        "instance": Expression(f"{known}.name") if known else instance,
    }


@piece_of.register
def _database(resource: SqlDatabaseResource, scope: Scope) -> Piece:
    label = scope.label(resource)
    block = resource_block(
        "google_sql_database",
        label,
        {
            **_place(scope, resource.instance),
            "name": resource.database,
            "deletion_policy": "ABANDON",
        },
        kept(),
        why=resource.why,
    )
    where = f"projects/{resource.project}/instances/{resource.instance}"
    return Piece(
        area=_AREA,
        blocks=(block,),
        imports=(
            Import(to=f"google_sql_database.{label}", id=f"{where}/databases/{resource.database}"),
        ),
    )


@piece_of.register
def _user(resource: SqlUserResource, scope: Scope) -> Piece:
    """The password goes through the same variable as the secret's new version, or stays."""
    label = scope.label(resource)
    secret = scope.labels[f"secret:{resource.secret}"]
    version = f"var.{version_of(secret)}"
    block = resource_block(
        _USER,
        label,
        {
            **_place(scope, resource.instance),
            "name": resource.user,
            "password_wo": Expression(f"var.{value_of(secret)}"),
            "password_wo_version": Expression(f"{version} > 0 ? {version} : null"),
            "deletion_policy": "ABANDON",
        },
        why=resource.why,
    )
    where = f"{resource.project}/{resource.instance}/{resource.user}"
    return Piece(
        area=_AREA,
        blocks=(block,),
        imports=(Import(to=f"{_USER}.{label}", id=where),),
    )


@piece_of.register
def _iam_user(resource: SqlIamUserResource, scope: Scope) -> Piece:
    label = scope.label(resource)
    block = resource_block(
        _USER,
        label,
        {
            **_place(scope, resource.instance),
            "name": resource.user,
            "type": "CLOUD_IAM_SERVICE_ACCOUNT",
            "deletion_policy": "ABANDON",
        },
        why=resource.why,
    )
    where = f"{resource.project}/{resource.instance}/{resource.user}"
    return Piece(area=_AREA, blocks=(block,), imports=(Import(to=f"{_USER}.{label}", id=where),))
