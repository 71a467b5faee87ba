"""A store of secrets with an identity of its own, and the ways to start pipectl on it."""

import pathlib
import os
import shutil
import subprocess
import tempfile

from system import pipectl

VALUES = {"erp-password": "Zk8#qv\"L2m!x&wT9", "api-key": "canary-7f3a91c05e", "short-lived": "will-expire-soon-77"}


class Store:
    def __init__(self, folder, values=None, kind="yml"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.file = self.folder / f"dev.{kind}"
        self.home = self.folder / "home"
        self.home.mkdir()
        self.runtime = pathlib.Path(tempfile.mkdtemp(prefix="pipectl-test.", dir="/dev/shm"))
        self.variables = {"PATH": os.environ["PATH"], "HOME": str(self.home), "XDG_RUNTIME_DIR": str(self.runtime), "NO_COLOR": "1"}
        self("keygen").check_returncode()
        self.key = next(self.home.rglob("keys.txt")).read_text()
        self("init", "--store", str(self.file)).check_returncode()
        for name, value in (VALUES if values is None else values).items():
            self.set(name, value)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.runtime, ignore_errors=True)

    def words(self, *words):
        return [str(pipectl()), "secrets", *words]

    def __call__(self, *words, **options):
        options = {"stdin": subprocess.DEVNULL, **options} if "input" not in options else options
        variables = {**self.variables, **options.pop("variables", {})}
        return subprocess.run(self.words(*words), cwd=self.folder, env=variables, capture_output=True, timeout=60, **options)

    def set(self, name, value, *words):
        found = self("set", name, "--store", str(self.file), *words, input=value.encode())
        assert found.returncode == 0, found.stderr

    def get(self, name):
        found = self("get", name, "--store", str(self.file))
        return found.stdout.decode() if found.returncode == 0 else None

    def run(self, *words, options=(), **more):
        return self("run", "--store", str(self.file), *options, "--", *words, **more)

    def start(self, *words, options=(), variables=None, **more):
        return subprocess.Popen(
            self.words("run", "--store", str(self.file), *options, "--", *words), cwd=self.folder, env={**self.variables, **(variables or {})},
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more})
