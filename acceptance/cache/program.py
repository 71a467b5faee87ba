"""Runs `pipectl validate` upon a folder, and lays files out in it."""
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import threading
from dataclasses import dataclass

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
HANG_SECONDS = 120


@dataclass(frozen=True)
class Link:
    """A symbolic link in the place of a file."""
    target: str


@dataclass(frozen=True)
class Answer:
    status: int            # negative: the number of a signal
    output: bytes
    errors: bytes

    @property
    def is_sound(self):
        return self.status in (0, 1) and not self.errors

    def __str__(self):
        return f"exit code {self.status}\n{shown(self.errors)}{shown(self.output)}"


class Program:
    """`user` runs it as somebody whom permissions hold off, where this process is root."""

    def __init__(self, pipectl, home):
        self.pipectl, self.home = pathlib.Path(pipectl), pathlib.Path(home)
        self.home.mkdir(parents=True, exist_ok=True)
        keep = ("PIPECTL_LIBPYTHON", "LD_LIBRARY_PATH")
        self.environment = {name: os.environ[name] for name in keep if name in os.environ} | {
            "PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.home), "TMPDIR": str(self.home), "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "COLUMNS": "100", "PIPECTL_PYTHON_ENV": str(REPOSITORY / ".venv"),
            "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
            "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com"}

    def start(self, project, arguments, before=None, wrapper=(), environment=None):
        def prepare():
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if before:
                before()

        return subprocess.Popen(
            [*wrapper, str(self.pipectl), "validate", "--project", ".", *arguments], cwd=project, env=self.environment | (environment or {}),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, preexec_fn=prepare)

    def finish(self, process):
        timer = threading.Timer(HANG_SECONDS, lambda: os.killpg(process.pid, signal.SIGKILL))
        timer.start()
        try:
            output, errors = process.communicate()
        finally:
            timer.cancel()
        return Answer(process.returncode, output, errors)

    def validate(self, project, *arguments, **options):
        return self.finish(self.start(project, arguments, **options))

    def git(self, folder, *arguments):
        subprocess.run(["git", *arguments], cwd=folder, env=self.environment, check=True, capture_output=True)


def put(folder, path, content):
    """Makes one file what it shall be: bytes, a link, or nothing for None."""
    target = folder / path
    for parent in reversed(target.relative_to(folder).parents[:-1]):
        parent = folder / parent
        if parent.is_symlink() or parent.is_file():
            parent.unlink()
    remove(target)
    if content is None:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Link):
        target.symlink_to(content.target)
    else:
        target.write_bytes(content)


def lay_out(folder, before, after):
    """Takes a folder from one set of files to another; files that stay the same are not touched."""
    for path in sorted(set(before) - set(after)):
        put(folder, path, None)
    for path in sorted(after):
        if before.get(path) != after[path] or not (folder / path).exists():
            put(folder, path, after[path])


def remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif path.is_symlink() or path.exists():
        path.unlink()


def shown(bytes, limit=3000):
    text = bytes.decode("utf-8", "backslashreplace")
    return text if len(text) <= limit else f"{text[:limit]}\n... {len(text) - limit} more characters\n"
