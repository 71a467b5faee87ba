#!/usr/bin/env python3
"""Prints the sales pipeline as one plain script for the duckdb command line.

    make_plain_script.py --lake DIR --sqlite FILE --warehouse FILE [--extension FILE] [--threads N] > plain.sql
    make_plain_script.py --lake DIR --postgres DSN --warehouse FILE [--extension FILE] > plain.sql

The peer that `pipectl run sales` is measured against: the same SELECTs over the same order system, in the order their
tables need, each step one `COPY ... (FORMAT parquet, COMPRESSION zstd)`; bronze with its three audit columns; the gold
tables copied into a DuckDB file at the end, as `publish` does. No checks, no journal, no table format. Lines that name an unknown customer stay in fact_sales, since only a check takes them out.
"""

import argparse
import re
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PIPELINE = PROJECT / "pipelines" / "sales.yml"
TABLE = re.compile(r"\b(?:bronze|silver|gold)\.\w+")
COMMENT = re.compile(r"--[^\n]*")


def activities(text: str) -> list[dict[str, str]]:
    """The keys of each activity that stand on one line. Reads this pipeline's way of writing YAML, not all of YAML."""
    found: list[dict[str, str]] = []
    body = text.split("\nactivities:\n", 1)[1]
    for line in body.splitlines():
        name = re.fullmatch(r"  - name: (\w+)", line)
        key = re.fullmatch(r"    (\w+): (.+)", line)
        if name:
            found.append({"name": name[1]})
        elif key:
            found[-1][key[1]] = key[2]
    return found


def steps(pipeline: Path) -> dict[str, str]:
    """The SELECT of each table, in the order of the file."""
    result: dict[str, str] = {}
    for activity in activities(pipeline.read_text()):
        if activity.get("template") == "ingest_table":
            table = re.fullmatch(r"\{ table: (\w+) \}", activity["parameters"])
            if not table:
                sys.exit(f"{activity['name']}: cannot read the parameters {activity['parameters']}")
            name = table[1]
            result[f"bronze.{name}"] = (
                "SELECT *, current_timestamp::TIMESTAMP AS _ingested_at, 'plain' AS _run_id, "
                f"'erp.{name}' AS _source\nFROM erp.{name}"
            )
        elif activity.get("type") == "transform":
            query = (pipeline.parent / activity["query"]).read_text().strip()
            result[activity["into"]] = query
        elif activity.get("type") != "publish":
            sys.exit(f"{activity['name']}: a plain script knows copies through ingest_table, transforms and publish")
    return result


def in_order(selects: dict[str, str]) -> list[str]:
    """Tables such that each comes after those it reads."""
    needs = {table: set(TABLE.findall(COMMENT.sub("", query))) for table, query in selects.items()}
    for table, others in needs.items():
        if unknown := sorted(others - selects.keys()):
            sys.exit(f"{table} reads {', '.join(unknown)}, which nothing writes")
    order: list[str] = []
    while len(order) < len(selects):
        ready = [table for table in selects if table not in order and needs[table] <= set(order)]
        if not ready:
            sys.exit("tables that need each other: " + ", ".join(sorted(selects.keys() - set(order))))
        order.append(ready[0])
    return order


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def publication(warehouse: Path, tables: list[str]) -> list[str]:
    lines = [
        "",
        ".print publish",
        f"ATTACH {literal(str(warehouse))} AS warehouse;",
        "CREATE SCHEMA IF NOT EXISTS warehouse.gold;",
    ]
    lines += [f"CREATE OR REPLACE TABLE warehouse.{table} AS FROM {table};" for table in tables]
    return [*lines, "DETACH warehouse;"]


def script(arguments: argparse.Namespace) -> str:
    selects = steps(PIPELINE)
    lake = Path(arguments.lake).resolve()
    kind, where = ("sqlite", arguments.sqlite) if arguments.sqlite else ("postgres", arguments.postgres)
    lines = [".bail on"]
    if arguments.extension:
        lines.append(f"LOAD {literal(arguments.extension)};")
    if arguments.threads:
        lines.append(f"SET threads = {arguments.threads};")
    lines += [
        "SET preserve_insertion_order = false;",
        f"ATTACH {literal(where)} AS erp (TYPE {kind}, READ_ONLY);",
        "CREATE SCHEMA bronze;",
        "CREATE SCHEMA silver;",
        "CREATE SCHEMA gold;",
    ]
    order = in_order(selects)
    for table in order:
        layer, name = table.split(".")
        (lake / layer).mkdir(parents=True, exist_ok=True)
        file = literal(str(lake / layer / f"{name}.parquet"))
        lines += [
            "",
            f".print {table}",
            f"COPY (\n{selects[table]}\n) TO {file} (FORMAT parquet, COMPRESSION zstd);",
            f"CREATE VIEW {table} AS FROM read_parquet({file});",
        ]
    if arguments.warehouse:
        gold = [table for table in order if table.startswith("gold.")]
        lines += publication(Path(arguments.warehouse).resolve(), gold)
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Prints the sales pipeline as one script for the duckdb command line.")
    parser.add_argument("--lake", required=True, help="folder that the script writes LAYER/TABLE.parquet into; is made")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--sqlite", help="the order system as an SQLite file")
    source.add_argument("--postgres", help="the order system as a libpq connection string")
    parser.add_argument("--warehouse", help="DuckDB file that the gold tables are copied into; without it they are not")
    parser.add_argument("--extension", help="file of DuckDB's sqlite or postgres extension, where it is not installed")
    parser.add_argument("--threads", type=int, help="threads of the engine; default: one for each core")
    sys.stdout.write(script(parser.parse_args()))


if __name__ == "__main__":
    main()
