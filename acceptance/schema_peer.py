#!/usr/bin/env python3
"""Compares `pipectl schema` with an independent validator of JSON Schema, over all YAML files of the repository.

Needs PyYAML, which is not among the project's own packages: run it with a Python that has it and jsonschema.
What pipectl takes, the schema must take; what is mistyped, the schema must refuse: each file is also tried with a key
that does not exist, put into each of its mappings in turn.
"""

import json
import pathlib
import re
import subprocess
import sys

import jsonschema
import yaml

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
# Findings about the shape of a file: a wrong default or argument is beyond a schema.
REFUSED = re.compile(r"^error\[(?:unknown-key|missing-key)\]: .*\n *--> ([^:\n]+\.yml)", re.MULTILINE)
FREE = {"parameters", "variables", "globalParameters", "connections", "sources", "columns"}


class Loader(yaml.SafeLoader):
    """YAML 1.2's core schema, as pipectl reads it: a date is text, and so is `yes`."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", yaml.resolver.re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def mappings(value, under=None):
    """Every mapping whose keys are fixed."""
    if isinstance(value, dict):
        if under not in FREE:
            yield value
        for key, part in value.items():
            # Below a parameter's or a variable's declaration keys are fixed again, below an argument they are not.
            yield from mappings(part, None if under in FREE else key)
    elif isinstance(value, list):
        for part in value:
            yield from mappings(part)


def main():
    schema = json.loads(subprocess.run([REPOSITORY / "pipectl", "schema"], check=True, capture_output=True).stdout)
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)
    folders = [REPOSITORY] + sorted(path.parent for path in (REPOSITORY / "acceptance").glob("commands/*/project/pipectl.yml"))
    files = [file for folder in folders for file in [folder / "pipectl.yml", *sorted(
        file for part in ("environments", "pipelines", "templates") for file in (folder / part).rglob("*.yml"))]]
    wrong = tried = 0
    for file in files:
        name = file.relative_to(REPOSITORY)
        asset = yaml.load(file.read_text(), Loader)
        for error in validator.iter_errors(asset):
            wrong += 1
            print(f"{name}: refused, and pipectl takes it: {error.json_path}: {error.message[:200]}")
        for mapping in list(mappings(asset)):
            # Free values (arguments of a template, defaults) may hold anything: known by pipectl taking them.
            mapping["noSuchKey"] = 1
            if validator.is_valid(asset) and not is_free(asset, mapping):
                wrong += 1
                print(f"{name}: an unknown key is taken in {sorted(mapping)}")
            del mapping["noSuchKey"]
            tried += 1
    refused = 0
    for expected in sorted((REPOSITORY / "acceptance").glob("validate/*/expected")):
        for path in sorted(set(REFUSED.findall(expected.read_text()))):
            file = expected.parent / "project" / path
            if path.startswith("templates/"):
                # Told of what a use makes of it, or of its body for itself.
                continue
            refused += 1
            if validator.is_valid(yaml.load(file.read_text(), Loader)):
                wrong += 1
                print(f"{file.relative_to(REPOSITORY)}: taken, and pipectl refuses it")
    print(f"{refused} files that pipectl refuses; {len(files)} files, {tried} with an unknown key, {wrong} wrong")
    return 1 if wrong or not files else 0


def is_free(asset, mapping):
    """Whether a mapping stands below `default`, `value` or a template's `parameters`, where any value may stand."""
    def below(value, free):
        if value is mapping:
            return free
        if isinstance(value, dict):
            return any(below(part, free or key in ("default", "value", "items", "values")) for key, part in value.items())
        return isinstance(value, list) and any(below(part, free) for part in value)
    return below(asset, False)


if __name__ == "__main__":
    sys.exit(main())
