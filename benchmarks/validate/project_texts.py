"""Files of the made-up project that do not depend on its size: the project, its environments and templates."""
from models import LAYERS

PROJECT = f"""apiVersion: pipectl/v1
kind: Project
name: company
description: A made-up company of many areas, to measure with.
defaultEnvironment: dev
layers: [{", ".join(LAYERS)}]
"""

ENVIRONMENTS = {
    "dev": ("A developer's machine.", "branch: develop\n", "4GB", "low"),
    "test": ("Where changes are tried together.", "branch: test\npromotion: { from: dev, require: [validated] }\n", "50%", "medium"),
    "prod": (
        "What people rely on.",
        "branch: main\nprotected: true\npromotion: { from: test, require: [validated, greenRun] }\n",
        "75%",
        "high",
    ),
}

TEMPLATES = {
    "ingest_table": """description: Copies what is new in a table of the connection erp into the bronze table of the same name.
parameters:
  table: { type: string, description: Table of erp and of the layer bronze. }
activities:
  - name: ingest
    type: copy
    source:
      connection: erp
      table: ${{ params.table }}
      incremental: { column: modified_at }
    into: bronze.${{ params.table }}
    mode: append
    audit: true
    checks:
      - notNull: [modified_at]
    retry: { count: 2, intervalSeconds: 5, backoff: 2 }
""",
    "ingest_snapshot": """description: Replaces a bronze table by what the connection erp has now.
parameters:
  table: { type: string }
  key: { type: string, description: Column without NULL. }
  timeout: { type: string, default: 30m }
activities:
  - name: ingest
    type: copy
    source: { connection: erp, table: "${{ params.table }}" }
    into: bronze.${{ params.table }}
    mode: overwrite
    timeout: ${{ params.timeout }}
    checks:
      - notNull: ["${{ params.key }}"]
      - unique: ["${{ params.key }}"]
""",
    "ingest_documents": """description: A document and its lines, both as the connection erp has them now.
parameters:
  head: { type: string, description: Table of the documents. }
  lines: { type: string, description: Table of their lines. }
activities:
  - name: head
    type: copy
    source: { connection: erp, table: "${{ params.head }}" }
    into: bronze.${{ params.head }}
  - name: lines
    type: copy
    source: { connection: erp, table: "${{ params.lines }}" }
    into: bronze.${{ params.lines }}
    dependsOn: [{ activity: head }]
    checks:
      - notNull: [line_id]
""",
}


def environment(name):
    description, delivery, memory, level = ENVIRONMENTS[name]
    return f"""apiVersion: pipectl/v1
kind: Environment
name: {name}
description: {description}
{delivery}root: ${{{{ env('PIPECTL_{name.upper()}_ROOT', '.pipectl/{name}') }}}}
engine: {{ type: duckdb, memory: {memory}, threads: auto }}
variables: {{ alert_level: {level} }}
connections:
  erp: {{ type: sqlite, path: erp.sqlite }}
  local: {{ type: files, root: . }}
warehouse: {{ type: duckdb, path: warehouse.duckdb }}
"""
