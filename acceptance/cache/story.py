"""A project that is edited again and again, validated after each edit with what was kept of the last times, and without it."""
import json
import random
import re
import shutil
from dataclasses import dataclass, field

from edits import edit
from program import lay_out

JSON, PLAIN = ("--output", "json"), ("--no-cache",)
SINCE = ("--changed-since", "HEAD")


@dataclass
class Step:
    what: str
    files: dict            # as they are after the edit
    base: dict             # as they were at the last commit
    calls: list = field(default_factory=list)


@dataclass(frozen=True)
class Fault:
    kind: str
    call: tuple
    text: str


class Folder:
    """A git repository with the files of a step."""

    def __init__(self, program, path):
        self.program, self.path = program, path
        self.files, self.base, self.base_errors = {}, None, None
        remove_tree(path)
        path.mkdir(parents=True)

    def go_to(self, step):
        lay_out(self.path, self.files, step.files)
        self.files = step.files

    def commit(self, step):
        """Makes the files of the last commit, with the step's files in the folder."""
        if self.base is None:
            self.program.git(self.path, "init", "--quiet", "--initial-branch=main")
            (self.path / ".git/info/exclude").write_text(".pipectl\n")
        if self.base == step.base:
            return
        here = Step("", self.files, step.base)
        self.go_to(Step("", step.base, step.base))
        self.program.git(self.path, "add", "--all", "--force", "--", ".", ":!.pipectl")
        self.program.git(self.path, "commit", "--quiet", "--allow-empty", "--message", "base")
        self.base, self.base_errors = step.base, errors_of(self.program.validate(self.path, *JSON, *PLAIN))
        self.go_to(here)


class Judge:
    """Compares answers in a folder."""

    def __init__(self, folder):
        self.folder, self.program = folder, folder.program

    def fault(self, step, call):
        if SINCE[0] in call:
            self.folder.commit(step)
        kept = self.program.validate(self.folder.path, *call)
        anew = self.program.validate(self.folder.path, *call, *PLAIN)
        for answer in (kept, anew):
            if not answer.is_sound:
                return Fault("unsound", call, str(answer))
        if kept != anew:
            again = self.program.validate(self.folder.path, *call, *PLAIN)
            return Fault("answer" if again == anew else "not the same twice", call, difference(anew, kept if again == anew else again))
        return self.missed(call, anew) if call == (*JSON, *SINCE) else None

    def missed(self, call, answer):
        """What is limited to a change has to show every error that came with it."""
        before = list(self.folder.base_errors)
        if not (is_tidy(self.folder.files) and is_tidy(self.folder.base)):
            return None
        missing = errors_of(self.program.validate(self.folder.path, *JSON, *PLAIN))
        for error in errors_of(answer):
            missing.remove(error)
        for error in before:
            if error in missing:
                missing.remove(error)
        return Fault("missed", call, "\n".join(map(str, missing))) if missing else None


class Story:
    def __init__(self, name, files, others, is_chain, seed):
        self.name, self.files, self.others, self.is_chain = name, files, others, is_chain
        self.chance = random.Random(f"{seed}:{name}")
        self.past = [files]

    def steps(self):
        """Without end."""
        base = self.files
        step = Step("the project as it is", self.files, base, self.calls())
        yield step
        while True:
            made = []
            for _ in range(self.chance.choice([1, 1, 1, 2, 3])):
                what, changes = edit(self.chance, self.files, self)
                made.append(what)
                self.files = changed(self.files, changes)
            if not self.is_chain and len(self.past) % 40 == 0:
                # So that the project is not worn down.
                made, self.files = ["all as in the beginning"], self.past[0]
            if self.chance.random() < 0.1:
                made.append("commit")
                base = self.files
            self.past.append(self.files)
            yield Step("; ".join(made), self.files, base, self.calls())

    def calls(self):
        calls = [JSON]
        if self.chance.random() < 0.3:
            calls.insert(self.chance.choice([0, 1]), (*JSON, "--no-sql"))
        if self.chance.random() < 0.2:
            calls.append((*JSON, *SINCE))
        if self.chance.random() < 0.1:
            calls.append(())
        return calls


def changed(files, changes):
    files = dict(files)
    for path, content in changes.items():
        files.pop(path, None)
        if content is None:
            continue
        for other in list(files):
            if other.startswith(path + "/") or path.startswith(other + "/"):
                del files[other]
        files[path] = content
    return files


FOLDERS = {b"Pipeline": "pipelines", b"Environment": "environments", b"Template": "templates", b"SourceSchema": "schemas"}


def is_tidy(files):
    """Each asset lies where its kind belongs, and nothing is a link: what is gone can be told from where it was."""
    def fits(path, content):
        if not isinstance(content, bytes):
            return False
        kind = re.search(rb"(?m)^kind: *(\w+)", content)
        return not kind or path == "pipectl.yml" or path.startswith(FOLDERS.get(kind[1], "nowhere") + "/")

    return all(fits(path, content) for path, content in files.items()) and b"folders:" not in files.get("pipectl.yml", b"")


def errors_of(answer):
    """Code, path, message of each error, as often as it is there."""
    if not answer.is_sound:
        return []
    return sorted((finding["code"], str(finding["path"]), finding["message"]) for finding in json.loads(answer.output)["diagnostics"] if finding["severity"] == "error")


def difference(anew, kept):
    """The findings that only one of two answers has, if that is it."""
    try:
        found = [{json.dumps(finding, sort_keys=True) for finding in json.loads(answer.output)["diagnostics"]} for answer in (anew, kept)]
        lines = [f"- {line}" for line in sorted(found[0] - found[1])] + [f"+ {line}" for line in sorted(found[1] - found[0])]
        if lines:
            return "\n".join(line[:1500] for line in lines[:12])
    except ValueError:
        pass
    return f"anew:\n{anew}\nwith what was kept:\n{kept}"


def remove_tree(path):
    if path.exists():
        shutil.rmtree(path)
