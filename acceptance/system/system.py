"""What the system tests share: the program, copies of the project, and peers that look at what it wrote.

The peers are delta-rs for table logs, and DuckDB's own Python package for Parquet and warehouse files: neither shares
code with pipectl.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
BUNDLED = ["pipectl.yml", "environments", "pipelines", "schemas", "secrets", "templates"]
# What differs from run to run and says nothing about the rows.
BOOKKEEPING = {"_run_id", "_ingested_at", "_quarantined_at", "_quarantine_run_id"}

# Delta's names of types where SQL has another.
SQL_TYPES = {"long": "BIGINT", "short": "SMALLINT", "byte": "TINYINT", "string": "VARCHAR", "binary": "BLOB",
             "timestamp": "TIMESTAMPTZ", "timestamp_ntz": "TIMESTAMP"}


class Skipped(Exception):
    """The test cannot be run here, for the reason given."""


def pipectl():
    given = os.environ.get("PIPECTL")
    candidates = [pathlib.Path(given)] if given else [REPOSITORY / f".build/{kind}/pipectl" for kind in ("release", "debug")]
    for path in candidates:
        if path.is_file():
            return path.resolve()
    raise SystemExit(f"{' and '.join(map(str, candidates))}: no such program; build it, or set PIPECTL")


def python_environment():
    return pathlib.Path(os.environ.get("PIPECTL_PYTHON_ENV") or REPOSITORY / ".venv").absolute()


def require_environment(script):
    """Goes on in the Python environment that has the peers."""
    pipectl()
    python = python_environment() / "bin/python"
    if not python.exists():
        raise SystemExit(f"{python}: no such program; run scripts/setup, or set PIPECTL_PYTHON_ENV")
    if pathlib.Path(sys.prefix).absolute() != python_environment():
        os.execv(python, [str(python), str(script), *sys.argv[1:]])


def test_data():
    folder = pathlib.Path(os.environ.get("PIPECTL_TEST_DATA") or REPOSITORY.parent / "shared/data").absolute()
    retail = folder / "adventureworks-retail"
    if not retail.is_dir():
        raise Skipped(f"there is no {retail}; set PIPECTL_TEST_DATA")
    return retail


class Result:
    def __init__(self, code, text):
        self.code, self.text = code, text

    def expect(self, code, *parts):
        """Fails unless the exit code and every part of the output are there."""
        assert self.code == code, f"exit code {self.code}, expected {code}; output:\n{self.text}"
        for part in parts:
            assert part in self.text, f"{part!r} is missing in the output:\n{self.text}"
        return self


class Project:
    """A copy of a project, with an environment whose root lies in it."""

    def __init__(self, folder, environment="dev", variables=None):
        self.folder, self.environment = pathlib.Path(folder), environment
        self.variables = {
            **os.environ, "PIPECTL_PYTHON_ENV": str(python_environment()), "NO_COLOR": "1", **(variables or {}),
        }

    @classmethod
    def bundled(cls, folder, environment="dev", variables=None):
        """The repository's own project."""
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name in BUNDLED:
            source = REPOSITORY / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
        return cls(folder, environment, variables)

    @classmethod
    def small(cls, folder, files, variables=None):
        """A project made of the files given, by path; what every project needs is added."""
        folder = pathlib.Path(folder)
        base = {
            "pipectl.yml": "apiVersion: pipectl/v1\nkind: Project\nname: small\ndefaultEnvironment: dev\nlayers: [bronze, silver, gold]\n",
            "environments/dev.yml":
                "apiVersion: pipectl/v1\nkind: Environment\nname: dev\nroot: .pipectl/dev\nengine: { type: duckdb, threads: 2 }\n"
                "connections:\n  files: { type: files, root: data }\n  db: { type: sqlite, path: db.sqlite }\n"
                "warehouse: { type: duckdb, path: warehouse.duckdb }\n",
        }
        for path, text in {**base, **files}.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.startswith("pipelines/") and path.endswith(".yml"):
                text = f"apiVersion: pipectl/v1\nkind: Pipeline\nname: {target.stem}\n" + text
            target.write_text(text)
        return cls(folder, variables=variables)

    @property
    def root(self):
        return self.folder / ".pipectl" / self.environment

    @property
    def lake(self):
        return self.root / "lake"

    @property
    def warehouse(self):
        return self.root / "warehouse.duckdb"

    def start(self, *words, limits=None):
        """Starts the program; its output goes into a pipe."""
        return subprocess.Popen(
            [str(pipectl()), *words], cwd=self.folder, env=self.variables, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=limits)

    def __call__(self, *words, timeout=300, limits=None):
        process = self.start(*words, limits=limits)
        try:
            text, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            text, _ = process.communicate()
            raise AssertionError(f"`{' '.join(words)}` took longer than {timeout} s; output:\n{text}") from None
        return Result(process.returncode, text)

    def run(self, pipeline, *words, limits=None, timeout=300):
        return self("run", pipeline, "--env", self.environment, *words, limits=limits, timeout=timeout)

    def resume(self, run="last"):
        return self("run", "--resume", run, "--env", self.environment)

    def succeed(self, pipeline, *words):
        return self.run(pipeline, *words).expect(0)

    def runs(self):
        """Journal entries, newest first, as `pipectl runs` tells them."""
        return json.loads(self("runs", "--env", self.environment, "--output", "json").expect(0).text)

    def log(self, run="last"):
        """What the journal holds of a run: activities, checks, messages, tables."""
        return json.loads(self("logs", run, "--env", self.environment, "--output", "json").expect(0).text)

    def activities(self, run="last"):
        """The last attempt at each activity of a run, by path."""
        return {entry["activity"]: entry for entry in self.log(run)["activities"]}

    def statuses(self, run="last"):
        return {path: entry["status"] for path, entry in self.activities(run).items()}

    # What peers see

    def tables(self):
        return sorted(str(path.parent.relative_to(self.lake)) for path in self.lake.glob("*/*/_delta_log"))

    def delta(self, table, version=None):
        from deltalake import DeltaTable

        return DeltaTable(str(self.lake / table.replace(".", "/")), version=version)

    def query(self, table, sql, version=None):
        """Rows of a query that names the lake table `t`: the log by delta-rs, the files by DuckDB."""
        import duckdb

        delta = self.delta(table, version)
        files = delta.file_uris()
        with duckdb.connect() as connection:
            if files:
                connection.execute(f"CREATE VIEW t AS SELECT * FROM read_parquet({files!r}, union_by_name = true)")
            else:
                fields = json.loads(delta.schema().to_json())["fields"]
                columns = ", ".join(f'NULL::{SQL_TYPES.get(field["type"], field["type"])} AS "{field["name"]}"' for field in fields)
                connection.execute(f"CREATE VIEW t AS SELECT {columns} WHERE false")
            return connection.execute(sql).fetchall()

    def rows(self, table, version=None):
        return self.query(table, "SELECT count(*) FROM t", version)[0][0]

    def version(self, table):
        return self.delta(table).version() if (self.lake / table.replace(".", "/") / "_delta_log").is_dir() else None

    def versions(self):
        return {table: self.version(table) for table in self.tables()}

    def fingerprints(self):
        """Rows and a hash of them, whatever their order, by table; without the columns that name the run."""
        return {table: self.fingerprint(table) for table in self.tables()}

    def fingerprint(self, table):
        columns = [row[0] for row in self.query(table, "DESCRIBE t")]
        return self.query(table, f"SELECT {hash_of(columns)} FROM t")[0]

    def warehouse_fingerprint(self, table):
        import duckdb

        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            columns = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
            return connection.execute(f"SELECT {hash_of(columns)} FROM {table}").fetchone()

    def compare_warehouse(self):
        """Fails unless the warehouse holds the gold tables as they are in the lake."""
        gold = [table for table in self.tables() if table.startswith("gold/")]
        assert gold, "there are no gold tables"
        for table in gold:
            lake, warehouse = self.fingerprint(table), self.warehouse_fingerprint(table.replace("/", "."))
            assert lake == warehouse, f"{table}: lake {lake}, warehouse {warehouse}"

    def known_answers(self):
        script = REPOSITORY / "acceptance/known_answers.py"
        found = subprocess.run([sys.executable, str(script), str(self.lake)], capture_output=True, text=True)
        assert found.returncode == 0, "known answers differ:\n" + found.stdout + found.stderr


def hash_of(columns):
    """SQL for the number of rows and an order-independent hash of them: duplicates do not cancel each other out."""
    names = ", ".join(f'"{name}"' for name in sorted(columns) if name not in BOOKKEEPING)
    return f"count(*), coalesce(sum(hash(({names}))::HUGEINT), 0)::VARCHAR"


def differences(found, expected):
    return [f"{key}: {found.get(key)}, expected {expected.get(key)}" for key in sorted(found.keys() | expected.keys())
            if found.get(key) != expected.get(key)]


def expect_same(found, expected, what=""):
    different = differences(found, expected)
    assert not different, f"{what}{': ' if what else ''}{len(different)} differ\n" + "\n".join(different)


def interrupt(process, number=signal.SIGINT):
    process.send_signal(number)
    text, _ = process.communicate(timeout=60)
    return Result(process.returncode, text)


def wait_until(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: not after {seconds} s"
        time.sleep(0.02)
