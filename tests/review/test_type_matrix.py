"""From every type to every other: does it rewrite, does it read? Predicted against PostgreSQL."""

from __future__ import annotations

from itertools import product
from typing import Any

import psycopg
import pytest

from tests.review.test_measured import measured, predicted
from wizards.migrate.facts import connected, gather

TYPES = """
smallint|int|bigint|oid|regclass|numeric|numeric(10,2)|numeric(12,2)|numeric(12,4)|numeric(8,2)
numeric(5)|numeric(5,-2)|real|double precision|money|boolean|text|varchar|varchar(10)|varchar(20)
char|char(5)|char(10)|"char"|bpchar|name|citext|bytea|bit(4)|bit(8)|varbit|varbit(4)|varbit(8)
date|time|time(3)|time(6)|timetz|timetz(3)|timestamp|timestamp(0)|timestamp(3)|timestamp(6)
timestamptz|timestamptz(0)|timestamptz(3)|timestamptz(6)|interval|interval(3)|interval(6)
interval day to second|interval day to second(3)|interval second(3)|interval minute to second(6)
interval year to month|interval year|interval day|uuid|json|jsonb|xml|inet|cidr|macaddr|macaddr8
tsvector|int4range|numrange|point|box|polygon|circle|path|pg_lsn|mood|"Mood"|dom|dvar
dtext|checked|ddom|darr|dmood|dnum|dts|dnn|dchecktext|int[]|bigint[]|text[]|varchar[]|varchar(10)[]
varchar(20)[]|numeric(10,2)[]|timestamptz[]|timestamp[]|mood[]|comp|dom[]|hstore
"""
SCHEMA = """
CREATE EXTENSION citext; CREATE EXTENSION hstore;
CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TYPE "Mood" AS ENUM ('a', 'b');
CREATE DOMAIN dom AS int; CREATE DOMAIN dvar AS varchar(10); CREATE DOMAIN dtext AS text;
CREATE DOMAIN checked AS int CHECK (value > 0); CREATE DOMAIN ddom AS dom;
CREATE DOMAIN darr AS int[]; CREATE DOMAIN dmood AS mood; CREATE DOMAIN dnum AS numeric(10, 2);
CREATE DOMAIN dts AS timestamp; CREATE DOMAIN dnn AS int NOT NULL;
CREATE DOMAIN dchecktext AS text CHECK (value <> 'x'); CREATE TYPE comp AS (a int, b text);
"""
VARIANTS = {
    "plain": "",
    "using": "",
    "index": "CREATE INDEX ON {table} (c)",
    "hash": "CREATE INDEX ON {table} USING hash (c)",
    "partial": "CREATE INDEX ON {table} (id) INCLUDE (c) WHERE id > 0",
    "check": "ALTER TABLE {table} ADD CHECK (c IS NOT NULL OR id > 0)",
}


def listed() -> list[str]:
    return [one for line in TYPES.split("\n") for one in line.split("|") if one]


def without_failing(connection: psycopg.Connection[Any], sql: str) -> bool:
    try:
        connection.execute(sql.encode())
    except psycopg.Error:
        return False
    finally:
        connection.rollback()
    return True


@pytest.mark.slow
@pytest.mark.parametrize("variant", list(VARIANTS))
@pytest.mark.parametrize("zone", ["UTC", "Asia/Seoul"])
def test_every_change_of_type_is_predicted(everything: str, variant: str, zone: str) -> None:
    if zone != "UTC" and variant != "index":
        pytest.skip("the zone only matters to two types")
    url = everything.rpartition("/")[0] + "/types"
    with psycopg.connect(everything, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS types")
        connection.execute("CREATE DATABASE types")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SCHEMA.encode())
        for number, one in enumerate(listed()):
            connection.execute(f"CREATE TABLE t{number} (id int, c {one})".encode())
            if one != "dnn":
                connection.execute(f"INSERT INTO t{number} (id) VALUES (1)".encode())
            if VARIANTS[variant]:
                try:
                    connection.execute(VARIANTS[variant].format(table=f"t{number}").encode())
                except psycopg.Error:
                    continue
    given = [
        f"ALTER TABLE t{number} ALTER c TYPE {new}" + (f" USING c::{new}" * (variant == "using"))
        for (number, _old), new in product(enumerate(listed()), listed())
    ]
    url += f"?options=-c%20TimeZone%3D{zone}"
    with connected(url) as facts_connection:
        facts = gather(facts_connection, given)
    wrong, compared = [], 0
    with psycopg.connect(url) as connection:
        for sql in given:
            if not without_failing(connection, sql):
                continue
            table = [sql.split(" ")[2]]
            said, was = predicted(facts, sql, table), measured(connection, sql, table)
            compared += 1
            if said[1:] != was[1:]:
                wrong.append((sql, said[1:], was[1:]))
    assert compared > 1500
    assert not wrong, "\n".join(map(str, wrong))
