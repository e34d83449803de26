"""Which rule judges which kind of statement (the node names of PostgreSQL's grammar)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wizards.migrate.review.case import Case
from wizards.migrate.review.rules import (
    access,
    called,
    composite_types,
    creation,
    data,
    drops,
    indexes,
    opaque,
    renames,
    sessions,
    storage,
    type_objects,
)
from wizards.migrate.review.rules.alter_table import alter_table

Judge = Callable[[Case, Any], None]

JUDGES: dict[str, Judge] = {
    "alter_table_stmt": alter_table,
    "index_stmt": indexes.create_index,
    "reindex_stmt": indexes.reindex,
    "drop_stmt": drops.drop,
    "dropdb_stmt": drops.drop_database,
    "drop_owned_stmt": drops.drop_owned,
    "create_stmt": creation.create_table,
    "create_table_as_stmt": creation.create_table_as,
    "view_stmt": creation.create_view,
    "create_foreign_table_stmt": creation.create_foreign_table,
    "create_seq_stmt": creation.create_sequence,
    "create_schema_stmt": creation.create_schema,
    "create_function_stmt": creation.create_function,
    "composite_type_stmt": composite_types.create,
    "create_range_stmt": composite_types.create,
    "create_stats_stmt": creation.weak_lock,
    "create_publication_stmt": creation.weak_lock,
    "alter_publication_stmt": creation.weak_lock,
    "refresh_mat_view_stmt": creation.refresh,
    "rename_stmt": renames.rename,
    "alter_object_schema_stmt": renames.set_schema,
    "alter_table_move_all_stmt": storage.move_all,
    "reassign_owned_stmt": renames.reassign,
    "alter_owner_stmt": renames.change_owner,
    "comment_stmt": renames.comment,
    "vacuum_stmt": storage.vacuum,
    "cluster_stmt": storage.cluster,
    "create_trig_stmt": access.create_trigger,
    "rule_stmt": access.create_rule,
    "create_policy_stmt": access.create_policy,
    "alter_policy_stmt": access.create_policy,
    "update_stmt": data.update,
    "delete_stmt": data.delete,
    "insert_stmt": data.insert,
    "merge_stmt": data.merge,
    "copy_stmt": data.copy,
    "select_stmt": data.select,
    "truncate_stmt": data.truncate,
    "lock_stmt": data.lock_table,
    "create_enum_stmt": type_objects.create_enum,
    "alter_enum_stmt": type_objects.alter_enum,
    "create_domain_stmt": type_objects.create_domain,
    "alter_domain_stmt": type_objects.alter_domain,
    "transaction_stmt": sessions.transaction,
    "variable_set_stmt": sessions.set_variable,
    "alter_database_stmt": sessions.alter_database,
    "alter_system_stmt": sessions.outside("ALTER SYSTEM"),
    "createdb_stmt": sessions.outside("CREATE DATABASE"),
    "create_table_space_stmt": sessions.outside("CREATE TABLESPACE"),
    "drop_table_space_stmt": sessions.outside("DROP TABLESPACE"),
    "do_stmt": opaque.do_block,
    "call_stmt": called.call,
    "prepare_stmt": called.prepare,
    "execute_stmt": called.execute,
    "explain_stmt": called.explain,
}
