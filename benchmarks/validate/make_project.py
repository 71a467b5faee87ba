#!/usr/bin/env python3
"""Writes a valid project of N activities: pipelines of ten, a third SQL over layered tables, templates, three environments.

The same N and seed give the same bytes.
"""

import argparse
import pathlib
import random
import shutil

from area_maker import make_areas
from models import PARAMETERS, rendered
from project_texts import ENVIRONMENTS, PROJECT, TEMPLATES, environment

ZONES = ["Europe/Berlin", "UTC", "America/New_York", "Asia/Tokyo", "Europe/Lisbon"]

class PipelineWriter:
    """One area as a pipeline of ten activities, those in lists of activities counted."""

    def __init__(self, area, chance):
        self.area, self.chance = area, chance
        self.parameters = {name: PARAMETERS[name] for model in area.models for name in model.parameters}
        self.more_parameters, self.variables, self.files = [], [], {}
        self.queries = {}
        self.gold = [model.table.address for model in area.models if model.table.layer == "gold"]

    def text(self):
        """The pipeline's file; its SQL files, by name, are in `files`."""
        ingest = self.ingest_all()
        models = [self.transform(model) for model in self.area.models]
        control = self.control(10 - len(ingest) - len(models))
        lines = [
            "apiVersion: pipectl/v1",
            "kind: Pipeline",
            f"name: {self.area.name}",
            f"description: {self.area.theme.capitalize()} of division {self.area.number}, from the order system to gold.",
        ]
        if self.parameters or self.more_parameters:
            lines.append("parameters:")
            types = {"since": "date", "minimum": "int"}
            lines += [f"  {name}: {{ type: {types[name]}, default: {quoted(value)} }}" for name, value in self.parameters.items()]
            lines += self.more_parameters
        if self.variables:
            lines += ["variables:"] + self.variables
        lines += ["triggers:", "  - name: nightly"]
        lines += [
            f'    schedule: {{ cron: "{self.chance.randint(0, 59)} {self.chance.randint(0, 6)} * * *", timezone: {self.chance.choice(ZONES)} }}'
        ]
        lines += ["concurrency: 1", "activities:", "  # Bronze: the source as it is."] + sum(ingest, [])
        lines += ["", "  # Silver and gold."] + sum(models, []) + [""] + control
        return "\n".join(lines) + "\n"

    def ingest_all(self):
        thing, fact, detail = self.area.sources
        if self.chance.random() < 0.7:
            return [self.ingest(number, table) for number, table in enumerate(self.area.sources)]
        documents = [
            "  - name: ingestDocuments",
            "    template: ingest_documents",
            f"    parameters: {{ head: {fact.name}, lines: {detail.name} }}",
        ]
        return [self.ingest(0, thing), documents]

    def ingest(self, number, table):
        name = "ingest" + "".join(part.capitalize() for part in table.name.split("_")[:-1])
        kind = ["incremental", self.chance.choice(["incremental", "snapshot"]), self.chance.choice(["snapshot", "copy", "query"])][number]
        if kind == "incremental":
            return [f"  - name: {name}", "    template: ingest_table", f"    parameters: {{ table: {table.name} }}"]
        if kind == "snapshot":
            return [f"  - name: {name}", "    template: ingest_snapshot", f"    parameters: {{ table: {table.name}, key: {table.key[0]} }}"]
        lines = [f"  - name: {name}", "    type: copy"]
        if kind == "copy":
            lines += [
                "    source:",
                "      connection: erp",
                f"      table: {table.name}",
                f"      incremental: {{ column: modified_at, lookback: 1h, key: [{table.key[0]}] }}",
            ]
            return lines + [f"    into: bronze.{table.name}", "    mode: merge", f"    key: [{table.key[0]}]"]
        lines += ["    source:", "      connection: erp", "      query: >-"]
        columns = ", ".join(table.columns)
        since = f"from {table.name} where modified_at >= DATE '{PARAMETERS['since']}'"
        lines += [f"        select {columns}", f"        {since}"]
        self.queries[f"select {columns} {since}"] = table.columns
        return lines + [f"    into: bronze.{table.name}", "    mode: overwrite"]

    def transform(self, model):
        table = model.table
        sql = rendered(model.sql, lambda layer, name: f"{layer}.{name}", lambda name: f"${{{{ params.{name} }}}}")
        words = table.name.split("_")[:-1]
        lines = [f"  - name: {words[0] + ''.join(word.capitalize() for word in words[1:])}", "    type: transform"]
        if self.chance.random() < 0.15:
            lines += ["    query: |"] + [f"      {line}".rstrip() for line in sql.splitlines()]
        else:
            name = "_".join(words)
            self.files[f"{self.area.name}/{name}.sql"] = sql
            lines += [f"    query: sql/{self.area.name}/{name}.sql"]
        lines += [f"    into: {table.address}"]
        if model.merged:
            lines += ["    mode: merge", f"    key: [{', '.join(table.key)}]"]
        lines += ["    checks:", f"      - notNull: [{', '.join(table.key)}]", f"      - unique: [{', '.join(table.key)}]"]
        lines += [f"      - accepted: {{ column: {column}, values: [{', '.join(values)}] }}" for column, values in model.accepted.items()]
        for column, (other, key) in model.relationships.items():
            lines += [f"      - relationship: {{ column: {column}, to: {other.address}.{key}, onViolation: quarantine }}"]
        return lines + [f'      - expression: {{ sql: "{condition}", name: plausible }}' for condition in model.conditions]

    def control(self, count):
        """`count` activities that are no data flow."""
        lines = ["  # When, how often, and what people see."]
        first = self.chance.choice([self.guard, self.collect, self.decide])
        written = first(lines)
        if written < count and self.gold:
            lines += ["  - name: publish", "    type: publish", f"    tables: [{', '.join(self.gold)}]"]
            written += 1
            self.last = "publish"
        for number in range(count - written):
            seconds = "${{ if(equals(environment().variables.alert_level, 'high'), 5, 1) }}"
            lines += [
                f"  - name: settle{number + 1}",
                "    type: wait",
                f"    seconds: {seconds}",
                f"    dependsOn: [{{ activity: {self.last}, conditions: [succeeded] }}]",
            ]
        return lines

    def guard(self, lines):
        self.last = "enough"
        table, least = self.area.sources[0].name, self.chance.randint(1, 100)
        lines += [
            "  - name: count",
            "    type: lookup",
            f'    source: {{ connection: erp, query: "select count(*) as rows from {table}" }}',
            "  - name: enough",
            "    type: if",
            f"    condition: ${{{{ less(activity('count').output.firstRow.rows, {least}) }}}}",
            "    then:",
            "      - name: stop",
            "        type: fail",
            f"        message: ${{{{ concat('Too few rows in ', '{table}', ' has ', string(activity('count').output.firstRow.rows)) }}}}",
            "        errorCode: too-few-rows",
        ]
        return 3

    def collect(self, lines):
        self.last = "pause"
        regions = self.chance.sample(["emea", "apac", "latam", "anz", "dach", "nordics", "benelux"], self.chance.randint(2, 5))
        self.more_parameters += [f"  regions: {{ type: array, default: [{', '.join(regions)}] }}"]
        self.variables += ["  seen: { type: array, default: [] }"]
        lines += [
            "  - name: regions",
            "    type: forEach",
            "    items: ${{ params.regions }}",
            "    batchCount: 2",
            "    activities:",
            "      - name: remember",
            "        type: appendVariable",
            "        variable: seen",
            "        value: ${{ toUpper(item()) }}",
            "  - name: pause",
            "    type: wait",
            "    seconds: ${{ min(length(variables('seen')), 3) }}",
        ]
        return 3

    def decide(self, lines):
        self.last = "large"
        fact = self.area.sources[1].name
        self.variables += ["  top: { type: string, default: '0' }"]
        lines += [
            "  - name: limits",
            "    type: lookup",
            f'    source: {{ connection: erp, query: "select max(amount) as top, count(*) as rows from {fact}" }}',
            "  - name: keepTop",
            "    type: setVariable",
            "    variable: top",
            "    value: ${{ string(activity('limits').output.firstRow.top) }}",
            "  - name: large",
            "    type: if",
            "    condition: ${{ and(not(empty(variables('top'))), greater(float(variables('top')), 1000)) }}",
            "    then:",
            "      - { name: slowDown, type: wait, seconds: 2 }",
        ]
        return 4


def quoted(value):
    return f'"{value}"' if isinstance(value, str) else value


def schemas(areas, queries):
    lines = ["apiVersion: pipectl/v1", "kind: SourceSchema", "connection: erp", "tables:"]
    for table in sorted((table for area in areas for table in area.sources), key=lambda table: table.name):
        lines += [f"  {table.name}:", "    columns:"] + [f"      {name}: {type}" for name, type in table.columns.items()]
    if queries:
        lines.append("queries:")
    for query, columns in sorted(queries.items()):
        lines += [f"  - query: {query}", "    columns:"] + [f"      {name}: {type}" for name, type in columns.items()]
    return "\n".join(lines) + "\n"


def write(folder, path, text):
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


def make_project(folder, activities=None, sql_models=None, seed=1, with_schemas=False):
    """Writes into a new folder; the number of SQL models."""
    count = -(-activities // 10) if activities else -(-sql_models * 3 // 10)
    areas = make_areas(count, seed, sql_models)
    folder = pathlib.Path(folder)
    if folder.exists():
        shutil.rmtree(folder)
    write(folder, "pipectl.yml", PROJECT)
    for name in ENVIRONMENTS:
        write(folder, f"environments/{name}.yml", environment(name))
    for name, text in TEMPLATES.items():
        write(folder, f"templates/{name}.yml", f"apiVersion: pipectl/v1\nkind: Template\nname: {name}\n{text}")
    queries = {}
    for area in areas:
        writer = PipelineWriter(area, random.Random(f"{seed}:pipeline:{area.number}"))
        write(folder, f"pipelines/{area.name}.yml", writer.text())
        queries |= writer.queries
        for name, sql in writer.files.items():
            write(folder, f"pipelines/sql/{name}", sql)
    if with_schemas:
        write(folder, "schemas/erp.yml", schemas(areas, queries))
    return sum(len(area.models) for area in areas)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("activities", type=int, metavar="N")
    parser.add_argument("folder", help="is removed first")
    parser.add_argument("--sql-models", action="store_true", help="N is the number of SQL models; activities are three times as many")
    parser.add_argument("--schemas", action="store_true", help="write schemas/erp.yml, too, so that SQL over bronze can be compiled")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    size = {"sql_models" if arguments.sql_models else "activities": arguments.activities}
    models = make_project(arguments.folder, seed=arguments.seed, with_schemas=arguments.schemas, **size)
    print(f"{arguments.folder}: {models} SQL models")


if __name__ == "__main__":
    main()
