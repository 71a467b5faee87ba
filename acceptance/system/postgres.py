"""A PostgreSQL server of the test's own, on a free port of the loopback interface."""

import os
import pathlib
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time

from system import Skipped


class Server:
    """With databases `erp` and `warehouse`, each owned by a role of the same name."""

    def __init__(self, folder):
        programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
        if not programs:
            raise Skipped("PostgreSQL is not installed")
        self.bin = programs[-1].parent
        self.folder, self.data = folder, folder / "data"
        self.password = secrets.token_hex(12)
        self.process = None
        # The server refuses to run as root.
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []

    def __enter__(self):
        self.data.mkdir(parents=True, mode=0o700)
        password = self.folder / "password"
        password.write_text(self.password)
        if self.user:
            for path in (self.folder, *self.folder.parents):
                if path == pathlib.Path("/tmp"):
                    break
                path.chmod(path.stat().st_mode | 0o011)
            for path in (self.data, password):
                shutil.chown(path, "postgres")
        subprocess.run(
            [*self.user, self.bin / "initdb", "-D", self.data, "-U", "postgres", f"--pwfile={password}", "--auth=scram-sha-256",
             "--encoding=UTF8", "--locale=C", "--no-sync"], check=True, capture_output=True, cwd="/")
        try:
            self.start()
            for name in ("erp", "warehouse"):
                self.psql(f"CREATE ROLE {name} LOGIN PASSWORD '{self.password}'", user="postgres", database="postgres")
                self.psql(f"CREATE DATABASE {name} OWNER {name}", user="postgres", database="postgres")
        except BaseException:
            self.stop()
            raise
        return self

    def start(self):
        for _ in range(5):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
            log = open(self.folder / "server.log", "ab")
            self.process = subprocess.Popen(
                [*self.user, self.bin / "postgres", "-D", self.data, "-h", "127.0.0.1", "-p", str(self.port), "-k", self.data,
                 "-c", "fsync=off"], stdout=log, stderr=log, cwd="/")
            for _ in range(300):
                if subprocess.run(
                    [self.bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)], cwd="/").returncode == 0:
                    return
                if self.process.poll() is not None:
                    break  # somebody else took the port in between
                time.sleep(0.1)
        raise AssertionError("PostgreSQL did not start:\n" + (self.folder / "server.log").read_text())

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # its fast shutdown
            self.process.wait(timeout=60)

    def __exit__(self, *_):
        self.stop()

    def command(self, user="warehouse", database=None):
        return [str(self.bin / "psql"), "-qAtX", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port), "-U", user,
                database or user]

    @property
    def client(self):
        return {**os.environ, "PGPASSWORD": self.password}

    def psql(self, sql, user="warehouse", database=None):
        """Rows of the answer, as tuples of text."""
        found = subprocess.run(
            [*self.command(user, database), "-c", sql], capture_output=True, text=True, env=self.client, cwd="/")
        assert found.returncode == 0, f"psql: {found.stderr}"
        return [tuple(line.split("|")) for line in found.stdout.splitlines()]

    @property
    def variables(self):
        """For the environment `postgres` of the bundled project."""
        found = {}
        for kind in ("ERP", "WAREHOUSE"):
            found |= {
                f"PIPECTL_{kind}_HOST": "127.0.0.1", f"PIPECTL_{kind}_PORT": str(self.port), f"PIPECTL_{kind}_DATABASE": kind.lower(),
                f"PIPECTL_{kind}_USER": kind.lower(), f"PIPECTL_{kind}_PASSWORD": self.password,
            }
        return found


class Watcher:
    """Asks the same question again and again over one connection, and keeps every answer."""

    def __init__(self, server, sql):
        self.process = subprocess.Popen(
            server.command(), env=server.client, cwd="/", text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.process.stdin.write(sql + " \\watch 0.01\n")
        self.process.stdin.flush()

    def stop(self):
        """Answers in the order they came; fails where one of them was an error."""
        self.process.send_signal(signal.SIGINT)
        text, errors = self.process.communicate(timeout=60)
        errors = re.sub(r"(Cancel request sent|.*canceling statement due to user request)\n?", "", errors)
        assert not errors.strip(), f"a reader met an error: {errors}"
        return [tuple(line.split("|")) for line in text.splitlines() if "|" in line]
