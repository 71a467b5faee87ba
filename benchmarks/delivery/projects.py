"""A project of benchmarks/validate in a git repository, with two commits: `base`, and `head`, which changes 5 files."""

import shutil
import subprocess

from changes import change_sql, change_yaml
from make_project import make_project

IDENTITY = ["-c", "user.name=Bench", "-c", "user.email=bench@example.com", "-c", "commit.gpgsign=false"]


def git(folder, *words):
    return subprocess.run(["git", *IDENTITY, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


class Delivered:
    def __init__(self, folder, pipectl, files):
        self.folder, self.pipectl = folder, pipectl
        self.clone = folder.with_name(folder.name + "-clone")
        # Of 13 files of an area and its share of others 3 are pipelines.
        self.models = make_project(folder, activities=max(1, round(files * 3 / 13)) * 10, with_schemas=True)
        self.pipelines = len(list((folder / "pipelines").glob("*.yml")))
        # To prod what dev has, at once.
        prod = folder / "environments/prod.yml"
        text = prod.read_text()
        wanted = "promotion: { from: dev, require: [validated] }"
        assert text.count("promotion: { from: test, require: [validated, greenRun] }") == 1
        prod.write_text(text.replace("promotion: { from: test, require: [validated, greenRun] }", wanted))
        (folder / ".gitignore").write_text("/.pipectl/\n")
        git(folder, "init", "--quiet", "--initial-branch=main")
        # The one below is enough, and none begins behind it.
        git(folder, "config", "gc.auto", "0")
        git(folder, "config", "user.name", "Bench")
        git(folder, "config", "user.email", "bench@example.com")
        self.commit("Base")
        git(folder, "tag", "base")
        git(folder, "switch", "--quiet", "-c", "develop")
        for number in range(3):
            change_sql(folder / "pipelines", number)
        for number in range(2):
            change_yaml(folder, number)
        changed = git(folder, "diff", "--name-only").split()
        assert len(changed) == 5, f"5 files should have changed: {changed}"
        self.commit("Five changes")
        git(folder, "tag", "head")
        # As after a clone.
        git(folder, "gc", "--quiet")
        self.count = len(git(folder, "ls-files").splitlines())

    def commit(self, message):
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "--quiet", "-m", message)

    def command(self, *words):
        return [self.pipectl, "--quiet", *words]

    def has(self, command):
        return subprocess.run([self.pipectl, command, "--help"], capture_output=True).returncode == 0

    def check_diff(self):
        done = subprocess.run(self.command("diff", "base..head", "--exit-code"), cwd=self.folder, capture_output=True, text=True)
        assert done.returncode == 2 and "changed_on_0" in done.stdout, f"the diff does not tell what changed:\n{done.stdout}{done.stderr}"

    def deploy_base(self):
        """What a round begins with: each ends with a rollback to it."""
        subprocess.run(self.command("deploy", "--env", "dev", "--ref", "base"), cwd=self.folder, check=True, capture_output=True, text=True)

    def new_clone(self, round):
        shutil.rmtree(self.clone, ignore_errors=True)
        # A branch of the clone's own for what the environment names.
        subprocess.run(["git", "clone", "--quiet", "--no-local", str(self.folder), str(self.clone)], check=True, capture_output=True, text=True)
        git(self.clone, "config", "user.name", "Bench")
        git(self.clone, "config", "user.email", "bench@example.com")

    def commit_change(self, round):
        """Something to promote."""
        change_sql(self.folder / "pipelines", 3 + round)
        self.commit(f"Change {round}")
