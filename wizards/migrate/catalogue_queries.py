"""The catalogue queries behind wizards.migrate.facts; they run on PostgreSQL 12 and later.

Names: a schema is "" where the search path finds the relation without it.
"""

from __future__ import annotations

SERVER = """
SELECT current_setting('server_version_num')::int, current_setting('TimeZone'),
  (SELECT count(*) FROM pg_replication_slots WHERE slot_type = 'logical')
"""

CASTS = """
SELECT format_type(castsource, NULL), format_type(casttarget, NULL) FROM pg_cast
WHERE castmethod = 'b'
"""

OPERATOR_CLASSES = """
SELECT m.amname, format_type(o.opcintype, NULL), o.oid::int8, t.typispreferred
FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod JOIN pg_type t ON t.oid = o.opcintype
WHERE o.opcdefault
"""

IMPLICIT_CASTS = """
SELECT format_type(castsource, NULL), format_type(casttarget, NULL) FROM pg_cast
WHERE castmethod = 'b' AND castcontext = 'i'
"""

POLYMORPHIC = """
SELECT format_type(t.oid, NULL), CASE t.typtype WHEN 'e' THEN 'anyenum' WHEN 'r' THEN 'anyrange'
    WHEN 'm' THEN 'anymultirange' ELSE 'record' END
FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE t.typtype IN ('e', 'r', 'm') OR c.relkind = 'c'
"""

RESOLVE = """
SELECT DISTINCT coalesce(i.indrelid, c.oid)
FROM unnest(%(relations)s::text[]) AS given(name)
JOIN pg_class c ON c.oid = to_regclass(given.name)
LEFT JOIN pg_index i ON i.indexrelid = c.oid
WHERE c.relkind IN ('r', 'p', 'm', 'i', 'I', 'f', 'v')
UNION
SELECT a.attrelid FROM unnest(%(types)s::text[]) AS given(name)
JOIN pg_type t ON t.oid = to_regtype(given.name) AND t.typtype = 'd'
JOIN pg_attribute a ON a.atttypid = t.oid AND NOT a.attisdropped
"""

NEIGHBOURS = """
WITH RECURSIVE named AS (SELECT unnest(%(oids)s::oid[]) AS oid),
children AS (
  SELECT oid FROM named
  UNION SELECT c.conrelid FROM pg_constraint c JOIN children ON c.confrelid = children.oid
    WHERE c.contype = 'f'
),
near AS (
  SELECT oid FROM children
  UNION SELECT confrelid FROM pg_constraint JOIN named ON conrelid = named.oid
    WHERE contype = 'f'
  UNION SELECT inhparent FROM pg_inherits JOIN named ON inhrelid = named.oid
),
tree AS (
  SELECT oid FROM near
  UNION SELECT inhrelid FROM pg_inherits JOIN tree ON inhparent = tree.oid
)
SELECT tree.oid FROM tree JOIN pg_class c USING (oid)
WHERE c.relkind IN ('r', 'p', 'm', 'f', 'v') LIMIT 5000
"""

NAMES = """
SELECT c.oid, CASE WHEN pg_table_is_visible(c.oid) OR nspname = 'public' THEN '' ELSE nspname END,
  relname
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid = ANY(%(oids)s)
"""

COLUMNS = """
SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod),
  a.attnotnull AND NOT EXISTS (SELECT 1 FROM pg_constraint n WHERE n.conrelid = a.attrelid
    AND n.contype = 'n' AND NOT n.convalidated AND n.conkey = ARRAY[a.attnum]),
  pg_get_expr(d.adbin, d.adrelid),
  CASE WHEN t.typtype = 'd' THEN (WITH RECURSIVE below AS (
      SELECT t.typbasetype AS type, t.typtypmod AS mods
      UNION ALL SELECT d.typbasetype, d.typtypmod FROM below JOIN pg_type d ON d.oid = below.type
        WHERE d.typtype = 'd')
    SELECT format_type(type, (SELECT max(mods) FROM below)) FROM below JOIN pg_type b
      ON b.oid = below.type WHERE b.typtype <> 'd') END,
  CASE WHEN a.attcollation <> 0 THEN k.collname END, a.attcollation = t.typcollation,
  a.attgenerated::text
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_collation k ON k.oid = a.attcollation
WHERE a.attrelid = ANY(%(oids)s) AND a.attnum > 0 AND NOT a.attisdropped
"""

CONSTRAINTS = """
SELECT c.conrelid, c.conname, c.contype::text, c.convalidated, pg_get_constraintdef(c.oid),
  ARRAY(SELECT attname::text FROM unnest(c.conkey) WITH ORDINALITY AS k(num, place)
    JOIN pg_attribute ON attrelid = c.conrelid AND attnum = k.num ORDER BY place),
  c.confrelid,
  ARRAY(SELECT attname::text FROM unnest(c.confkey) WITH ORDINALITY AS k(num, place)
    JOIN pg_attribute ON attrelid = c.confrelid AND attnum = k.num ORDER BY place)
FROM pg_constraint c WHERE c.conrelid = ANY(%(oids)s)
"""

INDEXES = """
SELECT i.indrelid,
  CASE WHEN pg_table_is_visible(c.oid) OR n.nspname = 'public' THEN '' ELSE n.nspname END,
  c.relname,
  ARRAY(SELECT coalesce(a.attname::text, '')
    FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(num, place)
    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num AND k.num > 0
    WHERE place <= i.indnkeyatts ORDER BY place),
  i.indisunique, i.indisprimary, i.indisvalid, i.indpred IS NOT NULL,
  (SELECT conname FROM pg_constraint WHERE conindid = c.oid AND contype IN ('p', 'u', 'x')
    LIMIT 1),
  pg_relation_size(c.oid),
  concat_ws(', ', pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid)),
  ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(num, place)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num
    WHERE place > i.indnkeyatts ORDER BY place),
  m.amname,
  ARRAY(SELECT NOT o.opcdefault FROM unnest(i.indclass::oid[]) WITH ORDINALITY AS k(class, place)
    JOIN pg_opclass o ON o.oid = k.class ORDER BY place)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.indrelid = ANY(%(oids)s)
"""

TABLES = """
WITH leaves AS (
  SELECT c.oid AS root, tree.relid FROM pg_class c
  CROSS JOIN LATERAL pg_partition_tree(c.oid) AS tree
  WHERE c.oid = ANY(%(oids)s) AND c.relkind = 'p' AND tree.isleaf
)
SELECT c.oid, n.nspname, c.relname, c.relkind::text,
  CASE WHEN c.relkind = 'p'
    THEN coalesce((SELECT sum(greatest(l.reltuples, 0)) FROM leaves
      JOIN pg_class l ON l.oid = relid WHERE root = c.oid), 0) ELSE c.reltuples END,
  coalesce(s.n_live_tup, 0),
  CASE WHEN c.relkind = 'p'
    THEN coalesce((SELECT sum(pg_total_relation_size(relid)) FROM leaves
      WHERE root = c.oid), 0)::bigint
    WHEN c.relkind IN ('r', 'm') THEN pg_total_relation_size(c.oid) ELSE 0 END,
  CASE WHEN c.relkind = 'p'
    THEN coalesce((SELECT sum(pg_table_size(relid)) FROM leaves WHERE root = c.oid), 0)::bigint
    WHEN c.relkind IN ('r', 'm') THEN pg_table_size(c.oid) ELSE 0 END,
  coalesce(s.n_dead_tup, 0), c.relpersistence = 'p', t.spcname, am.amname,
  ARRAY(SELECT DISTINCT confrelid::int8 FROM pg_constraint
    WHERE conrelid = c.oid AND contype = 'f'),
  ARRAY(SELECT DISTINCT conrelid::int8 FROM pg_constraint
    WHERE confrelid = c.oid AND contype = 'f'),
  ARRAY(SELECT relid::oid::int8 FROM leaves WHERE root = c.oid),
  ARRAY(WITH RECURSIVE below AS (
      SELECT inhrelid FROM pg_inherits WHERE inhparent = c.oid
      UNION SELECT i.inhrelid FROM pg_inherits i JOIN below ON i.inhparent = below.inhrelid)
    SELECT inhrelid::int8 FROM below),
  (SELECT partdefid::int8 FROM pg_partitioned_table WHERE partrelid = c.oid AND partdefid <> 0),
  (SELECT inhparent::int8 FROM pg_inherits WHERE inhrelid = c.oid AND c.relispartition LIMIT 1),
  ARRAY(SELECT a.attname::text FROM pg_partitioned_table p,
      unnest(p.partattrs::int2[]) WITH ORDINALITY AS k(num, place), pg_attribute a
    WHERE p.partrelid = c.oid AND a.attrelid = c.oid AND a.attnum = k.num AND k.num > 0
      AND NOT 0 = ANY(p.partattrs::int2[]) ORDER BY place),
  CASE WHEN c.relispartition THEN coalesce(pg_get_partition_constraintdef(c.oid), '') ELSE '' END,
  ARRAY(SELECT DISTINCT
      CASE WHEN pg_table_is_visible(v.oid) OR vn.nspname = 'public' THEN '' ELSE vn.nspname END
      || E'\\t' || v.relname
    FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class v ON v.oid = r.ev_class
    JOIN pg_namespace vn ON vn.oid = v.relnamespace
    WHERE d.refobjid = c.oid AND d.classid = 'pg_rewrite'::regclass AND v.oid <> c.oid),
  ARRAY(SELECT DISTINCT a.attname::text
    FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
    JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.refobjid = c.oid AND d.classid = 'pg_rewrite'::regclass AND d.refobjsubid > 0
      AND r.ev_class <> c.oid),
  ARRAY(SELECT DISTINCT
      CASE WHEN pg_table_is_visible(v.oid) OR vn.nspname = 'public' THEN '' ELSE vn.nspname END
      || E'\\t' || v.relname
    FROM pg_rewrite r JOIN pg_depend d ON d.objid = r.oid AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_class v ON v.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass
    JOIN pg_namespace vn ON vn.oid = v.relnamespace
    WHERE r.ev_class = c.oid AND v.oid <> c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace
LEFT JOIN pg_am am ON am.oid = c.relam
WHERE c.oid = ANY(%(oids)s)
"""

LOCKED = """
SELECT relation FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND pid <> pg_backend_pid()
  AND relation IS NOT NULL AND database = (SELECT oid FROM pg_database
    WHERE datname = current_database())
"""

DOMAINS = """
SELECT CASE WHEN pg_type_is_visible(t.oid) OR n.nspname = 'public' THEN '' ELSE n.nspname END,
  t.typname,
  below.checked, format_type(below.type, below.mods), coalesce(below.usual, ''),
  below.required, below.conditions,
  ARRAY(WITH RECURSIVE above AS (SELECT t.oid UNION
      SELECT d.oid FROM above JOIN pg_type d ON d.typbasetype = above.oid AND d.typtype = 'd')
    SELECT DISTINCT
      CASE WHEN pg_table_is_visible(c.oid) OR cn.nspname = 'public' THEN '' ELSE cn.nspname END
      || E'\\t' || c.relname || E'\\t' || a.attname
    FROM above JOIN pg_attribute a ON a.atttypid = above.oid AND NOT a.attisdropped
    JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'm')
    JOIN pg_namespace cn ON cn.oid = c.relnamespace)
FROM unnest(%s::text[]) AS given(name)
JOIN pg_type t ON t.oid = to_regtype(given.name) AND t.typtype = 'd'
JOIN pg_namespace n ON n.oid = t.typnamespace
CROSS JOIN LATERAL (
  WITH RECURSIVE levels AS (
    SELECT t.oid AS domain, t.typbasetype AS type, t.typtypmod AS mods, t.typnotnull AS required
    UNION ALL SELECT d.oid, d.typbasetype, d.typtypmod, d.typnotnull
      FROM levels JOIN pg_type d ON d.oid = levels.type WHERE d.typtype = 'd')
  SELECT (SELECT pg_get_expr(d.typdefaultbin, 0) FROM pg_type d WHERE d.oid = t.oid) AS usual,
    max(mods) AS mods, bool_or(required) AS required,
    bool_or(required OR EXISTS (
      SELECT 1 FROM pg_constraint WHERE contypid = domain)) AS checked,
    ARRAY(SELECT pg_get_expr(k.conbin, 0) FROM levels l
      JOIN pg_constraint k ON k.contypid = l.domain WHERE k.contype = 'c') AS conditions,
    (SELECT type FROM levels l JOIN pg_type b ON b.oid = l.type WHERE b.typtype <> 'd') AS type
  FROM levels) AS below
"""

VOLATILE = """
SELECT EXISTS (SELECT 1 FROM pg_proc WHERE provolatile = 'v' AND proname = ANY(%(functions)s))
  OR EXISTS (SELECT 1 FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode
    WHERE p.provolatile = 'v' AND o.oprname = ANY(%(operators)s))
"""

COUNT = "SELECT {oid}::oid::regclass::text"
