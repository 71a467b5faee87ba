"""Runs pipectl upon a project and says what is wrong with how it behaved: not with the project."""
import bisect
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import xml.etree.ElementTree
from dataclasses import dataclass

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
WALL_SECONDS, CPU_SECONDS, MEMORY = 5.0, 1.0, 1 << 30
# A project is of normal size up to here; above it every megabyte has this much time more.
NORMAL_BYTES, CPU_PER_MEGABYTE = 1 << 20, 0.5
HANG_SECONDS = 20


@dataclass
class Outcome:
    status: int            # negative: the number of a signal
    output: bytes
    errors: bytes
    wall: float
    cpu: float
    memory: int


class Judge:
    """One at a time: it has one folder, in which projects are laid out."""

    def __init__(self, pipectl, folder):
        self.pipectl, self.folder = pipectl, pathlib.Path(folder)
        self.project, self.home = self.folder / "project", self.folder / "home"
        self.home.mkdir(parents=True)
        keep = ("PIPECTL_LIBPYTHON", "LD_LIBRARY_PATH")
        self.environment = {name: os.environ[name] for name in keep if name in os.environ} | {
            "PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.home), "TMPDIR": str(self.home), "LC_ALL": "C.UTF-8", "TZ": "UTC", "COLUMNS": "100",
            "PIPECTL_PYTHON_ENV": str(REPOSITORY / ".venv"), "PIPECTL_DUCKDB_EXTENSIONS": str(REPOSITORY / ".tools/duckdb/extensions")}

    def lay_out(self, files):
        shutil.rmtree(self.project, ignore_errors=True)
        for name, data in files.items():
            path = self.project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def run(self, arguments):
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                [str(self.pipectl), *arguments], cwd=self.project, env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                start_new_session=True, preexec_fn=no_core)
            start = time.monotonic()
            timer = threading.Timer(HANG_SECONDS, lambda: os.killpg(process.pid, signal.SIGKILL))
            timer.start()
            try:
                _, status, usage = os.wait4(process.pid, 0)
            finally:
                timer.cancel()
            wall = time.monotonic() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            errors.seek(0)
            return Outcome(process.returncode, output.read(), errors.read(1 << 16), wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)

    def verdict(self, files, arguments):
        """None where all is well, else a short name of the kind of fault and a description."""
        self.lay_out(files)
        before = {path.name for path in self.folder.iterdir()}
        outcome = self.run(arguments)
        fault = self.fault(files, arguments, outcome)
        if fault and fault[0] in ("cpu", "wall"):
            # The machine may have been busy.
            again = [self.run(arguments) for _ in range(2)]
            fault = self.fault(files, arguments, min(again + [outcome], key=lambda run: run.cpu if fault[0] == "cpu" else run.wall))
        strange = sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if "canary" in path.name)
        strange += sorted({path.name for path in self.folder.iterdir()} - before)
        return fault or (("writes", f"the command made {', '.join(strange)}") if strange else None)

    def fault(self, files, arguments, outcome):
        size = sum(map(len, files.values()))
        if outcome.wall >= HANG_SECONDS and outcome.status < 0:
            return "hang", f"stopped after {HANG_SECONDS} s ({outcome.cpu:.1f} s of the processor)"
        if outcome.status < 0:
            return f"signal {-outcome.status}", f"ended by signal {-outcome.status}\n{tail(outcome.errors)}"
        # The table or pipeline that is asked for may be gone from a damaged project: then the call is wrong.
        if outcome.status not in ((0, 1) if arguments[0] == "validate" else (0, 1, 64)):
            reason = re.sub(r"\W+", " ", tail(outcome.errors).partition("\n")[0])[:60]
            return f"exit {outcome.status}: {reason}", f"exit code {outcome.status}\n{tail(outcome.errors)}"
        if outcome.memory > MEMORY:
            return "memory", f"{outcome.memory / 1e6:.0f} MB"
        if outcome.cpu > CPU_SECONDS + max(0, size - NORMAL_BYTES) / 1e6 * CPU_PER_MEGABYTE:
            return "cpu", f"{outcome.cpu:.2f} s of the processor, {outcome.wall:.2f} s by the clock; the project has {size / 1e6:.2f} MB"
        if outcome.wall > WALL_SECONDS + max(0, size - NORMAL_BYTES) / 1e6 * CPU_PER_MEGABYTE:
            return "wall", f"{outcome.wall:.2f} s by the clock, {outcome.cpu:.2f} s of the processor"
        try:
            text = outcome.output.decode("utf-8")
        except UnicodeDecodeError as error:
            return "output is no UTF-8", str(error)
        format = arguments[arguments.index("--output") + 1] if "--output" in arguments else "text"
        if arguments[0] == "validate" and format == "json":
            return json_fault(text, outcome.status, files)
        if format in ("json", "sarif", "openlineage", "gitlab") and outcome.status == 0:
            return parse_fault(format, text, json.loads, ValueError)
        if format in ("junit", "svg") and outcome.status == 0:
            return parse_fault(format, text, xml.etree.ElementTree.fromstring, xml.etree.ElementTree.ParseError)
        return text_fault(text) if format == "text" else None


def no_core():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def tail(bytes):
    return bytes[-1500:].decode("utf-8", "backslashreplace")


def parse_fault(format, text, parse, error_type):
    try:
        parse(text)
    except error_type as error:
        return f"{format} cannot be read", str(error)
    return None


def text_fault(text):
    """Text for a terminal must not carry control characters of a file, nor such as turn its direction."""
    found = re.search("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]", text)
    return ("control characters", f"the output has {found[0]!r}: {text[max(0, found.start() - 80):found.end() + 20]!r}") if found else None


def json_fault(text, status, files):
    try:
        answer = json.loads(text)
    except ValueError as error:
        return "json cannot be read", f"{error}: {text[:300]}"
    waived = answer.get("waived", [])
    counts = {"errors": 0, "warnings": 0, "notes": 0} | ({"waived": len(waived)} if "waived" in answer else {})
    for finding in answer["diagnostics"]:
        counts[finding["severity"] + "s"] += 1
        if not finding["message"].strip():
            return f"no message: {finding['code']}", json.dumps(finding)
    for finding in answer["diagnostics"] + waived:
        for place in [finding] + finding["labels"]:
            fault = place_fault(place, files)
            if fault:
                return "place", f"{finding['code']}: {fault}\n{json.dumps(finding, indent=2, ensure_ascii=False)[:3000]}"
    if counts != answer["summary"]:
        return "summary", f"{answer['summary']} is not {counts}"
    if (status == 1) != (counts["errors"] > 0):
        return "exit code", f"exit code {status} with {counts['errors']} errors"
    return None


class Lines:
    """Where the lines of a file begin; a line ends with LF, CRLF or CR, and a byte order mark is no part of the first."""

    def __init__(self, data):
        self.data = data
        self.starts = [3 if data.startswith(b"\xef\xbb\xbf") else 0] + [match.end() for match in re.finditer(b"\r\n|\r|\n", data)]

    def place(self, offset):
        line = max(1, bisect.bisect_right(self.starts, offset))
        return line, 1 + len(self.data[self.starts[line - 1]:offset].decode("utf-8", "ignore"))


def place_fault(place, files):
    if place["path"] is None or place["start"] is None:
        return None
    start, end = place["start"], place["end"]
    whole = start == end == {"line": 1, "column": 1, "offset": 0}
    if whole:
        return None
    if place["path"] not in files:
        return f"{place['path']} is no file of the project, and the place is {start}"
    data = files[place["path"]]
    lines = Lines(data)
    for name, position in (("start", start), ("end", end)):
        if not 0 <= position["offset"] <= len(data):
            return f"{name} is outside the file of {len(data)} bytes: {position}"
        line, column = lines.place(position["offset"])
        # What the columns of a line are that is no UTF-8 is not defined.
        if position["line"] != line or (position["column"] != column and is_text(data)):
            return f"{name} {position} is not line {line}, column {column}, as the offset says"
        if position["offset"] < len(data) and data[position["offset"]] & 0xC0 == 0x80 and is_text(data):
            return f"{name} is inside a character: {position}"
    if start["offset"] > end["offset"]:
        return f"the end is before the start: {start} {end}"
    return None


def is_text(data):
    try:
        data.decode("utf-8")
        return True
    except UnicodeDecodeError:
        return False
