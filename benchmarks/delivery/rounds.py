"""Processes measured in turn, and what is compared with their best times."""

import os
import subprocess
import sys
import tempfile
import time


def seconds(command, folder):
    """Wall seconds of a process, which must succeed."""
    with tempfile.TemporaryFile() as output:
        start = time.monotonic()
        status = subprocess.run([str(part) for part in command], cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output).returncode
        taken = time.monotonic() - start
        if status != 0:
            output.seek(0)
            sys.exit(f"{' '.join(map(str, command))} failed with {status}:\n{output.read(4000).decode(errors='replace')}")
    return taken


class Bench:
    """Jobs in the order in which a round runs them, and what they took."""

    def __init__(self, project=None):
        self.project, self.jobs, self.results = project, {}, {}

    def add(self, name, command, folder, before=lambda round: None):
        self.jobs[name] = (command, folder, before)
        self.results[name] = []

    def warm(self, *names):
        for name in names:
            seconds(*self.jobs[name][:2])

    def run(self, rounds):
        for round in range(rounds):
            for name, (command, folder, before) in self.jobs.items():
                before(round)
                # What was written before is not to be waited for in this job.
                os.sync()
                self.results[name].append(seconds(command, folder))
            print(f"  round {round + 1} of {rounds} done", file=sys.stderr, flush=True)

    def best(self, name):
        return min(self.results[name])

    def show(self):
        for name, walls in self.results.items():
            print(f"  {name:<44} {min(walls) * 1000:9.1f} ms  (max {max(walls) * 1000:.1f})", flush=True)


class Targets:
    def __init__(self):
        self.lines, self.left_out = [], []

    def at_most(self, what, value, limit, unit, applies=True):
        """`applies`: whether the sizes are those that the limit is for; otherwise the value is shown beside it."""
        word = "met   " if value <= limit else "MISSED"
        self.lines.append(f"  {word if applies else 'shown '}  {what}: {value:.2f}{unit} (target <= {limit:g}{unit}{'' if applies else ', for other sizes'})")

    def ratio(self, what, value):
        self.lines.append(f"  ratio   {what}: {value:.1f}x")

    def leave_out(self, what):
        if what not in self.left_out:
            self.left_out.append(what)

    def show(self):
        print("\nTargets and ratios", flush=True)
        for line in self.lines:
            print(line)
        print(f"left out: {len(self.left_out)}")
        for what in self.left_out:
            print(f"  {what}")
