"""Promotions, within a repository and to a shared one."""
import pathlib
import subprocess
import time

from shop import Shop, disturb

WORDS = ["promote", "dev", "prod"]
# What `git` does that this program starts is git's own concern.
OWN = ("-b", "execve")


def promotions(pipectl, scratch, every):
    shop = Shop.of_case("promote-conflicts", pathlib.Path(scratch) / "promoted", pipectl)
    (shop.folder / ".gitignore").write_text(".pipectl\nserver\n")
    shop.commit(1)
    shop.run("git", "switch", "-q", "-c", "develop")
    shop.commit(2)
    disturb_promotion(shop, "promote", scratch, every)
    share(shop)
    disturb_promotion(shop, "promote with a remote", scratch, every)


def share(shop):
    """Both branches have a shared repository from here on, which is asked for `prod`."""
    prod = shop.folder / "environments/prod.yml"
    for branch in ("develop", "main"):
        shop.run("git", "switch", "-q", branch)
        prod.write_text(prod.read_text().replace("branch: main", "branch: main\nremote: origin"))
        shop.run("git", "commit", "-qam", "Shared")
    shop.run("git", "switch", "-q", "develop")
    shop.run("git", "merge", "-q", "-m", "Merge", "main")
    shop.run("git", "init", "-q", "--bare", "-b", "main", "server")
    shop.run("git", "remote", "add", "origin", "./server")
    shop.run("git", "push", "-q", "origin", "main", "develop")


def disturb_promotion(shop, name, scratch, every):
    # What the cache holds is no part of this.
    shop.pipectl_(*WORDS, "--dry-run")
    before, develop = shop.commit_of("main"), shop.commit_of("develop")
    disturb(shop, WORDS, lambda copy, result: judged(copy, result, before, develop), scratch, every, name=name, more=OWN)


def judged(copy, result, before, develop):
    """The branch is where it was or at the whole promotion, and given again it is there."""
    if result.returncode == 0:
        return "ended"
    own, server = copy.folder / ".git", copy.folder / "server"
    found = found_at(copy, own, before, develop)
    if server.exists():
        # The shared repository decides; what it has comes here with the next command.
        # The push goes on when who started it is killed.
        for _ in range(100):
            if not subprocess.run(["pgrep", "-f", str(copy.folder)], capture_output=True).stdout:
                break
            time.sleep(0.02)
        there = found_at(copy, server, before, develop)
        assert there == "promoted" or found == "untouched", "the branch moved here and not there"
        found = there
    again = copy.pipectl_(*WORDS).stdout
    assert ("nothing to promote" in again) == (found == "promoted"), again
    for place in [own] + ([server] if server.exists() else []):
        assert found_at(copy, place, before, develop) == "promoted", place
        copy.check_git(place)
    left = [str(path) for path in copy.folder.rglob("*.lock") if path.parent.name != "locks"]
    assert not left and not (copy.root / "promote.under-way").exists(), left
    return found


def found_at(copy, repository, before, develop):
    parents = copy.run("git", f"--git-dir={repository}", "log", "-1", "--format=%H %P", "main").stdout.split()
    if parents[0] == before:
        return "untouched"
    assert parents[1:] == [before, develop], f"main is neither before nor after: {parents}"
    trailers = copy.run("git", f"--git-dir={repository}", "log", "-1", "--format=%(trailers:key=Pipectl-Promoted-Commit,valueonly)", "main").stdout.strip()
    assert trailers == develop, trailers
    return "promoted"
