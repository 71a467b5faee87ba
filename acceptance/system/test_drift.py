"""Drift against other programs: delta-rs writes tables, a PostgreSQL server is the source and the warehouse."""

import json
import shutil
import subprocess

import duckdb
from deltalake import write_deltalake

from postgres import Server
from system import Project

ENVIRONMENT = """apiVersion: pipectl/v1
kind: Environment
name: dev
branch: main
root: .pipectl/dev
connections:
  erp: {{ type: postgres, host: 127.0.0.1, port: {port}, database: erp, user: erp, password: "${{{{ env('ERP_PASSWORD') }}}}" }}
warehouse: {{ type: postgres, host: 127.0.0.1, port: {port}, database: warehouse, user: warehouse, password: "${{{{ env('ERP_PASSWORD') }}}}" }}
"""
PIPELINE = """activities:
  - { name: orders, type: copy, source: { connection: erp, table: orders }, into: bronze.orders, mode: overwrite }
  - { name: total, type: transform, query: sql/total.sql, into: gold.total, mode: overwrite }
  - { name: show, type: publish, tables: [gold.total], dependsOn: [total] }
"""


def git(here, *words):
    subprocess.run(["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", *words], cwd=here.folder, check=True, capture_output=True)


def drift(here, *words):
    found = json.loads(here("drift", "--env", "dev", "--output", "json", *words).expect(0).text)
    return {(item["kind"], item["name"]): item for item in found["drift"]}, {(item["kind"], item["name"]): item for item in found["notes"]}, found["notChecked"]


def checks(here):
    plan = json.loads(here("plan", "--env", "dev", "--ref", "HEAD", "--output", "json").expect(0).text)
    return {(check["kind"], check["name"]): check for check in plan["checks"]}


def test_tables_sources_and_warehouse(folder):
    with Server(folder / "server") as server:
        server.psql("CREATE TABLE orders (id bigint PRIMARY KEY, amount integer); INSERT INTO orders VALUES (1, 10), (2, 20)", user="erp", database="erp")
        here = Project.small(folder / "project", {
            "environments/dev.yml": ENVIRONMENT.format(port=server.port), "pipelines/sales.yml": PIPELINE,
            "pipelines/sql/total.sql": "select sum(amount) as total from bronze.orders\n", ".gitignore": ".pipectl/\n",
        }, variables={"ERP_PASSWORD": server.password, "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "a@example.com"})
        here("sources", "lock", "erp").expect(0)
        git(here, "init", "-q", "-b", "main")
        git(here, "add", "-A")
        git(here, "commit", "-qm", "first")
        found = checks(here)
        assert {check["outcome"] for check in found.values()} == {"passed"}, found
        assert ("warehouse", "warehouse") in found and ("connection", "erp") in found, found
        here("deploy", "--env", "dev").expect(0)
        here.succeed("sales")
        assert drift(here) == ({}, {}, [])

        # delta-rs: the same columns, then others; a table of its own.
        connection = duckdb.connect()
        write_deltalake(str(here.lake / "bronze/orders"), connection.sql("select 3::bigint as id, 30::integer as amount"), mode="append")
        write_deltalake(str(here.lake / "bronze/orders"), connection.sql("select 4::bigint as id, 40::integer as amount"), mode="append")
        write_deltalake(str(here.lake / "gold/total"), connection.sql("select 1::bigint as total, 'x' as note"), mode="overwrite", schema_mode="overwrite")
        write_deltalake(str(here.lake / "gold/own"), connection.sql("select 1 as a"))
        # The server: a column of the source goes, one of a published table, too.
        server.psql("ALTER TABLE orders DROP COLUMN amount; ALTER TABLE orders ADD COLUMN price integer", user="erp", database="erp")
        server.psql("ALTER TABLE gold.total RENAME COLUMN total TO sum", user="warehouse", database="warehouse")
        wrong, notes, gaps = drift(here)
        assert set(wrong) == {("table", "bronze.orders"), ("table", "gold.total"), ("table", "gold.own"), ("published", "gold.total"), ("source", "erp.orders")}, wrong
        assert "2 commits by delta-rs" in wrong["table", "bronze.orders"]["problem"], wrong
        assert wrong["table", "gold.total"]["problem"].startswith("has other columns: 1 commit by delta-rs"), wrong
        assert "note VARCHAR" in wrong["table", "gold.total"]["live"], wrong
        assert ("source", "erp.orders") in notes and not gaps, (notes, gaps)
        assert here("drift", "--env", "dev", "--exit-code").code == 2
        # A plan tells it, and goes on.
        (here.folder / "pipelines/sql/total.sql").write_text("select max(amount) as total from bronze.orders\n")
        git(here, "commit", "-qam", "second")
        failed = checks(here)["connection", "erp"]
        assert failed["outcome"] == "failed" and any("amount" in line for line in failed["details"]), failed
        # The source comes into the project as it is now.
        here("adopt", "--env", "dev", "--sources").expect(0, "schemas/erp.yml: written")
        assert "price" in (here.folder / "schemas/erp.yml").read_text()
        # Nobody answers: what could not be looked at is told as such.
        server.stop()
        wrong, _, gaps = drift(here)
        assert {gap["subject"] for gap in gaps} == {"source erp", "warehouse"}, gaps
        assert ("table", "gold.total") in wrong
        assert checks(here)["connection", "erp"]["outcome"] == "failed"
        assert server.password not in here("drift", "--env", "dev", "--output", "json").text
        # A run makes right what the release can.
        server.start()
        # On another port.
        (here.folder / "environments/dev.yml").write_text(ENVIRONMENT.format(port=server.port))
        git(here, "checkout", "-q", "schemas")
        git(here, "commit", "-qam", "third")
        here("deploy", "--env", "dev").expect(0)
        server.psql("ALTER TABLE orders RENAME COLUMN price TO amount; UPDATE orders SET amount = 1", user="erp", database="erp")
        here.succeed("sales")
        shutil.rmtree(here.lake / "gold/own")
        assert drift(here) == ({}, {}, []), drift(here)
