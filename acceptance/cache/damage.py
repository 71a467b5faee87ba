"""What may happen to the files of the cache, and while they are written. Each scenario gets a `Scene`, and fails by an assertion."""
import copy
import os
import resource
import shutil
import signal
import stat
import struct
import time

from program import lay_out, remove
from sequences import sequences
from story import difference

JSON, WITHOUT = ("--output", "json"), ("--output", "json", "--no-cache")
MASK = (1 << 64) - 1


class Scene:
    """The bundled project in two states, and a cache that was made in going through both."""

    def __init__(self, program, folder, files, chance, kills):
        # A copy: some scenarios put another program in its place.
        self.program, self.folder, self.chance, self.kills = copy.copy(program), folder, chance, kills
        self.project, self.warm = folder / "project", folder / "warm"
        # A query names a column that is not there.
        query = min(path for path in files if path.endswith(".sql"))
        self.states = [files, files | {query: files[query] + b"\nWHERE no_such_column = 1\n"}]
        self.files = {}
        folder.mkdir(parents=True)
        self.expected, self.expected_without_sql = [], []
        for state in self.states:
            self.go_to(state)
            self.expected.append(program.validate(self.project, *WITHOUT))
            self.expected_without_sql.append(program.validate(self.project, *WITHOUT, "--no-sql"))
        assert self.expected[0] != self.expected[1], "both states have the same findings"
        for state in self.states:
            self.go_to(state)
            program.validate(self.project, *JSON)
        shutil.copytree(self.cache, self.warm)
        self.damaged = sorted(path.name for path in self.warm.iterdir())
        assert len(self.damaged) == 2, f"the cache has other files: {self.damaged}"

    @property
    def cache(self):
        return self.project / ".pipectl/cache"

    def go_to(self, state):
        lay_out(self.project, self.files, state)
        self.files = state

    def warmed(self):
        """The cache as it was at first."""
        remove(self.project / ".pipectl")
        shutil.copytree(self.warm, self.cache)

    def check(self, what, state=None, **options):
        """Validates in each state, or in one."""
        for number in [state] if state is not None else (0, 1, 0):
            self.go_to(self.states[number])
            self.same(self.program.validate(self.project, *JSON, **options), number, what)

    def check_without_sql(self, what, **options):
        answer = self.program.validate(self.project, *JSON, "--no-sql", **options)
        assert answer.status >= 0, f"{what}: ended by signal {-answer.status}\n{answer}"
        expected = self.expected_without_sql[self.states.index(self.files)]
        assert answer == expected, f"{what}:\n{difference(expected, answer)}"

    def same(self, answer, number, what):
        assert answer.status >= 0, f"{what}: ended by signal {-answer.status}\n{answer}"
        assert answer == self.expected[number], f"{what}:\n{difference(self.expected[number], answer)}"

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def damaged_bytes(scene):
    """Truncated, flipped, filled with noise, exchanged."""
    count = 0
    for name in scene.damaged:
        data = (scene.warm / name).read_bytes()
        size = len(data)
        at = [scene.chance.randrange(size) for _ in range(12)]
        kinds = [(f"{name} cut at {cut}", data[:cut]) for cut in [0, 1, 15, 16, 17, size - 1] + at[:4]]
        for place in at[4:] + [size - 1]:
            bit = scene.chance.randrange(8)
            kinds.append((f"{name} with bit {bit} of byte {place} flipped", data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1:]))
        kinds += [(f"{name} of noise", scene.chance.randbytes(size)), (f"{name} of zeros", bytes(size)), (f"{name} and more", data + b"x"), (f"{name} twice", data + data)]
        kinds += [(f"{name} with the other's bytes", (scene.warm / other).read_bytes()) for other in scene.damaged if other != name]
        for what, content in kinds:
            scene.warmed()
            (scene.cache / name).write_bytes(content)
            scene.check(what, scene.chance.choice([0, 1]))
            count += 1
    return f"{count} times"


def damaged_and_sealed(scene):
    """Damaged, with a digest that fits again: the answer may be anything, but it is one."""
    for name in scene.damaged:
        whole = (scene.warm / name).read_bytes()
        data = whole[:-16]
        assert data + digest(data) == whole, "the digest is made in another way than here"
        for number in range(16):
            scene.warmed()
            place, count = scene.chance.randrange(len(data)), scene.chance.choice([1, 1, 4, 10])
            body = data[:place] + scene.chance.choice([scene.chance.randbytes(count), b"\xff" * count]) + data[place + count:]
            if number < 2:
                # A length that is the largest number.
                body = [b"", b"\x00"][number] + b"\xfe" + b"\xff" * 8 + b"\x01" + data[number + 1:]
            (scene.cache / name).write_bytes(body + digest(body))
            scene.go_to(scene.states[number % 2])
            answer = scene.program.validate(scene.project, *JSON)
            assert answer.status in (0, 1), f"{name} with {count} bytes at {place} changed, sealed:\n{answer}"


def no_plain_files(scene):
    """Folders, links and pipes in the place of the files."""
    for name in scene.damaged:
        path = scene.cache / name
        for what, make in [
            ("folder", path.mkdir), ("pipe", lambda: os.mkfifo(path)), ("link to itself", lambda: path.symlink_to(name)), ("link to nothing", lambda: path.symlink_to("nowhere")),
            ("link to /dev/zero", lambda: path.symlink_to("/dev/zero")), ("link to /dev/full", lambda: path.symlink_to("/dev/full")),
            ("link to the copy", lambda: path.symlink_to(scene.warm / name)), ("link to a folder", lambda: path.symlink_to(scene.warm)),
            ("large file", lambda: sparse(path, 300 << 20)), ("unreadable file", lambda: (path.write_bytes(b"x"), path.chmod(0))),
        ]:
            scene.warmed()
            before = snapshot(scene.warm)
            path.unlink()
            make()
            scene.check(f"a {what} in the place of {name}")
            assert snapshot(scene.warm) == before, f"a {what} in the place of {name}: what it leads to was changed"


def no_plain_folders(scene):
    """Files, links and nothing in the place of the folders."""
    elsewhere = scene.folder / "elsewhere"
    for path in (scene.project / ".pipectl", scene.cache):
        for what, make in [
            ("nothing", lambda: None), ("a file", lambda: path.write_bytes(b"x")), ("a link to nothing", lambda: path.symlink_to("nowhere")),
            ("a link to itself", lambda: path.symlink_to(path.name)), ("a link to a file", lambda: path.symlink_to(scene.project / "pipectl.yml")),
            ("a link to a folder", lambda: (elsewhere.mkdir(exist_ok=True), path.symlink_to(elsewhere))), ("an empty folder", path.mkdir),
        ]:
            scene.warmed()
            remove(path)
            make()
            scene.check(f"{what} in the place of {path.name}")
            remove(scene.project / ".pipectl")


def nothing_may_be_written(scene):
    """Folders and files that permissions close."""
    # Root without its privileges is the owner of its files, and no more.
    as_owner = ["setpriv", "--bounding-set=-all"] if os.getuid() == 0 else []
    for what, mode, file_mode in [("read-only folder", 0o555, 0o444), ("folder that cannot be entered", 0, 0o444), ("folder that cannot be listed", 0o311, 0o444), ("unreadable files", 0o755, 0)]:
        scene.warmed()
        for path in scene.cache.iterdir():
            path.chmod(file_mode)
        scene.cache.chmod(mode)
        before = snapshot(scene.cache) if as_owner else None
        scene.check(what, wrapper=as_owner)
        scene.cache.chmod(0o755)
        assert mode == 0o755 or not as_owner or snapshot(scene.cache) == before, f"{what}: it was changed"
    return None


def another_program(scene):
    """The cache of another build of the program, and back; an older one beside a newer one."""
    other = scene.folder / "pipectl"
    shutil.copy2(scene.program.pipectl, other)
    first = scene.program.pipectl
    for _ in range(2):
        for program in (other, first):
            try:
                scene.program.pipectl = program
                scene.check("another build")
            finally:
                scene.program.pipectl = first
    # Files that were written at different times.
    for name in scene.damaged:
        scene.warmed()
        for number in (0, 1, 0, 1):
            scene.check("before", number)
            shutil.copy2(scene.warm / name, scene.cache / name)
            scene.check(f"an older {name}", 1 - number)


def another_engine(scene):
    """The engine is gone, and back."""
    scene.warmed()
    nowhere = {"PIPECTL_DUCKDB_LIBRARY": str(scene.folder / "nowhere.so")}
    for _ in range(2):
        scene.go_to(scene.states[0])
        expected = scene.program.validate(scene.project, *WITHOUT, environment=nowhere)
        answer = scene.program.validate(scene.project, *JSON, environment=nowhere)
        assert expected.status == 74 and answer == expected, f"without an engine:\n{answer}\ninstead of\n{expected}"
        scene.check_without_sql("without an engine", environment=nowhere)
        scene.check("the engine is back")


def known_sequences(scene):
    """Each forth and back."""
    faults = []
    for name, states in sequences():
        remove(scene.project / ".pipectl")
        for number, state in enumerate(states + states[::-1]):
            scene.go_to(state)
            anew, kept = scene.program.validate(scene.project, *WITHOUT), scene.program.validate(scene.project, *JSON)
            if anew != kept or not anew.is_sound:
                faults.append(f"{name}, state {number + 1}:\n{difference(anew, kept)}")
                break
    assert not faults, "\n".join(faults)


def several_at_once(scene):
    """Upon a cold cache, a warm one, and one that others delete."""
    for number in range(8):
        remove(scene.project / ".pipectl") if number % 2 == 0 else scene.warmed()
        state = scene.chance.choice([0, 1])
        scene.go_to(scene.states[state])
        started = [scene.program.start(scene.project, JSON if index % 3 else (*JSON, "--no-sql")) for index in range(scene.chance.choice([2, 4]))]
        if number >= 4:
            time.sleep(scene.chance.random() * 0.3)
            shutil.rmtree(scene.project / ".pipectl", ignore_errors=True)
        for index, answer in enumerate([scene.program.finish(process) for process in started]):
            expected = scene.expected if index % 3 else scene.expected_without_sql
            assert answer == expected[state], f"{len(started)} at once:\n{difference(expected[state], answer)}"
        scene.check(f"after {len(started)} at once")


def killed(scene):
    """kill -9, mostly while the cache is being written."""
    hits = 0
    for number in range(scene.kills):
        remove(scene.project / ".pipectl") if number % 2 == 0 else scene.warmed()
        state = number // 2 % 2
        scene.go_to(scene.states[state])
        begun = time.monotonic()
        process = scene.program.start(scene.project, JSON)
        late = scene.chance.random() * 0.4
        while process.poll() is None and time.monotonic() - begun < 60:
            # A temporary file is there while it is written, for less than a millisecond.
            if number % 3 and any(name.endswith(".tmp") for name in names(scene.cache)) or not number % 3 and time.monotonic() - begun > late:
                break
        process.kill()
        scene.program.finish(process)
        hits += any(name.endswith(".tmp") for name in names(scene.cache))
        scene.check("after it was killed")
    return f"{hits} of {scene.kills} left an unfinished file"


def left_behind(scene):
    """What a killed validation leaves: temporary files, empty, in part or whole, one of them of a process that has this one's number."""
    for name in scene.damaged:
        data = (scene.warm / name).read_bytes()
        for size in (0, 1, len(data) // 2, len(data)):
            scene.warmed()
            for number in (1, os.getpid(), 4194304):
                (scene.cache / f".{name}.{number}.{scene.chance.randrange(1 << 32)}.tmp").write_bytes(data[:size])
            (scene.cache / f".{name}.1.1.tmp").mkdir()
            scene.check(f"with temporary files of {name} with {size} bytes")


def files_of_limited_size(scene):
    """`ulimit -f`: a write beyond the limit fails, or ends the process where it does not ignore the signal."""
    for limit in (0, 1, 100, 4096):
        for ignored in (True, False):
            def before():
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN if ignored else signal.SIG_DFL)
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

            remove(scene.project / ".pipectl")
            what = f"files of {limit} bytes at most, the signal {'ignored' if ignored else 'as usual'}"
            scene.check_without_sql(what, before=before)
            scene.check(what, before=before)
            left = [name for name in names(scene.cache) if name.endswith(".tmp")]
            assert not left, f"files of {limit} bytes at most: {left} was left"


def full_disk(scene):
    """A file system of a few pages, or without room for a file."""
    for size in ("size=4k", "size=8k", "size=12k", "size=16k,nr_inodes=2", "size=64k,nr_inodes=3"):
        # Its own mounts: nothing is left when the process ends.
        script = 'mount -t tmpfs -o "$1" none .pipectl && shift && "$@" >first && "$@" >second && "$@"'
        for state in (0, 1):
            remove(scene.project / ".pipectl")
            (scene.project / ".pipectl").mkdir()
            scene.go_to(scene.states[state])
            wrapper = ["unshare", "--mount", "sh", "-c", script.replace("&& \"$@\" >", "&& (\"$@\" || [ $? = 1 ]) >"), "sh", size]
            try:
                answer = scene.program.validate(scene.project, *JSON, wrapper=wrapper)
            except FileNotFoundError:
                return "left out: there is no unshare"
            if b"unshare" in answer.errors or b"mount" in answer.errors:
                return "left out: no file system may be mounted"
            scene.same(answer, state, f"a disk with {size}")
            for name in ("first", "second"):
                assert (scene.project / name).read_bytes() == scene.expected[state].output, f"a disk with {size}: another answer at first"
                (scene.project / name).unlink()
    return None


SCENARIOS = [
    damaged_bytes, damaged_and_sealed, no_plain_files, no_plain_folders, nothing_may_be_written, another_program, another_engine, known_sequences, several_at_once, killed, left_behind, files_of_limited_size, full_disk]


def names(folder):
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []


def sparse(path, size):
    with open(path, "wb") as file:
        file.truncate(size)


def snapshot(folder):
    """Names and contents."""
    return {entry.name: (stat.S_IFMT(entry.stat(follow_symlinks=False).st_mode), open(entry.path, "rb").read()) for entry in os.scandir(folder)}


def digest(data):
    """As `ContentDigestBuilder` makes it, 16 bytes."""
    a, b = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F

    def mix(word):
        nonlocal a, b
        p = (a ^ word) * 0xA0761D6478BD642F
        q = (b + word & MASK) * 0x8EBC6AF09C88C6E3
        a = ((p >> 64) ^ (p & MASK)) + 0xE7037ED1A0B428DB & MASK
        b = ((q >> 64) + (q & MASK) & MASK) ^ 0x589965CC75374CC3
        b ^= (word << 32 | word >> 32) & MASK

    mix(len(data))
    whole = len(data) // 8 * 8
    for (word,) in struct.iter_unpack("<Q", data[:whole]):
        mix(word)
    last = 0
    for byte in data[whole:]:
        last = last << 8 | byte
    mix(last)
    both = a ^ b
    mix(0x1D8E4E27C47D124F)
    mix(both)
    return struct.pack("<QQ", a, b)
