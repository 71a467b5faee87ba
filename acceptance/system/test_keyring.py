"""Identities in a real keyring: stored by us and found by secret-tool, and the other way round; and what is said when it fails."""

import os
import pathlib
import re
import shutil
import signal
import time

from desktop import Session
from system import REPOSITORY, Skipped

ONE, TWO = "AGE-SECRET-KEY-1ONE", "AGE-SECRET-KEY-1TWO"
CALLS = ["lookup", "store", "clear"]


def unit_test(session, name, **variables):
    """One of the unit tests, in this session."""
    program = pathlib.Path(os.environ.get("PIPECTL_UNIT_TESTS") or REPOSITORY / ".build/debug/pipectlPackageTests.xctest")
    if not program.is_file():
        raise Skipped(f"there is no {program}; `swift build --build-tests` makes it")
    found = session.run(
        str(program), "--testing-library", "swift-testing", "--filter", name, timeout=60, variables=variables)
    assert found.returncode == 0 and "1 test in" in found.stdout + found.stderr, f"{variables}:\n{found.stdout}{found.stderr}"


def step(session, *words, **variables):
    """One call."""
    unit_test(session, "KeyringTests/step", PIPECTL_TEST_KEYRING=" ".join(words), **variables)


def attributes(recipient):
    return ["application", "pipectl", "kind", "age-identity", "recipient", recipient]


def test_both_ways(folder):
    with Session(folder) as session:
        step(session, "lookup")
        step(session, "store", "age1one", ONE)
        assert session.tool("lookup", *attributes("age1one")) == ONE
        shown = session.run("secret-tool", "search", *attributes("age1one"))
        assert "label = pipectl test" in shown.stdout, shown.stdout
        session.tool("store", "--label=theirs", *attributes("age1two"), text=TWO)
        session.tool("store", "--label=foreign", "application", "other", "kind", "age-identity", text="foreign")
        step(session, "lookup", ONE, TWO)
        # In the place of the one that is there, whoever stored it.
        step(session, "store", "age1two", ONE + "2")
        step(session, "lookup", ONE, ONE + "2")
        step(session, "clear", "age1one", "true")
        step(session, "clear", "age1one", "false")
        step(session, "lookup", ONE + "2")
        assert session.tool("lookup", "application", "other") == "foreign"


def test_found_among_identities(folder):
    with Session(folder) as session:
        key = session.run("age-keygen").stdout
        recipient = re.search("age1[0-9a-z]+", key).group()
        session.tool("store", "--label=mine", *attributes(recipient), text=key)
        unit_test(session, "IdentityFinderTests/desktopsKeyring", PIPECTL_TEST_KEYRING_RECIPIENT=recipient)


def test_locked(folder):
    with Session(folder) as session:
        step(session, "store", "age1one", ONE)
        session.end(session.daemon)
        session.daemon = session.start_keyring(unlocked=False)
        step(session, "fails", "locked", *CALLS)


def test_no_keyring(folder):
    with Session(folder / "none", keyring=False) as session:
        step(session, "fails", "noService", *CALLS)
        session.end(session.bus)
        step(session, "fails", "noSessionBus", *CALLS)
    # A keyring without a collection that is unlocked: nothing to find, and nowhere to store.
    with Session(folder / "empty", keyring=False) as session:
        session.start_keyring(unlocked=False)
        step(session, "lookup")
        step(session, "clear", "age1one", "false")
        step(session, "fails", "noCollection", "store")


def test_no_answer(folder):
    """The one that keeps secrets is stopped, then the bus itself: each call ends all the same."""
    with Session(folder) as session:
        for process in (session.daemon, session.bus):
            process.send_signal(signal.SIGSTOP)
            began = time.monotonic()
            step(session, "fails", "timedOut", *CALLS)
            assert time.monotonic() - began < 15


def test_no_library(folder):
    """In the place of libsecret: a file that is no library, and a library that is another."""
    with Session(folder / "session") as session:
        library = folder / "libsecret-1.so.0"
        library.write_text("")
        step(session, "fails", "unavailable", *CALLS, LD_LIBRARY_PATH=str(folder))
        library.unlink()
        shutil.copy(next(pathlib.Path("/lib/x86_64-linux-gnu").glob("libz.so.1")), library)
        step(session, "fails", "unavailable", *CALLS, LD_LIBRARY_PATH=str(folder))
