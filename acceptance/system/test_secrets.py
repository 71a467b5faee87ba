"""Stores of secrets: hostile files, hostile values, writers at the same time, writers that are killed, disks that are full.

After each of them the store opens and holds the values that it held, or those that were written.
"""

import concurrent.futures
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import time

from system import Skipped, pipectl

MARK = "Marked-made-up-value"


class Store:
    """A store in a folder, with an identity of its own beside it."""

    # Who runs the program; None: who runs the tests.
    user = None

    def __init__(self, folder, name="store.yml"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        home = self.folder.parent / f"home-{self.folder.name}"
        home.mkdir(exist_ok=True)
        # No identity of whoever runs this, no keyring, and nothing of the project around.
        self.variables = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
        self.path, self.key = self.folder / name, home / "key.txt"
        self("secrets", "keygen", str(self.key), store=False)
        self.variables["SOPS_AGE_KEY_FILE"] = str(self.key)
        self("secrets", "init")

    def __call__(self, *words, value=None, code=0, store=True, **variables):
        """The output, both kinds; fails where the exit code is another."""
        found = self.start(*words, store=store, **variables).communicate(value.encode() if isinstance(value, str) else value, timeout=60)
        return self.judge(words, found, code)

    def judge(self, words, found, code):
        text = b"".join(part or b"" for part in found).decode(errors="replace")
        assert self.process.returncode == code, f"{words}: exit code {self.process.returncode}, expected {code}\n{text}"
        assert "Fatal error" not in text, text
        return text

    def start(self, *words, store=True, **variables):
        words = [*words, "--store", str(self.path)] if store else words
        self.process = subprocess.Popen(
            [str(pipectl()), *words], cwd=self.folder, env={**self.variables, **variables}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, user=self.user)
        return self.process

    def set(self, name, value, *words, **more):
        return self("secrets", "set", name, *words, value=value, **more)

    def get(self, name):
        return self("secrets", "get", name)

    def values(self):
        return json.loads(self("secrets", "export-env", "--output", "json"))

    def names(self):
        return [entry["name"] for entry in json.loads(self("secrets", "list", "--output", "json"))]


def refused(store, change, *expected, commands=("list", "get", "set", "rm", "export-env", "rekey")):
    """What was done to the file is refused by every command, the file stays as it is, and nothing of it is shown."""
    kept = store.path.read_bytes() if store.path.is_file() else None
    for command in commands:
        words = {"get": ["erp"], "set": ["erp"], "rm": ["erp"]}.get(command, [])
        process = store.start("secrets", command, *words)
        found = process.communicate(b"another made-up value", timeout=60)
        text = b"".join(found).decode(errors="replace")
        assert process.returncode in (1, 64, 74), f"{change}, {command}: exit code {process.returncode}\n{text}"
        assert any(word in text for word in expected), f"{change}, {command}: none of {expected} in\n{text}"
        assert MARK not in text and "Fatal error" not in text, f"{change}, {command}:\n{text}"
        assert kept is None or store.path.read_bytes() == kept, f"{change}, {command}: the file was changed"


def test_hostile_files(folder):
    store = Store(folder / "a")
    store.set("erp", MARK)
    store.set("crm", MARK + "-2")
    good = store.path.read_bytes()

    def restore():
        if store.path.is_symlink() or store.path.is_file():
            store.path.unlink()
        elif store.path.is_dir():
            store.path.rmdir()
        store.path.write_bytes(good)

    opening = ("get", "set", "rm", "export-env", "rekey")
    lines = good.splitlines(keepends=True)
    for change, content, expected, commands in [
        ("empty", b"", ("sops", "mapping"), None),
        ("binary", bytes(range(256)) * 100, ("cannot be read", "control"), None),
        ("cut off", good[: len(good) // 2], ("sops", "cannot be read"), None),
        ("merge marks", b"<<<<<<< HEAD\n" + lines[0] + b"=======\n" + lines[1] + b">>>>>>> feature\n" + b"".join(lines[2:]), ("merge",), None),
        ("line ends of Windows", good.replace(b"\n", b"\r\n"), ("text", "changed"), opening),
        ("a value in clear", b"plain: " + MARK.encode() + b"\n" + good, ("not encrypted",), opening),
        ("two values exchanged", lines[1].replace(b"crm", b"erp") + lines[0].replace(b"erp", b"crm") + b"".join(lines[2:]), ("cannot be decrypted", "changed"), opening),
        ("a value taken out", b"".join(lines[1:]), ("code over all values", "no secret", "text"), ("set", "export-env", "rekey")),
        ("an alias", b"plain: &a " + MARK.encode() + b"\nagain: *a\n" + good, ("alias",), None),
        ("very deep", b"[" * 100_000, ("deep", "nest", "cannot be read"), None),
    ]:
        store.path.write_bytes(content)
        refused(store, change, *expected, commands=commands or ("list",) + opening)
        restore()
    with open(store.path, "wb") as file:
        file.truncate(100 << 20)
    refused(store, "100 MB", "larger", "large")
    restore()
    store.path.unlink()
    store.path.mkdir()
    refused(store, "a folder", "not a file")
    restore()
    store.path.unlink()
    store.path.symlink_to("store.yml")
    refused(store, "a link to itself", "links", "no store")
    restore()
    assert store.values() == {"ERP": MARK, "CRM": MARK + "-2"}


def test_links(folder):
    """A store that is a link is written where it lies, and stays a link."""
    store = Store(folder / "a")
    store.set("erp", "one made up")
    real = folder / "real/kept.yml"
    real.parent.mkdir()
    shutil.move(store.path, real)
    store.path.symlink_to(real)
    store.set("erp", "two made up")
    assert store.path.is_symlink() and real.is_file() and store.get("erp") == "two made up"
    assert (real.stat().st_mode & 0o777) == 0o600, oct(real.stat().st_mode)
    left = [path.name for path in [*real.parent.iterdir(), *store.folder.iterdir()] if path.name.endswith(".tmp")]
    assert not left, left


def test_hostile_names_and_values(folder):
    store = Store(folder / "a")
    for name in ["", "a b", "a'b", 'a"b', "a\nb", "../a", "a/b", "a:b", "sops", "x_unencrypted", "é", "a" * 128, "${{ x }}", "a\x1b[31m", "#a", "- a"]:
        process = store.start("secrets", "set", "--", name) if name.startswith("-") else store.start("secrets", "set", name)
        text = b"".join(process.communicate(MARK.encode(), timeout=60)).decode()
        assert process.returncode == 64, f"{name!r}: {process.returncode}\n{text}"
        assert MARK not in text and "\x1b" not in text, f"{name!r}: {text}"
    assert store.names() == []
    # They are told apart, in the file as in the answer.
    for name in ["Token", "token", "true", "null", "1e3", "0123", "-", "_"]:
        store.set(name, f"value of {name}") if name != "-" else store("secrets", "set", "--store", str(store.path), "--", "-", value="value of -", store=False)
    for name in ["Token", "token", "true", "null", "1e3", "0123"]:
        assert store.get(name) == f"value of {name}", name
    store("secrets", "export-env", code=64)
    for value in [" blanks ", "tab\there", "a\nb\n\nc", "ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]", "true", "12", "~", "'\"\\ ${{ x }} %s", "é\u0301😀\u202e",
                  "-----BEGIN-----\nabc\n-----END-----", "x" * 1_000_000]:
        store.set("value", value)
        assert store.get("value") == value, value[:50]
        assert json.loads(store("secrets", "get", "value", "--output", "json"))["value"] == value
    # What a shell reads back is what was stored.
    store("secrets", "set", "value", value="it's \"$HOME\" `x` \\ \n é\n", code=0)
    shown = subprocess.run(["bash", "-c", store("secrets", "export-env", "value") + 'printf %s "$VALUE"'], capture_output=True, text=True, check=True).stdout
    assert shown == store.get("value")
    for value, part in [(b"a\0b", "not text"), (b"\xff\xfe", "not text"), (b"", "empty"), (b"\n", "empty"), (b"x" * ((1 << 20) + 1), "longer")]:
        text = store.set("value", value, code=64)
        assert part in text and "xxxx" not in text, text
    assert store.get("value") == shown


def test_identities(folder):
    """Nobody who is no recipient changes or reads a store, and what is wrong is said."""
    store = Store(folder / "a")
    store.set("erp", MARK)
    other = folder / "other.txt"
    store("secrets", "keygen", str(other), store=False)
    before = store.path.read_bytes()
    for variables, code, part in [
        ({"SOPS_AGE_KEY_FILE": ""}, 1, "found no age identity"), ({"SOPS_AGE_KEY_FILE": str(other)}, 1, "none of the age identities"),
        ({"SOPS_AGE_KEY_FILE": str(folder / "none.txt")}, 1, "there is no key file"), ({"PIPECTL_AGE_KEY": "AGE-SECRET-KEY-1WRONG"}, 1, "PIPECTL_AGE_KEY"),
    ]:
        for words in (["get", "erp"], ["set", "erp"], ["rm", "erp"], ["rekey"], ["recipients", "add", "age1"], ["export-env"]):
            if words[0] == "recipients":
                continue
            text = store("secrets", *words, value="another made-up value", code=code, **variables)
            assert part in text and MARK not in text and "SECRET-KEY-1" not in text.replace("AGE-SECRET-KEY-1...", ""), f"{words} {variables}: {text}"
    assert store.path.read_bytes() == before and store.names() == ["erp"]


def test_two_writers(folder):
    """Both changes are there, or one was told to try again."""
    store = Store(folder / "a")
    number = 12

    def write(index):
        process = subprocess.Popen(
            [str(pipectl()), "secrets", "set", f"name{index}", "--store", str(store.path)], env=store.variables, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        text = process.communicate(f"value {index}".encode(), timeout=120)[0].decode()
        assert process.returncode == 0 or process.returncode == 74 and "try again" in text, f"{process.returncode}: {text}"
        return index, process.returncode == 0

    with concurrent.futures.ThreadPoolExecutor(number) as pool:
        done = [index for index, is_done in pool.map(write, range(number)) if is_done]
    assert done and store.values() == {f"NAME{index}": f"value {index}" for index in done}
    return f"{len(done)} of {number} writers done"


def test_killed_writers(folder):
    """At whatever moment a writer is killed: the file opens, and holds the old value or the new one."""
    store = Store(folder / "a")
    for index in range(20):
        store.set(f"other{index}", f"value {index}")
    store.set("erp", "value 0")
    chance, known, counts = random.Random(20170630), "value 0", {"old": 0, "new": 0}
    started = time.monotonic()
    store.set("erp", "value 0")
    duration = time.monotonic() - started
    for attempt in range(1, int(os.environ.get("PIPECTL_TEST_KILLS", "25")) + 1):
        new = f"value {attempt}"
        process = store.start("secrets", "set", "erp")
        process.stdin.write(new.encode())
        process.stdin.close()
        time.sleep(chance.uniform(0, duration * 1.2))
        process.kill()
        process.wait()
        found = store.get("erp")
        assert found in (known, new), f"{found!r} is neither {known!r} nor {new!r}"
        counts["new" if found == new else "old"] += 1
        known = found
    assert len(store.values()) == 21
    store.set("erp", "the last")
    left = [path.name for path in store.folder.iterdir() if path.name != "store.yml"]
    assert left in ([], [".lock"]) or not any(name.endswith(".tmp") for name in left), left
    return f"{counts}"


def test_read_only_folder(folder):
    folder.chmod(0o755)
    store = Store(folder / "a")
    store.set("erp", "value 0")
    if os.geteuid() == 0:
        # Root may write anywhere; it is somebody without rights who tries.
        for path in [store.folder, store.path, store.key.parent, store.key]:
            os.chown(path, 65534, 65534)
        store.user = 65534
    before = store.path.read_bytes()
    store.folder.chmod(0o500)
    try:
        text = store.set("erp", "value 1", code=74)
        assert "Permission denied" in text, text
    finally:
        store.folder.chmod(0o700)
    assert store.path.read_bytes() == before


def test_full_disk(folder):
    if os.geteuid() != 0:
        raise Skipped("mounting a small disk needs root")
    disk = folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True).returncode != 0:
        raise Skipped("a small disk cannot be mounted here")
    try:
        store = Store(disk)
        store.set("erp", "value 0")
        fill(disk / "filler")
        before = store.path.read_bytes()
        text = store.set("erp", "v" * 100_000, code=74)
        assert "No space left" in text and "vvvv" not in text, text
        assert store.path.read_bytes() == before and store.get("erp") == "value 0"
        (disk / "filler").unlink()
        store.set("erp", "value 1")
        assert store.get("erp") == "value 1" and not [path for path in disk.iterdir() if path.name.endswith(".tmp")]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def fill(path):
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass


def test_arguments_hold_no_value(folder):
    """`set` takes no value from the command line."""
    store = Store(folder / "a")
    text = store("secrets", "set", "erp", MARK, code=64)
    assert store.names() == [], text
