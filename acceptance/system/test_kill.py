"""Runs that are killed at any moment and resumed end where undisturbed ones do."""

import os
import random
import time

import duckdb

from system import Project, expect_same

# The same company, month after month.
DATES = ["2016-06-30", "2016-08-31", "2016-10-31", "2016-12-31", "2017-02-28", "2017-04-30", "2017-05-31", "2017-06-30"]


def steps(scale):
    for date in DATES:
        yield "source_system", ["--param", f"scale={scale}", "--param", f"through={date}"]
        yield "sales", []


def test_kill_and_resume(folder):
    scale = int(os.environ.get("PIPECTL_TEST_SCALE", "5"))
    kills = int(os.environ.get("PIPECTL_TEST_KILLS", "25"))
    seed = int(os.environ.get("PIPECTL_TEST_SEED", "20170630"))
    chance = random.Random(seed)

    reference = Project.bundled(folder / "reference")
    durations = []
    for pipeline, words in steps(scale):
        started = time.monotonic()
        reference.succeed(pipeline, *words)
        durations.append(time.monotonic() - started)

    disturbed = Project.bundled(folder / "disturbed")
    counts = {"killed": 0, "before it began": 0, "after it ended": 0}
    for index, ((pipeline, words), duration) in enumerate(zip(steps(scale), durations)):
        left = kills - counts["killed"]
        step(disturbed, pipeline, words, duration, -(-left // (len(durations) - index)), chance, counts)
    assert counts["killed"] >= kills, f"only {counts}"

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


def step(project, pipeline, words, duration, kills, chance, counts):
    """One run that is killed several times, and every time resumed."""
    command = ["run", pipeline, *words]
    target = counts["killed"] + kills
    # A moment that comes too late ends the run, and one that comes too early disturbs nothing: neither counts.
    for _ in range(3 * kills):
        if counts["killed"] == target:
            break
        process = project.start(*command, "--env", project.environment)
        time.sleep(chance.uniform(0.15, max(0.3, duration)))
        process.kill()
        text, _ = process.communicate()
        assert process.returncode in (0, -9), f"exit code {process.returncode} before the kill:\n{text}"
        readable(project)
        newest = next(iter(project.runs()), None) if project.root.exists() else None
        recorded = newest is not None and newest["run"] in text
        if process.returncode == 0 or recorded and newest["status"] == "succeeded":
            counts["after it ended"] += 1
            return
        if recorded:
            counts["killed"] += 1
            command = ["run", "--resume", "last"]
        else:
            counts["before it began"] += 1
    project(*command, "--env", project.environment).expect(0)


def readable(project):
    """Whatever was killed, delta-rs opens every table, and the warehouse is whole."""
    for table in project.tables():
        if any((project.lake / table / "_delta_log").glob("*.json")):
            project.rows(table)
    if project.warehouse.exists():
        with duckdb.connect(str(project.warehouse), read_only=True) as connection:
            for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                rows = connection.execute(f"SELECT count(*) FROM gold.{name}").fetchone()[0]
                assert rows > 0, f"warehouse table {name} is empty"
