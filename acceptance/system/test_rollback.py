"""Code and data go back together, as other programs see it: delta-rs the lake, DuckDB and PostgreSQL the warehouse."""

import json
import os
import subprocess

from deltalake import DeltaTable
from postgres import Server
from system import Project, expect_same, wait_until

HALF, FULL = "2016-12-31", "2017-06-30"


class Delivered(Project):
    """A project in a repository of its own, deployed commit by commit."""

    def git(self, *words):
        person = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "a@x.org", "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "a@x.org"}
        self.variables |= person
        subprocess.run(["git", *words], cwd=self.folder, env=self.variables, check=True, capture_output=True)

    def deploy(self):
        if not (self.folder / ".git").exists():
            self.git("init", "-q", "-b", "main")
            (self.folder / ".gitignore").write_text("/.pipectl/\n")
        self.git("add", "-A")
        self.git("commit", "-qm", "Next")
        self("deploy", "--env", self.environment, "--ref", "HEAD").expect(0)

    def rollback(self, *words):
        return self("rollback", "--env", self.environment, "--data", *words)

    def change(self, path, old, new):
        text = (self.folder / path).read_text()
        assert old in text, f"{path} has no {old}"
        (self.folder / path).write_text(text.replace(old, new, 1))


def go_there_and_back(project, warehouse):
    """Two releases of the bundled project and a rollback; `warehouse` gives what it shows, by table."""
    project.deploy()
    project.succeed("source_system", "--param", f"through={HALF}")
    project.succeed("sales")
    first = project.fingerprints(), warehouse()
    marks = {table: properties(project, table) for table in project.tables()}

    sql = project.folder / "pipelines/sql/gold/kpi_sales.sql"
    sql.write_text(f"SELECT *, 1 AS mistake FROM (\n{sql.read_text().rstrip().rstrip(';')}\n)\n")
    project.change("pipelines/sales.yml", "  - name: publish\n", "  - { name: extra, type: transform, query: select 1 as one, into: gold.extra }\n  - name: publish\n")
    project.change("pipelines/sales.yml", "      - gold.dim_customer\n", "      - gold.dim_customer\n      - gold.extra\n")
    project.deploy()
    project.succeed("source_system", "--param", f"through={FULL}")
    project.succeed("sales")
    second = project.fingerprints(), warehouse()
    assert first[1] != second[1] and "gold.extra" in second[1], "the second release changed too little"

    versions = project.versions()
    dry = json.loads(project.rollback("--dry-run", "--output", "json").expect(0).text)
    expect_same(project.versions(), versions, "versions after --dry-run")
    rows = {entry["table"]: (entry["now"]["rows"], (entry["then"] or {"rows": 0})["rows"]) for entry in dry["tables"]}
    changed = {table.replace("/", ".") for table in second[0] if second[0][table] != first[0].get(table)}
    assert changed <= rows.keys(), f"not in the plan: {changed - rows.keys()}"
    for table, (now, then) in rows.items():
        assert now == project.rows(table), table
        assert then == first[0].get(table.replace(".", "/"), (0,))[0], table
    told = project.rollback().expect(0, "not restored: erp.").text
    found = project.fingerprints()
    assert found.pop("gold/extra")[0] == 0, "a table that was not there has rows"
    expect_same(found, first[0], "tables after the rollback")
    expect_same(warehouse(), first[1], "the warehouse after the rollback")
    expect_same({table: properties(project, table) for table in marks}, marks, "columns and watermarks")

    # The same files with all of the data: what was read since is read again, once.
    project.succeed("sales")
    bronze = {table: value for table, value in second[0].items() if table.startswith("bronze/")}
    expect_same({table: project.fingerprint(table) for table in bronze}, bronze, "bronze, read again")
    # And there again.
    project.rollback("--to", "2").expect(0)
    expect_same(project.fingerprints(), second[0], "tables of the second release")
    expect_same(warehouse(), second[1], "its warehouse")
    return f"{len(rows)} tables there and back, {told.count('not restored')} not restored"


def properties(project, table):
    delta = project.delta(table)
    return delta.metadata().configuration, delta.schema().to_json()


def test_bundled_project(folder):
    project = Delivered.bundled(folder / "project")

    def warehouse():
        import duckdb

        with duckdb.connect(str(project.warehouse), read_only=True) as connection:
            # What pipectl notes of its views names the release that made them.
            names = connection.execute(
                "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE table_name <> '_pipectl_views'").fetchall()
        return {name: project.warehouse_fingerprint(name) for (name,) in names}

    return go_there_and_back(project, warehouse)


def test_postgres(folder):
    with Server(folder / "server") as server:
        project = Delivered.bundled(folder / "project", "postgres", server.variables)

        def warehouse():
            names = server.psql("SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_schema = 'gold'")
            return {name: server.psql(f"SELECT count(*), sum(hashtext(t::text)::bigint) FROM {name} AS t")[0] for (name,) in names}

        return go_there_and_back(project, warehouse)


SLOW = "activities:\n  - { name: a, type: transform, query: sql/a.sql, into: gold.a }\n  - { name: wait, type: wait, seconds: %d }\n  - { name: b, type: fail, message: no, dependsOn: [ { activity: wait, conditions: [succeeded] } ] }\n"


def test_runs_and_rollbacks_keep_out_of_each_other(folder):
    project = Delivered.small(folder / "project", {"pipelines/slow.yml": SLOW % 0, "pipelines/sql/a.sql": "select 1 as x"})
    project.deploy()
    project.run("slow").expect(1)
    (project.folder / "pipelines/slow.yml").write_text("apiVersion: pipectl/v1\nkind: Pipeline\nname: slow\n" + SLOW % 60)
    (project.folder / "pipelines/sql/a.sql").write_text("select 2 as x")
    project.deploy()
    process = project.start("run", "slow", "--env", "dev")
    wait_until(lambda: project.version("gold.a") == 1, "the second release's run writes")
    project.rollback().expect(1, "runs of dev are under way")
    assert project.query("gold.a", "SELECT x FROM t") == [(2,)]
    process.kill()
    process.communicate()
    # Others write too: what they did goes with the table, and is told.
    DeltaTable(str(project.lake / "gold/a")).delete("x = 2")
    project.rollback().expect(0, "what others committed in between goes with it", "delta-rs")
    assert project.query("gold.a", "SELECT x FROM t") == [(1,)]
    assert DeltaTable(str(project.lake / "gold/a")).history(1)[0]["operation"] == "RESTORE"
    project.resume().expect(1, "cannot be resumed: since it began, the tables went back to release 1")
    project.run("slow").expect(1)
    assert project.query("gold.a", "SELECT x FROM t") == [(1,)]


def test_a_warehouse_that_cannot_be_written(folder):
    """Where the warehouse cannot be written any more when the tables have gone back, the next command ends it."""
    pipeline = "activities:\n  - { name: a, type: transform, query: sql/a.sql, into: gold.a }\n  - { name: publish, type: publish, tables: [gold.a] }\n"
    project = Delivered.small(folder / "project", {"pipelines/all.yml": pipeline, "pipelines/sql/a.sql": "select 1 as x"})
    project.deploy()
    project.succeed("all")
    (project.folder / "pipelines/sql/a.sql").write_text("select 2 as x")
    project.deploy()
    project.succeed("all")
    # A folder under the name of the next file.
    blocked = project.root / "warehouse.duckdb.next"
    blocked.mkdir()
    project.rollback().expect(74, "release 3 of dev is live, and its data has not all gone back", "pipectl status --env dev")
    project.run("all").expect(1, "was interrupted", "pipectl status --env dev")
    project("deploy", "--env", "dev", "--ref", "HEAD").expect(74, "has not all gone back")
    blocked.rmdir()
    project("status", "--env", "dev").expect(0, "an interrupted rollback was ended: the data of dev is as release 1 left it")
    assert project.query("gold.a", "SELECT x FROM t") == [(1,)]
    assert project.version("gold.a") == 2, "the table went back more than once"
    project.compare_warehouse()
    project.succeed("all")
