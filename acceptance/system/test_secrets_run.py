"""`secrets run`: what a program gets, what of its output is masked, and how it ends."""

import base64
import os
import pathlib
import pty
import select
import signal
import subprocess
import time

from secretstore import VALUES, Store
from system import wait_until

SPLIT = "import sys,time,os\nv=os.environ['API_KEY']\nfor p in (v[:5],v[5:]):\n  os.write(1,p.encode()); time.sleep(.3)\nos.write(1,b'\\n')"


def test_values_and_masks(folder):
    with Store(folder) as store:
        value = VALUES["api-key"]
        found = store.run("sh", "-c", 'printf "%s|%s|%s" "$ERP_PASSWORD" "$API_KEY" plain; printf "$API_KEY" | base64 >&2')
        assert (found.returncode, found.stdout) == (0, b"***|***|plain"), found
        assert value.encode() not in found.stderr and base64.b64encode(value.encode()) not in found.stderr and b"***" in found.stderr, found.stderr
        # The program has the values themselves.
        target = folder / "got"
        assert store.run("sh", "-c", f'printf "%s" "$ERP_PASSWORD" > {target}').returncode == 0
        assert target.read_text() == VALUES["erp-password"]
        found = store.run("python3", "-c", SPLIT)
        assert found.stdout == b"***\n", found
        # Every other byte passes.
        data = bytes(range(256)) * 2000
        assert store.run("cat", input=data).stdout == data


def test_choice_of_variables(folder):
    with Store(folder) as store:
        store.set("short-lived", "x" * 20, "--expires", "2020-01-01")
        names = lambda found: {line.split(b"=")[0].decode() for line in found.stdout.splitlines()}
        found = store.run("env", variables={"PIPECTL_AGE_KEY": store.key, "SOPS_AGE_KEY": store.key, "KEPT": "1"})
        assert {"API_KEY", "ERP_PASSWORD", "KEPT"} <= names(found) and not names(found) & {"SHORT_LIVED", "PIPECTL_AGE_KEY", "SOPS_AGE_KEY"}, found
        assert b"left out: secret 'short-lived'" in found.stderr
        found = store.run("env", options=["--secret", "api-key=TOKEN", "-s", "erp-password", "--prefix", "P_", "--clean-env"], variables={"KEPT": "1"})
        assert names(found) - {"_", "PWD", "SHLVL"} == {"TOKEN", "P_ERP_PASSWORD", "PATH", "HOME"}, found
        found = store.run("true", options=["--secret", "short-lived"])
        assert found.returncode == 1 and b"has expired" in found.stderr, found
        found = store.run("true", options=["--secret", "no-such"])
        assert found.returncode == 64, found
        found = store.run("true", options=["--secret", "api-key=A", "--secret", "erp-password=A"])
        assert found.returncode == 64 and b"would both be the variable A" in found.stderr, found


def test_words_and_codes(folder):
    with Store(folder) as store:
        found = store.run("printf", "%s,", "--help", "--", "-x", "--version", "")
        assert (found.returncode, found.stdout) == (0, b"--help,--,-x,--version,,"), found
        for code in (0, 1, 2, 42, 255):
            assert store.run("sh", "-c", f"exit {code}").returncode == code
        assert store.run("sh", "-c", "kill -KILL $$").returncode == 137
        assert store.run("no-such-program").returncode == 127
        text = folder / "text"
        text.write_text("text")
        assert store.run(str(text)).returncode == 126
        assert store("run", "--store", str(store.file)).returncode == 64
        # Before the program is looked for, the store has to open.
        found = store("run", "--store", "none.yml", "--", "true")
        assert found.returncode == 64, found


def test_input_and_speed(folder):
    with Store(folder) as store:
        assert store.run("cat", input=b"through").stdout == b"through"
        began = time.monotonic()
        found = store.run("sh", "-c", 'i=0; while [ $i -lt 1000 ]; do echo "line $i $API_KEY"; i=$((i+1)); done')
        assert found.stdout.splitlines() == [b"line %d ***" % i for i in range(1000)] and time.monotonic() - began < 5
        # A line comes as soon as it is written.
        process = store.start("sh", "-c", 'echo "first $API_KEY"; sleep 20')
        ready, _, _ = select.select([process.stdout], [], [], 10)
        assert ready and process.stdout.readline() == b"first ***\n"
        process.terminate()
        assert process.wait(10) == 143
        # A reader that goes away ends the program.
        process = store.start("yes")
        process.stdout.read(10)
        process.stdout.close()
        assert process.wait(10) == 128 + signal.SIGPIPE


def test_signals(folder):
    script = "for s in INT TERM HUP; do trap \"echo got $s; exit 9\" $s; done; echo ready; while :; do sleep 0.05; done"
    with Store(folder) as store:
        for number, name in ((signal.SIGINT, b"INT"), (signal.SIGTERM, b"TERM"), (signal.SIGHUP, b"HUP")):
            process = store.start("sh", "-c", script)
            assert process.stdout.readline() == b"ready\n"
            process.send_signal(number)
            output, _ = process.communicate(timeout=10)
            assert (process.returncode, output) == (9, b"got " + name + b"\n"), (process.returncode, output)
        # One that was ignored from the start (nohup) stays so.
        process = subprocess.Popen(
            ["nohup", *store.words("run", "--store", str(store.file), "--", "sh", "-c", "echo ready; sleep 1; echo end")], cwd=store.folder,
            env=store.variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGHUP)
        assert process.communicate(timeout=10)[0] == b"end\n" and process.returncode == 0
        # Who keeps the output open after the program has ended does not keep us from ending.
        process = store.start("sh", "-c", "sleep 30 & echo ready")
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.5)
        assert process.poll() is None
        process.terminate()
        assert process.wait(10) == 0


def test_no_value_on_a_command_line(folder):
    with Store(folder) as store:
        process = store.start("sleep", "30")
        child = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
        wait_until(lambda: child.read_text().strip(), "the program runs")
        pid = child.read_text().split()[0]
        wait_until(lambda: b"sleep" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes(), "it is the program")
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                text = path.read_bytes()
            except OSError:
                continue
            assert not any(value.encode() in text for value in VALUES.values()), path
        assert VALUES["api-key"].encode() in pathlib.Path(f"/proc/{pid}/environ").read_bytes()
        # The three streams, and nothing else that is ours.
        assert {path.name for path in pathlib.Path(f"/proc/{pid}/fd").iterdir()} == {"0", "1", "2"}
        process.terminate()
        process.wait(10)


def test_in_place(folder):
    """--no-mask: the same process, with a terminal; the usual signals."""
    with Store(folder) as store:
        target = folder / "pid"
        script = f'[ -t 1 ] && printf "%s" "$$ $API_KEY" > {target}; grep -i sigign /proc/$$/status'
        parent, child = pty.openpty()
        process = store.start("sh", "-c", script, options=["--no-mask"], stdout=child, stderr=child)
        os.close(child)
        assert process.wait(20) == 0
        shown = os.read(parent, 1000)
        os.close(parent)
        assert target.read_text() == f"{process.pid} {VALUES['api-key']}"
        assert int(shown.split()[1], 16) & (1 << (signal.SIGPIPE - 1)) == 0, shown
        assert store.run("no-such-program", options=["--no-mask"]).returncode == 127


def test_ctrl_c_on_a_terminal(folder):
    """The terminal tells both; the program gets it once."""
    with Store(folder) as store:
        script = 'trap "echo one" INT; echo ready; sleep 1; sleep 1; exit 5'
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(store.folder)
            words = store.words("run", "--store", str(store.file), "--", "sh", "-c", script)
            os.execve(words[0], words, store.variables)
        text = b""
        while b"ready" not in text:
            text += os.read(terminal, 1000)
        os.write(terminal, b"\x03")
        while True:
            try:
                text += os.read(terminal, 1000)
            except OSError:
                break
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == 5 and text.count(b"one") == 1, (status, text)
