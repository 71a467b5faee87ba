"""What two other readers of Delta Lake see in a table, as JSON; and tables written by one of them.

  judge.py read TABLE [VERSION]     rows, version, schema and history by delta-rs; rows by DuckDB's delta extension
  judge.py skip TABLE PREDICATES    per line of the file PREDICATES: counts with file skipping, and without
  judge.py write TABLE KIND         a table by delta-rs
"""
import datetime, decimal, json, math, os, pathlib, sys

import duckdb
import deltalake
import polars


def plain(value):
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, float):
        return "nan" if math.isnan(value) else "inf" if value == math.inf else "-inf" if value == -math.inf else value
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, polars.Series):
        value = value.to_list()
    if isinstance(value, (list, tuple)):
        if value and all(isinstance(v, dict) and set(v) == {"key", "value"} for v in value):
            return {str(v["key"]): plain(v["value"]) for v in value}
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    return value


def connect():
    connection = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    site = pathlib.Path(duckdb.__file__).parent.parent
    extension = next(site.glob("duckdb_extension_delta/extensions/*/delta.duckdb_extension"))
    connection.execute("SET TimeZone='UTC'")
    connection.execute(f"LOAD '{extension}'")
    return connection


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def by_duckdb(path, version):
    connection = connect()
    scan = f"delta_scan({literal(pathlib.Path(path).as_uri())}" + (f", version => {version})" if version is not None else ")")
    columns = connection.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()
    items = []
    for name, kind, *_ in columns:
        quoted = '"' + name.replace('"', '""') + '"'
        items.append(f"{quoted} AT TIME ZONE 'UTC' AS {quoted}" if kind == "TIMESTAMP WITH TIME ZONE" else quoted)
    rows = connection.execute(f"SELECT {', '.join(items)} FROM {scan}").fetchall()
    return [plain(row) for row in rows]


def by_delta_rs(table, sql="SELECT * FROM judged"):
    reader = deltalake.QueryBuilder().register("judged", table).execute(sql)
    rows = []
    for batch in reader:
        frame = polars.DataFrame(batch)
        rows += [plain(list(row)) for row in frame.iter_rows()]
    return rows


def read(path, version=None):
    version = int(version) if version is not None else None
    table = deltalake.DeltaTable(pathlib.Path(path).as_uri(), version=version)
    protocol = table.protocol()
    return {
        "version": table.version(),
        "schema": json.loads(table.schema().to_json()),
        "protocol": [protocol.min_reader_version, protocol.min_writer_version, sorted(protocol.reader_features or [])],
        "configuration": table.metadata().configuration,
        "history": [entry.get("operation") for entry in table.history()],
        "files": len(table.file_uris()),
        "deltaRs": by_delta_rs(table),
        "duckdb": by_duckdb(path, version),
    }


def skip(path, predicates):
    table = deltalake.DeltaTable(path)
    connection = connect()
    files = "[" + ", ".join(literal(uri.removeprefix("file://")) for uri in table.file_uris()) + "]"
    answers = []
    for predicate in pathlib.Path(predicates).read_text().splitlines():
        by_rs = by_delta_rs(table, f"SELECT count(*) FROM judged WHERE {predicate}")[0][0]
        by_duck = connection.execute(
            f"SELECT count(*) FROM delta_scan({literal(pathlib.Path(path).as_uri())}) WHERE {predicate}").fetchone()[0]
        full = connection.execute(f"SELECT count(*) FROM read_parquet({files}) WHERE {predicate}").fetchone()[0]
        answers.append({"predicate": predicate, "deltaRs": by_rs, "duckdb": by_duck, "full": full})
    return answers


def write(path, kind):
    frame = polars.DataFrame({
        "id": [1, 2, 3, None],
        "name": ["ä'b", "b%c", "c d", None],
        "day": [datetime.date(2024, 1, 1), datetime.date(2024, 1, 2), None, datetime.date(2024, 1, 1)],
        "at": [datetime.datetime(2024, 1, 1, 3, 4, 5, 123456)] * 3 + [None],
        "moment": [datetime.datetime(2024, 1, 1, 3, 4, 5, 123456, tzinfo=datetime.timezone.utc)] * 3 + [None],
        "amount": polars.Series([decimal.Decimal("1.25"), decimal.Decimal("-2.50"), None, decimal.Decimal("0.00")], dtype=polars.Decimal(12, 2)),
        "tags": [["a", None], [], None, ["b"]],
        "inner": [{"x": 1, "y": "p"}, {"x": None, "y": None}, {"x": 3, "y": "q"}, {"x": 4, "y": "r"}],
    })
    simple = frame.select("id", "name")
    if kind == "partitioned":
        deltalake.write_deltalake(path, frame, partition_by=["day", "name"])
        deltalake.write_deltalake(path, frame.filter(polars.col("id") == 2), mode="append")
    elif kind == "plain":
        deltalake.write_deltalake(path, frame)
        deltalake.write_deltalake(path, frame, mode="append")
        deltalake.DeltaTable(path).delete("id = 1")
    elif kind == "evolved":
        deltalake.write_deltalake(path, simple)
        deltalake.write_deltalake(path, simple.with_columns(extra=polars.lit(1.5)), mode="append", schema_mode="merge")
    elif kind == "append":
        deltalake.write_deltalake(path, simple, mode="append", schema_mode="merge")
    elif kind == "checkpointed":
        for _ in range(3):
            deltalake.write_deltalake(path, simple, mode="append")
        table = deltalake.DeltaTable(path)
        table.create_checkpoint()
        for entry in pathlib.Path(path, "_delta_log").glob("0*[01].json"):
            entry.unlink()
        deltalake.write_deltalake(path, simple, mode="append")
    elif kind == "constrained":
        deltalake.write_deltalake(path, simple.filter(polars.col("id") > 0))
        deltalake.DeltaTable(path).alter.add_constraint({"positive": "id > 0"})
    else:
        raise SystemExit(f"unknown kind {kind}")
    return {"version": deltalake.DeltaTable(path).version()}


command, *arguments = sys.argv[1:]
print(json.dumps({"read": read, "skip": skip, "write": write}[command](*arguments), default=str))
