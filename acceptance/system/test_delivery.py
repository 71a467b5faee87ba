"""Deployments where there is no space."""

import os
import subprocess

from system import Project
from test_faults import Mount

FILES = {
    "environments/dev.yml": "apiVersion: pipectl/v1\nkind: Environment\nname: dev\nbranch: main\nroot: disk/dev\n",
    "pipelines/numbers.yml": "activities:\n  - { name: numbers, type: transform, query: sql/numbers.sql, into: bronze.numbers }\n",
    "pipelines/sql/numbers.sql": "select 1 as n\n",
    ".gitignore": "disk/\n.pipectl/\n",
}
NOBODY = {
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com",
}


def test_full_disk(folder):
    """With any number of free blocks a deployment is done, or refused and nothing is changed."""
    project = Project.small(folder / "project", FILES, NOBODY)

    def git(*words):
        done = subprocess.run(["git", *words], cwd=project.folder, env=project.variables, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def shown(root):
        return {str(path.relative_to(root)): path.read_bytes() if path.is_file() and not path.is_symlink() else path.is_symlink() and str(path.readlink())
                for path in sorted(root.rglob("*")) if "locks" not in path.parts}

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "One")
    with Mount(project.folder / "disk", "256k"):
        filler = project.folder / "disk/filler"

        def fill(leaving):
            free = os.statvfs(filler.parent)
            with filler.open("wb") as out:
                os.posix_fallocate(out.fileno(), 0, free.f_bavail * free.f_frsize - leaving)

        root = project.folder / "disk/dev"
        project("deploy", "--env", "dev").expect(0, "release 1")
        outcomes, number = {}, 1
        # A block more is free each time, until one deployment is done with space to spare.
        for blocks in range(0, 40):
            (project.folder / "pipelines/sql/numbers.sql").write_text(f"select {blocks + 100} as n\n")
            git("commit", "-qam", f"Number {blocks}")
            before, reference = shown(root), git("rev-parse", "refs/pipectl/dev")
            fill(leaving=blocks * 4096)
            result = project("deploy", "--env", "dev")
            after = shown(root)
            filler.unlink()
            outcomes[result.code] = outcomes.get(result.code, 0) + 1
            if result.code == 0:
                number += 1
                assert (root / "live/pipelines/sql/numbers.sql").read_text() == f"select {blocks + 100} as n\n"
            else:
                result.expect(74, "space")
                assert git("rev-parse", "refs/pipectl/dev") == reference, f"{blocks} blocks: refused, and recorded"
                assert after == before, f"{blocks} blocks: refused, and changed: {set(before.items()) ^ set(after.items())}"
            project("status", "--env", "dev").expect(0, f"release {number}")
            if outcomes.get(0, 0) == 3:
                break
        assert outcomes.get(74, 0) > 3 and outcomes.get(0) == 3, outcomes
    return f"{outcomes[74]} refused, then done"
