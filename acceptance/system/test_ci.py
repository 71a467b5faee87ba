"""The files that `pipectl init --ci` writes: their services' schemas accept them, and their steps deliver a project."""

import hashlib
import pathlib
import shlex
import subprocess
import sys
import tarfile

import yaml
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
    assert len(azure) == 4 and len(files) == 8, files
    judge_all(files)


def judge_all(files):
    azure = [file for file in files if file.name == "azure-pipelines.yml" or "ci" in file.parts[-2:]]
    # The schema has patterns that Unicode mode refuses.
    judge("azure-pipelines", azure, "--data-transform", "azure-pipelines", "--regex-variant", "nonunicode")
    judge("github-workflows", [file for file in files if "workflows" in file.parts])
    judge("github-actions", [file for file in files if file.name == "action.yml"])
    judge("gitlab-ci", [file for file in files if ".gitlab" in file.parts or file.name == ".gitlab-ci.yml"], "--data-transform", "gitlab-ci")


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
            if is_named(name, "prod") and not approved:
                break
            output += self.service.run(event, name, job)
        return output, self.calls()[calls:]

    def job(self, event, word):
        return next(job for name, job in self.service.jobs(event) if is_named(name, word))

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
    production = here.job(Event("main"), "prod")
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
    validate = here.job(Event("feature", into="develop"), "validate")
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


def is_named(name, word):
    """Jobs of GitLab have the project's name in front, since files of several projects become one."""
    return name.split("-")[-1] == word


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


class Strict(yaml.SafeLoader):
    """A key that comes twice is an error: the services take one of them."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        assert len(keys) == len(set(keys)), keys
        return super().construct_mapping(node, deep)


def written(folder, project, environments, *services):
    """A project whose environments have these names and, as pairs, this protection; and the files of services for it."""
    call = Project(folder)
    call("init", str(project)).expect(0)
    for file in (folder / project / "environments").glob("*.yml"):
        file.unlink()
    for name, protected in environments:
        (folder / project / f"environments/{name}.yml").write_text(
            f"apiVersion: pipectl/v1\nkind: Environment\nname: '{name}'\nbranch: main\nremote: origin\nroot: /srv/{name}\n"
            f"protected: {str(protected).lower()}\nconnections: {{ files: {{ type: files, root: data }} }}\n"
            "warehouse: { type: duckdb, path: warehouse.duckdb }\n")
    file = folder / project / "pipectl.yml"
    file.write_text(file.read_text().replace("defaultEnvironment: dev", f"defaultEnvironment: '{environments[0][0]}'"))
    return call("init", str(project), *(word for service in services for word in ("--ci", service)))


RESERVED = (
    "validate plan prod_plan default variables stages image include workflow cache services before_script after_script pages spec "
    "types true on null y a-b a.b"
).split()


def test_names(folder):
    """Names that the services or the files themselves have a meaning for."""
    folder = pathlib.Path(folder)
    git(folder, "init", "--quiet")
    environments = [(name, False) for name in RESERVED] + [("prod", True), ("prod-2", True)]
    written(folder, ".", environments, *SCHEMAS).expect(0)
    judge_all([
        *folder.glob(".github/**/*.yml"), *folder.glob(".gitlab*/**/*.yml"), folder / ".gitlab-ci.yml", folder / "azure-pipelines.yml",
        *folder.glob("templates/ci/*.yml"),
    ])
    wanted = sorted(name for name, _ in environments)
    for file, jobs, name_of in (
        (".github/workflows/pipectl.yml", lambda all: all["jobs"], lambda job: job.get("environment")),
        (".gitlab/pipectl/pipectl.yml", lambda all: all, lambda job: job.get("environment", {}).get("name")),
        ("azure-pipelines.yml", lambda all: {stage["stage"]: stage["jobs"][0] for stage in all["stages"]}, lambda job: job.get("environment")),
    ):
        all = yaml.load((folder / file).read_text(), Strict)
        found = jobs(all)
        assert all.get("stages") is None or len(found) == len(all["stages"]), file
        assert sorted(str(name_of(job)) for job in found.values() if name_of(job)) == wanted, (file, list(found))
        # Each, what is planned before, validation, and GitLab's base.
        assert len({str(name).lower() for name in found}) == len(environments) + 2 + 1 + (1 if "gitlab" in file else 0), (file, list(found))
    return f"{len(environments)} environments"


def test_two_projects(folder):
    """A second project of a repository changes nothing of the first one's, and neither waits for the other."""
    folder = pathlib.Path(folder)
    git(folder, "init", "--quiet")
    environments = [("dev", False), ("prod", True)]
    written(folder, "north", environments, *SCHEMAS).expect(0)
    before = {file: file.read_bytes() for file in folder.rglob("*.yml")}
    written(folder, "teams/south", environments, *SCHEMAS).expect(0)
    written(folder, "plan", environments, *SCHEMAS).expect(0)
    assert all(file.read_bytes() == text for file, text in before.items())
    groups = [
        job["concurrency"]["group"] for file in (folder / ".github/workflows").iterdir()
        for job in yaml.safe_load(file.read_text())["jobs"].values() if "concurrency" in job
    ]
    assert len(groups) == len(set(groups)) == 6, groups
    (folder / "source").symlink_to(folder)
    service = GitLab(folder / "service", None, {}, {})
    jobs = dict(service.jobs(Event("main")))
    assert len(jobs) == 9 and len({job["resource_group"] for job in jobs.values() if "resource_group" in job}) == 6, list(jobs)
    assert len(service.jobs(Event("feature", into="main"))) == 3

    # Two folders that would have the same file.
    clash = written(folder, "teams-south", environments, "github", "gitlab")
    assert clash.code == 1 and "pipectl-teams-south.yml delivers the project in teams/south" in clash.text, clash.text
    again = Project(folder)("init", "teams-south", "--ci", "gitlab", "--force")
    assert again.code == 1 and "force" not in again.text, again.text

    # What the team has in its own file stays.
    own = folder / ".gitlab-ci.yml"
    own.write_text("test:\n  script: make test\n")
    told = Project(folder)("init", "north", "--ci", "gitlab", "--force").expect(0)
    assert "write `include: [{ local: /.gitlab/pipectl/*.yml }]` into it" in told.text and own.read_text().startswith("test:"), told.text
    own.write_text("include:\n  - local: /.gitlab/pipectl/*.yml\nstages: [test, validate, plan, deploy]\n")
    assert "to do" not in Project(folder)("init", "north", "--ci", "gitlab", "--force").expect(0).text


def test_missing_variables(folder):
    """What is not set in a service's settings is named, and takes no other value's place."""
    unset = "no environment variable 'shop_folder'"
    for kind, message in ((GitHub, "set the variable shop_folder in the settings"), (GitLab, unset), (Azure, unset)):
        own = pathlib.Path(folder) / kind.__name__
        own.mkdir()
        here = Company(own, kind, "")
        environment = here.project / "environments/dev.yml"
        environment.write_text(environment.read_text().replace(", root: data }", ", root: \"${{ env('shop_folder') }}\" }"))
        git(here.source, "switch", "--quiet", "develop")
        here.call("init", here.project, "--ci", kind.__name__.lower(), "--force")
        here.commit("A folder that is set in CI")
        git(here.source, "push", "--quiet", "origin", "develop")
        refused(here, here.job(Event("develop"), "dev"), message, Event("develop"))
        here.service.variables["shop_folder"] = str(here.project / "data")
        _, calls = here.happens(Event("develop"))
        assert "run" in map(words, calls), calls

        # A key that is not there is looked for elsewhere.
        here.promote()
        del here.service.secrets["PIPECTL_AGE_KEY"]
        output, _ = here.happens(Event("main"))
        assert here.releases("prod", "") and ("PIPECTL_AGE_KEY of this pipeline is not set" in output) == (kind is Azure), output
