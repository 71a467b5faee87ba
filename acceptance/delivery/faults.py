#!/usr/bin/env python3
"""Kills deployments and rollbacks at every call that changes a file, refuses each for want of space, and starts two at once.

Nothing in the program helps: strace kills it as it enters the call. After each kill the environment is the old release or the
new one, whole; the next command mends it; git finds nothing wrong. A rollback of data leaves all tables and the warehouse as
they were, or all as the earlier release left them, once the next command has mended it; until then nothing runs. A deployment that
makes, replaces and drops views of the warehouse leaves all of the old ones or all of the new ones there for whoever reads it.

    acceptance/delivery/faults.py [--pipectl FILE] [--every N] [--races N] [--part NAME] [--part files|data|views]
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = pathlib.Path(os.environ.get("PIPECTL_PYTHON_ENV") or HERE.parent.parent / ".venv").absolute() / "bin/python"
CALLS = "rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir,fsync,fdatasync,syncfs,ftruncate"
# What a full disk refuses.
FILLING = "write,pwrite64,mkdir,mkdirat,rename,renameat2,link,linkat,symlink,symlinkat,fsync,fdatasync,syncfs,ftruncate"
ENVIRONMENT = os.environ | {
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com",
    # One thread takes turns at all tasks, so that counting its calls counts them all.
    "LIBDISPATCH_COOPERATIVE_POOL_STRICT": "1",
}

# What `git` does that this program starts is git's own concern.
OWN = ("-b", "execve")


class Shop:
    def __init__(self, folder, pipectl):
        self.folder, self.pipectl = pathlib.Path(folder), pipectl

    def run(self, *command, check=True):
        result = subprocess.run(command, cwd=self.folder, env=ENVIRONMENT, capture_output=True, text=True)
        if check and result.returncode:
            raise AssertionError(f"{command}: exit {result.returncode}\n{result.stdout}{result.stderr}")
        return result

    def pipectl_(self, *words, check=True):
        return self.run(self.pipectl, *words, check=check)

    def commit(self, number):
        (self.folder / "pipelines/sql/total.sql").write_text(f"select {number} as total\n")
        self.run("git", "add", "-A")
        self.run("git", "commit", "-qm", f"Number {number}")
        return self.run("git", "rev-parse", "HEAD").stdout.strip()

    @property
    def live(self):
        return self.folder / ".pipectl/prod/live"

    def tree(self, revision):
        """The files of a release as git has them."""
        names = self.run("git", "ls-tree", "-r", "--name-only", revision).stdout.split()
        return {name: self.run("git", "show", f"{revision}:{name}").stdout for name in names}

    def files(self):
        top = self.live.resolve()
        return {str(path.relative_to(top)): path.read_text() for path in top.rglob("*") if path.is_file()}

    def copy(self, folder):
        shutil.copytree(self.folder, folder, symlinks=True)
        return Shop(folder, self.pipectl)


def calls_of(shop, words, scratch, wanted, more=()):
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        copy = shop.copy(pathlib.Path(folder) / "shop")
        log = pathlib.Path(folder) / "log"
        copy.run("strace", "-f", *more, "-qq", "-o", str(log), "-e", "trace=" + wanted, shop.pipectl, *words)
        counts = {}
        for thread, call in re.findall(r"^(\d+) +(\w+)\(", log.read_text(), flags=re.M):
            counts[thread, call] = counts.get((thread, call), 0) + 1
        # strace counts each call of each thread apart.
        calls = {call: max(count for (_, other), count in counts.items() if other == call) for _, call in counts}
        return [(call, number + 1) for call, count in sorted(calls.items()) for number in range(count)]


def disturbed(shop, words, call, number, fault, contents, scratch):
    """One kill or refused call; returns what was found, or raises."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        copy = shop.copy(pathlib.Path(folder) / "shop")
        result = copy.run(
            "strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=" + call, "-e", f"inject={call}:{fault}:when={number}", shop.pipectl, *words,
            check=False)
        if result.returncode == 0:
            return "ended"
        # Before anything mends it: whoever reads `live` finds a whole release.
        if copy.live.is_symlink():
            assert copy.files() in contents, f"half a release is live: {sorted(copy.files())}"
        else:
            assert contents[0] is None, "the live release is gone"
        told = copy.pipectl_("status", "--env", "prod").stderr
        state = json.loads(copy.pipectl_("status", "--env", "prod", "--output", "json").stdout)["environments"][0]
        assert not state["differences"], state
        root = copy.folder / ".pipectl/prod"
        assert not (root / "deploy.json").exists(), "the journal is still there"
        if state["release"]:
            assert copy.files() == copy.tree("refs/pipectl/prod"), "live is not what git has"
            left = [path.name for path in (root / "releases").iterdir() if path.name.startswith(".")]
            assert not left, left
        else:
            assert not copy.live.exists()
        fsck = copy.run("git", "fsck", "--full", "--strict", "--no-dangling")
        assert not (fsck.stdout + fsck.stderr).strip(), fsck.stdout + fsck.stderr
        copy.pipectl_(*words)
        assert copy.files() == contents[1], "the command, given again, did not bring the release"
        return "completed" if "made live" in told else "undone" if "undone" in told else "untouched"


def disturb(shop, words, contents, scratch, every):
    for what, fault, wanted in [("killed", "signal=KILL", CALLS), ("no space left", "error=ENOSPC", FILLING)]:
        calls = calls_of(shop, words, scratch, wanted)
        found = {}
        for call, number in calls[::every]:
            try:
                outcome = disturbed(shop, words, call, number, fault, contents, scratch)
            except AssertionError as error:
                raise AssertionError(f"{' '.join(words)}: {what} at {call} number {number}: {error}")
            found[outcome] = found.get(outcome, 0) + 1
        print(f"{' '.join(words)}: {len(calls)} calls, {what} at {'each' if every == 1 else f'every {every}th'}: {found}", flush=True)
        assert every > 1 or found.get("completed"), "no fault fell between the reference and the link"


def promotion_disturbed(shop, call, number, fault, scratch):
    """One kill or refused call of a promotion: the branch is where it was or at the whole promotion, and given again it is there."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        copy = shop.copy(pathlib.Path(folder) / "shop")
        before, develop = (copy.run("git", "rev-parse", name).stdout.strip() for name in ("main", "develop"))
        words = ["promote", "dev", "prod"]
        result = copy.run(
            "strace", "-f", *OWN, "-qq", "-o", os.devnull, "-e", "trace=" + call, "-e", f"inject={call}:{fault}:when={number}", shop.pipectl, *words,
            check=False)
        if result.returncode == 0:
            return "ended"

        def look(folder):
            parents = copy.run("git", f"--git-dir={folder}", "log", "-1", "--format=%H %P", "main").stdout.split()
            if parents[0] == before:
                return "untouched"
            assert parents[1:] == [before, develop], f"main is neither before nor after: {parents}"
            trailers = copy.run("git", f"--git-dir={folder}", "log", "-1", "--format=%(trailers:key=Pipectl-Promoted-Commit,valueonly)", "main").stdout.strip()
            assert trailers == develop, trailers
            return "promoted"

        found = look(copy.folder / ".git")
        server = copy.folder / "server"
        if server.exists():
            # The shared repository decides; what it has comes here with the next command.
            # The push goes on when who started it is killed.
            for _ in range(100):
                if not subprocess.run(["pgrep", "-f", str(copy.folder)], capture_output=True).stdout:
                    break
                time.sleep(0.02)
            there = look(server)
            assert there == "promoted" or found == "untouched", "the branch moved here and not there"
            found = there
        again = copy.pipectl_(*words).stdout
        assert ("nothing to promote" in again) == (found == "promoted"), again
        for place in [copy.folder / ".git"] + ([server] if server.exists() else []):
            assert look(place) == "promoted", place
            fsck = copy.run("git", f"--git-dir={place}", "fsck", "--full", "--strict", "--no-dangling")
            assert not (fsck.stdout + fsck.stderr).strip(), fsck.stdout + fsck.stderr
        left = [str(path) for path in copy.folder.rglob("*.lock") if path.parent.name != "locks"]
        assert not left and not (copy.folder / ".pipectl/prod/promote.under-way").exists(), left
        return found


def promotions(pipectl, scratch, every):
    shop = Shop(pathlib.Path(scratch) / "promoted", pipectl)
    shutil.copytree(HERE / "promote-conflicts/project", shop.folder)
    shop.run("git", "init", "-q", "-b", "main")
    (shop.folder / ".gitignore").write_text(".pipectl\nserver\n")
    shop.commit(1)
    shop.run("git", "switch", "-q", "-c", "develop")
    shop.commit(2)
    for shared in (False, True):
        if shared:
            prod = shop.folder / "environments/prod.yml"
            for branch in ("develop", "main"):
                shop.run("git", "switch", "-q", branch)
                prod.write_text(prod.read_text().replace("branch: main", "branch: main\nremote: origin"))
                shop.run("git", "commit", "-qam", "Shared")
            shop.run("git", "switch", "-q", "develop")
            shop.run("git", "merge", "-q", "-m", "Merge", "main")
            shop.run("git", "init", "-q", "--bare", "-b", "main", "server")
            shop.run("git", "remote", "add", "origin", "./server")
            shop.run("git", "push", "-q", "origin", "main", "develop")
        # What the cache holds is no part of this.
        shop.pipectl_("promote", "dev", "prod", "--dry-run")
        for what, fault, wanted in [("killed", "signal=KILL", CALLS), ("no space left", "error=ENOSPC", FILLING)]:
            calls = calls_of(shop, ["promote", "dev", "prod"], scratch, wanted, OWN)
            found = {}
            for call, number in calls[::every]:
                try:
                    outcome = promotion_disturbed(shop, call, number, fault, scratch)
                except AssertionError as error:
                    raise AssertionError(f"promote{' with a remote' if shared else ''}: {what} at {call} number {number}: {error}")
                found[outcome] = found.get(outcome, 0) + 1
            print(f"promote{' with a remote' if shared else ''}: {len(calls)} calls, {what} at {'each' if every == 1 else f'every {every}th'}: {found}", flush=True)


def races(shop, rounds, scratch):
    commits = [shop.commit(1000), shop.commit(1001)]
    shop.pipectl_("deploy", "--env", "prod", "--ref", commits[0])
    lost = 0
    for round in range(rounds):
        before = json.loads(shop.pipectl_("history", "--env", "prod", "-n", "1", "--output", "json").stdout)[0]["release"]
        pair = [shop.commit(2000 + 2 * round), shop.commit(2001 + 2 * round)]
        started = [
            subprocess.Popen([shop.pipectl, "deploy", "--env", "prod", "--ref", commit], cwd=shop.folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for commit in pair]
        ended = [(process.communicate(), process.returncode) for process in started]
        codes = sorted(code for _, code in ended)
        after = json.loads(shop.pipectl_("history", "--env", "prod", "-n", "1", "--output", "json").stdout)[0]
        assert codes == [0, 1], ended
        assert after["release"] == before + 1, (before, after)
        winner = [commit for commit, (_, code) in zip(pair, ended) if code == 0][0]
        assert after["source"] == winner
        message = [errors for (_, errors), code in ended if code == 1][0]
        assert "in the meantime" in message or "already" in message, message
        lost += "already" in message
        assert shop.files() == shop.tree("refs/pipectl/prod")
    fsck = shop.run("git", "fsck", "--full", "--strict", "--no-dangling")
    assert not (fsck.stdout + fsck.stderr).strip(), fsck
    print(f"two at once, {rounds} times: one won each time; {lost} were told of a deployment under way, {rounds - lost} of a release made in the meantime")


class Data:
    """Tables by their logs, which are replayed here, and the warehouse as DuckDB's own package sees it."""

    def __init__(self, shop):
        root = shop.folder / ".pipectl/prod"
        self.tables, self.restored = {}, {}
        for log in sorted(root.glob("lake/*/*/_delta_log")):
            name = f"{log.parent.parent.name}.{log.parent.name}"
            files, metadata, restored = set(), None, 0
            for entry in sorted(log.glob("*.json")):
                actions = [json.loads(line) for line in entry.read_text().splitlines()]
                files -= {action["remove"]["path"] for action in actions if "remove" in action}
                files |= {action["add"]["path"] for action in actions if "add" in action}
                metadata = next((action["metaData"] for action in actions if "metaData" in action), metadata)
                restored += any("rollback" in action.get("commitInfo", {}).get("pipectl", {}) for action in actions)
            for file in files:
                assert (log.parent / file).exists(), f"{name}: {file} is gone"
            self.tables[name] = (frozenset(files), metadata["schemaString"], tuple(sorted(metadata["configuration"].items())))
            self.restored[name] = restored
        script = (
            "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True)\n"
            "for s, n in c.execute(\"select schema_name, table_name from duckdb_tables() where table_name <> '_pipectl_views' order by all\").fetchall():\n"
            "    print(s, n, c.execute(f'select * from {s}.{n} order by all').fetchall())")
        self.warehouse = shop.run(str(PYTHON), "-c", script, str(root / "warehouse.duckdb")).stdout


def data_disturbed(shop, words, call, number, fault, before, after, scratch):
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        copy = shop.copy(pathlib.Path(folder) / "shop")
        result = copy.run(
            "strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=" + call, "-e", f"inject={call}:{fault}:when={number}", shop.pipectl, *words,
            check=False)
        root = copy.folder / ".pipectl/prod"
        found = Data(copy)
        for name, content in found.tables.items():
            assert content in (before.tables[name], after.tables[name]), f"{name} is neither as before nor as it was to be"
        assert found.warehouse in (before.warehouse, after.warehouse), found.warehouse
        if (root / "rollback.json").exists():
            refused = copy.pipectl_("run", "sales", "--env", "prod", check=False)
            assert refused.returncode == 1 and "interrupted" in refused.stderr, refused
        told = copy.pipectl_("status", "--env", "prod").stderr
        assert not (root / "rollback.json").exists() and not (root / "deploy.json").exists(), "a journal is still there"
        release = json.loads(copy.pipectl_("status", "--env", "prod", "--output", "json").stdout)["environments"][0]["release"]["release"]
        wanted, mended = (before, after)[release - 2], Data(copy)
        assert mended.tables == wanted.tables, f"release {release}, and not its tables"
        assert mended.warehouse == wanted.warehouse, f"release {release}, and not its warehouse"
        copy.pipectl_(*words)
        last = Data(copy)
        assert last.tables == after.tables and last.warehouse == after.warehouse, "the command, given again, did not bring the data"
        assert set(last.restored.values()) == {1}, f"done more than once: {last.restored}"
        fsck = copy.run("git", "fsck", "--full", "--strict", "--no-dangling")
        assert not (fsck.stdout + fsck.stderr).strip(), fsck.stdout + fsck.stderr
        if result.returncode == 0:
            return "ended"
        return "ended by the next" if "interrupted rollback was ended" in told else "undone" if release == 2 else "done before"


def data_rollbacks(pipectl, scratch, every):
    shop = Shop(pathlib.Path(scratch) / "data-shop", pipectl)
    shutil.copytree(HERE / "rollback-data/project", shop.folder)
    (shop.folder / ".gitignore").write_text("/.pipectl/\n*.sqlite\n")

    def source(sql):
        with sqlite3.connect(shop.folder / "erp.sqlite") as database:
            database.executescript(sql)

    source("create table orders (id integer, amount integer); insert into orders values (1, 10), (2, 20), (3, -1)")
    shop.run("git", "init", "-q", "-b", "main")
    for number in (1, 2):
        shop.commit(number)
        shop.pipectl_("deploy", "--env", "prod")
        shop.pipectl_("run", "sales", "--env", "prod")
        if number == 1:
            source("insert into orders values (4, 40), (5, -2)")
            more = (shop.folder / "pipelines/sales.yml").read_text()
            more = more.replace("  - name: publish", "  - { name: extra, type: transform, query: select 1 as one, into: gold.extra }\n  - name: publish")
            (shop.folder / "pipelines/sales.yml").write_text(more.replace("[gold.total]", "[gold.total, gold.extra]"))
    words = ["rollback", "--env", "prod", "--to", "1", "--data"]
    before = Data(shop)
    done = shop.copy(pathlib.Path(scratch) / "data-done")
    done.pipectl_(*words)
    after = Data(done)
    assert before.tables.keys() == after.tables.keys() and all(before.tables[name] != after.tables[name] for name in before.tables), "a table stayed"
    assert before.warehouse != after.warehouse
    for what, fault, wanted in [("killed", "signal=KILL", CALLS), ("no space left", "error=ENOSPC", FILLING)]:
        calls = calls_of(shop, words, scratch, wanted)
        found = {}
        for call, number in calls[::every]:
            try:
                outcome = data_disturbed(shop, words, call, number, fault, before, after, scratch)
            except AssertionError as error:
                raise AssertionError(f"{' '.join(words)}: {what} at {call} number {number}: {error}")
            found[outcome] = found.get(outcome, 0) + 1
        print(f"{' '.join(words)}: {len(calls)} calls, {what} at {'each' if every == 1 else f'every {every}th'}: {found}", flush=True)
        assert found.get("ended by the next"), "no fault fell between the release and the last table"


def views_of(shop):
    """All views of the warehouse with their rows, as DuckDB's own package sees them."""
    script = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True)\n"
        "for s, n in c.execute('select schema_name, view_name from duckdb_views() where not internal order by all').fetchall():\n"
        "    print(s, n, c.execute(f'select * from {s}.{n} order by all').fetchall())\n"
        "print(c.execute('from gold.total').fetchall(), c.execute('from own').fetchall())")
    return shop.run(str(PYTHON), "-c", script, str(shop.folder / ".pipectl/prod/warehouse.duckdb")).stdout


def views_disturbed(shop, words, call, number, fault, contents, scratch):
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        copy = shop.copy(pathlib.Path(folder) / "shop")
        result = copy.run(
            "strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=" + call, "-e", f"inject={call}:{fault}:when={number}", shop.pipectl, *words,
            check=False)
        found = views_of(copy)
        assert found in contents, f"views are neither the old ones nor the new ones: {found}"
        if result.returncode == 0:
            return "ended"
        told = copy.pipectl_("status", "--env", "prod").stderr
        state = json.loads(copy.pipectl_("status", "--env", "prod", "--output", "json").stdout)["environments"][0]
        root = copy.folder / ".pipectl/prod"
        assert not (root / "deploy.json").exists() and not state["unappliedViews"], "the views are still to be made"
        assert views_of(copy) == contents[state["release"]["release"] - 1], f"release {state['release']['release']} is live, and not its views"
        copy.pipectl_(*words)
        assert views_of(copy) == contents[1], "the command, given again, did not bring the views"
        drift = json.loads(copy.pipectl_("drift", "--env", "prod", "--output", "json").stdout)
        assert not drift["drift"] and not drift["notChecked"], drift
        # What the next one begins with it takes away.
        copy.pipectl_("run", "sales", "--env", "prod", "--quiet")
        left = [path.name for path in root.iterdir() if path.name.startswith("warehouse.duckdb.")]
        assert not left, left
        if "made live" in told:
            return "ended by the next"
        return "undone" if "undone" in told else "untouched"


def views(pipectl, scratch, every):
    shop = Shop(pathlib.Path(scratch) / "views-shop", pipectl)
    shutil.copytree(HERE / "drift-views/project", shop.folder)
    shop.run("git", "init", "-q", "-b", "main")
    pipeline = shop.folder / "pipelines/sales.yml"
    text = pipeline.read_text().replace("    dependsOn:", "      gold.goes: select half from gold.half\n    dependsOn:")
    pipeline.write_text(text)
    shop.commit(1)
    shop.pipectl_("deploy", "--env", "prod")
    shop.pipectl_("run", "sales", "--env", "prod")
    # Something of others, and one of ours that was changed by hand.
    shop.run(str(PYTHON), "-c", "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('create table own as select 1 as x; create view gold.own as select 7 as x; create or replace view gold.double as select 9 as x')",
             str(shop.folder / ".pipectl/prod/warehouse.duckdb"))
    pipeline.write_text(text.replace("gold.goes: select half", "gold.comes: select half").replace("total / 2", "total / 4"))
    shop.run("git", "commit", "-qam", "Other views")
    words = ["deploy", "--env", "prod"]
    shop.pipectl_("plan", "--env", "prod")
    done = shop.copy(pathlib.Path(scratch) / "views-done")
    done.pipectl_(*words)
    contents = [views_of(shop), views_of(done)]
    assert "goes" in contents[0] and "goes" not in contents[1] and "comes" in contents[1] and "gold own [(7,)]" in contents[1], contents
    for what, fault, wanted in [("killed", "signal=KILL", CALLS + ",pwrite64"), ("no space left", "error=ENOSPC", FILLING + ",copy_file_range,sendfile,fallocate")]:
        calls = calls_of(shop, words, scratch, wanted)
        found = {}
        for call, number in calls[::every]:
            try:
                outcome = views_disturbed(shop, words, call, number, fault, contents, scratch)
            except AssertionError as error:
                raise AssertionError(f"views: {what} at {call} number {number}: {error}")
            found[outcome] = found.get(outcome, 0) + 1
        print(f"deploy with views: {len(calls)} calls, {what} at {'each' if every == 1 else f'every {every}th'}: {found}", flush=True)
        assert every > 1 or found.get("ended by the next"), "no fault fell between the release and its views"


def files(pipectl, scratch, every, rounds):
    """Deployments and rollbacks of files, and two at once."""
    shop = Shop(pathlib.Path(scratch) / "shop", pipectl)
    shutil.copytree(HERE / "story/project", shop.folder)
    shop.run("git", "init", "-q", "-b", "main")
    shop.commit(1)
    # What the cache holds is no part of this.
    shop.pipectl_("plan", "--env", "prod")
    done = shop.copy(pathlib.Path(scratch) / "done")
    done.pipectl_("deploy", "--env", "prod")
    first = done.files()
    disturb(shop, ["deploy", "--env", "prod"], [None, first], scratch, every)
    shop.pipectl_("deploy", "--env", "prod")
    shop.commit(2)
    shop.pipectl_("plan", "--env", "prod")
    done = shop.copy(pathlib.Path(scratch) / "done2")
    done.pipectl_("deploy", "--env", "prod")
    second = done.files()
    disturb(shop, ["deploy", "--env", "prod"], [first, second], scratch, every)
    shop.pipectl_("deploy", "--env", "prod")
    disturb(shop, ["rollback", "--env", "prod", "--to", "1"], [second, first], scratch, every)
    races(shop, rounds, scratch)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pipectl", default=str(HERE.parent.parent / ".build/release/pipectl"))
    parser.add_argument("--every", type=int, default=1, help="only every Nth call")
    parser.add_argument("--races", type=int, default=50, help="how many times two deployments are started at once (50)")
    parser.add_argument("--part", choices=["data", "views", "files", "promotions"], help="only this one (default: all, two at a time)")
    options = parser.parse_args()
    if not options.part:
        # Most of the time each waits for a disk or a process that ends.
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            codes = list(pool.map(lambda part: subprocess.run([sys.executable, __file__, *sys.argv[1:], "--part", part]).returncode, ["data", "views", "files", "promotions"]))
        sys.exit(1 if any(codes) else 0)
    pipectl = str(pathlib.Path(options.pipectl).resolve())
    with tempfile.TemporaryDirectory(prefix="pipectl-delivery-") as scratch:
        match options.part:
            case "data": data_rollbacks(pipectl, scratch, options.every)
            case "views": views(pipectl, scratch, options.every)
            case "files": files(pipectl, scratch, options.every, options.races)
            case "promotions": promotions(pipectl, scratch, options.every)


if __name__ == "__main__":
    main()
