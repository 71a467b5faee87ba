#!/usr/bin/env python3
"""Laws of delivery, on projects and edits made up by chance, through the command line, with git and delta-rs as judges.

    acceptance/delivery/laws.py [--pipectl FILE] [--seed N] [--projects N] [--steps N]

For every project: a step restyles it (layout, comments, order of keys, quotes, file names, outputs of notebooks), or changes
something it means, commits and deploys it, runs it, or rolls it back. After each of them:

  * `diff` of a restyling is empty, and so is that of a state with itself; every file whose meaning changed is told
  * a plan made twice is the same, byte for byte, and `deploy --plan` carries it out
  * a plan after a deployment is empty; deploying once more changes nothing
  * the same commit has the same digest in another clone
  * a plan to the commit that was rolled back to is empty
  * after `rollback --data` every table has the rows that it had when that release was replaced
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import duckdb
import yaml
from deltalake import DeltaTable

HERE = pathlib.Path(__file__).resolve().parent
ENVIRONMENT = os.environ | {
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com", "NO_COLOR": "1",
}


# --- Projects ---------------------------------------------------------------------------------------------------------

def asset(kind, name, **fields):
    return {"apiVersion": "pipectl/v1", "kind": kind, "name": name, **fields}


class Project:
    """Files by path: dictionaries are YAML, texts are as they are."""

    def __init__(self, chance):
        self.chance = chance
        self.files = {
            "pipectl.yml": asset("Project", "made_up", defaultEnvironment="dev"),
            "environments/dev.yml": asset(
                "Environment", "dev", branch="main", connections={"local": {"type": "files", "root": "data"}}, variables={"region": "eu"},
                warehouse={"type": "duckdb", "path": "warehouse.duckdb"}),
            "environments/other.yml": asset("Environment", "other", connections={"local": {"type": "files", "root": "data"}}, variables={"region": "us"}),
            "templates/read.yml": asset(
                "Template", "read", parameters={"table": {"type": "string"}, "tries": {"type": "int", "default": 2}},
                activities=[{
                    "name": "read", "type": "copy",
                    "source": {"connection": "local", "path": "${{ params.table }}.csv",
                               "format": {"type": "csv", "header": True, "columns": {"id": "INTEGER", "kind": "VARCHAR", "amount": "INTEGER"}}},
                    "into": "bronze.${{ params.table }}", "retry": {"count": "${{ params.tries }}", "intervalSeconds": 1}}]),
        }
        self.data = {}
        self.schedules = 0
        for number in range(chance.randint(2, 4)):
            self.add_pipeline(f"area{number}")

    def add_pipeline(self, name):
        sql = f"pipelines/sql/{name}"
        self.data[f"data/{name}_items.csv"] = "id,kind,amount\n" + "".join(
            f"{row},{self.chance.choice('abc')},{self.chance.randint(1, 99)}\n" for row in range(20))
        self.files[f"pipelines/{name}.yml"] = asset(
            "Pipeline", name, parameters={"least": {"type": "int", "default": 0}},
            triggers=[{"schedule": {"cron": f"{self.chance.randint(0, 59)} 3 * * *", "timezone": "Europe/Berlin"}}],
            activities=[
                {"name": "items", "template": "read", "parameters": {"table": f"{name}_items"}},
                {"name": "clean", "type": "transform", "query": f"sql/{name}/clean.sql", "into": f"silver.{name}_items",
                 "mode": "overwrite", "checks": [{"notNull": ["id", "kind"]}, {"unique": ["id"]}, {"range": {"column": "amount", "min": 0, "onViolation": "warn"}}]},
                {"name": "total", "type": "transform", "query": f"sql/{name}/total.sql", "into": f"gold.{name}_total", "checks": [{"rowCount": {"min": 1}}]},
                {"name": "log", "type": "transform", "query": f"sql/{name}/log.sql", "into": f"gold.{name}_log", "mode": "append"},
                {"name": "publish", "type": "publish", "tables": [f"gold.{name}_total"]},
            ])
        self.files[f"{sql}/clean.sql"] = f"select id, kind, amount from bronze.{name}_items where amount >= 0\n"
        self.files[f"{sql}/total.sql"] = f"select kind, sum(amount) as amount, count(*) as items from silver.{name}_items group by kind\n"
        self.files[f"{sql}/log.sql"] = f"select count(*) as items, sum(amount) as amount, 1 as mark from silver.{name}_items\n"
        self.files[f"notebooks/{name}.ipynb"] = {
            "cells": [
                {"cell_type": "markdown", "id": f"m{name}", "metadata": {}, "source": [f"# {name}\n", "What there is."]},
                {"cell_type": "code", "id": f"c{name}", "execution_count": 1, "metadata": {}, "outputs": [], "source": ["x = 1\n", "print(x)"]}],
            "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}

    @property
    def pipelines(self):
        return [path for path in sorted(self.files) if path.startswith("pipelines/") and isinstance(self.files[path], dict)]

    def write(self, folder):
        """Replaces what is in the folder, in some style."""
        for name in ["pipelines", "environments", "templates", "notebooks"]:
            shutil.rmtree(folder / name, ignore_errors=True)
        for path, content in {**self.files, **self.data}.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                text = content
            elif path.endswith(".ipynb"):
                text = json.dumps(content, indent=self.chance.choice([None, 1, 4]), ensure_ascii=self.chance.random() < 0.5) + "\n"
            else:
                text = styled(content, self.chance)
            target.write_bytes(text.encode())


def styled(content, chance):
    """The same YAML in another layout."""
    class Style(yaml.SafeDumper):
        def ignore_aliases(self, data):
            return True

    def text(dumper, value):
        plain = yaml.SafeDumper.resolve(dumper, yaml.ScalarNode, value, (True, False)) == "tag:yaml.org,2002:str" and "${{" not in value
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=chance.choice([None, "'", '"']) if plain else chance.choice("'\""))

    def mapping(dumper, value):
        items = list(value.items())
        if chance.random() < 0.5:
            chance.shuffle(items)
        # Columns of a file are in its order.
        if "id" in value and "amount" in value:
            items = list(value.items())
        return dumper.represent_mapping("tag:yaml.org,2002:map", items, flow_style=chance.random() < 0.3)

    Style.add_representer(str, text)
    Style.add_representer(dict, mapping)
    out = yaml.dump(content, Dumper=Style, sort_keys=False, width=chance.choice([40, 80, 4000]), indent=chance.choice([2, 4]), allow_unicode=True)
    if chance.random() < 0.5:
        out = f"# {chance.randint(0, 999)}\n" + out + "\n# the end\n"
    return out.replace("\n", "\r\n") if chance.random() < 0.2 else out


def restyle(project):
    """Nothing of this changes what the project means. Returns what was done, and the files that only a release sees."""
    chance, files = project.chance, project.files
    done = ["layout"]
    for path in project.pipelines:
        document = files[path]
        if chance.random() < 0.3:
            chance.shuffle(document["activities"])
            done.append("order of activities")
        if chance.random() < 0.3:
            name = f"pipelines/{chance.choice(['', 'moved/'])}{document['name']}_{chance.randint(0, 99)}.yml"
            if name not in files and "moved" not in name:
                files[name] = files.pop(path)
                done.append("file renamed")
    for path in sorted(files):
        content = files[path]
        if path.endswith(".sql") and chance.random() < 0.4:
            words = {"select": chance.choice(["SELECT", "Select", "select"]), " from ": chance.choice(["\nFROM ", "  from\t", " from "]),
                     " as ": chance.choice([" AS ", " as ", " "])}
            for word, other in words.items():
                content = content.replace(word, other)
            files[path] = f"/* {chance.randint(0, 9)} */ " + content.rstrip("\n") + chance.choice(["\n", ";\n", "\n-- end\n"])
            done.append("SQL")
        elif path.endswith(".sql"):
            pass
        elif path.endswith(".ipynb") and chance.random() < 0.5:
            for cell in content["cells"]:
                if cell["cell_type"] == "code":
                    cell["execution_count"] = chance.randint(1, 99)
                    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": [f"{chance.random()}\n"]}]
            content["metadata"]["language_info"]["version"] = f"3.{chance.randint(8, 14)}"
            done.append("notebook run")
    return ", ".join(sorted(set(done)))


def normal(sql):
    """SQL without what restyling did to it, so that an edit finds its place."""
    text = sql.split("*/ ", 1)[1] if sql.startswith("/*") else sql
    return text.replace(";", "").replace("-- end\n", "")


EDITS = []


def edit(function):
    EDITS.append(function)
    return function


def activity(document, name):
    return next(each for each in document["activities"] if each["name"] == name)


def pipeline(project, path):
    return [("pipeline", project.files[path]["name"])]


def sql_of(document, step):
    return f"pipelines/sql/{document['name']}/{step}.sql"


@edit
def a_filter(project, path):
    file = sql_of(project.files[path], "clean")
    project.files[file] = normal(project.files[file]).rstrip() + f" and amount < {project.chance.randint(100, 9999)}\n"
    return [file]


@edit
def a_column(project, path):
    document = project.files[path]
    file = sql_of(document, "total")
    project.files[file] = f"select kind, sum(amount) as amount, count(*) as items, max(amount) + {project.chance.randint(1, 9999)} as most from silver.{document['name']}_items group by kind\n"
    return [file]


@edit
def what_is_logged(project, path):
    document = project.files[path]
    file = sql_of(document, "log")
    project.files[file] = f"select count(*) as items, sum(amount) as amount, {project.chance.randint(2, 99999)} as mark from silver.{document['name']}_items\n"
    return [file]


@edit
def a_check(project, path):
    check = activity(project.files[path], "clean")["checks"][2]["range"]
    check["min"] = check["min"] - project.chance.randint(1, 9)
    return pipeline(project, path)


@edit
def a_schedule(project, path):
    # Never one that was there before.
    project.schedules += 1
    schedule = project.files[path]["triggers"][0]["schedule"]
    schedule["cron"] = f"{project.schedules % 60} {4 + project.schedules // 60} * * *"
    return pipeline(project, path)


@edit
def a_default(project, path):
    project.files[path]["parameters"]["least"]["default"] += project.chance.randint(1, 9)
    return pipeline(project, path)


@edit
def an_activity(project, path):
    project.files[path]["activities"].append({"name": f"pause{project.chance.randint(0, 10**6)}", "type": "wait", "seconds": 0})
    return pipeline(project, path)


@edit
def a_template(project, path):
    project.files["templates/read.yml"]["parameters"]["tries"]["default"] += 1
    return [("template", "read")]


@edit
def a_variable(project, path):
    project.files["environments/dev.yml"]["variables"]["region"] = f"region {project.chance.randint(0, 9999)}"
    return [("environment", "dev")]


@edit
def a_notebook(project, path):
    file = f"notebooks/{project.files[path]['name']}.ipynb"
    project.files[file]["cells"][1]["source"] = [f"x = {project.chance.randint(2, 99999)}\n", "print(x)"]
    return [file]


@edit
def a_new_pipeline(project, path):
    name = f"new{project.chance.randint(0, 9999)}"
    project.add_pipeline(name)
    return [("pipeline", name)]


@edit
def one_pipeline_less(project, path):
    if len(project.pipelines) < 3:
        return a_filter(project, path)
    name = project.files[path]["name"]
    del project.files[path]
    for step in ["clean", "total", "log"]:
        del project.files[f"pipelines/sql/{name}/{step}.sql"]
    del project.files[f"notebooks/{name}.ipynb"]
    return [("pipeline", name)]


# --- Steps ------------------------------------------------------------------------------------------------------------

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
        self.told = []
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
        self.names = {"HEAD~1": getattr(self, "names", {}).get("HEAD", set()), "HEAD": {self.project.files[path]["name"] for path in self.project.pipelines}}
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


def law(seed, steps, pipectl, scratch):
    world = World(seed, pipectl, scratch)
    told = []
    try:
        for _ in range(steps):
            step = world.chance.choices(["restyled", "changed", "deploy", "ran", "rolled_back", "itself"], [3, 4, 4, 3, 2, 1])[0]
            told.append(step)
            told[-1] = getattr(world, step)()
        fsck = world.call("git", "fsck", "--full", "--strict", "--no-dangling")
        assert not (fsck.stdout + fsck.stderr).strip(), fsck.stdout + fsck.stderr
    except (AssertionError, subprocess.SubprocessError) as error:
        sys.exit(f"seed {seed}, after:\n  " + "\n  ".join(told) + f"\n{error}")
    shutil.rmtree(world.folder)
    shutil.rmtree(world.clone, ignore_errors=True)
    return told


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pipectl", default=str(HERE.parent.parent / ".build/release/pipectl"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--projects", type=int, default=4)
    parser.add_argument("--steps", type=int, default=25)
    options = parser.parse_args()
    counts = {}
    with tempfile.TemporaryDirectory(prefix="pipectl-laws-") as scratch:
        for seed in range(options.seed, options.seed + options.projects):
            for step in law(seed, options.steps, str(pathlib.Path(options.pipectl).resolve()), scratch):
                word = step.split(":")[0].split(" to ")[0]
                counts[word] = counts.get(word, 0) + 1
    print(f"{options.projects} projects of {options.steps} steps, all laws hold: " + ", ".join(f"{count} {word}" for word, count in sorted(counts.items())))


if __name__ == "__main__":
    main()
