#!/usr/bin/env python3
"""Writes the models of make_project.py as a SQLMesh project: external models with their columns, models, and the checks as audits."""

import argparse
import pathlib
import shutil

from area_maker import make_areas
from models import PARAMETERS, rendered

CONFIG = (
    """gateways:
  local:
    connection: { type: duckdb, database: company.duckdb }
default_gateway: local
disable_anonymized_analytics: true
linter:
  enabled: true
  rules: [ambiguousorinvalidcolumn, invalidselectstarexpansion]
model_defaults: { dialect: duckdb, start: 2024-01-01 }
variables: { since: "%(since)s", minimum: %(minimum)s }
"""
    % PARAMETERS
)


def parameter(name):
    return "@since::DATE" if name == "since" else f"@{name}"


def external(table):
    yield f"- name: bronze.{table.name}"
    yield "  columns:"
    yield from (f"    {name}: {type}" for name, type in table.columns.items())


def header(model, with_checks):
    table = model.table
    kind = f"INCREMENTAL_BY_UNIQUE_KEY (unique_key {table.key[0]})" if model.merged else "FULL"
    lines = [f"  name {table.address}", f"  kind {kind}", f"  grain ({', '.join(table.key)})"]
    audits = list(checks(model)) if with_checks else []
    if audits:
        lines.append("  audits (\n" + ",\n".join(f"    {audit}" for audit in audits) + "\n  )")
    return "MODEL (\n" + ",\n".join(lines) + "\n);\n\n"


def checks(model):
    yield f"not_null(columns := ({', '.join(model.table.key)}))"
    yield f"unique_combination_of_columns(columns := ({', '.join(model.table.key)}))"
    for column, values in model.accepted.items():
        yield f"accepted_values(column := {column}, is_in := ({', '.join(repr(value) for value in values)}))"
    for condition in model.conditions:
        yield f"forall(criteria := ({condition}))"


def make_sqlmesh(folder, models, seed=1, with_checks=True):
    folder = pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    areas = make_areas(-(-models * 3 // 10), seed, models)
    files = {"config.yaml": CONFIG}
    files["external_models.yaml"] = "\n".join(line for area in areas for table in area.sources for line in external(table)) + "\n"
    for area in areas:
        for model in area.models:
            sql = rendered(model.sql, lambda layer, name: f"{layer}.{name}", parameter)
            files[f"models/{model.table.layer}/{model.table.name}.sql"] = header(model, with_checks) + sql
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=int, metavar="M")
    parser.add_argument("folder", help="is removed first")
    parser.add_argument("--no-checks", action="store_true", help="leave the audits out")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    make_sqlmesh(arguments.folder, arguments.models, arguments.seed, not arguments.no_checks)


if __name__ == "__main__":
    main()
