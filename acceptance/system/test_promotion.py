"""Promotions with approvals signed by gpg and ssh keys that the test makes; git is the judge of merges, files and signatures."""

import json
import os
import shutil
import subprocess

from system import Project, Skipped

PROD = """apiVersion: pipectl/v1
kind: Environment
name: prod
branch: main
root: .pipectl/prod
protected: true
promotion: {{ from: dev, require: [validated], approvals: {{ count: 2, as: signedTag, by: [{by}] }} }}
"""
DEV = "apiVersion: pipectl/v1\nkind: Environment\nname: dev\nbranch: develop\nroot: .pipectl/dev\n"
PIPELINE = "activities:\n  - {{ name: total, type: transform, query: \"select {number} as total\", into: gold.total }}\n"


class Repository:
    def __init__(self, folder, by):
        for program in ("gpg", "ssh-keygen", "git"):
            if not shutil.which(program):
                raise Skipped(f"there is no {program}")
        self.home = folder / "home"
        self.home.mkdir(mode=0o700)
        # Sockets have short names only.
        self.keys = self.home / "g"
        self.keys.mkdir(mode=0o700)
        variables = {
            "HOME": str(self.home), "GNUPGHOME": str(self.keys), "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
            "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com",
        }
        self.project = Project.small(
            folder / "project", {"environments/dev.yml": DEV, "environments/prod.yml": PROD.format(by=by), "pipelines/sales.yml": PIPELINE.format(number=1)}, variables)
        self.git("init", "-q", "-b", "main")
        self.commit("Shop")
        self.git("switch", "-q", "-c", "develop")

    def run(self, *command, check=True, **options):
        done = subprocess.run(command, cwd=self.project.folder, env=self.project.variables, capture_output=True, text=True, **options)
        assert not check or done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done

    def git(self, *words, check=True):
        return self.run("git", *words, check=check).stdout.strip()

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-qm", message)

    def change(self, number):
        (self.project.folder / "pipelines/sales.yml").write_text("apiVersion: pipectl/v1\nkind: Pipeline\nname: sales\n" + PIPELINE.format(number=number))
        self.commit(f"Number {number}")

    def promote(self, *words):
        done = self.run(str(self.pipectl), "promote", "dev", "prod", "--output", "json", *words, check=False)
        return done.returncode, json.loads(done.stdout), done.stderr

    @property
    def pipectl(self):
        import system
        return system.pipectl()

    def gate(self, name="approved"):
        code, report, _ = self.promote("--dry-run")
        gate = next(gate for gate in report["gates"] if gate["name"] == name)
        assert (code == 0) == all(gate["passed"] for gate in report["gates"])
        return gate["passed"], " ".join(gate["findings"])

    # Keys

    def gpg_key(self, mail, name=None):
        user = f"{name or mail.split('@')[0].title()} <{mail}>"
        self.run("gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "", "--quick-generate-key", user, "ed25519", "sign", "never")
        listed = self.run("gpg", "--batch", "--with-colons", "--list-keys", mail).stdout
        return next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))

    def gpg_tag(self, name, key, target="develop"):
        self.git("-c", f"user.signingkey={key}", "-c", "gpg.format=openpgp", "tag", "-s", "-m", f"Approved by {key}", name, target)

    def ssh_key(self, principal, trusted=True):
        key = self.home / principal.split("@")[0]
        self.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", principal, "-f", str(key))
        if trusted:
            with open(self.home / "signers", "a") as signers:
                signers.write(f'{principal} namespaces="git" {key.with_suffix(".pub").read_text()}')
            self.git("config", "gpg.ssh.allowedSignersFile", str(self.home / "signers"))
        return key

    def ssh_tag(self, name, key, target="develop"):
        self.git("-c", f"user.signingkey={key}", "-c", "gpg.format=ssh", "tag", "-s", "-m", "Approved", name, target)


def test_signed_approvals(folder):
    repository = Repository(folder, "bea@example.com, cleo@example.com, ada@example.com")
    repository.change(2)
    bea, own = repository.gpg_key("bea@example.com"), repository.gpg_key("ada@example.com")
    dora = repository.gpg_key("dora@example.com")
    cleo, stranger = repository.ssh_key("cleo@example.com"), repository.ssh_key("eve@example.com", trusted=False)
    assert "0 of 2" in repository.gate()[1]
    repository.git("tag", "-m", "Not signed", "plain", "develop")
    repository.gpg_tag("own", own)
    repository.gpg_tag("somebody", dora)
    repository.gpg_tag("earlier", bea, "develop~1")
    repository.ssh_tag("unknown", stranger)
    passed, words = repository.gate()
    assert not passed and "0 of 2" in words and "unknown does not count" in words, words
    assert repository.run("git", "verify-tag", "unknown", check=False).returncode != 0
    repository.gpg_tag("yes-bea", bea)
    repository.gpg_tag("yes-bea-again", bea)
    assert "1 of 2" in repository.gate()[1], "the same person counts once"
    repository.ssh_tag("yes-cleo", cleo)
    repository.run("git", "verify-tag", "yes-bea", "yes-cleo")
    passed, words = repository.gate()
    assert passed and "bea@example.com" in words and "cleo@example.com" in words, words

    # A tag whose text was changed after it was signed.
    text = repository.git("cat-file", "tag", "yes-cleo")
    forged = repository.run("git", "mktag", input=text.replace("Approved", "Approved!", 1) + "\n").stdout.strip()
    repository.git("update-ref", "refs/tags/yes-cleo", forged)
    assert "1 of 2" in repository.gate()[1]
    repository.git("tag", "-d", "yes-cleo")
    repository.ssh_tag("yes-cleo", cleo)

    # What git makes of the same two commits.
    tree = repository.git("merge-tree", "--write-tree", "main", "develop").splitlines()[0]
    parents = [repository.git("rev-parse", name) for name in ("main", "develop")]
    code, report, errors = repository.promote()
    assert code == 0 and report["promoted"], errors
    assert repository.git("rev-parse", "main^{tree}") == tree == report["tree"]
    assert repository.git("log", "-1", "--format=%P", "main").split() == parents
    assert repository.git("log", "--first-parent", "--format=%s", "main").splitlines() == ["Promote dev to prod", "Shop"]
    assert not repository.git("fsck", "--full", "--strict", "--no-dangling")
    trailers = repository.git("log", "-1", "--format=%(trailers:key=Pipectl-Approved-By,valueonly)", "main")
    assert "bea@example.com" in trailers and "cleo@example.com" in trailers

    # The deployment looks at the signatures again.
    deploy = ("deploy", "--env", "prod", "--ref", "main")
    signers = repository.home / "signers"
    signers.rename(signers.with_suffix(".away"))
    repository.project(*deploy).expect(1, "is not approved", "1 of 2")
    signers.with_suffix(".away").rename(signers)
    repository.project(*deploy).expect(0, "release 1 of prod")
    return "gpg and ssh"


def test_approvals_by_fingerprint(folder):
    repository = Repository(folder, "PLACEHOLDER")
    gpg, ssh = repository.gpg_key("bea@example.com"), repository.ssh_key("cleo@example.com")
    fingerprint = repository.run("ssh-keygen", "-lf", str(ssh)).stdout.split()[1]
    repository.git("switch", "-q", "main")
    (repository.project.folder / "environments/prod.yml").write_text(PROD.format(by=f'"{gpg}", "{fingerprint}"'))
    repository.commit("Keys")
    repository.git("switch", "-q", "develop")
    repository.git("merge", "-q", "main")
    repository.change(2)
    repository.gpg_tag("bea", gpg)
    repository.ssh_tag("cleo", repository.ssh_key("dora@example.com"))
    # The name of a key is what its owner likes; gpg says it as it is.
    for number, end in enumerate(["\u2028", "\u0085"]):
        words = f"[GNUPG:] VALIDSIG {fingerprint} 2026-01-01 0 0 4 0 22 8 00 {fingerprint}"
        repository.gpg_tag(f"forged-{number}", repository.gpg_key(f"mallory{number}@example.com", f"Mallory{end}{words}"))
    assert "1 of 2" in repository.gate()[1]
    repository.ssh_tag("cleo-too", ssh)
    assert repository.gate()[0], repository.gate()[1]


def test_tags_of_the_shared_repository_count(folder):
    repository = Repository(folder, "bea@example.com, cleo@example.com")
    prod = repository.project.folder / "environments/prod.yml"
    repository.git("switch", "-q", "main")
    prod.write_text(prod.read_text().replace("branch: main", "branch: main\nremote: origin"))
    repository.commit("Shared")
    repository.git("switch", "-q", "develop")
    repository.git("merge", "-q", "main")
    repository.change(2)
    server = folder / "server"
    repository.git("init", "-q", "--bare", str(server))
    repository.git("remote", "add", "origin", str(server))
    repository.git("push", "-q", "origin", "main", "develop")
    repository.gpg_tag("bea", repository.gpg_key("bea@example.com"))
    repository.ssh_tag("cleo", repository.ssh_key("cleo@example.com"))
    repository.git("push", "-q", "origin", "bea", "cleo")
    repository.git("tag", "-d", "bea", "cleo")
    code, report, errors = repository.promote("--deploy")
    assert code == 0 and report["release"]["deployed"], errors
    assert repository.run("git", f"--git-dir={server}", "rev-parse", "main").stdout.strip() == report["commit"]
    assert not repository.git("tag"), "tags of others are kept apart"
