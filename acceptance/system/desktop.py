"""A desktop session's bus and keyring of the test's own: nothing of the user's is touched, and nothing listens on a network."""

import os
import shutil
import signal
import subprocess

from system import Skipped, wait_until


class Session:
    """With `dbus-daemon` and, where wanted, `gnome-keyring-daemon` with a keyring that a password has unlocked."""

    PASSWORD = "correct horse"

    def __init__(self, folder, keyring=True):
        for program in ("dbus-daemon", "gnome-keyring-daemon", "secret-tool"):
            if not shutil.which(program):
                raise Skipped(f"{program} is not installed")
        self.folder, self.with_keyring = folder, keyring
        self.processes = []

    def __enter__(self):
        for name in ("home", "run"):
            (self.folder / name).mkdir(parents=True, mode=0o700)
        address = f"unix:path={self.folder}/run/bus"
        self.variables = {
            **{name: value for name, value in os.environ.items()
               if name not in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS") and not name.startswith("XDG_")},
            "HOME": str(self.folder / "home"), "XDG_RUNTIME_DIR": str(self.folder / "run"), "DBUS_SESSION_BUS_ADDRESS": address,
        }
        configuration = self.folder / "bus.conf"
        configuration.write_text(
            '<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" '
            '"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">\n'
            f"<busconfig><type>session</type><listen>{address}</listen><auth>EXTERNAL</auth>"
            '<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>'
            '<allow own="*"/></policy></busconfig>\n')
        try:
            self.bus = self.start("dbus-daemon", f"--config-file={configuration}", "--nofork", "--nopidfile")
            wait_until((self.folder / "run/bus").exists, "the bus is there")
            if self.with_keyring:
                self.daemon = self.start_keyring()
        except BaseException:
            self.stop()
            raise
        return self

    def start(self, *words, text=None):
        log = open(self.folder / f"{words[0]}.log", "ab")
        process = subprocess.Popen(
            words, env=self.variables, cwd="/", stdin=subprocess.PIPE if text is not None else subprocess.DEVNULL, stdout=log, stderr=log)
        self.processes.append(process)
        if text is not None:
            process.stdin.write(text.encode())
            process.stdin.close()
        return process

    def start_keyring(self, unlocked=True):
        words = ["gnome-keyring-daemon", "--foreground", "--components=secrets", *(["--unlock"] if unlocked else [])]
        process = self.start(*words, text=self.PASSWORD if unlocked else None)
        wait_until(lambda: self.owns("org.freedesktop.secrets"), "the keyring is there")
        return process

    def owns(self, name):
        found = self.run(
            "dbus-send", "--session", "--print-reply=literal", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
            "org.freedesktop.DBus.NameHasOwner", f"string:{name}")
        return "true" in found.stdout

    def end(self, process):
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)
        self.processes.remove(process)

    def run(self, *words, text=None, timeout=20, variables=None):
        return subprocess.run(
            words, env={**self.variables, **(variables or {})}, cwd="/", input=text, capture_output=True, text=True, timeout=timeout)

    def tool(self, *words, text=None):
        """`secret-tool`, which shares no code with pipectl but libsecret."""
        found = self.run("secret-tool", *words, text=text)
        assert found.returncode == 0, f"secret-tool {words}: {found.returncode} {found.stderr}"
        return found.stdout

    def stop(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
                try:
                    process.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def __exit__(self, *_):
        self.stop()
