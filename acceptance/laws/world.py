"""One project in its repository, and the steps that it goes through, each with the laws that hold after it."""
import json
import os
import pathlib
import random
import shutil
import subprocess

import duckdb
import yaml
from deltalake import DeltaTable

from edits import EDITS, restyle
from project import Project

ENVIRONMENT = os.environ | {
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com", "NO_COLOR": "1",
}


class World:
    """One project in one repository, with what is known of its releases."""

    def __init__(self, seed, pipectl, scratch):
        self.chance = random.Random(seed)
        self.pipectl_file = pipectl
        self.folder = pathlib.Path(scratch) / f"project{seed}"
        self.clone = pathlib.Path(scratch) / f"clone{seed}"
        self.project = Project(self.chance)
        self.folder.mkdir()
        self.git("init", "-q", "-b", "main")
        (self.folder / ".gitignore").write_text(".pipectl\n*.plan\n")
        self.number = 0
        self.left = {}  # release -> tables as it left them
        self.names = {"HEAD": set()}  # of the pipelines of the last two commits
        self.commit("begin")
        self.deploy()

    def call(self, *words, codes=(0,), folder=None):
        result = subprocess.run(words, cwd=folder or self.folder, env=ENVIRONMENT, capture_output=True, text=True)
        assert result.returncode in codes, f"{' '.join(map(str, words[1:]))}: exit {result.returncode}\n{result.stdout}{result.stderr}"
        return result

    def git(self, *words, folder=None):
        return self.call("git", *words, folder=folder).stdout.strip()

    def pipectl(self, *words, codes=(0,), folder=None):
        return self.call(self.pipectl_file, *words, codes=codes, folder=folder)

    def answer(self, *words, codes=(0,)):
        return json.loads(self.pipectl(*words, "--output", "json", codes=codes).stdout)

    def commit(self, message):
        self.names = {"HEAD~1": self.names["HEAD"], "HEAD": {self.project.files[path]["name"] for path in self.project.pipelines}}
        self.project.write(self.folder)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)

    def tables(self):
        """Rows of every table, as delta-rs reads them, without an order."""
        found = {}
        for log in sorted((self.folder / ".pipectl/dev/lake").glob("*/*/_delta_log")):
            found["/".join(log.parent.parts[-2:])] = read(log.parent)
        return found

    # The steps. Each returns what it did.

    def restyled(self):
        what = restyle(self.project)
        self.commit(what)
        result = self.pipectl("diff", "HEAD~1..HEAD", "--exit-code", codes=(0, 2))
        assert result.returncode == 0, f"restyling ({what}) is told as a change:\n{result.stdout}{self.git('diff', 'HEAD~1..HEAD')}"
        return "restyled: " + what

    def changed(self):
        count = self.chance.randint(1, 3)
        told = []
        for _ in range(count):
            function = self.chance.choice(EDITS)
            told.append((function.__name__, function(self.project, self.chance.choice(self.project.pipelines))))
        if self.chance.random() < 0.5:
            restyle(self.project)
        names = ", ".join(name for name, _ in told)
        self.commit(names)
        changes = self.answer("diff", "HEAD~1..HEAD", "--no-impact" if self.chance.random() < 0.5 else "--exit-code", codes=(0, 2))
        found = set()

        def gather(changes):
            for change in changes:
                found.update([change.get("path"), (change["kind"], change["name"]), (change["kind"], change.get("formerName"))])
                gather(change.get("parts", []))
        gather(changes["changes"])
        before, after = [set(self.git("ls-tree", "-r", "--name-only", state).splitlines()) for state in ("HEAD~1", "HEAD")]
        new = self.names["HEAD~1"] ^ self.names["HEAD"]
        for name, told_of in told:
            for thing in told_of:
                # What another edit of the same commit added or removed as a whole is told as a whole.
                if isinstance(thing, str) and (thing not in before or thing not in after):
                    continue
                if isinstance(thing, tuple) and thing[0] == "pipeline" and thing[1] not in self.names["HEAD~1"] | self.names["HEAD"]:
                    continue
                assert thing in found, f"{name} changed {thing}, and diff does not tell it:\n{json.dumps(changes, indent=1)}"
        for pipeline in new:
            assert ("pipeline", pipeline) in found, f"pipeline {pipeline} came or went, and diff does not tell it:\n{json.dumps(changes, indent=1)}"
        return "changed: " + names

    def deploy(self):
        self.number += 1
        for name in ["a.plan", "b.plan"]:
            self.pipectl("plan", "--env", "dev", "--offline", "--out", name)
            if self.number > 1 and self.chance.random() < 0.3:
                self.ran()
        assert (self.folder / "a.plan").read_bytes() == (self.folder / "b.plan").read_bytes(), "two plans of the same state differ"
        current = self.current()
        if self.number > 1 and self.chance.random() < 0.5:
            self.pipectl("deploy", "--plan", "a.plan")
        else:
            self.pipectl("deploy", "--env", "dev")
        if current:
            self.leave(current)
        self.pipectl("plan", "--env", "dev", "--offline", "--exit-code")
        before = self.git("rev-parse", "refs/pipectl/dev")
        listing = sorted((str(path), path.lstat().st_mtime_ns) for path in (self.folder / ".pipectl/dev/releases").rglob("*"))
        self.pipectl("deploy", "--env", "dev")
        assert before == self.git("rev-parse", "refs/pipectl/dev"), "deploying twice made two releases"
        assert listing == sorted((str(path), path.lstat().st_mtime_ns) for path in (self.folder / ".pipectl/dev/releases").rglob("*")), "deploying twice wrote files"
        if self.chance.random() < 0.3:
            shutil.rmtree(self.clone, ignore_errors=True)
            self.git("clone", "-q", str(self.folder), str(self.clone))
            self.pipectl("deploy", "--env", "dev", folder=self.clone)
            trees = [self.git("rev-parse", "refs/pipectl/dev^{tree}", folder=folder) for folder in (self.folder, self.clone)]
            assert trees[0] == trees[1], "the same commit has another digest in a clone"
        return f"deployed: release {self.current()}"

    def current(self):
        history = self.answer("history", "--env", "dev", "-n", "1")
        return history[0]["release"] if history else None

    def leave(self, release):
        """What is there when a release is replaced."""
        if self.current() != release:
            self.left[release] = self.tables()

    def ran(self):
        names = sorted(self.released())
        for name in self.chance.sample(names, k=min(2, len(names))):
            for file in sorted((self.folder / "data").glob(f"{name}_*.csv")):
                with file.open("a") as out:
                    out.write(f"{self.chance.randint(1000, 10**9)},a,{self.chance.randint(1, 99)}\n")
            self.pipectl("run", name, "--env", "dev", "--quiet")
        return "ran"

    def released(self):
        """Names of the pipelines of the live release."""
        live = self.folder / ".pipectl/dev/live"
        found = []
        for path in (live / "pipelines").rglob("*.yml"):
            found.append(yaml.safe_load(path.read_text())["name"])
        return found

    def rolled_back(self):
        current = self.current()
        if current < 2:
            return "nothing to roll back"
        target = self.chance.randint(1, current - 1)
        source = self.answer("history", "--env", "dev")
        commit = next(each["source"] for each in source if each["release"] == target)
        data = self.chance.random() < 0.7
        before = self.tables()
        self.pipectl("rollback", "--env", "dev", "--to", str(target), *(["--data"] if data else []))
        if self.current() != current:
            self.left[current] = before
        result = self.pipectl("plan", "--env", "dev", "--offline", "--ref", commit, "--exit-code", codes=(0, 2))
        assert result.returncode == 0, f"after a rollback to release {target} a plan to its commit is not empty:\n{result.stdout}"
        if data and target in self.left:
            after, wanted = self.tables(), self.left[target]
            for name in sorted(set(after) | set(wanted)):
                assert after.get(name, []) == wanted.get(name, []), \
                    f"{name} is not as release {target} left it: {len(after.get(name, []))} rows for {len(wanted.get(name, []))}"
        elif not data:
            assert self.tables() == before, "a rollback of code alone changed tables"
        return f"rolled back to {target}{' with data' if data else ''}"

    def itself(self):
        for range in ["HEAD..HEAD", "HEAD"]:
            self.pipectl("diff", range, "--exit-code")
        return "compared with itself"


def read(folder):
    """Columns and rows of a table: its log by delta-rs, its files by DuckDB."""
    table = DeltaTable(str(folder))
    files = table.file_uris()
    if not files:
        return []
    columns = [field.name for field in table.schema().fields]
    rows = duckdb.execute(
        f"select {', '.join(chr(34) + name + chr(34) for name in columns)} from read_parquet(?, union_by_name => true)", [files]).fetchall()
    return [columns] + sorted(rows, key=repr)
