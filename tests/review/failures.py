"""(statement that fails, rows that fail, of how many) and what passes, on one database."""

# ruff: noqa: E501

from __future__ import annotations

SCHEMA = """
CREATE EXTENSION btree_gist;
CREATE TYPE mood AS ENUM ('ok', 'sad');
CREATE DOMAIN positive AS int; CREATE DOMAIN above AS positive;
CREATE DOMAIN checked AS int CHECK (value > 0); CREATE DOMAIN needed AS int NOT NULL;
CREATE SEQUENCE sq; CREATE SCHEMA app; CREATE TABLE app.inner_t (id int);
CREATE FUNCTION trf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE pp (a int, b int, c int, PRIMARY KEY (a, b));
INSERT INTO pp VALUES (1, 1, 1), (2, 2, 2);
CREATE TABLE cc (id int PRIMARY KEY, a int, b int, s text);
INSERT INTO cc VALUES (1, 1, 1, 'A'), (2, 2, NULL, 'a'), (3, NULL, 9, NULL), (4, 9, 9, NULL), (5, 1, 2, 'b');
CREATE TABLE t (id int PRIMARY KEY, email text, n int, m int, num numeric(8, 3), f float8, d text,
  r int4range, mo mood DEFAULT 'ok', b bit(4), pos positive, pos2 above, src int, pol int,
  trg int, pinned int, gen int GENERATED ALWAYS AS (src + 1) STORED);
INSERT INTO t SELECT g, CASE g % 3 WHEN 0 THEN 'A@x' WHEN 1 THEN 'a@x' ELSE 'b' || g END, g,
  CASE WHEN g % 5 > 0 THEN g END, g * 1000.123, g * 1e9, '2020-01-01', int4range(g, g + 2), 'ok',
  B'1010', g - 5, g - 5, g, g, g, 1 FROM generate_series(1, 20) g;
CREATE VIEW vw AS SELECT pinned FROM t; CREATE VIEW vw2 AS SELECT * FROM vw;
CREATE POLICY p ON t USING (pol > 0);
CREATE TRIGGER tg BEFORE UPDATE OF trg ON t FOR EACH ROW EXECUTE FUNCTION trf();
CREATE INDEX t_n ON t (n); CREATE UNIQUE INDEX t_part ON t (n) WHERE n > 3;
CREATE UNIQUE INDEX t_expr ON t ((n + 1)); CREATE UNIQUE INDEX t_uq ON t (n);
CREATE TABLE child (t_id int REFERENCES t);
CREATE TABLE filled (a int); INSERT INTO filled VALUES (1), (2);
CREATE TABLE one (a int); INSERT INTO one VALUES (1); CREATE TABLE empty (a int);
CREATE TABLE part (id int, d int) PARTITION BY RANGE (d);
CREATE TABLE part1 PARTITION OF part FOR VALUES FROM (0) TO (100);
CREATE TABLE lpart (id int, k text) PARTITION BY LIST (k);
CREATE TABLE lpd PARTITION OF lpart DEFAULT;
INSERT INTO lpart VALUES (1, 'a'), (2, 'c'), (3, 'c'), (4, NULL);
CREATE TABLE lnew (id int, k text); INSERT INTO lnew VALUES (1, 'x'), (2, 'y'), (3, 'y');
CREATE TABLE hpart (id int) PARTITION BY HASH (id); CREATE TABLE hnew (id int);
CREATE TABLE h0 PARTITION OF hpart FOR VALUES WITH (modulus 2, remainder 0);
INSERT INTO hnew SELECT g FROM generate_series(1, 20) g WHERE satisfies_hash_partition('hpart'::regclass, 2, 1, g);
CREATE TABLE hbad (id int); INSERT INTO hbad SELECT generate_series(1, 20);
CREATE TABLE mpart (a int, b int) PARTITION BY RANGE (a, b);
CREATE TABLE mnew (a int, b int); INSERT INTO mnew VALUES (1, 5), (1, 50), (2, 1);
CREATE TABLE dpart (id int, k text) PARTITION BY LIST (k);
CREATE TABLE dp1 PARTITION OF dpart FOR VALUES IN ('a');
CREATE TABLE dnew (id int, k text); INSERT INTO dnew VALUES (1, 'a'), (2, 'q');
ANALYZE;
"""
COUNTED = [
    ("CREATE UNIQUE INDEX u ON t (lower(email))", 13, 20),
    ("CREATE UNIQUE INDEX u ON t (email, (n % 2)) WHERE n > 3", 11, 20),
    ('CREATE UNIQUE INDEX u ON t (email COLLATE "C")', 13, 20),
    ("CREATE UNIQUE INDEX u ON t (m) NULLS NOT DISTINCT", 4, 20),
    ("ALTER TABLE t ADD UNIQUE NULLS NOT DISTINCT (m)", 4, 20),
    ("ALTER TABLE cc ADD FOREIGN KEY (a, b) REFERENCES pp", 2, 5),
    ("ALTER TABLE cc ADD FOREIGN KEY (a, b) REFERENCES pp MATCH FULL", 4, 5),
    ("ALTER TABLE t ADD EXCLUDE USING gist (r WITH &&)", 20, 20),
    ("ALTER TABLE t ADD EXCLUDE USING btree (email WITH =)", 13, 20),
    ("ALTER TABLE t ADD EXCLUDE USING gist (email WITH =) WHERE (n > 15)", 2, 20),
    ("ALTER TABLE filled ADD COLUMN x needed", 2, 2),
    ("ALTER TABLE filled ADD COLUMN x int NOT NULL DEFAULT NULL", 2, 2),
    ("ALTER TABLE filled ADD COLUMN x checked DEFAULT -1", 2, 2),
    ("ALTER TABLE filled ADD COLUMN x int DEFAULT 0 CHECK (x > a)", 2, 2),
    ("ALTER TABLE filled ADD COLUMN x int UNIQUE DEFAULT 1", 2, 2),
    ("ALTER TABLE filled ADD COLUMN x int DEFAULT 99 REFERENCES t", 2, 2),
    ("ALTER TABLE filled ADD COLUMN x int PRIMARY KEY", 2, 2),
    ("ALTER TABLE t ALTER b TYPE bit(8)", 20, 20),
    ("ALTER TABLE t ALTER pos TYPE checked", 5, 20),
    ("ALTER TABLE t ALTER num TYPE numeric(6, 2)", 11, 20),
    ("ALTER TABLE t ALTER f TYPE int", 18, 20),
    ("ALTER DOMAIN positive ADD CONSTRAINT c CHECK (value > 0)", 5, 20),
    ("ALTER DOMAIN above ADD CONSTRAINT c CHECK (value > 1)", 6, 20),
    ("ALTER TABLE lpart ATTACH PARTITION lnew FOR VALUES IN ('x')", 2, 3),
    ("ALTER TABLE hpart ATTACH PARTITION hbad FOR VALUES WITH (modulus 2, remainder 1)", 8, 20),
    ("ALTER TABLE mpart ATTACH PARTITION mnew FOR VALUES FROM (1, 0) TO (1, 10)", 2, 3),
    (
        "ALTER TABLE mpart ATTACH PARTITION mnew FOR VALUES FROM (1, MINVALUE) TO (1, MAXVALUE)",
        1,
        3,
    ),
    ("ALTER TABLE dpart ATTACH PARTITION dnew DEFAULT", 1, 2),
    ("CREATE TABLE x PARTITION OF lpart FOR VALUES IN ('c')", 2, 4),
    ("CREATE TABLE x PARTITION OF lpart FOR VALUES IN (NULL, 'zz')", 1, 4),
]
CERTAIN = [
    ("ALTER TABLE t ALTER src TYPE bigint", "column gen of table t"),
    ("ALTER TABLE t ALTER pol TYPE bigint", "policy p on table t"),
    ("ALTER TABLE t ALTER trg TYPE bigint", "trigger tg on table t"),
    ("ALTER TABLE part ALTER d TYPE bigint", "partition key"),
    ("ALTER TABLE part1 ALTER id TYPE bigint", "column of a parent"),
    ("ALTER TABLE t DROP COLUMN src", "column gen of table t"),
    ("ALTER TABLE t DROP COLUMN pol", "policy p on table t"),
    ("ALTER TABLE t DROP COLUMN id", "child_t_id_fkey"),
    ("ALTER TABLE t DROP CONSTRAINT t_pkey", "child_t_id_fkey"),
    ("ALTER TABLE part DROP COLUMN d", "partition key"),
    ("ALTER TABLE part1 DROP COLUMN id", "column of a parent"),
    ("ALTER TABLE t ALTER id DROP NOT NULL", "primary key"),
    ("ALTER TABLE pp ADD PRIMARY KEY (c)", "pp_pkey"),
    ("ALTER TABLE cc ADD FOREIGN KEY (nosuch) REFERENCES t (id)", "no column nosuch"),
    ("ALTER TABLE cc ADD FOREIGN KEY (a) REFERENCES t (nosuch)", "no column nosuch"),
    ("ALTER TABLE cc ADD FOREIGN KEY (a) REFERENCES nosuch (id)", "no table nosuch"),
    ("ALTER TABLE cc ADD FOREIGN KEY (s) REFERENCES t (id)", "operator does not exist"),
    ("ALTER TABLE cc ADD CHECK (nosuch > 0)", "nosuch"),
    ("CREATE INDEX x ON t (nosuch)", "no column nosuch"),
    ("CREATE INDEX t ON t (n)", "t exists already"),
    ("ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX t_expr", "t_expr"),
    ("ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX t_part", "t_part"),
    ("ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX nosuch", "nosuch"),
    ("CREATE TABLE x (id int REFERENCES nosuch)", "no table nosuch"),
    ("CREATE TABLE t_n (id int)", "t_n exists already"),
    ("CREATE VIEW vw AS SELECT 1", "vw exists already"),
    ("CREATE TYPE mood AS ENUM ('a')", "mood exists already"),
    ("CREATE TYPE t AS ENUM ('a')", "t exists already"),
    ("CREATE SEQUENCE sq", "sq exists already"),
    ("CREATE SCHEMA app", "app exists already"),
    ("CREATE EXTENSION btree_gist", "btree_gist exists already"),
    ("CREATE POLICY p ON t USING (true)", "p already"),
    ("CREATE TRIGGER tg BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION trf()", "tg already"),
    ("ALTER TYPE mood ADD VALUE 'ok'", "ok already"),
    ("ALTER TYPE mood ADD VALUE 'x' BEFORE 'nosuch'", "no value nosuch"),
    ("ALTER TYPE mood RENAME VALUE 'ok' TO 'sad'", "sad already"),
    ("ALTER TABLE t RENAME TO pp", "pp exists already"),
    ("ALTER TABLE t RENAME n TO m", "column m already"),
    ("ALTER TABLE t RENAME nosuch TO x", "no column nosuch"),
    ("ALTER TABLE t RENAME CONSTRAINT nosuch TO x", "no constraint nosuch"),
    ("DROP TYPE mood", "column mo of table t"),
    ("DROP DOMAIN positive", "column pos of table t"),
    ("DROP FUNCTION trf()", "trigger tg on table t"),
    ("DROP VIEW vw", "view vw2"),
    ("DROP VIEW nosuch", "no nosuch here"),
    ("DROP SEQUENCE nosuch", "no nosuch here"),
    ("DROP SCHEMA app", "app.inner_t"),
    ("DROP TRIGGER nosuch ON t", "no nosuch on t"),
    ("DROP POLICY nosuch ON t", "no nosuch on t"),
    ("TRUNCATE t", "child references t"),
    ("UPDATE t SET nosuch = 1", "no column nosuch"),
    ("INSERT INTO t (nosuch) VALUES (1)", "no column nosuch"),
]
PASSES = """
CREATE UNIQUE INDEX u ON t (lower(email), n)
CREATE UNIQUE INDEX u ON t (m)
CREATE UNIQUE INDEX u ON t (lower(email)) WHERE n > 19
ALTER TABLE t ADD UNIQUE (m)
ALTER TABLE cc ADD FOREIGN KEY (a, b) REFERENCES pp NOT VALID
ALTER TABLE t ADD EXCLUDE USING gist (n WITH =)
ALTER TABLE empty ADD COLUMN x needed
ALTER TABLE empty ADD COLUMN x int DEFAULT 0 CHECK (x > 0)
ALTER TABLE one ADD COLUMN x int UNIQUE DEFAULT 1
ALTER TABLE filled ADD COLUMN x int UNIQUE
ALTER TABLE filled ADD COLUMN x int DEFAULT 7 REFERENCES t
ALTER TABLE filled ADD COLUMN x int DEFAULT 5 CHECK (x > a)
ALTER TABLE filled ADD COLUMN x checked DEFAULT 4
ALTER TABLE filled ADD COLUMN x checked
ALTER TABLE filled ADD COLUMN x serial PRIMARY KEY
ALTER TABLE filled ADD COLUMN x int GENERATED ALWAYS AS IDENTITY PRIMARY KEY
ALTER TABLE t ALTER b TYPE bit varying(4)
ALTER TABLE t ALTER n TYPE checked
ALTER DOMAIN above ADD CONSTRAINT c CHECK (value > -5)
ALTER TABLE lpart ATTACH PARTITION lnew FOR VALUES IN ('x', 'y')
ALTER TABLE hpart ATTACH PARTITION hnew FOR VALUES WITH (modulus 2, remainder 1)
ALTER TABLE mpart ATTACH PARTITION mnew FOR VALUES FROM (1, MINVALUE) TO (3, MAXVALUE)
ALTER TABLE mpart ATTACH PARTITION mnew FOR VALUES FROM (MINVALUE, MINVALUE) TO (2, 2)
CREATE TABLE x PARTITION OF lpart FOR VALUES IN ('zz')
ALTER TABLE t ALTER gen TYPE bigint
ALTER TABLE t DROP COLUMN src CASCADE
ALTER TABLE t DROP COLUMN email
ALTER TABLE t DROP COLUMN gen
ALTER TABLE t DROP CONSTRAINT t_pkey CASCADE
ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX t_uq
ALTER TYPE mood ADD VALUE 'x' BEFORE 'sad'
ALTER TYPE mood ADD VALUE IF NOT EXISTS 'ok'
ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'
CREATE OR REPLACE VIEW vw AS SELECT pinned FROM t
CREATE SCHEMA IF NOT EXISTS app
CREATE TEMP TABLE t (id int)
CREATE TABLE app.t (id int)
ALTER TABLE t RENAME TO free
ALTER TABLE t RENAME n TO free
ALTER TABLE t RENAME CONSTRAINT t_pkey TO free
DROP VIEW vw2
DROP VIEW vw, vw2
DROP VIEW vw CASCADE
DROP TYPE mood CASCADE
DROP VIEW IF EXISTS nosuch
DROP SCHEMA app CASCADE
DROP SEQUENCE sq
DROP TRIGGER tg ON t
DROP POLICY p ON t
DROP TABLE child
DROP TABLE part
TRUNCATE t, child
TRUNCATE t CASCADE
UPDATE t SET n = n
INSERT INTO t (id) VALUES (1000)
"""
PLANS_THAT_PASS = [
    ["DROP VIEW vw2", "DROP VIEW vw", "ALTER TABLE t ALTER pinned TYPE bigint"],
    ["DROP POLICY p ON t", "ALTER TABLE t DROP COLUMN pol"],
    ["DROP TRIGGER tg ON t", "ALTER TABLE t ALTER trg TYPE bigint", "DROP FUNCTION trf()"],
    ["ALTER TABLE t DROP COLUMN gen", "ALTER TABLE t ALTER src TYPE bigint"],
    ["ALTER TABLE t DROP COLUMN mo", "DROP TYPE mood", "CREATE TYPE mood AS ENUM ('x')"],
    ["ALTER TABLE child DROP CONSTRAINT child_t_id_fkey", "ALTER TABLE t DROP CONSTRAINT t_pkey",
     "ALTER TABLE t ADD PRIMARY KEY (n)"],
    ["DROP TABLE child", "TRUNCATE t"],
    ["DROP VIEW vw CASCADE", "CREATE VIEW vw AS SELECT 1 AS x", "DROP VIEW vw"],
    ["CREATE TABLE y (id int)", "CREATE INDEX y_i ON y (id)", "ALTER INDEX y_i RENAME TO y_j",
     "ALTER TABLE y RENAME TO z", "ALTER TABLE z ADD PRIMARY KEY (id)", "DROP TABLE z"],
    ["CREATE TYPE kind AS ENUM ('a')", "ALTER TABLE t ADD COLUMN k kind", "ALTER TABLE t DROP k",
     "DROP TYPE kind"],
    ["ALTER TABLE t ALTER mo DROP DEFAULT", "ALTER TYPE mood RENAME TO mood_old",
     "CREATE TYPE mood AS ENUM ('ok', 'sad', 'new')",
     "ALTER TABLE t ALTER mo TYPE mood USING mo::text::mood",
     "ALTER TABLE t ALTER mo SET DEFAULT 'ok'", "DROP TYPE mood_old"],
    ["CREATE SCHEMA other", "CREATE TABLE other.t (id int)", "DROP TABLE other.t",
     "DROP SCHEMA other"],
    ["ALTER TABLE t RENAME n TO old_n", "ALTER TABLE t ADD COLUMN n int",
     "UPDATE t SET n = old_n", "CREATE INDEX x ON t (n)"],
    ["ALTER TABLE filled ADD COLUMN x int", "UPDATE filled SET x = a",
     "ALTER TABLE filled ADD PRIMARY KEY (x)"],
    ["DROP INDEX t_uq", "CREATE UNIQUE INDEX t_uq ON t (n)",
     "ALTER TABLE t ADD CONSTRAINT t_uq UNIQUE USING INDEX t_uq"],
    ["ALTER TABLE pp DROP CONSTRAINT pp_pkey", "ALTER TABLE pp ADD PRIMARY KEY (c)"],
]  # fmt: skip
