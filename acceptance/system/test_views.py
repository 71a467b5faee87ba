"""Views of the warehouse: in PostgreSQL and in a DuckDB file, read by psql and by duckdb itself."""

import json
import random
import signal
import subprocess
import time

import duckdb

from postgres import Server, Watcher
from system import Project

POSTGRES = """apiVersion: pipectl/v1
kind: Environment
name: dev
branch: main
root: .pipectl/dev
connections: {{ files: {{ type: files, root: data }} }}
warehouse:
  type: postgres
  host: 127.0.0.1
  port: ${{{{ int(env('PIPECTL_TEST_PORT', '5432')) }}}}
  database: warehouse
  user: warehouse
  password: ${{{{ env('PIPECTL_TEST_PASSWORD', '') }}}}{schema}
"""
DUCKDB = """apiVersion: pipectl/v1
kind: Environment
name: dev
branch: main
root: .pipectl/dev
connections: { files: { type: files, root: data } }
warehouse: { type: duckdb, path: warehouse.duckdb }
"""
COPY = """activities:
  - name: orders
    type: copy
    source: { connection: files, path: orders.csv, format: { type: csv, columns: { %s } } }
    into: gold.orders
    onSchemaChange: replace
  - name: publish
    type: publish
    tables: [gold.orders]
"""
NARROW, WIDE = "id: BIGINT, Gender: VARCHAR, amount: BIGINT", "id: BIGINT, Gender: VARCHAR, amount: BIGINT, note: VARCHAR"
VIEWS = """    views:
      gold.by_gender: sql/by_gender.sql
      silver.best: select "Gender" from gold.by_gender where amount > 6
"""
SQL = """-- gold.orders stands in a comment, and 'gold.orders' in a text.
select gold . "orders"."Gender", 'gold.orders' as source, sum(gold.orders.amount) as amount
from /* here */ Gold /* too */ . Orders group by "Gender"
"""


def project(folder, environment, variables=None):
    found = Project.small(
        folder, {"environments/dev.yml": environment, "pipelines/sales.yml": COPY % NARROW + VIEWS, "pipelines/sql/by_gender.sql": SQL,
                 "data/orders.csv": "id,Gender,amount\n1,f,5\n2,m,6\n3,f,3\n"}, variables)
    git(found, "init", "-q", "-b", "main")
    git(found, "config", "user.name", "Ada")
    git(found, "config", "user.email", "ada@example.com")
    commit(found)
    return found


def git(found, *words):
    subprocess.run(["git", *words], cwd=found.folder, check=True, capture_output=True)


def commit(found):
    git(found, "add", "-A")
    git(found, "commit", "-q", "--allow-empty", "-m", "A change")


def write(found, path, text):
    (found.folder / path).write_text(text)
    commit(found)


def sales(found, columns, views=VIEWS):
    write(found, "pipelines/sales.yml", "apiVersion: pipectl/v1\nkind: Pipeline\nname: sales\n" + COPY % columns + views)


def deploy(found, code=0, *parts):
    return found("deploy", "--env", "dev").expect(code, *parts)


def test_postgres(folder):
    for schema in ("", "mart"):
        with Server(folder / f"server{schema}") as server:
            variables = {"PIPECTL_TEST_PORT": str(server.port), "PIPECTL_TEST_PASSWORD": server.password}
            found = project(folder / f"project{schema}", POSTGRES.format(schema=f"\n  schema: {schema}" if schema else ""), variables)
            check_postgres(found, server, schema or "gold", schema or "silver")


def check_postgres(found, server, gold, silver):
    def rows(sql):
        return server.psql(sql)

    deploy(found, 0, f"view gold.by_gender waits until {gold}.orders is published")
    found.succeed("sales")
    assert rows(f'SELECT "Gender", source, amount FROM {gold}.by_gender ORDER BY 1') == [("f", "gold.orders", "8"), ("m", "gold.orders", "6")]
    assert rows(f"SELECT * FROM {silver}.best") == [("f",)]
    mark = json.loads(rows(f"SELECT obj_description('{gold}.by_gender'::regclass)")[0][0])
    assert mark["by"] == "pipectl" and len(mark["source"]) == len(mark["definition"]) == 64 and mark["release"].startswith("1-"), mark

    # Nothing to do changes nothing: neither a run nor a deployment makes a view again.
    server.psql("CREATE ROLE reader LOGIN", user="postgres", database="warehouse")
    for view in (f"{gold}.by_gender", f"{silver}.best"):
        server.psql(f"GRANT SELECT ON {view} TO reader")
    server.psql(f"ALTER ROLE warehouse SET search_path = {gold}, public")
    identity = "SELECT relname, oid FROM pg_class WHERE relname IN ('by_gender', 'best', 'orders') AND relkind IN ('r', 'v') ORDER BY 1"
    grants = "SELECT table_name, grantee FROM information_schema.role_table_grants WHERE grantee = 'reader' ORDER BY 1"
    before = rows(identity)
    found.succeed("sales")
    write(found, "README", "Nothing of the release")
    plan = json.loads(found("plan", "--env", "dev", "--output", "json").expect(0).text)
    assert plan["isEmpty"], plan
    assert rows(identity) == before, "objects were made anew without need"

    # Other rows of the same columns: the view stays the same object, with its grants and what others built on it.
    server.psql(f'CREATE VIEW public.theirs AS SELECT "Gender" FROM {gold}.by_gender')
    write(found, "pipelines/sql/by_gender.sql", SQL.replace("sum(gold.orders.amount)", "sum(2 * gold.orders.amount)"))
    plan = found("plan", "--env", "dev").expect(0, "replace view gold.by_gender")
    deploy(found, 0, "replaced view gold.by_gender")
    assert rows(identity) == before
    assert rows(f'SELECT amount FROM {gold}.by_gender ORDER BY 1') == [("12",), ("16",)]

    # Other columns, under a view of somebody else: refused with its name, and nothing is changed.
    narrow = SQL.replace(", 'gold.orders' as source", "").replace("sum(gold.orders.amount)", "count(*) as orders, sum(gold.orders.amount)")
    write(found, "pipelines/sql/by_gender.sql", narrow)
    deploy(found, 74, "cannot make the view gold.by_gender", "public.theirs")
    assert rows(f'SELECT amount FROM {gold}.by_gender ORDER BY 1') == [("12",), ("16",)]
    found("status", "--env", "dev", "--exit-code").expect(2, "views of the warehouse: not as released", "view theirs")
    server.psql("DROP VIEW public.theirs")
    deploy(found, 0, "replaced view gold.by_gender")
    assert rows(f'SELECT orders, amount FROM {gold}.by_gender ORDER BY 1') == [("1", "6"), ("2", "8")]
    assert rows(f"SELECT * FROM {silver}.best") == [("f",)]
    assert rows(grants) == [("best", "reader"), ("by_gender", "reader")], rows(grants)

    # A table with other columns is made anew under views of ours, not under those of others.
    (found.folder / "data/orders.csv").write_text("id,Gender,amount,note\n1,f,5,a\n2,m,9,b\n")
    sales(found, WIDE)
    deploy(found)
    server.psql(f"CREATE MATERIALIZED VIEW public.kept AS SELECT amount FROM {gold}.orders")
    found.run("sales").expect(1, "public.kept")
    assert rows(f'SELECT sum(amount) FROM {gold}.by_gender') == [("14",)]
    server.psql("DROP MATERIALIZED VIEW public.kept")
    found.succeed("sales")
    assert rows(f'SELECT "Gender", orders, amount FROM {gold}.by_gender ORDER BY 1') == [("f", "1", "5"), ("m", "1", "9")]
    assert rows(f"SELECT * FROM {silver}.best") == [("m",)]
    assert rows(grants) == [("best", "reader"), ("by_gender", "reader")], rows(grants)

    # What somebody changed by hand is told, and put back.
    server.psql(f"CREATE OR REPLACE VIEW {silver}.best AS SELECT 'x'::varchar AS \"Gender\"")
    write(found, "pipelines/sql/by_gender.sql", narrow + "-- again")
    found("plan", "--env", "dev").expect(0, "replace view silver.best, changed by hand in the warehouse")
    found.succeed("sales")
    assert rows(f"SELECT * FROM {silver}.best") == [("m",)]

    # And it can be kept: in its file, under the names of the lake.
    deploy(found)
    server.psql(f'CREATE OR REPLACE VIEW {gold}.by_gender AS SELECT "Gender", count(*) AS orders, sum(o.amount) * 10 AS amount FROM {gold}.orders o GROUP BY 1')
    server.psql(f"CREATE OR REPLACE VIEW {silver}.best AS SELECT 'x'::varchar AS \"Gender\"")
    found("adopt", "--env", "dev").expect(1, "pipelines/sql/by_gender.sql: written", "view silver.best: refused: its SQL stands in pipelines/sales.yml")
    assert '"gold"."orders"' in (text := (found.folder / "pipelines/sql/by_gender.sql").read_text()) or "gold.orders" in text, text
    commit(found)
    deploy(found, 0, "gold.by_gender", "silver.best")
    assert rows(f'SELECT amount FROM {gold}.by_gender ORDER BY 1') == [("50",), ("90",)]
    assert not [item for item in json.loads(found("drift", "--env", "dev", "--output", "json").expect(0).text)["drift"] if item["kind"] == "view"]
    write(found, "pipelines/sql/by_gender.sql", narrow + "-- again")
    deploy(found)

    # Without the server: the release is made, the rest is told, and done by the next command.
    sales(found, WIDE, VIEWS.splitlines(True)[0] + VIEWS.splitlines(True)[1])
    wrong = Project(found.folder, variables={"PIPECTL_TEST_PORT": "1", "PIPECTL_TEST_PASSWORD": server.password})
    wrong("deploy", "--env", "dev").expect(74, "is live, and the views of its warehouse are not as it has them")
    wrong("plan", "--env", "dev").expect(0, "nothing to deploy")
    assert rows(f"SELECT * FROM {silver}.best") == [("m",)]
    deploy(found, 0, "dropped view")
    assert rows("SELECT count(*) FROM pg_class WHERE relname = 'best'") == [("0",)]

    # A view that nobody but PostgreSQL can refuse.
    write(found, "pipelines/sql/by_gender.sql", 'select * exclude (note) from gold.orders')
    deploy(found, 74, "cannot make the view gold.by_gender", "syntax error")
    found.run("sales").expect(1, "cannot make the view gold.by_gender")
    assert rows(f'SELECT sum(amount) FROM {gold}.by_gender') == [("14",)]
    write(found, "pipelines/sql/by_gender.sql", narrow)
    deploy(found)
    assert server.password not in (found.root / "deploy.json").read_text() if (found.root / "deploy.json").exists() else True


def test_readers_see_view_and_table_together(folder):
    with Server(folder / "server") as server:
        variables = {"PIPECTL_TEST_PORT": str(server.port), "PIPECTL_TEST_PASSWORD": server.password}
        found = project(folder / "project", POSTGRES.format(schema=""), variables)
        found.succeed("sales")
        watcher = Watcher(server, "SELECT (SELECT sum(amount) FROM gold.orders), (SELECT sum(amount) FROM gold.by_gender)")
        for amount in (7, 8, 9):
            (found.folder / "data/orders.csv").write_text(f"id,Gender,amount\n1,f,{amount}\n2,m,{amount}\n")
            found.succeed("sales")
        answers = set(watcher.stop())
        assert answers <= {("14", "14"), ("16", "16"), ("18", "18")}, answers


def views(found):
    with duckdb.connect(str(found.warehouse), read_only=True) as connection:
        names = connection.execute("SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1").fetchall()
        return {name: connection.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for (name,) in names}


def test_duckdb(folder):
    found = project(folder, DUCKDB)
    deploy(found, 0, "waits until")
    assert not found.warehouse.exists()
    found.succeed("sales")
    assert views(found) == {"gold.by_gender": [("f", "gold.orders", 8), ("m", "gold.orders", 6)], "silver.best": [("f",)]}
    with duckdb.connect(str(found.warehouse)) as connection:
        connection.execute("CREATE VIEW gold.theirs AS SELECT count(*) AS count FROM gold.orders; CREATE TABLE gold.own AS SELECT 1 AS one")

    # A reader that has the file open keeps what it has.
    reader = duckdb.connect(str(found.warehouse), read_only=True)
    write(found, "pipelines/sql/by_gender.sql", SQL.replace("sum(gold.orders.amount)", "sum(gold.orders.amount) * 2 as twice, 1"))
    deploy(found, 0, "replaced view gold.by_gender")
    assert reader.execute("SELECT count(*) FROM (DESCRIBE gold.by_gender)").fetchone() == (3,)
    reader.close()
    assert views(found)["gold.by_gender"] == [("f", "gold.orders", 16, 1), ("m", "gold.orders", 12, 1)]
    (found.folder / "data/orders.csv").write_text("id,Gender,amount,note\n1,f,5,a\n2,m,9,b\n")
    sales(found, WIDE, VIEWS.replace("select \"Gender\" from gold.by_gender where amount > 6", "select * from gold.orders"))
    deploy(found)
    found.succeed("sales")
    assert views(found)["silver.best"] == [(1, "f", 5, "a"), (2, "m", 9, "b")]
    assert views(found)["gold.theirs"] == [(2,)]
    sales(found, WIDE, "")
    deploy(found, 0, "dropped views gold.by_gender, silver.best")
    assert list(views(found)) == ["gold.theirs"]
    leftovers = [path.name for path in found.root.iterdir() if ".next" in path.name]
    assert not leftovers, leftovers


def test_killed(folder):
    """At any moment of a deployment or a publish there are the views of one release, and the next command ends it."""
    found = project(folder, DUCKDB)
    deploy(found)
    found.succeed("sales")
    chance = random.Random(20240501)
    kills = 0
    for turn in range(24):
        write(found, "pipelines/sql/by_gender.sql", SQL.replace("sum(gold.orders.amount)", f"sum(gold.orders.amount) * {turn + 2}"))
        words = ("deploy", "--env", "dev") if turn % 3 else ("run", "sales", "--env", "dev", "--working-tree")
        process = found.start(*words)
        time.sleep(chance.uniform(0.02, 0.6))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.communicate()
        factor = dict((row[0], row[2]) for row in views(found)["gold.by_gender"])
        assert factor["f"] % 8 == 0 and factor["f"] * 6 == factor["m"] * 8, factor
        deploy(found)
        if turn % 3 == 0:
            found.succeed("sales")
        assert views(found)["gold.by_gender"] == [("f", "gold.orders", 8 * (turn + 2)), ("m", "gold.orders", 6 * (turn + 2))], f"after kill {turn}"
    return f"{kills} kills"
