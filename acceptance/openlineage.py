#!/usr/bin/env python3
"""Judges what `pipectl lineage --output openlineage` writes: openlineage.py FILE

Every event must fit the schema below. It is what OpenLineage 2-0-2 (`JobEvent`) and the facets' own schemas demand, written
anew for the members that pipectl writes, and strict: no other member may stand anywhere. Beyond the schema, every input
column must be one of an input dataset's, and every column of an output must have its lineage.
"""

import json
import sys

import jsonschema

PRODUCER = {"type": "string", "pattern": r"^https://github\.com/pipectl/pipectl/tree/v\d+\.\d+\.\d+$"}
NAMESPACE = {"type": "string", "pattern": r"^pipectl://[A-Za-z0-9._~%-]+/[A-Za-z0-9._~%-]+$"}
SPECIFICATION = "https://openlineage.io/spec/"


def record(members, optional=()):
    required = [name for name in members if name not in optional]
    return {"type": "object", "properties": members, "required": required, "additionalProperties": False}


def facet(name, version, members):
    url = f"{SPECIFICATION}facets/{version}/{name}.json#/$defs/{name}"
    return record({"_producer": PRODUCER, "_schemaURL": {"const": url}, **members})


TEXT = {"type": "string", "minLength": 1}
FIELDS = {"type": "array", "items": record({"name": TEXT, "type": TEXT, "ordinal_position": {"type": "integer", "minimum": 1}})}
TRANSFORMATION = {
    "oneOf": [
        record({"type": {"const": "DIRECT"}, "subtype": {"enum": ["IDENTITY", "TRANSFORMATION", "AGGREGATION"]}}),
        record({"type": {"const": "INDIRECT"}, "subtype": {"enum": ["JOIN", "GROUP_BY", "FILTER", "SORT", "WINDOW", "CONDITIONAL"]}}),
    ]
}
INPUT_FIELDS = {
    "type": "array",
    "items": record({
        "namespace": NAMESPACE, "name": TEXT, "field": TEXT,
        "transformations": {"type": "array", "items": TRANSFORMATION, "minItems": 1, "uniqueItems": True},
    }),
}
DATASET_FACETS = {
    "schema": facet("SchemaDatasetFacet", "1-2-0", {"fields": FIELDS}),
    "dataSource": facet("DatasourceDatasetFacet", "1-0-1", {"name": TEXT, "uri": NAMESPACE}),
}
LINEAGE = facet("ColumnLineageDatasetFacet", "1-2-0", {
    "fields": {"type": "object", "additionalProperties": record({"inputFields": INPUT_FIELDS})}, "dataset": INPUT_FIELDS,
})
JOB_FACETS = {
    "jobType": facet("JobTypeJobFacet", "2-0-4", {
        "processingType": {"const": "BATCH"}, "integration": {"const": "PIPECTL"},
        "jobType": {"enum": ["COPY", "TRANSFORM", "PUBLISH"]},
    }),
    "sql": facet("SQLJobFacet", "1-1-0", {"query": TEXT, "dialect": {"const": "duckdb"}}),
}


def datasets(facets, optional):
    return {"type": "array", "items": record({"namespace": NAMESPACE, "name": TEXT, "facets": record(facets, optional)})}


EVENT = record({
    "eventTime": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$"},
    "producer": PRODUCER,
    "schemaURL": {"const": SPECIFICATION + "2-0-2/OpenLineage.json#/$defs/JobEvent"},
    "job": record({
        "namespace": {"type": "string", "pattern": r"^pipectl://[A-Za-z0-9._~%-]+$"}, "name": TEXT, "facets": record(JOB_FACETS, ["sql"]),
    }),
    "inputs": datasets(DATASET_FACETS, ["schema"]),
    "outputs": datasets(DATASET_FACETS | {"columnLineage": LINEAGE}, ["schema", "columnLineage"]),
})


def names(fields):
    return {field["name"] for field in fields}


def problems(event):
    columns = {
        (dataset["namespace"], dataset["name"]): names(dataset["facets"]["schema"]["fields"])
        for dataset in event["inputs"] if "schema" in dataset["facets"]
    }
    for output in event["outputs"]:
        lineage = output["facets"].get("columnLineage")
        if lineage is None:
            continue
        written = set(lineage["fields"])
        if "schema" in output["facets"] and not written <= names(output["facets"]["schema"]["fields"]):
            yield f"{output['name']}: columns with lineage that the table has not"
        uses = lineage["dataset"] + [field for column in lineage["fields"].values() for field in column["inputFields"]]
        for use in uses:
            if use["field"] not in columns.get((use["namespace"], use["name"]), set()):
                yield f"{output['name']}: {use['namespace']} {use['name']} has no column {use['field']} among the inputs"


def main():
    with open(sys.argv[1]) as file:
        events = json.load(file)
    validator = jsonschema.Draft202012Validator(EVENT)
    found = [f"event {number}: {error.json_path}: {error.message}" for number, event in enumerate(events) for error in validator.iter_errors(event)]
    if not found:
        found = [f"event {number}: {problem}" for number, event in enumerate(events) for problem in problems(event)]
    keys = [(event["job"]["namespace"], event["job"]["name"]) for event in events]
    if len(set(keys)) < len(keys):
        found.append("two events of one job")
    print(*found, sep="\n", end="\n" if found else "")
    print(f"{len(events)} events, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
