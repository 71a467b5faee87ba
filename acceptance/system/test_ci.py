"""The files that `pipectl init --ci` writes: their services' schemas accept them, and their steps deliver a project."""

import hashlib
import pathlib
import shlex
import subprocess
import sys
import tarfile

from ci_azure import Azure
from ci_services import Event, GitHub, GitLab, JobFailed, git
from system import REPOSITORY, Project, Skipped, pipectl, python_environment

SCHEMAS = {"azure": "azure-pipelines", "github": "github-workflows", "gitlab": "gitlab-ci"}


def judge(schema, files, *words):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor." + schema, *words, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True)
    if "No module named check_jsonschema" in done.stderr:
        raise Skipped("check-jsonschema is not in the Python environment")
    assert done.returncode == 0, done.stdout + done.stderr


def test_schemas(folder):
    files = [file for file in (REPOSITORY / "templates/ci").rglob("*.yml")]
    azure = [file for file in files if "azure" in file.parts]
    assert len(azure) == 4 and len(files) == 7, files
    # The schema has patterns that Unicode mode refuses.
    judge("azure-pipelines", azure, "--data-transform", "azure-pipelines", "--regex-variant", "nonunicode")
    judge("github-workflows", [file for file in files if "workflows" in file.parts])
    judge("github-actions", [file for file in files if file.name == "action.yml"])
    judge("gitlab-ci", [file for file in files if file.name == ".gitlab-ci.yml"], "--data-transform", "gitlab-ci")


class Company:
    """A project in a folder of a repository on a server, developers' clone `source`, and a service that delivers it."""

    def __init__(self, folder, kind, subfolder):
        self.folder, self.source, self.server = folder, folder / "source", folder / "server"
        self.project = self.source / subfolder
        self.log = folder / "calls"
        self.roots = {name: folder / f"roots/{name}" for name in ("dev", "prod")}
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.server))
        git(folder, "clone", "--quiet", str(self.server), str(self.source))
        git(self.source, "config", "user.name", "Ada")
        git(self.source, "config", "user.email", "ada@example.com")
        git(self.source, "checkout", "--quiet", "-B", "main")
        self.call("init", self.project)
        environments = self.project / "environments"
        for name in ("dev", "prod"):
            text = (environments / f"{name}.yml").read_text()
            text = text.replace("root: .pipectl/" + name, "root: ${{ env('PIPECTL_%s_ROOT', '.pipectl/%s') }}" % (name.upper(), name))
            # The source's data is not in git in real life; here it is.
            text = text.replace("branch:", "remote: origin\nbranch:")
            if name == "prod":
                text += "secrets: { store: secrets/prod.yml }\n"
            (environments / f"{name}.yml").write_text(text)
        identity = folder / "identity"
        recipient = self.call("--quiet", "secrets", "keygen", identity).text.strip().splitlines()[-1]
        self.call("secrets", "init", "--project", self.project, "--env", "prod", "--identity", identity, "--recipient", recipient)
        self.key = next(line for line in identity.read_text().splitlines() if line.startswith("AGE-SECRET-KEY-"))
        self.call("init", self.project, "--ci", kind.__name__.lower())
        self.commit("Shop")
        git(self.source, "branch", "develop")
        git(self.source, "push", "--quiet", "origin", "main", "develop")
        archives, digest = self.archive()
        variables = {
            "PIPECTL_ARCHIVES": archives, "PIPECTL_SHA256": digest,
            **{f"PIPECTL_{name.upper()}_ROOT": str(root) for name, root in self.roots.items()},
        }
        self.service = kind(folder / "service", self.server, variables, {"PIPECTL_AGE_KEY": self.key})

    def call(self, *words):
        return Project(self.source)(*map(str, words)).expect(0)

    def archive(self):
        """The program as CI gets it: one that notes how it is called."""
        version = self.call("version").text.split()[1]
        shim = self.folder / "shim"
        shim.write_text(
            f'#!/bin/sh\necho "${{PIPECTL_AGE_KEY:+key }}$*" >> {shlex.quote(str(self.log))}\n'
            f"export PIPECTL_PYTHON_ENV={shlex.quote(str(python_environment()))}\nexec {shlex.quote(str(pipectl()))} \"$@\"\n")
        shim.chmod(0o755)
        target = self.folder / f"archives/pipectl-{version}.tar.gz"
        target.parent.mkdir()
        with tarfile.open(target, "w:gz") as archive:
            archive.add(shim, "pipectl")
        return target.parent.as_uri(), hashlib.sha256(target.read_bytes()).hexdigest()

    def commit(self, *paragraphs):
        git(self.source, "add", "--all")
        git(self.source, "commit", "--quiet", *(word for text in paragraphs for word in ("-m", text)))

    def promote(self):
        """Brings `develop`, which is checked out, to `main`."""
        variables = {f"PIPECTL_{name.upper()}_ROOT": str(root) for name, root in self.roots.items()}
        here = Project(self.project, variables=variables)
        if here("promote", "--help").code == 0:
            here("promote", "dev", "prod").expect(0)
        else:
            git(self.source, "switch", "--quiet", "main")
            git(self.source, "merge", "--quiet", "--no-ff", "-m", "Promote dev to prod", "-m", "Pipectl-Promoted-From: dev", "develop")
            git(self.source, "switch", "--quiet", "develop")
        git(self.source, "push", "--quiet", "origin", "main")

    def happens(self, event, approved=True):
        """All jobs of an event; those of protected environments wait for an approval."""
        output, calls = "", len(self.calls())
        for name, job in self.service.jobs(event):
            if name == "prod" and not approved:
                break
            output += self.service.run(event, name, job)
        return output, self.calls()[calls:]

    def calls(self):
        return self.log.read_text().splitlines() if self.log.exists() else []

    def releases(self, environment, subfolder):
        reference = "/".join(["refs/pipectl", *([subfolder] if subfolder else []), environment])
        if not git(self.server, "for-each-ref", reference):
            return []
        return git(self.server, "log", "--reverse", "--format=%(trailers:key=Pipectl-Source,valueonly,separator=)", reference).split()

    def revenue(self, environment):
        import duckdb

        with duckdb.connect(str(self.roots[environment] / "warehouse.duckdb"), read_only=True) as database:
            return dict(database.execute("select country, revenue::double from gold.revenue").fetchall())


def deliver(folder, kind, subfolder):
    here = Company(folder, kind, subfolder)
    git(here.source, "switch", "--quiet", "-c", "feature", "develop")
    query = here.project / "pipelines/sql/orders.sql"
    query.write_text(query.read_text().replace("amount\n", "amount * 2 as amount\n"))
    here.commit("Twice the amount")
    git(here.source, "push", "--quiet", "origin", "feature")
    assert here.happens(Event("feature")) == ("", []), "a branch that is deployed nowhere"

    output, calls = here.happens(Event("feature", into="develop"))
    assert [words(call) for call in calls if words(call) != "version"] == ["validate", "diff"], calls
    assert not any(call.startswith("key ") for call in calls), calls
    assert "silver.orders" in output, output

    # The change is merged: it is deployed and run in dev, as a release that the server has.
    git(here.source, "switch", "--quiet", "develop")
    git(here.source, "merge", "--quiet", "--no-ff", "--no-edit", "feature")
    git(here.source, "push", "--quiet", "origin", "develop")
    output, calls = here.happens(Event("develop"))
    assert [words(call) for call in calls if words(call) != "version"] == ["plan", "deploy", "run"], calls
    assert here.releases("dev", subfolder) == [git(here.source, "rev-parse", "develop")] and here.releases("prod", subfolder) == []
    assert here.revenue("dev") == {"DE": 64.8, "FR": 10.0}

    # It is promoted: planned without a secret, and deployed when somebody has approved the plan.
    here.promote()
    output, calls = here.happens(Event("main"), approved=False)
    assert [words(call) for call in calls if words(call) != "version"] == ["plan"] and not any(call.startswith("key ") for call in calls), calls
    assert "the first release" in output and here.releases("prod", subfolder) == [], output
    production = dict(here.service.jobs(Event("main")))["prod"]
    before = len(here.calls())
    here.service.run(Event("main"), "prod", production)
    calls = [call for call in here.calls()[before:] if words(call) != "version"]
    assert [words(call) for call in calls] == ["deploy", "run"] and all(call.startswith("key ") for call in calls), calls
    assert here.releases("prod", subfolder) == [git(here.source, "rev-parse", "main")]
    assert here.revenue("prod") == {"DE": 64.8, "FR": 10.0}

    # The job is started again: nothing is deployed twice. After another release the plan is out of date.
    here.service.run(Event("main"), "prod", production)
    assert len(here.releases("prod", subfolder)) == 1
    query.write_text(query.read_text().replace("* 2", "* 3"))
    here.commit("Thrice the amount")
    git(here.source, "push", "--quiet", "origin", "develop")
    here.promote()
    refused(here, production, "the plan is out of date")
    here.happens(Event("main"))
    assert len(here.releases("prod", subfolder)) == 2 and here.revenue("prod")["FR"] == 15.0

    # What is not valid stops at the pull request, and a wrong archive is not run.
    git(here.source, "switch", "--quiet", "-C", "feature", "develop")
    query.write_text("select nothing from bronze.orders\n")
    here.commit("Broken")
    git(here.source, "push", "--quiet", "--force", "origin", "feature")
    validate = dict(here.service.jobs(Event("feature", into="develop")))["validate"]
    refused(here, validate, "nothing", Event("feature", into="develop"))
    here.service.variables["PIPECTL_SHA256"] = "0" * 64
    refused(here, production, "WARNING: 1 computed checksum did NOT match")
    return f"{len(here.calls())} calls"


def refused(here, job, reason, event=Event("main")):
    try:
        here.service.run(event, "job", job)
    except JobFailed as failure:
        assert reason in failure.text, failure.text
    else:
        raise AssertionError(f"the job should have failed: {reason}")


def words(call):
    return call.removeprefix("key ").split()[0]


def test_github(folder):
    return deliver(pathlib.Path(folder), GitHub, "")


def test_gitlab(folder):
    return deliver(pathlib.Path(folder), GitLab, "shop")


def test_azure(folder):
    return deliver(pathlib.Path(folder), Azure, "")


def test_folders_of_repositories(folder):
    for kind in (GitHub, Azure):
        own = pathlib.Path(folder) / kind.__name__
        own.mkdir()
        deliver(own, kind, "teams/shop")
