"""`secrets edit` with scripts for an editor: what is written, what is refused, and that nothing in the clear stays behind."""

import json
import os
import pty
import re
import signal
import subprocess
import time

from secretstore import VALUES, Store


def editor(store, script, name="editor"):
    """A program that is called with the file."""
    path = store.folder / name
    path.write_text("#!/bin/sh\n" + script + "\n")
    path.chmod(0o755)
    return str(path)


def edit(store, script, *words, **more):
    found = store("edit", "--store", str(store.file), *words, variables={"EDITOR": editor(store, script), **more.pop("variables", {})}, **more)
    expect_nothing_left(store)
    for value in [*VALUES.values(), "new-value-1234"]:
        assert value.encode() not in found.stdout + found.stderr, found
    return found


def expect_nothing_left(store):
    assert not list(store.runtime.iterdir()), list(store.runtime.iterdir())


def changed_lines(before, after):
    one, two = before.splitlines(), after.splitlines()
    return [line for line in two if line not in one], [line for line in one if line not in two]


def keys(lines):
    return sorted(re.match(r"\s*\"?([\w-]+)", line).group(1) for line in lines)


def test_one_value(folder):
    for kind in ("yml", "json"):
        with Store(folder / kind, kind=kind) as store:
            before = store.file.read_text()
            time.sleep(1.1)  # `lastmodified` tells seconds.
            found = edit(store, "sed -i 's/canary-7f3a91c05e/new-value-1234/' \"$1\"; stat -c '%a' \"$1\" \"$(dirname \"$1\")\" > modes; echo \"$1\" > path; cp \"$1\" seen; touch \"$1~\"")
            assert found.returncode == 0 and found.stdout.decode().endswith(": changed api-key\n"), found
            added, removed = changed_lines(before, store.file.read_text())
            assert keys(added) == keys(removed) == ["api-key", "lastmodified", "mac"], added
            assert store.get("api-key") == "new-value-1234" and store.get("erp-password") == VALUES["erp-password"]
            assert (store.folder / "modes").read_text().split() == ["600", "700"]
            assert (store.folder / "path").read_text().startswith(str(store.runtime)) and "sops" not in (store.folder / "seen").read_text()


def test_added_removed_nested(folder):
    with Store(folder) as store:
        found = edit(store, "sed -i '/^short-lived/d' \"$1\"; printf 'one:\\n  two: |\\n    a\\n    b\\nport: 5432\\n' >> \"$1\"", "--output", "json")
        assert json.loads(found.stdout) == {"store": str(store.file), "added": ["one.two", "port"], "changed": [], "removed": ["short-lived"]}, found
        assert (store.get("one.two"), store.get("port"), store.get("short-lived")) == ("a\nb\n", "5432", None)


def test_attributes(folder):
    """A secret with versions: its attributes can be changed, a wrong one is refused."""
    with Store(folder) as store:
        store.set("api-key", "second-value-88", "--new-version")
        found = edit(store, "sed -i 's/^\\( *\\)current: .*/&\\n\\1contentType: text\\/plain/' \"$1\"")
        assert found.returncode == 0 and b"added api-key.attributes_unencrypted.contentType" in found.stdout, found
        assert b"text/plain" in store.file.read_bytes() and store.get("api-key") == "second-value-88"
        found = edit(store, "sed -i \"s/current: .*/current: 'none'/\" \"$1\"")
        assert found.returncode == 1 and b"api-key" in found.stderr and store.get("api-key") == "second-value-88", found


def test_nothing_changed(folder):
    with Store(folder) as store:
        before = store.file.read_bytes()
        for script in ("true", "touch \"$1\"", "{ grep '^#' \"$1\"; grep -v '^#' \"$1\" | sort; } > x && cat x > \"$1\"; rm x", "sed -i '/^#/d' \"$1\"", "cp \"$1\" y; mv y \"$1\""):
            found = edit(store, script)
            assert found.returncode == 0 and found.stdout.endswith(b"nothing was changed\n"), (script, found)
            assert store.file.read_bytes() == before


def test_refused(folder):
    with Store(folder) as store:
        before = store.file.read_bytes()
        for script, message in (
            ("printf 'a: [\\n' >> \"$1\"", "the file is not YAML"), ("printf \"api-key: 'x'\\n\" >> \"$1\"", "a key is used twice"),
            ("printf 'a: x # y\\n' >> \"$1\"", "line 6: a comment is not kept"), ("printf 'a_unencrypted: x\\n' >> \"$1\"", "is not encrypted"),
            ("printf 'a: {b_unencrypted: x}\\n' >> \"$1\"", "it would not be encrypted"), ("printf 'a: \\377\\n' >> \"$1\"", "UTF-8"),
            ("printf 'a: [x]\\n' >> \"$1\"", "lists cannot be added here"), ("printf 'a b: x\\n' >> \"$1\"", "letters, digits"),
            ("sed -i \"s/^api-key.*/api-key: *new-value-1234/\" \"$1\"", "line 4: an alias has no anchor"), ("rm \"$1\"", "left no file"),
            ("echo '- a' > \"$1\"", "no mapping"), ("exit 3", "ended with code 3"), ("kill -KILL $$", "was ended by signal 9"),
        ):
            found = edit(store, script)
            assert found.returncode == 1 and message in found.stderr.decode(), (script, found)
            assert store.file.read_bytes() == before, script
        found = store("edit", "--store", str(store.file), variables={"EDITOR": "no-such-editor"})
        assert found.returncode == 74 and b"there is no program" in found.stderr, found
        found = store("edit", "--store", str(store.file), variables={"EDITOR": "'open"})
        assert found.returncode == 64, found
        expect_nothing_left(store)


def test_which_editor(folder):
    with Store(folder) as store:
        for name in ("first", "second", "third"):
            editor(store, f"printf '%s,' \"$@\" > {name}.called; exit 1", name)
        chosen = {"SOPS_EDITOR": f"{store.folder}/first -c 'a b'; rm x", "VISUAL": f"{store.folder}/second", "EDITOR": f"{store.folder}/third"}
        for name in ("SOPS_EDITOR", "VISUAL", "EDITOR"):
            store("edit", "--store", str(store.file), variables=chosen)
            del chosen[name]
        # No shell: the words are words.
        assert re.fullmatch(r"-c,a b;,rm,x,/dev/shm/.*/dev\.yml,", (store.folder / "first.called").read_text())
        assert (store.folder / "second.called").exists() and (store.folder / "third.called").exists()
        # The identity is not for the editor.
        found = edit(store, "env > variables", variables={"PIPECTL_AGE_KEY": store.key})
        assert found.returncode == 0 and "PIPECTL_AGE_KEY" not in (store.folder / "variables").read_text()


def test_somebody_else_writes(folder):
    with Store(folder) as store:
        def other(name, value):
            words = " ".join(f"'{word}'" for word in store.words("set", name, "--store", str(store.file)))
            return f"printf '{value}' | {words} > /dev/null || exit 9\n"
        found = edit(store, other("added-meanwhile", "by-another-one") + other("erp-password", "by-another-two")
                     + "sed -i 's/canary-7f3a91c05e/new-value-1234/' \"$1\"")
        assert found.returncode == 0, found
        assert (store.get("added-meanwhile"), store.get("erp-password"), store.get("api-key")) == ("by-another-one", "by-another-two", "new-value-1234")
        before = store.get("erp-password")
        found = edit(store, other("api-key", "by-another-three") + "sed -i 's/new-value-1234/my-own-value/; s/by-another-two/other/' \"$1\"")
        assert found.returncode == 1 and b"somebody else has changed api-key in the meantime" in found.stderr, found
        assert (store.get("api-key"), store.get("erp-password")) == ("by-another-three", before)


def test_signals(folder):
    for number, code in ((signal.SIGTERM, 130), (signal.SIGHUP, 130)):
        with Store(folder / str(number)) as store:
            before = store.file.read_bytes()
            script = "trap 'exit 0' TERM HUP; sed -i 's/canary-7f3a91c05e/new-value-1234/' \"$1\"; echo up; while :; do sleep 0.05; done"
            process = subprocess.Popen(
                store.words("edit", "--store", str(store.file)), cwd=store.folder, env={**store.variables, "EDITOR": editor(store, script)},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            assert process.stdout.readline() == b"up\n"
            assert list(store.runtime.iterdir())
            process.send_signal(number)
            _, errors = process.communicate(timeout=10)
            assert process.returncode == code, (process.returncode, errors)
            expect_nothing_left(store)
            assert store.file.read_bytes() == before


def test_remains_of_a_kill(folder):
    with Store(folder) as store:
        process = subprocess.Popen(
            store.words("edit", "--store", str(store.file)), cwd=store.folder, env={**store.variables, "EDITOR": editor(store, "echo up; exec sleep 60")},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        assert process.stdout.readline() == b"up\n"
        # One that is still at it is left alone.
        assert store("edit", "--store", str(store.file), variables={"EDITOR": "true"}).returncode == 0
        assert len(list(store.runtime.iterdir())) == 1
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert len(list(store.runtime.iterdir())) == 1
        edit(store, "true")


def test_no_memory(folder):
    """Where no file system lies in memory, the disk is taken only when it is asked for."""
    with Store(folder) as store:
        hidden = "mount -t ramfs none /mnt 2>/dev/null; mount --bind /tmp /dev/shm && exec \"$@\""
        words = ["unshare", "-m", "sh", "-c", hidden, "sh", *store.words("edit", "--store", str(store.file))]
        variables = {**store.variables, "EDITOR": editor(store, "echo \"$1\" > path"), "XDG_RUNTIME_DIR": str(store.home), "TMPDIR": str(store.home)}
        if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
            from system import Skipped
            raise Skipped("unshare needs root")
        found = subprocess.run(words, cwd=store.folder, env=variables, capture_output=True, stdin=subprocess.DEVNULL)
        assert found.returncode == 74 and b"--on-disk" in found.stderr, found
        found = subprocess.run([*words, "--on-disk"], cwd=store.folder, env=variables, capture_output=True, stdin=subprocess.DEVNULL)
        assert found.returncode == 0, found
        assert (store.folder / "path").read_text().startswith(str(store.home))
        assert not list(store.home.glob("pipectl-edit*"))


def on_terminal(store, script, answer):
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(store.folder)
        words = store.words("edit", "--store", str(store.file))
        os.execve(words[0], words, {**store.variables, "EDITOR": editor(store, script)})
    text, isAnswered = b"", False
    while True:
        try:
            text += os.read(terminal, 1000)
        except OSError:
            break
        if b"Ctrl-C to give up: " in text and not isAnswered:
            isAnswered = True
            os.write(terminal, answer)
    _, status = os.waitpid(pid, 0)
    expect_nothing_left(store)
    return os.waitstatus_to_exitcode(status), text


def test_again_on_a_terminal(folder):
    with Store(folder) as store:
        script = "if [ -e again ]; then sed -i '$d' \"$1\"; else touch again; sed -i 's/canary-7f3a91c05e/new-value-1234/' \"$1\"; echo 'a: [' >> \"$1\"; fi"
        code, text = on_terminal(store, script, b"\x03")
        assert code == 130 and store.get("api-key") == VALUES["api-key"], (code, text)
        (store.folder / "again").unlink()
        code, text = on_terminal(store, script, b"\n")
        assert code == 0 and b"changed api-key" in text and store.get("api-key") == "new-value-1234", (code, text)


def test_again_after_a_conflict(folder):
    with Store(folder) as store:
        words = " ".join(f"'{word}'" for word in store.words("set", "api-key", "--store", str(store.file)))
        script = (f"cp \"$1\" seen.$(ls seen.* 2>/dev/null | wc -l); [ -e seen.1 ] && exit 0; printf by-another | {words} > /dev/null; "
                  "sed -i 's/canary-7f3a91c05e/new-value-1234/' \"$1\"")
        code, text = on_terminal(store, script, b"\n")
        assert code == 0 and b"somebody else has changed api-key" in text, (code, text)
        assert store.get("api-key") == "new-value-1234" and "new-value-1234" in (store.folder / "seen.1").read_text()
