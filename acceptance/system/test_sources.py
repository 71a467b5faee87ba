"""Locked schemas beside what databases say of themselves."""

import json
import sqlite3

import duckdb

from postgres import Server
from system import Project

ENVIRONMENT = """apiVersion: pipectl/v1
kind: Environment
name: dev
root: .pipectl/dev
connections:
  files: { type: files, root: data }
  sq: { type: sqlite, path: s.sqlite }
  dk: { type: duckdb, path: d.duckdb }
"""
LOOKUP = "activities:\n  - { name: a, type: lookup, source: { connection: %s, table: %s } }\n"


def lock(here, *arguments):
    result = here("sources", "lock", "--output", "json", *arguments)
    return {one["connection"]: one for one in json.loads(result.expect(0).text)["connections"]}


def relation(here, path, name):
    """Columns and key of a table in a lock file, by its lines."""
    lines = (here.folder / path).read_text().splitlines()
    start = lines.index(f"  {name}:")
    columns, key = {}, []
    for line in lines[start + 2:]:
        if line.startswith("      "):
            column, _, kind = line.strip().partition(": ")
            columns[column] = kind
        elif line.startswith("    key: "):
            key = line.removeprefix("    key: ").strip("[]").split(", ")
        else:
            break
    return columns, key


def test_files_of_databases(folder):
    here = Project.small(folder / "project", {
        "environments/dev.yml": ENVIRONMENT, "pipelines/p.yml": LOOKUP % ("sq", "T"), "pipelines/q.yml": LOOKUP % ("dk", "s.t"),
        "pipelines/r.yml": "activities:\n  - { name: a, type: lookup, source: { connection: files, path: '*.json' } }\n",
        "data/a.json": '[{"id": 1, "tags": ["x"], "who": {"name": "Ada", "born": "1815-12-10"}}]',
    })
    here.root.mkdir(parents=True)
    with sqlite3.connect(here.root / "s.sqlite") as database:
        database.execute("create table t (b text, a integer, c real, d blob, e timestamp, primary key (a, b))")
    database.close()
    with duckdb.connect(str(here.root / "d.duckdb")) as database:
        database.execute("create schema s")
        database.execute(
            "create table s.t (id bigint primary key, amount decimal(20, 4), moment timestamptz, parts struct(a integer, \"b c\" varchar[]), "
            "prices map(varchar, double), state enum('open', 'it''s paid'), pair union(n integer, w varchar), id2 uuid, wide hugeint)")
        expected = dict(database.execute("select column_name, data_type from duckdb_columns() where table_name = 't'").fetchall())
    assert set(lock(here)) == {"sq", "dk", "files"}
    columns, key = relation(here, "schemas/sq.yml", "T")
    assert columns == {"b": "VARCHAR", "a": "BIGINT", "c": "DOUBLE", "d": "BLOB", "e": "TIMESTAMP"}, columns
    assert key == ["a", "b"], key
    columns, key = relation(here, "schemas/dk.yml", "s.t")
    same = duckdb.connect()
    for name, kind in columns.items():
        described = same.execute(f"describe select cast(null as {kind}) as x").fetchall()[0][1]
        assert described == expected[name], f"{name}: {kind} is {described}, the database has {expected[name]}"
    assert list(columns) == list(expected) and key == ["id"], (columns, key)
    columns, _ = relation(here, "schemas/files.yml", '"*.json"')
    assert columns == {"id": "BIGINT", "tags": "VARCHAR[]", "who": 'STRUCT("name" VARCHAR, "born" DATE)'}, columns
    # Nothing new: the files stay, byte by byte, and validation takes them.
    before = {path.name: path.read_bytes() for path in (here.folder / "schemas").iterdir()}
    assert not any(one["changed"] for one in lock(here).values())
    assert before == {path.name: path.read_bytes() for path in (here.folder / "schemas").iterdir()}
    here("sources", "check").expect(0)
    here("validate").expect(0)


def test_postgresql(folder):
    with Server(folder / "server") as server:
        here = Project.bundled(folder / "project", "postgres", server.variables)
        here.succeed("source_system", "--param", "through=2015-01-31")
        server.psql("CREATE SCHEMA archive", user="erp")
        server.psql("CREATE TYPE state AS ENUM ('open', 'paid')", user="erp")
        server.psql(
            "CREATE TABLE archive.orders (line int, id bigint, state state, amount numeric(20, 4), at timestamptz, tags text[], note varchar(9),"
            " PRIMARY KEY (id, line))", user="erp")
        server.psql("CREATE VIEW archive.open AS SELECT id FROM archive.orders", user="erp")
        # Types of SQLite are locked: those of the server differ, and that is said.
        result = here("sources", "check", "--env", "postgres").expect(1, "order_lines: column line_item is INTEGER, was BIGINT")
        assert server.password not in result.text
        # By name, and with --all by what there is.
        (here.folder / "pipelines/archive.yml").write_text(
            "apiVersion: pipectl/v1\nkind: Pipeline\nname: archive\n" + LOOKUP % ("erp", "archive.orders")
            + "  - { name: b, type: lookup, source: { connection: erp, query: 'select count(*) as n from archive.orders' } }\n")
        result = lock(here, "--env", "postgres", "--connection", "erp")["erp"]
        assert result["tables"] == 8 and result["queries"] == 1, result
        columns, key = relation(here, "schemas/erp.yml", "archive.orders")
        assert key == ["id", "line"], key
        assert columns == {
            "line": "INTEGER", "id": "BIGINT", "state": "ENUM('open', 'paid')", "amount": "DECIMAL(20,4)", "at": "TIMESTAMP WITH TIME ZONE",
            "tags": "VARCHAR[]", "note": "VARCHAR"}, columns
        here("sources", "check", "--env", "postgres").expect(0)
        assert lock(here, "--env", "postgres", "--connection", "erp", "--all")["erp"]["tables"] == 9
        relation(here, "schemas/erp.yml", "archive.open")
        server.psql("DROP VIEW archive.open; ALTER TABLE archive.orders DROP COLUMN note", user="erp")
        here("sources", "check", "--env", "postgres").expect(1, "table archive.open is gone", "archive.orders: column note VARCHAR is gone")
        # A pipeline still reads what is gone: an error at its place, and the file stays.
        server.psql("DROP TABLE archive.orders", user="erp")
        before = (here.folder / "schemas/erp.yml").read_bytes()
        here("sources", "lock", "--env", "postgres", "--connection", "erp").expect(1, "source-not-found", "pipelines/archive.yml:5")
        assert (here.folder / "schemas/erp.yml").read_bytes() == before
        server.stop()
        result = here("sources", "check", "--env", "postgres").expect(74, "127.0.0.1")
        assert server.password not in result.text
