"""Makes the list of steps that led to a fault short, and the projects in them small."""
import difflib
import time

from program import Link, put
from story import Folder, Judge, Step


class Reproduction:
    def __init__(self, program, scratch, steps, fault, seconds=90):
        self.program, self.scratch, self.fault, self.steps = program, scratch, fault, steps
        self.end = time.monotonic() + seconds

    @property
    def is_over(self):
        return time.monotonic() > self.end

    def fails(self, steps):
        folder = Folder(self.program, self.scratch / "replay")
        judge = Judge(folder)
        for step in steps[:-1]:
            folder.go_to(step)
            for call in step.calls:
                if "--changed-since" not in call:
                    self.program.validate(folder.path, *call)
        last = steps[-1]
        folder.go_to(last)
        for call in last.calls:
            if call == self.fault.call:
                break
            self.program.validate(folder.path, *call)
        found = judge.fault(last, self.fault.call)
        return found is not None and found.kind == self.fault.kind

    def shortened(self):
        """The steps that are needed; all of them where they do not fail again."""
        steps = self.steps
        if not self.fails(steps):
            return steps
        last = steps[-1]
        if self.fails([last]):
            return self.smaller([last])
        for step in reversed(steps[:-1]):
            if self.is_over:
                return steps
            if self.fails([step, last]):
                return self.smaller([step, last])
        size = len(steps) // 2
        while size >= 1 and not self.is_over:
            at = 0
            while at < len(steps) - 1 and not self.is_over:
                fewer = steps[:at] + steps[min(at + size, len(steps) - 1):]
                if self.fails(fewer):
                    steps = fewer
                else:
                    at += size
            size //= 2
        return self.smaller(steps)

    def smaller(self, steps):
        """Without the files that do not matter, and those that matter without the lines that do not."""
        names = sorted({path for step in steps for path in (*step.files, *step.base)} - {"pipectl.yml"})
        size = len(names)
        while size >= 1 and not self.is_over:
            for at in range(0, len(names), size):
                gone = set(names[at:at + size])
                fewer = [of_step(step, lambda path, content: None if path in gone else content) for step in steps]
                if fewer != steps and not self.is_over and self.fails(fewer):
                    steps = fewer
            size //= 2
        for path in sorted({path for step in steps for path in step.files}):
            steps = self.with_fewer_lines(steps, path)
        return steps

    def with_fewer_lines(self, steps, path):
        """Lines that every step has."""
        contents = [files.get(path) for step in steps for files in (step.files, step.base)]
        lines = next((content.splitlines(keepends=True) for content in contents if isinstance(content, bytes)), [])
        size = len(lines) // 2
        while size >= 1 and not self.is_over:
            at = 0
            while at < len(lines) and not self.is_over:
                piece = b"".join(lines[at:at + size])
                fewer = [of_step(step, lambda name, content: content.replace(piece, b"", 1) if name == path and isinstance(content, bytes) else content) for step in steps]
                if fewer != steps and self.fails(fewer):
                    steps, lines = fewer, lines[:at] + lines[at + size:]
                else:
                    at += size
            size //= 2
        return steps


def of_step(step, content_of):
    def files(before):
        after = {path: content_of(path, content) for path, content in before.items()}
        return {path: content for path, content in after.items() if content is not None}

    return Step(step.what, files(step.files), files(step.base), step.calls)


def keep(steps, fault, folder):
    """Writes the files of each step, and how to go through them."""
    lines = [f"{fault.kind}: pipectl validate {' '.join(fault.call)}", fault.text, ""]
    if "--changed-since" in fault.call:
        write(folder / "base", steps[-1].base)
        lines += ["Commit the files of base. Lay out the files of each step in turn, then:"]
    before = {}
    for number, step in enumerate(steps, 1):
        write(folder / f"step-{number}", step.files)
        calls = step.calls if number < len(steps) else step.calls[:step.calls.index(fault.call) + 1]
        lines += [f"step-{number}: {step.what}"] + [f"    pipectl validate {' '.join(call)}" for call in calls]
        if number > 1:
            lines += ["    " + line for line in changes(before, step.files)]
        before = step.files
    text = "\n".join(lines) + "\n"
    (folder / "fault.txt").write_text(text)
    return text


def write(folder, files):
    folder.mkdir(parents=True)
    for path, content in files.items():
        put(folder, path, content)


def changes(before, after, limit=60):
    lines = []
    for path in sorted(set(before) | set(after)):
        if before.get(path) != after.get(path):
            lines += difflib.unified_diff(as_lines(before.get(path)), as_lines(after.get(path)), ascii(path), ascii(path), lineterm="", n=1)
    return lines[:limit] + ([f"... {len(lines) - limit} more lines"] if len(lines) > limit else [])


def as_lines(content):
    if content is None:
        return []
    return [f"-> {content.target}"] if isinstance(content, Link) else content.decode("utf-8", "backslashreplace").split("\n")
