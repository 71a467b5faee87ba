#!/usr/bin/env python3
"""Tells which codes of `pipectl explain` no golden case shows."""

import pathlib
import re
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
SHOWN = re.compile(r'^(?:error|warning|note)\[([a-z0-9-]+)\]|^\s*"code": "([a-z0-9-]+)"', re.MULTILINE)
# Codes that no file of a project can bring about, with the reason.
EXEMPT = {
    "expression-failed": "belongs to values at run time; a run tells it as the failure of the activity",
}


def main():
    listed = subprocess.run(["pipectl", "explain"], check=True, capture_output=True, text=True).stdout
    known = {line.split()[0] for line in listed.splitlines() if line.strip()}
    shown = set()
    for expected in FOLDER.glob("validate/*/expected"):
        shown |= {first or second for first, second in SHOWN.findall(expected.read_text())}
    for code in sorted(shown - known):
        print(f"{code}: shown, and `pipectl explain` does not know it")
    for code in sorted(known - shown - EXEMPT.keys()):
        print(f"{code}: no case shows it")
    for code in sorted(EXEMPT.keys() & shown):
        print(f"{code}: is exempt, and a case shows it")
    return 1 if known - shown - EXEMPT.keys() or shown - known or EXEMPT.keys() & shown else 0


if __name__ == "__main__":
    sys.exit(main())
