"""Runs that are killed at any moment and resumed end where undisturbed ones do."""

import os
import random
import time

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
    planned = [kills // len(durations) + (index < kills % len(durations)) for index in range(len(durations))]
    counts = {"killed": 0, "before it began": 0, "after it ended": 0}
    for (pipeline, words), duration, count in zip(steps(scale), durations, planned):
        step(disturbed, pipeline, words, duration, count, chance, counts)

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
    for _ in range(kills):
        process = project.start(*command, "--env", project.environment)
        time.sleep(chance.uniform(0.02, duration * 1.02))
        process.kill()
        text, _ = process.communicate()
        if process.returncode == 0:
            counts["after it ended"] += 1
            return
        assert process.returncode == -9, f"exit code {process.returncode} before the kill:\n{text}"
        newest = next(iter(project.runs()), None) if project.root.exists() else None
        if newest and newest["pipeline"] == pipeline and newest["status"] == "succeeded" and newest["id"] in text:
            counts["after it ended"] += 1
            return
        if newest and newest["pipeline"] == pipeline and newest["status"] != "succeeded":
            counts["killed"] += 1
            command = ["run", "--resume", "last"]
        else:
            counts["before it began"] += 1
    project(*command, "--env", project.environment).expect(0)
