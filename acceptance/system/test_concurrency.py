"""Several at once: runs of one pipeline, of two, two environments, readers beside a writer."""

import sqlite3
import threading
import time

import duckdb
from deltalake import DeltaTable, QueryBuilder

from system import Project, expect_same, wait_until


def test_second_run_is_refused(folder):
    project = Project.small(folder, {"pipelines/main.yml": "activities: [ { name: rest, type: wait, seconds: 5 } ]\n"})
    first = project.start("run", "main")
    wait_until(lambda: list((project.root / "locks").glob("*.lock")), "the first run's lock")
    time.sleep(0.3)
    project.run("main").expect(1, "already", f"process {first.pid}")
    text, _ = first.communicate(timeout=60)
    assert first.returncode == 0, text
    assert len(project.runs()) == 1, "the refused run was recorded"
    # The lock goes with the process, however that ends.
    killed = project.start("run", "main")
    wait_until(lambda: len(project.runs()) == 2, "the second run")
    killed.kill()
    killed.communicate()
    project.resume().expect(0)


def test_resume_of_a_living_run(folder):
    project = Project.small(folder, {"pipelines/main.yml": "activities: [ { name: rest, type: wait, seconds: 4 } ]\n"})
    first = project.start("run", "main")
    wait_until(lambda: project.root.exists() and (project.root / "state.db").exists() and project.runs(), "the run")
    project.resume().expect(1, f"process {first.pid}")
    text, _ = first.communicate(timeout=60)
    assert first.returncode == 0, text


def test_two_environments(folder):
    project = Project.bundled(folder)
    environments = project.folder / "environments"
    text = (environments / "dev.yml").read_text().replace("name: dev", "name: other").replace("DEV_ROOT", "OTHER_ROOT").replace(".pipectl/dev", ".pipectl/other")
    (environments / "other.yml").write_text(text)
    other = Project(project.folder, "other")
    days = {project: "2016-06-30", other: "2017-06-30"}
    for pipeline in ("source_system", "sales"):
        running = {}
        for each, day in days.items():
            words = ["--param", f"through={day}"] if pipeline == "source_system" else []
            running[each] = each.start("run", pipeline, "--env", each.environment, *words)
        for each, process in running.items():
            text, _ = process.communicate(timeout=300)
            assert process.returncode == 0, f"{each.environment}:\n{text}"
    for each, day in days.items():
        last = each.query("gold.fact_sales", "SELECT max(order_date)::VARCHAR FROM t")[0][0]
        assert last == day, f"{each.environment}: last order on {last}, expected {day}"
        each.compare_warehouse()
        alone = Project.bundled(folder / f"alone-{each.environment}", "dev")
        alone.succeed("source_system", "--param", f"through={day}")
        alone.succeed("sales")
        expect_same(each.fingerprints(), alone.fingerprints(), each.environment)


APPEND = """activities:
  - name: rows
    type: transform
    query: SELECT '%s' AS writer, x FROM range(1000) r(x)
    into: silver.shared
    mode: append
"""
MERGE = """activities:
  - name: rows
    type: transform
    query: SELECT '%s' AS writer, x FROM range(1000) r(x)
    into: silver.shared
    mode: merge
    key: [writer, x]
"""


def test_two_pipelines_write_one_table(folder):
    for mode, text, expected in (("append", APPEND, 3000), ("merge", MERGE, 1000)):
        project = Project.small(
            folder / mode, {f"pipelines/{name}.yml": text % name for name in ("one", "two", "three")})
        for _ in range(3):
            processes = [project.start("run", name) for name in ("one", "two", "three")]
            for process in processes:
                output, _ = process.communicate(timeout=120)
                assert process.returncode == 0, output
        found = dict(project.query("silver.shared", "SELECT writer, count(*) FROM t GROUP BY writer"))
        assert found == dict.fromkeys(("one", "two", "three"), expected), f"{mode}: {found}"
        assert mode == "merge" or project.version("silver.shared") == 8, f"version {project.version('silver.shared')}"


def test_concurrency_of_a_pipeline(folder):
    """Where the pipeline allows it, its runs append side by side, and nothing is lost or repeated."""
    project = Project.small(folder, {"pipelines/main.yml": "concurrency: 3\n" + APPEND % "main"})
    processes = [project.start("run", "main") for _ in range(3)]
    for process in processes:
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output
    assert project.rows("silver.shared") == 3000, f"{project.rows('silver.shared')} rows"


def test_readers_beside_a_writer(folder):
    """The table is replaced again and again; whoever reads it sees one state or the next, whole."""
    project = Project.small(folder, {"pipelines/main.yml": """parameters: { n: { type: int } }
activities:
  - name: rows
    type: transform
    query: SELECT ${{ params.n }} AS n, x FROM range(20000 + ${{ params.n }}) r(x)
    into: gold.numbers
  - { name: publish, type: publish, tables: [gold.numbers] }
"""})
    project.run("main", "--param", "n=0").expect(0)
    ended, problems, seen, published = threading.Event(), [], set(), set()

    def check(rows, low, high):
        return None if low == high and rows == 20000 + low else f"{rows} rows with n from {low} to {high}"

    def read_lake():
        while not ended.is_set():
            try:
                table = DeltaTable(str(project.lake / "gold/numbers"))
                query = "SELECT count(*) AS rows, min(n) AS low, max(n) AS high FROM t"
                answer = QueryBuilder().register("t", table).execute(query).read_all()
                row = [answer.column(name).to_pylist()[0] for name in ("rows", "low", "high")]
                problems.extend(filter(None, [check(*row)]))
                seen.add(row[1])
            except Exception as error:
                problems.append(f"delta-rs: {error}")

    def read_warehouse():
        while not ended.is_set():
            try:
                with duckdb.connect(str(project.warehouse), read_only=True) as connection:
                    row = connection.execute("SELECT count(*), min(n), max(n) FROM gold.numbers").fetchone()
                problems.extend(filter(None, [check(*row)]))
                published.add(row[1])
            except Exception as error:
                problems.append(f"duckdb: {error}")

    readers = [threading.Thread(target=read) for read in (read_lake, read_warehouse)]
    for reader in readers:
        reader.start()
    try:
        for n in range(1, 9):
            project.run("main", "--param", f"n={n}").expect(0)
    finally:
        ended.set()
        for reader in readers:
            reader.join()
    assert not problems, f"{len(problems)} readers met a problem: {problems[:3]}"
    assert len(seen) > 3 and len(published) > 3, f"the readers saw too little: {seen} {published}"
    return f"lake states {len(seen)}, warehouse states {len(published)}"


INCREMENTAL = """concurrency: 3
activities:
  - name: copy
    type: copy
    source: { connection: db, table: events, incremental: { column: id } }
    into: bronze.events
    mode: append
"""


def test_incremental_readers_of_one_source(folder):
    """Runs and pipelines that read the same source into the same table read no row twice."""
    for attempt in range(3):  # most is at stake while the table is made
        read_side_by_side(Project.small(folder / str(attempt), {f"pipelines/{name}.yml": INCREMENTAL for name in ("one", "two")}))


def read_side_by_side(project):
    project.root.mkdir(parents=True)
    with sqlite3.connect(project.root / "db.sqlite") as database:
        database.execute("CREATE TABLE events (id BIGINT, text VARCHAR)")
    for batch in range(4):
        with sqlite3.connect(project.root / "db.sqlite") as database:
            database.executemany("INSERT INTO events VALUES (?, 'x')", [(batch * 500 + n,) for n in range(500)])
        processes = [project.start("run", name) for name in ("one", "two", "one")]
        for process in processes:
            output, _ = process.communicate(timeout=120)
            assert process.returncode == 0, output
        found = project.query("bronze.events", "SELECT count(*), count(DISTINCT id) FROM t")[0]
        assert found == ((batch + 1) * 500,) * 2, f"rows and ids after batch {batch}: {found}"
