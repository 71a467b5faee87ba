"""Full disks, signals, sources that cannot be read."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time

from system import Project, Skipped, expect_same, interrupt, wait_until

GROW = """parameters: { n: { type: int } }
activities:
  - name: rows
    type: transform
    query: SELECT md5(x::VARCHAR) AS a, md5((x + 1)::VARCHAR) AS b, ${{ params.n }} AS n FROM range(${{ params.n }}) r(x)
    into: silver.rows
  - name: copy
    type: transform
    query: SELECT * FROM silver.rows
    into: gold.rows
  - { name: publish, type: publish, tables: [gold.rows] }
"""
SMALL, LARGE = 1000, 600_000


class Mount:
    """A small file system in memory."""

    def __init__(self, folder, size):
        self.folder, self.size = folder, size

    def __enter__(self):
        self.folder.mkdir(parents=True)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.size}", "tmpfs", str(self.folder)], capture_output=True, text=True)
        if done.returncode != 0:
            raise Skipped(f"cannot mount a tmpfs: {done.stderr.strip()}")
        return self

    def resize(self, size):
        subprocess.run(["mount", "-o", f"remount,size={size}", str(self.folder)], check=True)

    def __exit__(self, *_):
        subprocess.run(["umount", str(self.folder)], check=True)


def test_full_disk(folder):
    with Mount(folder / ".pipectl", "12m") as disk:
        project = Project.small(folder, {"pipelines/main.yml": GROW})
        project.run("main", "--param", f"n={SMALL}").expect(0)
        before = project.fingerprints(), project.versions()
        warehouse = project.warehouse_fingerprint("gold.rows")
        result = project.run("main", "--param", f"n={LARGE}")
        assert result.code in (1, 74), f"exit code {result.code}:\n{result.text}"
        assert "space" in result.text.lower() or "disk" in result.text.lower(), f"the reason is not told:\n{result.text}"
        expect_same(project.fingerprints(), before[0], "tables after the disk was full")
        expect_same(project.versions(), before[1], "versions after the disk was full")
        assert project.warehouse_fingerprint("gold.rows") == warehouse, "the warehouse has changed"
        used = sum(path.stat().st_size for path in project.root.rglob("*") if path.is_file())
        assert used < 8_000_000, f"{used:,} bytes left behind: {sorted(str(p) for p in project.root.rglob('*.parquet'))}"
        disk.resize("512m")
        project.run("main", "--param", f"n={LARGE}").expect(0)
        assert project.rows("gold.rows") == LARGE
        project.compare_warehouse()


def test_full_disk_at_every_size(folder):
    """Wherever the space runs out, in data, log, journal or warehouse: the tables are those before or those after."""
    outcomes = {}
    for size in range(700, 3300, 200):
        at = folder / str(size)
        with Mount(at / ".pipectl", "64m") as disk:
            project = Project.small(at, {"pipelines/main.yml": GROW})
            project.run("main", "--param", f"n={SMALL}").expect(0)
            before, version = project.fingerprints(), project.versions()
            used = sum(path.stat().st_blocks * 512 for path in (at / ".pipectl").rglob("*") if path.is_file()) // 1024
            disk.resize(f"{used + size}k")
            result = project.run("main", "--param", "n=12000")
            disk.resize("64m")
            outcomes[result.code] = outcomes.get(result.code, 0) + 1
            assert result.code in (0, 1, 74), f"{size} KB: exit code {result.code}:\n{result.text}"
            after = project.fingerprints()
            for table, rows in after.items():
                assert rows == before[table] or rows[0] == 12000, f"{size} KB: {table} {rows}, before {before[table]}\n{result.text}"
            published = project.warehouse_fingerprint("gold.rows")
            assert published in (before["gold/rows"], after["gold/rows"]), f"{size} KB: warehouse {published}\n{result.text}"
            if result.code != 0:
                # Where not even the run could be recorded there is nothing to resume.
                again = project.resume() if project.runs()[0]["status"] != "succeeded" else project.run("main", "--param", "n=12000")
                again.expect(0)
            assert project.rows("gold.rows") == 12000, f"{size} KB"
            project.compare_warehouse()
            expect_same(project.versions(), {table: number + 1 for table, number in version.items()}, f"{size} KB: versions")
    assert {0} < set(outcomes), f"the sizes prove too little: {outcomes}"
    return f"exit codes {outcomes}"


def test_file_size_limit(folder):
    project = Project.small(folder, {"pipelines/main.yml": GROW})
    project.run("main", "--param", f"n={SMALL}").expect(0)
    before = project.fingerprints()

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))

    result = project.run("main", "--param", f"n={LARGE}", limits=limit)
    assert result.code in (1, 74), f"exit code {result.code}:\n{result.text}"
    expect_same(project.fingerprints(), before, "tables after the limit was met")
    project.run("main", "--param", f"n={LARGE}").expect(0)


SLOW = """activities:
  - name: first
    type: transform
    query: SELECT x FROM range(1000) r(x)
    into: silver.first
    mode: append
  - name: slow
    type: transform
    query: SELECT count(*) AS n FROM range(100000000) a(x), range(%d) b(y) WHERE x * y %% 7 = 3
    into: silver.slow
    dependsOn: [ { activity: first } ]
  - { name: after, type: wait, seconds: 0, dependsOn: [ { activity: slow } ] }
"""


def test_interruption(folder):
    for number in (signal.SIGINT, signal.SIGTERM):
        project = Project.small(folder / number.name, {"pipelines/main.yml": SLOW % 100000})
        process = project.start("run", "main")
        wait_until(lambda: project.version("silver.first") is not None, "the first activity")
        time.sleep(0.5)
        started = time.monotonic()
        interrupt(process, number).expect(130, "interrupted")
        assert time.monotonic() - started < 5, "the query was not stopped"
        assert project.runs()[0]["status"] == "cancelled", f"{project.runs()[0]}"
        assert project.statuses() == {"first": "succeeded", "slow": "cancelled", "after": "cancelled"}, project.statuses()
        assert project.version("silver.slow") is None
        # The query is mended, and the run goes on where it was.
        (project.folder / "pipelines/main.yml").write_text(
            (project.folder / "pipelines/main.yml").read_text().replace("range(100000) b", "range(1) b"))
        project.resume().expect(0)
        assert (project.rows("silver.first"), project.version("silver.first")) == (1000, 0), "the first activity was done twice"


def test_interruption_at_any_moment(folder):
    """A run that was interrupted says so, and resumes to what an undisturbed one writes."""
    reference = Project.bundled(folder / "reference")
    reference.succeed("source_system")
    started = time.monotonic()
    reference.succeed("sales")
    duration = time.monotonic() - started
    codes = {}
    for index in range(8):
        project = Project.bundled(folder / str(index))
        project.succeed("source_system")
        process = project.start("run", "sales", "--env", "dev")
        time.sleep(0.25 + (duration - 0.25) * index / 8)
        result = interrupt(process)
        codes[result.code] = codes.get(result.code, 0) + 1
        assert result.code in (0, 130, -2), f"exit code {result.code}:\n{result.text}"
        recorded = [run for run in project.runs() if run["pipeline"] == "sales"]
        if result.code == 130 and recorded:
            assert recorded[0]["status"] == "cancelled", f"{recorded[0]}\n{result.text}"
        if result.code != 0:
            (project.resume() if recorded else project.run("sales")).expect(0)
        expect_same(project.fingerprints(), reference.fingerprints(), f"interruption {index}")
        expect_same(project.versions(), reference.versions(), f"interruption {index}, versions")
        project.compare_warehouse()
    assert codes.get(130, 0) >= 3, f"exit codes {codes}"
    return f"exit codes {codes}"


COPY = """activities:
  - name: copy
    type: copy
    source: { connection: db, table: events }
    into: bronze.events
"""
LOAD = """activities:
  - name: load
    type: transform
    query: SELECT x AS id FROM range(10) r(x)
    into: { connection: db, table: events }
%s"""


def test_unreadable_database(folder):
    project = Project.small(folder, {"pipelines/main.yml": COPY})
    project.run("main").expect(1, "db.sqlite")
    path = project.root / "db.sqlite"
    path.write_bytes(b"this is not a database, whatever its name says" * 100)
    project.run("main").expect(1, "db")
    path.unlink()
    path.mkdir()
    project.run("main").expect(1, "db.sqlite")
    path.rmdir()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE other (id BIGINT)")
    project.run("main").expect(1, "events")
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE events (id BIGINT)")
        database.execute("INSERT INTO events VALUES (1)")
    project.run("main").expect(0)
    assert project.rows("bronze.events") == 1


def test_locked_database(folder):
    """Another program writes the database: the run waits or says so, and goes on once it may."""
    project = Project.small(folder, {
        "pipelines/main.yml": LOAD % "", "pipelines/patient.yml": LOAD % "    retry: { count: 30, intervalSeconds: 1 }\n"})
    project.root.mkdir(parents=True)
    with sqlite3.connect(project.root / "db.sqlite") as database:
        database.execute("CREATE TABLE events (id BIGINT)")
        database.execute("INSERT INTO events VALUES (42)")
    holder = sqlite3.connect(project.root / "db.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    project.run("main").expect(1, "locked")
    process = project.start("run", "patient")
    time.sleep(2)
    holder.execute("ROLLBACK")
    holder.close()
    text, _ = process.communicate(timeout=120)
    assert process.returncode == 0, text
    with sqlite3.connect(project.root / "db.sqlite") as database:
        assert database.execute("SELECT count(*) FROM events").fetchone()[0] == 10
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master")]
    assert names == ["events"], f"left behind: {names}"


DIES = """import os, signal, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA cache_size = 1")
database.execute("BEGIN")
database.executemany("INSERT INTO events VALUES (?)", ((n,) for n in range(100000)))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_database_whose_writer_died(folder):
    """It has left half its rows in the file and a journal to take them back; reading takes them back."""
    project = Project.small(folder, {"pipelines/main.yml": COPY})
    project.root.mkdir(parents=True)
    path = project.root / "db.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE events (id BIGINT)")
        database.execute("INSERT INTO events VALUES (42)")
    subprocess.run([sys.executable, "-c", DIES, str(path)], check=False)
    assert path.with_name("db.sqlite-journal").exists(), "there is no journal: this proves nothing"
    project.run("main").expect(0)
    assert project.query("bronze.events", "SELECT id FROM t") == [(42,)]


def test_unreadable_lake(folder):
    """A table whose log is broken is told by name, and is not written over."""
    project = Project.small(folder, {"pipelines/main.yml": GROW})
    project.run("main", "--param", f"n={SMALL}").expect(0)
    entry = project.lake / "silver/rows/_delta_log/00000000000000000000.json"
    sound = entry.read_bytes()
    entry.write_bytes(sound[: len(sound) // 2])
    project.run("main", "--param", f"n={SMALL}").expect(1, "silver.rows")
    assert entry.read_bytes() == sound[: len(sound) // 2]
    entry.write_bytes(sound)
    project.run("main", "--param", f"n={SMALL}").expect(0)


def test_journal_is_lost(folder):
    """The lake does not depend on the journal: without it, a run is a new run."""
    project = Project.small(folder, {"pipelines/main.yml": GROW})
    project.run("main", "--param", f"n={SMALL}").expect(0)
    for path in project.root.glob("state.db*"):
        os.remove(path)
    project.run("main", "--param", "n=5").expect(0)
    assert project.rows("gold.rows") == 5
