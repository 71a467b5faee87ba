"""Deployments and rollbacks of files, and two at once."""
import pathlib
import subprocess

from shop import ENVIRONMENT, Shop, disturb

DEPLOY = ["deploy", "--env", "prod"]


def files(pipectl, scratch, every, rounds):
    shop = Shop.of_case("story", pathlib.Path(scratch) / "shop", pipectl)
    shop.commit(1)
    # What the cache holds is no part of this.
    shop.pipectl_("plan", "--env", "prod")
    done = shop.copy(pathlib.Path(scratch) / "done")
    done.pipectl_(*DEPLOY)
    first = done.files()
    disturb_files(shop, DEPLOY, [None, first], scratch, every)
    shop.pipectl_(*DEPLOY)
    shop.commit(2)
    shop.pipectl_("plan", "--env", "prod")
    done = shop.copy(pathlib.Path(scratch) / "done2")
    done.pipectl_(*DEPLOY)
    second = done.files()
    disturb_files(shop, DEPLOY, [first, second], scratch, every)
    shop.pipectl_(*DEPLOY)
    disturb_files(shop, ["rollback", "--env", "prod", "--to", "1"], [second, first], scratch, every)
    races(shop, rounds)


def disturb_files(shop, words, contents, scratch, every):
    needed = ("completed", "no fault fell between the reference and the link") if every == 1 else None
    disturb(shop, words, lambda copy, result: judged(copy, result, words, contents), scratch, every, needed=needed)


def judged(copy, result, words, contents):
    """The release before or the one after is live, whole, and the next command mends what is left."""
    if result.returncode == 0:
        return "ended"
    # Before anything mends it: whoever reads `live` finds a whole release.
    if copy.live.is_symlink():
        assert copy.files() in contents, f"half a release is live: {sorted(copy.files())}"
    else:
        assert contents[0] is None, "the live release is gone"
    state, told = copy.status()
    assert not state["differences"], state
    assert not (copy.root / "deploy.json").exists(), "the journal is still there"
    if state["release"]:
        assert copy.files() == copy.tree("refs/pipectl/prod"), "live is not what git has"
        left = [path.name for path in (copy.root / "releases").iterdir() if path.name.startswith(".")]
        assert not left, left
    else:
        assert not copy.live.exists()
    copy.check_git()
    copy.pipectl_(*words)
    assert copy.files() == contents[1], "the command, given again, did not bring the release"
    return "completed" if "made live" in told else "undone" if "undone" in told else "untouched"


def races(shop, rounds):
    commits = [shop.commit(1000), shop.commit(1001)]
    shop.pipectl_(*DEPLOY, "--ref", commits[0])
    lost = 0
    for round in range(rounds):
        before = shop.answer("history", "--env", "prod", "-n", "1")[0]["release"]
        pair = [shop.commit(2000 + 2 * round), shop.commit(2001 + 2 * round)]
        started = [
            subprocess.Popen([shop.pipectl, *DEPLOY, "--ref", commit], cwd=shop.folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for commit in pair]
        ended = [(process.communicate(), process.returncode) for process in started]
        codes = sorted(code for _, code in ended)
        after = shop.answer("history", "--env", "prod", "-n", "1")[0]
        assert codes == [0, 1], ended
        assert after["release"] == before + 1, (before, after)
        winner = [commit for commit, (_, code) in zip(pair, ended) if code == 0][0]
        assert after["source"] == winner
        message = [errors for (_, errors), code in ended if code == 1][0]
        assert "in the meantime" in message or "already" in message, message
        lost += "already" in message
        assert shop.files() == shop.tree("refs/pipectl/prod")
    shop.check_git()
    print(f"two at once, {rounds} times: one won each time; {lost} were told of a deployment under way, {rounds - lost} of a release made in the meantime")
