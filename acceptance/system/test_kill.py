"""Runs that are killed at any moment and resumed end where undisturbed ones do."""

import itertools
import os
import random
import sqlite3
import time

import duckdb

from system import Project, expect_same

# The same company, month after month.
DATES = ["2016-06-30", "2016-08-31", "2016-10-31", "2016-12-31", "2017-02-28", "2017-04-30", "2017-05-31", "2017-06-30"]


def steps(scale):
    for date in itertools.chain(DATES, itertools.repeat(DATES[-1])):
        yield "source_system", ["--param", f"scale={scale}", "--param", f"through={date}"]
        yield "sales", []


def test_kill_and_resume(folder):
    scale = int(os.environ.get("PIPECTL_TEST_SCALE", "5"))
    kills = int(os.environ.get("PIPECTL_TEST_KILLS", "25"))
    seed = int(os.environ.get("PIPECTL_TEST_SEED", "20170630"))
    chance = random.Random(seed)

    disturbed = Project.bundled(folder / "disturbed")
    counts = {"killed": 0, "before it began": 0, "after it ended": 0}
    # Seconds that a pipeline takes undisturbed, as the last undisturbed part of one told.
    durations = {"source_system": 1.0, "sales": 1.5}
    done = []
    for pipeline, words in steps(scale):
        if len(done) % 2 == 0 and len(done) >= 2 * len(DATES) and counts["killed"] >= kills:
            break
        assert len(done) < 100, f"{counts} after {len(done)} runs"
        share = max(1, -(-(kills - counts["killed"]) // max(1, 2 * len(DATES) - len(done))))
        step(disturbed, pipeline, words, durations, share if counts["killed"] < kills else 0, chance, counts)
        done.append((pipeline, words))

    reference = Project.bundled(folder / "reference")
    for pipeline, words in done:
        reference.succeed(pipeline, *words)

    expect_same(disturbed.fingerprints(), reference.fingerprints(), f"tables after kills, seed {seed}")
    # A version more would be a commit that was made twice.
    expect_same(disturbed.versions(), reference.versions(), f"versions after kills, seed {seed}")
    for table, key in {"silver/order_lines": "order_number, line_item", "silver/customers": "customer_key",
                       "gold/fact_sales": "order_number, line_item", "bronze/order_lines": "order_number, line_item, modified_at"}.items():
        twice = disturbed.query(table, f"SELECT count(*) FROM (SELECT 1 FROM t GROUP BY {key} HAVING count(*) > 1)")[0][0]
        assert twice == 0, f"{table}: {twice} rows are there twice"
    disturbed.compare_warehouse()
    leftovers = sorted(str(path.relative_to(disturbed.root)) for path in (disturbed.root / "tmp").glob("*"))
    assert not leftovers, f"left behind: {leftovers}"
    lines = reference.rows("gold.fact_sales")
    return (f"scale {scale}, {lines:,} order lines, {counts['killed']} kills during a run, {counts['before it began']} before"
            f" it was recorded, {counts['after it ended']} came too late; seed {seed}")


def step(project, pipeline, words, durations, kills, chance, counts):
    """One run that is killed several times, and every time resumed."""
    command = ["run", pipeline, *words]
    spent = 0.0
    target = counts["killed"] + kills
    # A moment that comes too late ends the run, and one that comes too early disturbs nothing: neither counts.
    for _ in range(3 * kills):
        if counts["killed"] == target:
            break
        moment = chance.uniform(0.15, max(0.4, durations[pipeline] - spent))
        process = project.start(*command, "--env", project.environment)
        time.sleep(moment)
        process.kill()
        text, _ = process.communicate()
        assert process.returncode in (0, -9), f"exit code {process.returncode} before the kill:\n{text}"
        readable(project)
        newest = next(iter(project.runs()), None) if project.root.exists() else None
        recorded = newest is not None and newest["run"] in text
        if process.returncode == 0 or recorded and newest["status"] == "succeeded":
            counts["after it ended"] += 1
            durations[pipeline] = spent + 0.8 * moment
            return
        if recorded:
            counts["killed"] += 1
            command = ["run", "--resume", "last"]
            spent += max(0.0, moment - 0.3)
        else:
            counts["before it began"] += 1
    started = time.monotonic()
    project(*command, "--env", project.environment).expect(0)
    durations[pipeline] = spent + time.monotonic() - started


def readable(project):
    """Whatever was killed, delta-rs opens every table, and the warehouse is whole."""
    for table in project.tables():
        if any((project.lake / table / "_delta_log").glob("*.json")):
            project.rows(table)
    if project.warehouse.exists():
        with duckdb.connect(str(project.warehouse), read_only=True) as connection:
            for (name,) in connection.execute("SELECT table_name FROM duckdb_tables() WHERE table_name <> '_pipectl_views'").fetchall():
                rows = connection.execute(f"SELECT count(*) FROM gold.{name}").fetchone()[0]
                assert rows > 0, f"warehouse table {name} is empty"


DATABASE = """parameters: { n: { type: int } }
activities:
  - name: append
    type: transform
    query: SELECT ${{ params.n }} AS n, x FROM range(30000) r(x)
    into: { connection: db, table: appended }
    mode: append
  - name: merge
    type: transform
    query: SELECT x AS id, ${{ params.n }} AS n FROM range(${{ params.n }} * 1000, 20000 + ${{ params.n }} * 1000) r(x)
    into: { connection: db, table: merged }
    mode: merge
    key: [id]
  - name: replace
    type: transform
    query: SELECT ${{ params.n }} AS n, x FROM range(20000) r(x)
    into: { connection: db, table: replaced }
"""


def test_database_targets(folder):
    """What is written into a database is written once, however often the run was killed and resumed."""
    chance = random.Random(int(os.environ.get("PIPECTL_TEST_SEED", "20170630")))
    project = Project.small(folder, {"pipelines/main.yml": DATABASE})
    counts = {"killed": 0, "before it began": 0, "after it ended": 0}
    durations = {"main": 0.6}
    for n in range(40):
        if n >= 5 and counts["killed"] >= 10:
            break
        step(project, "main", ["--param", f"n={n}"], durations, 3, chance, counts)
        with sqlite3.connect(project.root / "db.sqlite") as database:
            found = {
                "appended": database.execute("SELECT count(*), count(DISTINCT n) FROM appended").fetchone(),
                "merged": database.execute("SELECT count(*), count(DISTINCT id) FROM merged").fetchone(),
                "replaced": database.execute("SELECT count(*), min(n) FROM replaced").fetchone(),
            }
            names = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        rows = 20000 + n * 1000
        expect_same(found, {"appended": (30000 * (n + 1), n + 1), "merged": (rows, rows), "replaced": (20000, n)}, f"run {n}")
    assert names == {"appended", "merged", "replaced", "_pipectl_ledger"}, f"tables: {names}"
    assert counts["killed"] >= 10, f"{counts}"
    return f"{counts['killed']} kills during {n} runs"
