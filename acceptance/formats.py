#!/usr/bin/env python3
"""Runs `pipectl validate` over projects in every format and judges what it writes.

    formats.py [--pipectl PROGRAM] [--sarif-schema FILE] [--junit-schema FILE] [PROJECT...]

Without projects, over those of all cases in acceptance/validate. SARIF, GitLab's report, JUnit and JSON must fit the schemas
in acceptance/formats and docs; the commands for GitHub and Azure are read back as their services read them; every format
must tell the same findings as the JSON does. With --sarif-schema and --junit-schema, also against the schemas as published
(sarif-schema-2.1.0.json, and junit-10.xsd of Jenkins' xUnit plugin).
"""

import argparse
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

import jsonschema
import xmlschema
from xml.etree import ElementTree

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
FORMATS = ["text", "json", "sarif", "junit", "github", "azure", "gitlab", "markdown"]
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
GITHUB = re.compile(r"^::(error|warning|notice) ([^:]*)::(.*)$")
AZURE = re.compile(r"^##vso\[task\.logissue ([^]]*)\](.*)$")
AZURE_NOTE = re.compile(r"^(?:.*: )?note: .* \[[a-z0-9-]+\]$")
SUMMARY = re.compile(r"^\d+ (?:errors?|warnings?|notes?|waived)(?:, \d+ (?:errors?|warnings?|notes?|waived))*$")


def schema(path):
    document = json.loads(path.read_text())
    kind = jsonschema.validators.validator_for(document)
    kind.check_schema(document)
    return kind(document, format_checker=kind.FORMAT_CHECKER)


class Judge:
    def __init__(self, options):
        self.problems, self.options = [], options
        self.schemas = {
            "json": [schema(REPOSITORY / "docs/diagnostics.schema.json")],
            "sarif": [schema(REPOSITORY / "acceptance/formats/sarif.schema.json")],
            "gitlab": [schema(REPOSITORY / "acceptance/formats/gitlab.schema.json")],
        }
        self.junit_schemas = [xmlschema.XMLSchema(str(REPOSITORY / "acceptance/formats/junit.xsd"))]
        if options.sarif_schema:
            self.schemas["sarif"].append(schema(options.sarif_schema))
        if options.junit_schema:
            self.junit_schemas.append(xmlschema.XMLSchema(str(options.junit_schema)))

    def expect(self, holds, what):
        if not holds:
            self.problems.append(f"{self.project}: {what}")

    def same(self, what, found, expected):
        self.expect(found == expected, f"{what}: {found!r:.300} where {expected!r:.300} was expected")

    def project_at(self, folder):
        """Judges one project, copied so that nothing is written beside the case."""
        self.project = folder.parent.name if folder.name == "project" else folder.name
        with tempfile.TemporaryDirectory(prefix="pipectl-formats-") as scratch:
            copy, reports = pathlib.Path(scratch, "project"), pathlib.Path(scratch, "reports")
            shutil.copytree(folder, copy, symlinks=True)
            words = [f"--report={name}={reports / name}" for name in FORMATS]
            run = subprocess.run(
                [self.options.pipectl, "validate", "--project", copy, "--output", "json", *words], capture_output=True)
            self.expect(run.returncode in (0, 1), f"exit code {run.returncode}: {run.stderr.decode()[:300]}")
            if run.returncode not in (0, 1):
                return
            # Exactly the bytes: reading as text would make one line break of all.
            texts = {name: (reports / name).read_bytes().decode("utf-8") for name in FORMATS}
            self.same("--output json", run.stdout.decode(), texts["json"])
        for name, text in texts.items():
            self.expect(scratch not in text, f"{name} has an absolute path")
            if name != "json":
                self.expect(not CONTROLS.search(text), f"{name} has control characters")
            self.expect(text.endswith("\n") or name in ("text", "github", "azure") and not text, f"{name} does not end a line")
        fitting = [name for name in FORMATS if self.fits(name, texts[name])]
        if "json" not in fitting:
            return
        answer = json.loads(texts["json"])
        self.findings, self.waived = answer["diagnostics"], answer["waived"]
        self.same("exit code", run.returncode, 1 if answer["summary"]["errors"] else 0)
        counts = collections.Counter(finding["severity"] for finding in self.findings)
        self.same("summary", [answer["summary"][key + "s"] for key in ("error", "warning", "note")],
                  [counts[key] for key in ("error", "warning", "note")])
        for name in fitting:
            if hasattr(self, name):
                getattr(self, name)(texts[name])

    def fits(self, name, text):
        before = len(self.problems)
        for kind in self.schemas.get(name, []):
            for error in kind.iter_errors(json.loads(text)):
                self.expect(False, f"{name}: {error.json_path}: {error.message[:300]}")
        for kind in self.junit_schemas if name == "junit" else []:
            for error in kind.iter_errors(text):
                self.expect(False, f"junit: {error.path}: {error.reason}")
        return len(self.problems) == before

    def by(self, *keys):
        return sorted(tuple(str(finding[key]) for key in keys) for finding in self.findings)

    def sarif(self, text):
        run = json.loads(text)["runs"][0]
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        results = run["results"]
        self.same("rules of SARIF", rules, sorted({finding["code"] for finding in self.findings + self.waived}))
        suppressed = [result for result in results if result.get("suppressions")]
        results = [result for result in results if not result.get("suppressions")]
        self.same("waived in SARIF", sorted(result["ruleId"] for result in suppressed), sorted(finding["code"] for finding in self.waived))
        self.same("levels of SARIF", sorted((r["ruleId"], r["level"]) for r in results), self.by("code", "severity"))
        for result, finding in zip(results, self.findings):
            self.same("rule index", rules[result["ruleIndex"]], result["ruleId"])
            self.same("related locations", len(result.get("relatedLocations", [])), len(finding["labels"]))
            place = result["locations"][0]["physicalLocation"]
            self.same("path of SARIF", urllib.parse.unquote(place["artifactLocation"]["uri"]), finding["path"] or "pipectl.yml")
            region = place.get("region")
            if region:
                self.same("region", [region[key] for key in ("startLine", "startColumn", "endLine", "endColumn")],
                          [finding[end][key] for end in ("start", "end") for key in ("line", "column")])
        fingerprints = [result["partialFingerprints"]["finding/v1"] for result in results]
        self.same("fingerprints that stand once", len(set(fingerprints)), len(fingerprints))

    def gitlab(self, text):
        issues = json.loads(text)
        severities = {"error": "major", "warning": "minor", "note": "info"}
        self.same("issues of GitLab", sorted((i["check_name"], i["severity"]) for i in issues),
                  sorted((code, severities[severity]) for code, severity in self.by("code", "severity")))
        self.same("fingerprints that stand once", len({i["fingerprint"] for i in issues}), len(issues))

    def junit(self, text):
        root = ElementTree.fromstring(text)
        errors = sum(finding["severity"] == "error" for finding in self.findings)
        self.same("failures of JUnit", [len(root.findall(".//failure")), int(root.get("failures"))], [errors, errors])
        self.same("test cases", len(root.findall(".//testcase")), max(1, len(self.findings)))
        for count in ("tests", "failures"):
            self.same(f"sum of {count}", sum(int(suite.get(count)) for suite in root), int(root.get(count)))
        self.same("failed codes", sorted(failure.get("type") for failure in root.iter("failure")),
                  sorted(finding["code"] for finding in self.findings if finding["severity"] == "error"))

    def github(self, text):
        kinds = {"error": "error", "warning": "warning", "notice": "note"}
        found = []
        for line in self.log_lines(text):
            match = GITHUB.match(line)
            if not match:
                self.expect(False, f"github: not a command: {line[:200]}")
                continue
            properties = dict(part.split("=", 1) for part in match[2].split(","))
            properties = {key: self.decoded(value, {"%3A": ":", "%2C": ","}) for key, value in properties.items()}
            message = self.decoded(match[3], {}).split("\n")[0]
            found.append((properties["title"], kinds[match[1]], properties.get("file"), properties.get("line", "1"), message))
        self.same("findings of GitHub", sorted(found), self.told())

    def azure(self, text):
        found, notes = [], 0
        for line in self.log_lines(text):
            match = AZURE.match(line)
            if not match:
                notes += bool(AZURE_NOTE.match(line))
                self.expect(AZURE_NOTE.match(line) and not re.search(r"##(\[|vso\[)", line), f"azure: neither command nor note: {line[:200]}")
                continue
            properties = dict(part.split("=", 1) for part in match[1].rstrip(";").split(";"))
            more = {"%3B": ";", "%5D": "]"}
            properties = {key: self.decoded(value, more, "%AZP25") for key, value in properties.items()}
            message = self.decoded(match[2], more, "%AZP25").split("\n")[0]
            found.append((properties["code"], properties["type"], properties.get("sourcepath"), properties.get("linenumber", "1"), message))
        self.same("findings of Azure", sorted(found), [told for told in self.told() if told[1] != "note"])
        self.same("notes of Azure", notes, sum(finding["severity"] == "note" for finding in self.findings))

    def markdown(self, text):
        self.expect(len(text) <= 65_536, f"markdown has {len(text)} characters")
        # What stands inside of fences is shown as it is.
        outside = re.sub(r"^(`{3,})text\n.*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)
        rows = re.findall(r"^\| (?:\*\*error\*\*|\*\*warning\*\*|note) \|.*$", outside, re.MULTILINE)
        more = re.search(r"^and (\d+) more$", outside, re.MULTILINE)
        self.same("rows of Markdown", len(rows) + (int(more[1]) if more else 0), len(self.findings))
        for row in rows:
            self.same("cells of a row", len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)), 5)
        tags = set(re.findall(r"<[^>]*>", outside)) - {"<br>", "<!-- -->", "<code>", "</code>", "<details>", "</details>", "<summary>", "</summary>"}
        self.same("tags of Markdown", tags, set())

    def log_lines(self, text):
        """Without the line of counts at the end."""
        lines = text.split("\n")[:-1]
        if self.findings or self.waived:
            self.expect(lines and SUMMARY.match(lines[-1]), f"no counts at the end of a log: {lines[-1:]}")
            lines = lines[:-1]
        return lines

    def told(self):
        return sorted(
            (finding["code"], finding["severity"], self.shown(finding["path"] or "pipectl.yml"),
             str((finding["start"] or {"line": 1})["line"]), self.shown(finding["message"])) for finding in self.findings)

    @staticmethod
    def shown(text):
        hidden = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\U000e0000-\U000e007f]")
        text = re.sub(r"#(?=#(\[|vso\[))", "# ", text, flags=re.IGNORECASE)
        text = re.sub(r"^( *):(?=:)", r"\1: ", text)
        return hidden.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)

    @staticmethod
    def decoded(text, more, percent="%25"):
        table = {"%0D": "\r", "%0A": "\n"} | more
        for code, character in table.items():
            text = text.replace(code, character)
        return text.replace(percent, "%")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pipectl", default="pipectl", help="the program to test")
    parser.add_argument("--sarif-schema", type=pathlib.Path, help="the published schema of SARIF 2.1.0")
    parser.add_argument("--junit-schema", type=pathlib.Path, help="junit-10.xsd")
    parser.add_argument("projects", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    projects = options.projects or sorted((REPOSITORY / "acceptance/validate").glob("*/project"))
    judge = Judge(options)
    for project in projects:
        judge.project_at(project)
    print(*judge.problems, sep="\n", end="\n" if judge.problems else "")
    if judge.problems or not projects:
        print(f"{len(judge.problems)} problems in {len(projects)} projects")
        return 1
    print("every format fits its schema and tells the same findings")
    return 0


if __name__ == "__main__":
    sys.exit(main())
