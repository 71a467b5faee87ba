"""CI services, as far as the files that `pipectl init --ci` writes use them: jobs are chosen by their conditions, and their
steps run in order, by bash, in fresh clones. What the tests do not know of a service's language is an error, not a pass.
"""

import os
import pathlib
import re
import shutil
import subprocess

import yaml


def git(folder, *words):
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, f"git {' '.join(words)}: {done.stderr}"
    return done.stdout.strip()


class Event:
    """A push to a branch, or a pull request from a branch into another."""

    def __init__(self, branch, into=None):
        self.branch, self.into = branch, into


class JobFailed(Exception):
    def __init__(self, text):
        super().__init__(text)
        self.text = text


class Service:
    """What all have: a server, clones, artefacts that outlive a job, and variables that somebody set."""

    def __init__(self, folder, server, variables, secrets):
        self.folder, self.server = pathlib.Path(folder), server
        self.variables, self.secrets = variables, secrets
        self.artefacts = self.folder / "artefacts"
        self.artefacts.mkdir(parents=True)
        self.count = 0

    def workspace(self, event, may_push=True, may_fetch=True):
        """A clone as the service makes it, and a folder for temporary files."""
        self.count += 1
        top = self.folder / f"job-{self.count}"
        clone, temporary = top / "clone", top / "temporary"
        temporary.mkdir(parents=True)
        git(self.folder, "clone", "--quiet", "--no-local", str(self.server), str(clone))
        self.check_out(clone, event)
        if not may_push:
            git(clone, "remote", "set-url", "--push", "origin", "/denied")
        if not may_fetch:
            git(clone, "remote", "set-url", "origin", "/denied")
        return clone, temporary

    def check_out(self, clone, event):
        git(clone, "checkout", "--quiet", "--detach", f"origin/{event.into or event.branch}")
        if event.into:
            git(clone, "-c", "user.name=CI", "-c", "user.email=ci@example.com", "merge", "--quiet", "--no-ff", f"origin/{event.branch}")

    def shell(self, script, folder, environment, options):
        plain = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        base = {"PATH": "/usr/local/bin:/usr/bin:/bin", **plain, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", *options, "-c", script], cwd=folder, env={**base, **environment}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
        if done.returncode != 0:
            raise JobFailed(f"{script}\n[exit {done.returncode}]\n{done.stdout}")
        return done.stdout


class GitHub(Service):
    def jobs(self, event):
        """Of the event, each after those it needs."""
        file = next((self.folder.parent / "source/.github/workflows").glob("*.yml"))
        self.workflow = yaml.safe_load(file.read_text())
        self.source = self.folder.parent / "source"
        kind = "pull_request" if event.into else "push"
        on = self.workflow[True]  # YAML 1.1 reads the key `on` so
        if (event.into or event.branch) not in on[kind]["branches"]:
            return []
        self.context = {
            "github.event_name": kind, "github.ref": f"refs/heads/{event.branch}", "github.actor": "ada",
            "github.event.pull_request.head.repo.fork": False,
        }
        return [(name, job) for name, job in self.workflow["jobs"].items() if self.value(job["if"])]

    def value(self, text):
        """An expression: operands joined by `&&`, `||`, `==`, `!`."""
        text = re.sub(r"^\$\{\{(.*)\}\}$", r"\1", text.strip()).strip()
        for operator in ("&&", "||"):
            if operator in text:
                left, right = text.split(operator, 1)
                first = self.value(left)
                return first and self.value(right) if operator == "&&" else first or self.value(right)
        if "==" in text:
            left, right = text.split("==", 1)
            return self.value(left) == self.value(right)
        if text.startswith("!"):
            return not self.value(text[1:])
        if text == "always()":
            return True
        if re.fullmatch(r"'(?:[^']|'')*'", text):
            return text[1:-1].replace("''", "'")
        kind, _, name = text.partition(".")
        if kind == "vars":
            return self.variables.get(name, "")
        if kind == "secrets":
            return self.secrets.get(name, "")
        return self.context[text]

    def text(self, value):
        return re.sub(r"\$\{\{.*?\}\}", lambda found: str(self.value(found.group(0))), str(value))

    def run(self, event, name, job):
        pushes = job["permissions"].get("contents") == "write"
        assert ("PIPECTL_RUNNER" in job["runs-on"]) != bool(event.into), "pull requests have a runner of their own"
        steps = list(job["steps"])
        checkout = steps.pop(0)
        assert checkout["uses"].startswith("actions/checkout@") and checkout["with"]["fetch-depth"] == 0
        clone, temporary = self.workspace(event, may_push=pushes, may_fetch=checkout["with"].get("persist-credentials", True))
        if not event.into:
            git(clone, "checkout", "--quiet", "-B", event.branch)
        self.context["runner.temp"] = str(temporary)
        summary, paths = temporary / "summary.md", temporary / "path"
        environment = {
            "GITHUB_ACTIONS": "true", "RUNNER_TEMP": str(temporary), "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_PATH": str(paths),
            "GITHUB_BASE_REF": event.into or "", "GITHUB_WORKSPACE": str(clone),
        }
        for given in (self.workflow["env"], job.get("env", {})):
            environment |= {key: self.text(value) for key, value in given.items()}
        folder = clone / self.workflow["defaults"]["run"].get("working-directory", ".")
        output = ""
        for step in steps:
            output += self.step(step, clone, folder, temporary, environment, paths)
        return output + (summary.read_text() if summary.exists() else "")

    def step(self, step, clone, folder, temporary, environment, paths):
        uses = step.get("uses", "")
        if uses.startswith("./"):
            action = yaml.safe_load((clone / uses / "action.yml").read_text())
            return "".join(self.step(inner, clone, clone, temporary, environment, paths) for inner in action["runs"]["steps"])
        given = {key: self.text(value) for key, value in step.get("with", {}).items()}
        if uses.startswith("actions/upload-artifact@"):
            shutil.copytree(given["path"], self.artefacts / given["name"], dirs_exist_ok=True)
        elif uses.startswith("actions/download-artifact@"):
            shutil.copytree(self.artefacts / given["name"], given["path"])
        elif uses.startswith("github/codeql-action/upload-sarif@"):
            assert '"runs"' in pathlib.Path(given["sarif_file"]).read_text()
        else:
            assert not uses, uses
            path = os.pathsep.join([*reversed(paths.read_text().split() if paths.exists() else []), "/usr/local/bin:/usr/bin:/bin"])
            own = {key: self.text(value) for key, value in step.get("env", {}).items()}
            return self.shell(step["run"], folder, {**environment, **own, "PATH": path}, ["-eo", "pipefail"])
        return ""


class GitLab(Service):
    def jobs(self, event):
        top = self.folder.parent / "source"
        own = yaml.safe_load((top / ".gitlab-ci.yml").read_text())
        [include] = own.pop("include")
        included = sorted(top.glob(include["local"].removeprefix("/")))
        assert included
        self.file = {}
        for part in [yaml.safe_load(file.read_text()) for file in included] + [own]:
            assert not self.file.keys() & part.keys(), "files of projects change each other's jobs"
            self.file |= part
        self.predefined = {"CI_PIPELINE_SOURCE": "merge_request_event" if event.into else "push", "CI_COMMIT_BRANCH": "" if event.into else event.branch}
        if not self.holds(self.file["workflow"]["rules"]):
            return []
        jobs = [(name, self.extended(job)) for name, job in self.file.items() if isinstance(job, dict) and "script" in job and self.holds(job["rules"])]
        return sorted(jobs, key=lambda job: self.file["stages"].index(job[1]["stage"]))

    def extended(self, job):
        base = self.file[job["extends"]]
        assert not base.keys() & job.keys() and "extends" not in base
        return base | job

    def holds(self, rules):
        def holds(rule):
            name, value = re.fullmatch(r'\$(\w+)(?: == "([^"]*)")?', rule["if"]).groups()
            return self.predefined[name] == value if value is not None else bool(self.predefined[name])

        return any(holds(rule) for rule in rules)

    def run(self, event, name, job):
        clone, _ = self.workspace(event)
        for needed in job.get("needs", []):
            shutil.copytree(self.artefacts / needed, clone, dirs_exist_ok=True)
        assert job.get("tags", []) == ([] if event.into else ["pipectl"]), "merge requests have no runner that reaches the environments"
        environment = {
            **self.predefined, "GITLAB_CI": "true", "CI_PROJECT_DIR": str(clone), "GITLAB_USER_NAME": "Ada", "GITLAB_USER_EMAIL": "ada@example.com", **self.variables,
        }
        if job.get("environment"):
            environment |= self.secrets
        if event.into:
            environment["CI_MERGE_REQUEST_DIFF_BASE_SHA"] = git(clone, "merge-base", f"origin/{event.into}", f"origin/{event.branch}")
        for key, value in job["variables"].items():
            environment[key] = re.sub(r"\$(\w+)", lambda found: environment[found.group(1)], str(value))
        script = "\n".join(job["before_script"] + job["script"])
        output = self.shell(script, clone, environment, ["-eo", "pipefail"])
        kept = job.get("artifacts", {})
        for path in kept.get("paths", []) + list(kept.get("reports", {}).values()):
            target = self.artefacts / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(clone / path, target)
        return output
