-- The tables that the measured lock facts speak of (TARMAC_CORPUS/locks.json).
CREATE FUNCTION volf() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1';
CREATE FUNCTION plvolf() RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN 1; END';
CREATE FUNCTION stabf() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 1; END';
CREATE FUNCTION trf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE DOMAIN dom AS int;
CREATE DOMAIN checked AS int CHECK (value > 0);
CREATE SEQUENCE sq;
CREATE TABLE parent (id bigint PRIMARY KEY, x int);
INSERT INTO parent SELECT g, g FROM generate_series(1, 1000) g;
CREATE TABLE t (
  id bigint PRIMARY KEY, a int, b text, p_id bigint, nul int, nn int, u bigint,
  v varchar(20), vx varchar(20), n numeric(10, 2), ts timestamp(3), tz timestamptz, tm time(3),
  iv interval(3), j json, jb jsonb, ch char(5), ci cidr, bt bit varying(8), m mood, f4 real,
  s2 smallint, i4 int, d dom, arr int[]
);
INSERT INTO t SELECT g, g, 'b' || g, 1 + g % 1000, g, g, g, 'v' || g, 'x' || g, g % 1000,
  now()::timestamp, now(), now()::time, '1 s', '{}', '{}', 'c', '10.0.0.0/8', B'1', 'a', g, 1, g,
  g, ARRAY[1] FROM generate_series(1, 20000) g;
CREATE INDEX t_a_idx ON t (a);
CREATE UNIQUE INDEX t_uq ON t (u);
CREATE INDEX t_v_idx ON t (vx);
ALTER TABLE t ADD CONSTRAINT nn_chk CHECK (nn IS NOT NULL);
ALTER TABLE t ADD COLUMN cv varchar(20) DEFAULT 'x' CHECK (cv <> '');
ALTER TABLE t ADD COLUMN xts timestamp DEFAULT now(), ADD COLUMN xci cidr,
  ADD COLUMN xn numeric(9, 2), ADD COLUMN ex varchar(20), ADD COLUMN part_of varchar(20);
CREATE INDEX x_ts ON t (xts);
CREATE INDEX x_ci ON t (xci);
CREATE INDEX x_n ON t (xn);
CREATE INDEX x_ex ON t (lower(ex));
CREATE INDEX x_part ON t (id) WHERE part_of <> '';
ALTER TABLE t ADD COLUMN k bigint NOT NULL DEFAULT 1;
UPDATE t SET k = id;
CREATE UNIQUE INDEX t_nn_uq ON t (k);
ALTER TABLE t ADD CONSTRAINT nv_chk CHECK (id > 0) NOT VALID;
ALTER TABLE t ADD CONSTRAINT nv_fk FOREIGN KEY (p_id) REFERENCES parent (id) NOT VALID;
ALTER TABLE t ADD CONSTRAINT drop_fk FOREIGN KEY (p_id) REFERENCES parent (id);
CREATE VIEW vw AS SELECT id, a FROM t;
CREATE MATERIALIZED VIEW mv AS SELECT id, a FROM t;
CREATE UNIQUE INDEX mv_u ON mv (id);
CREATE TRIGGER trg BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION trf();
CREATE POLICY pol ON t USING (true);
CREATE TABLE part (id int, d date) PARTITION BY RANGE (d);
CREATE TABLE part1 PARTITION OF part FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE TABLE partd PARTITION OF part DEFAULT;
INSERT INTO part SELECT g, '2021-06-01' FROM generate_series(1, 1000) g;
INSERT INTO part SELECT g, '2030-06-01' FROM generate_series(1, 1000) g;
CREATE TABLE newp (id int, d date);
INSERT INTO newp SELECT g, '2022-06-01' FROM generate_series(1, 1000) g;
CREATE TABLE newp2 (id int, d date,
  CONSTRAINT bounds CHECK (d IS NOT NULL AND d >= '2023-01-01' AND d < '2024-01-01'));
INSERT INTO newp2 SELECT g, '2023-06-01' FROM generate_series(1, 1000) g;
CREATE TABLE part2 (id int, d date) PARTITION BY RANGE (d);
CREATE TABLE part21 PARTITION OF part2 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
