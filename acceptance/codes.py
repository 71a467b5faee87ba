#!/usr/bin/env python3
"""Tells which codes of `pipectl explain` lack a golden case that shows them, or a near miss that does not.

The case of a code is the folder validate/CODE; validate/CODE-near is as like it as can be, and right.
"""

import pathlib
import re
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent / "validate"
SHOWN = re.compile(r'^(?:error|warning|note)\[([a-z0-9-]+)\]|^\s*"code": "([a-z0-9-]+)"', re.MULTILINE)
RESULT = re.compile(r"^valid: |^\d+ (?:error|warning|note)s?\b", re.MULTILINE)
FEWEST = 120
# Codes that no file of a project can bring about, with the reason.
EXEMPT = {
    "expression-failed": "belongs to values at run time; a run tells it as the failure of the activity",
    "sops-key": "only who opens a store sees it; the commands of `secrets` tell it as their failure",
    "sops-mac": "only who opens a store sees it; the commands of `secrets` tell it as their failure",
    "sops-rule": "`secrets init` reads .sops.yaml, which may have rules for files that are no store",
}


def codes(text):
    return {first or second for first, second in SHOWN.findall(text)}


def problems(known, cases):
    """What is missing, a line each. `cases`: by the name of the folder, the output that is expected of it."""
    for name, text in sorted(cases.items()):
        for code in sorted(codes(text) - known):
            yield f"{name} shows {code}, and `pipectl explain` does not know it"
        for code in sorted(codes(text) & EXEMPT.keys()):
            yield f"{name} shows {code}, which is exempt"
    for code in sorted(EXEMPT.keys() - known):
        yield f"{code} is exempt, and `pipectl explain` does not know it"
    for code in sorted(known - EXEMPT.keys()):
        near = f"{code}-near"
        if code not in cases:
            yield f"{code}: there is no case of that name"
        elif code not in codes(cases[code]):
            yield f"{code}: the case does not show it"
        if near not in cases:
            yield f"{code}: there is no near miss {near}"
        elif code in codes(cases[near]):
            yield f"{code}: its near miss shows it too"
        elif not RESULT.search(cases[near]):
            yield f"{code}: its near miss does not come to a result"
    if len(cases) < FEWEST:
        yield f"{len(cases)} cases: at least {FEWEST} are wanted"


def main():
    listed = subprocess.run(["pipectl", "explain"], check=True, capture_output=True, text=True).stdout
    known = {line.split()[0] for line in listed.splitlines() if line.strip()}
    # A folder without a script is never run.
    expected = [script.parent / "expected" for script in FOLDER.glob("*/script")]
    found = list(problems(known, {file.parent.name: file.read_text() for file in expected if file.exists()}))
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
