#!/usr/bin/env python3
"""Writes the models of make_project.py as a dbt project for DuckDB: sources with their columns, models, and the checks as tests."""

import argparse
import pathlib
import shutil

from area_maker import make_areas
from models import PARAMETERS, rendered

PROJECT = (
    """name: company
version: "1.0"
config-version: 2
profile: company
model-paths: [models]
flags: { send_anonymous_usage_stats: false }
vars: { since: "%(since)s", minimum: %(minimum)s }
models:
  company:
    silver: { +schema: silver, +materialized: table }
    gold: { +schema: gold, +materialized: table }
"""
    % PARAMETERS
)

PROFILE = """company:
  target: dev
  outputs:
    dev: { type: duckdb, path: company.duckdb, threads: 2 }
"""


def reference(layer, name):
    return "{{ source('bronze', '%s') }}" % name if layer == "bronze" else "{{ ref('%s') }}" % name


def parameter(name):
    return "DATE '{{ var(\"since\") }}'" if name == "since" else "{{ var('%s') }}" % name


def source_lines(tables):
    yield from ("version: 2", "sources:", "  - name: bronze", "    tables:")
    for table in tables:
        yield from (f"      - name: {table.name}", "        columns:")
        yield from (f"          - {{ name: {name}, data_type: {quoted(type)} }}" for name, type in table.columns.items())


def model_lines(models, with_checks):
    yield from ("version: 2", "models:")
    for model in models:
        table = model.table
        yield from (f"  - name: {table.name}", "    columns:")
        for name, type in table.columns.items():
            yield f"      - name: {name}"
            yield f"        data_type: {quoted(type)}"
            tests = list(column_tests(model, name)) if with_checks else []
            if tests:
                yield "        data_tests:"
                yield from (f"          - {test}" for test in tests)


def column_tests(model, name):
    if name in model.table.key:
        yield "not_null"
        if len(model.table.key) == 1:
            yield "unique"
    if name in model.accepted:
        yield f"accepted_values: {{ arguments: {{ values: [{', '.join(model.accepted[name])}] }} }}"
    if name in model.relationships:
        table, key = model.relationships[name]
        yield f"relationships: {{ arguments: {{ to: \"ref('{table.name}')\", field: {key} }} }}"


def quoted(type):
    return f'"{type}"' if "," in type else type


def make_dbt(folder, models, seed=1, with_checks=True):
    folder = pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    areas = make_areas(-(-models * 3 // 10), seed, models)
    files = {"dbt_project.yml": PROJECT, "profiles.yml": PROFILE}
    files["models/bronze.yml"] = "\n".join(source_lines(table for area in areas for table in area.sources)) + "\n"
    for area in areas:
        files[f"models/properties/{area.name}.yml"] = "\n".join(model_lines(area.models, with_checks)) + "\n"
        for model in area.models:
            head = "{{ config(materialized='incremental', unique_key='%s') }}\n" % model.table.key[0] if model.merged else ""
            files[f"models/{model.table.layer}/{model.table.name}.sql"] = head + rendered(model.sql, reference, parameter)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=int, metavar="M")
    parser.add_argument("folder", help="is removed first")
    parser.add_argument("--no-checks", action="store_true", help="leave the tests out")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    make_dbt(arguments.folder, arguments.models, arguments.seed, not arguments.no_checks)


if __name__ == "__main__":
    main()
