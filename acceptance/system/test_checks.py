"""Checks decide what readers get to see."""

from system import Project

ORDERS = """id,customer,quantity,status
1,10,1,open
2,11,2,paid
3,12,-1,open
4,,3,open
5,99,4,odd
6,99,0,open
"""
CUSTOMERS = "customer\n10\n11\n12\n13\n"
HEAD = """activities:
  - name: customers
    type: copy
    source: { connection: files, path: customers.csv }
    into: bronze.customers
  - name: orders
    type: copy
    source: { connection: files, path: orders.csv }
    into: silver.orders
    mode: %s
    dependsOn: [ { activity: customers } ]
    checks:
"""


def project_with(folder, checks, mode="overwrite", orders=ORDERS):
    return Project.small(folder, {
        "pipelines/orders.yml": HEAD % mode + "".join(f"      - {check}\n" for check in checks),
        "data/orders.csv": orders, "data/customers.csv": CUSTOMERS,
    })


def checks_of(project):
    return {entry["type"]: entry for entry in project.log()["checks"]}


def test_fail_leaves_the_table(folder):
    failing = {
        "notNull": "notNull: [customer]", "unique": "unique: [customer]",
        "accepted": "accepted: { column: status, values: [open, paid] }",
        "relationship": "relationship: { column: customer, to: bronze.customers.customer }",
        "range": "range: { column: quantity, min: 0 }", "expression": 'expression: { sql: "quantity > 0" }',
        "rowCount": "rowCount: { min: 7 }", "schema": "schema: { columns: { id: BIGINT, customer: BIGINT, quantity: VARCHAR, status: VARCHAR } }",
    }
    for kind, check in failing.items():
        project = project_with(folder / kind, ["notNull: [id]"], orders="id,customer,quantity,status\n1,10,1,open\n")
        project.succeed("orders")
        before = project.fingerprints(), project.versions()
        files = sorted(path.name for path in (project.lake / "silver/orders").glob("*.parquet"))
        project_with(project.folder, [check])
        project.run("orders").expect(1, "stays as it was")
        assert project.fingerprint("silver/orders") == before[0]["silver/orders"], f"{kind}: the table has changed"
        assert project.version("silver.orders") == before[1]["silver/orders"], f"{kind}: the table has a new version"
        left = sorted(path.name for path in (project.lake / "silver/orders").glob("*.parquet"))
        assert left == files, f"{kind}: files of rows that were refused remain: {set(left) - set(files)}"
        assert checks_of(project)[kind]["passed"] is False, f"{kind}: the journal does not say that it failed"
    return f"{len(failing)} kinds"


def test_fail_makes_no_table(folder):
    project = project_with(folder, ["rowCount: { min: 100 }"])
    project.run("orders").expect(1)
    assert project.version("silver.orders") is None, "there is a table"


def test_quarantine_and_drop(folder):
    for mode in ("overwrite", "append"):
        project = project_with(folder / mode, [
            "relationship: { column: customer, to: bronze.customers.customer, onViolation: quarantine }",
            "notNull: { columns: [customer], onViolation: quarantine }",
            'expression: { sql: "quantity <> 0", name: no quantity, onViolation: quarantine }',
            "range: { column: quantity, min: 0, onViolation: drop }",
            "rowCount: { min: 1 }"], mode)
        project.succeed("orders")
        kept = project.query("silver.orders", "SELECT id FROM t ORDER BY id")
        assert kept == [(1,), (2,)], f"kept: {kept}"
        reasons = dict(project.query("quarantine/silver_orders", "SELECT id, _reason FROM t"))
        assert set(reasons) == {4, 5, 6}, f"quarantined: {reasons}"
        assert "customer" in reasons[4] and "customer" in reasons[5], f"reasons: {reasons}"
        assert "no quantity" in reasons[6] and ";" in reasons[6], f"both reasons: {reasons}"
        output = project.activities()["orders"]["output"]
        counts = [output.get(key) or 0 for key in ("rowsRead", "rowsWritten", "rowsDropped", "rowsQuarantined")]
        assert counts == [6, 2, 1, 3], f"read, written, dropped, quarantined: {counts}"
        assert counts[0] == sum(counts[1:])
        # Mended at the source, the row leaves the quarantine of a table that is replaced.
        if mode == "overwrite":
            (project.folder / "data/orders.csv").write_text(ORDERS.replace("4,,3", "4,13,3"))
            project.succeed("orders")
            assert project.query("silver.orders", "SELECT id FROM t ORDER BY id") == [(1,), (2,), (4,)]
            assert project.query("quarantine/silver_orders", "SELECT id FROM t ORDER BY id") == [(5,), (6,)]


def test_warn_goes_on(folder):
    project = project_with(folder, ["range: { column: quantity, min: 0, onViolation: warn }"])
    result = project.succeed("orders")
    assert project.rows("silver.orders") == 6
    entry = checks_of(project)["range"]
    assert (entry["passed"], entry["violations"]) == (False, 1), f"{entry}"
    assert "quantity" in result.text, f"the warning is not told:\n{result.text}"


def test_database_target(folder):
    """A table of a database is checked before it is written, too."""
    files = {
        "pipelines/orders.yml": """activities:
  - name: orders
    type: copy
    source: { connection: files, path: orders.csv }
    into: { connection: db, table: orders }
    checks:
      - CHECK
""", "data/orders.csv": ORDERS}
    import sqlite3

    def rows():
        with sqlite3.connect(folder / ".pipectl/dev/db.sqlite") as database:
            return database.execute("SELECT id FROM orders ORDER BY id").fetchall()

    pipeline = files["pipelines/orders.yml"]
    project = Project.small(folder, files | {"pipelines/orders.yml": pipeline.replace("CHECK", "range: { column: quantity, min: 0, onViolation: drop }")})
    project.succeed("orders")
    assert rows() == [(1,), (2,), (4,), (5,), (6,)], f"{rows()}"
    Project.small(folder, files | {"pipelines/orders.yml": pipeline.replace("CHECK", "unique: [customer]")})
    project.run("orders").expect(1, "stays as it was")
    assert rows() == [(1,), (2,), (4,), (5,), (6,)], f"{rows()}"
