"""A project that is delivered, and what strace does to the program meanwhile."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
PROJECTS = REPOSITORY / "acceptance/delivery"
PYTHON = pathlib.Path(os.environ.get("PIPECTL_PYTHON_ENV") or REPOSITORY / ".venv").absolute() / "bin/python"
ENVIRONMENT = os.environ | {
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com",
    # One thread takes turns at all tasks, so that counting its calls counts them all.
    "LIBDISPATCH_COOPERATIVE_POOL_STRICT": "1",
}


class Shop:
    """One project in one repository."""

    def __init__(self, folder, pipectl):
        self.folder, self.pipectl = pathlib.Path(folder), pipectl

    @classmethod
    def of_case(cls, case, folder, pipectl):
        """With the files of a golden case, none of them committed."""
        shutil.copytree(PROJECTS / case / "project", folder)
        shop = cls(folder, pipectl)
        shop.run("git", "init", "-q", "-b", "main")
        return shop

    def copy(self, folder):
        shutil.copytree(self.folder, folder, symlinks=True)
        return Shop(folder, self.pipectl)

    # Commands.

    def run(self, *command, check=True):
        result = subprocess.run(command, cwd=self.folder, env=ENVIRONMENT, capture_output=True, text=True)
        if check and result.returncode:
            raise AssertionError(f"{command}: exit {result.returncode}\n{result.stdout}{result.stderr}")
        return result

    def pipectl_(self, *words, check=True):
        return self.run(self.pipectl, *words, check=check)

    def answer(self, *words):
        return json.loads(self.pipectl_(*words, "--output", "json").stdout)

    def commit(self, number):
        (self.folder / "pipelines/sql/total.sql").write_text(f"select {number} as total\n")
        self.run("git", "add", "-A")
        self.run("git", "commit", "-qm", f"Number {number}")
        return self.commit_of("HEAD")

    def with_warehouse(self, script):
        """What a script writes that has the path of the warehouse in `sys.argv[1]`, with DuckDB's own package."""
        return self.run(str(PYTHON), "-c", "import duckdb, sys; " + script, str(self.root / "warehouse.duckdb")).stdout

    # What is there.

    @property
    def root(self):
        return self.folder / ".pipectl/prod"

    @property
    def live(self):
        return self.root / "live"

    def files(self):
        top = self.live.resolve()
        return {str(path.relative_to(top)): path.read_text() for path in top.rglob("*") if path.is_file()}

    def commit_of(self, name):
        return self.run("git", "rev-parse", name).stdout.strip()

    def tree(self, revision):
        """The files of a release as git has them."""
        names = self.run("git", "ls-tree", "-r", "--name-only", revision).stdout.split()
        return {name: self.run("git", "show", f"{revision}:{name}").stdout for name in names}

    def check_git(self, folder=".git"):
        fsck = self.run("git", f"--git-dir={folder}", "fsck", "--full", "--strict", "--no-dangling")
        assert not (fsck.stdout + fsck.stderr).strip(), fsck.stdout + fsck.stderr

    def status(self):
        """What `status` says of the environment, once it mended it, and what it told of that."""
        told = self.pipectl_("status", "--env", "prod").stderr
        return self.answer("status", "--env", "prod")["environments"][0], told

    # strace.

    def traced(self, words, calls, *more, log=os.devnull, check=True):
        return self.run("strace", "-f", "-qq", "-o", str(log), "-e", "trace=" + calls, *more, self.pipectl, *words, check=check)

    def disturbed(self, words, call, number, fault, more=()):
        return self.traced(words, call, "-e", f"inject={call}:{fault.injection}:when={number}", *more, check=False)


@dataclass(frozen=True)
class Fault:
    what: str
    injection: str
    calls: str

    def at_also(self, calls):
        return Fault(self.what, self.injection, f"{self.calls},{calls}")


KILLED = Fault(
    "killed", "signal=KILL",
    "rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir,fsync,fdatasync,syncfs,ftruncate")
# At what a full disk refuses.
NO_SPACE = Fault(
    "no space left", "error=ENOSPC",
    "write,pwrite64,mkdir,mkdirat,rename,renameat2,link,linkat,symlink,symlinkat,fsync,fdatasync,syncfs,ftruncate")


def calls_of(shop, words, wanted, scratch, more=()):
    """Name and number of each wanted call that a command makes."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        copy = shop.copy(pathlib.Path(folder) / "shop")
        log = pathlib.Path(folder) / "log"
        copy.traced(words, wanted, *more, log=log)
        counts = {}
        for thread, call in re.findall(r"^(\d+) +(\w+)\(", log.read_text(), flags=re.M):
            counts[thread, call] = counts.get((thread, call), 0) + 1
        # strace counts each call of each thread apart.
        calls = {call: max(count for (_, other), count in counts.items() if other == call) for _, call in counts}
        return [(call, number + 1) for call, count in sorted(calls.items()) for number in range(count)]


def disturb(shop, words, judge, scratch, every, name=None, faults=(KILLED, NO_SPACE), more=(), needed=None):
    """Gives a command once for every Nth of its calls, with a fault at that call, each time in a copy of the shop.

    judge   gets the copy and the result of the command; returns what was found, or raises
    more    options of strace
    needed  what has to be found at least once, and what is wrong where it is not
    """
    name = name or " ".join(words)
    for fault in faults:
        calls = calls_of(shop, words, fault.calls, scratch, more)
        found = {}
        for call, number in calls[::every]:
            with tempfile.TemporaryDirectory(dir=scratch) as folder:
                copy = shop.copy(pathlib.Path(folder) / "shop")
                try:
                    outcome = judge(copy, copy.disturbed(words, call, number, fault, more))
                except AssertionError as error:
                    raise AssertionError(f"{name}: {fault.what} at {call} number {number}: {error}")
            found[outcome] = found.get(outcome, 0) + 1
        print(f"{name}: {len(calls)} calls, {fault.what} at {'each' if every == 1 else f'every {every}th'}: {found}", flush=True)
        assert not needed or found.get(needed[0]), needed[1]
