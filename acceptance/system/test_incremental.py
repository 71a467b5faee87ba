"""What is new and what was corrected reaches every layer, and nothing else does."""

from system import Project, expect_same

HALF, FULL = "2016-12-31", "2017-06-30"


def test_half_then_full(folder):
    grown, fresh = Project.bundled(folder / "grown"), Project.bundled(folder / "fresh")
    for project, days in ((grown, (HALF, FULL)), (fresh, (FULL,))):
        for day in days:
            project.succeed("source_system", "--param", f"through={day}")
            if project is grown:
                source = rows_of_source(project, mark=None if day == HALF else marks)
                before = {table: project.rows(table) for table in source} if day == FULL else dict.fromkeys(source, 0)
            project.succeed("sales")
            if project is grown:
                # Exactly what the order system has changed since the mark: new rows and new versions of known ones.
                gained = {table: project.rows(table) - before[table] for table in source}
                expect_same(gained, source, f"rows that bronze gained through {day}")
                marks = {table: project.query(table, "SELECT max(modified_at)::VARCHAR FROM t")[0][0] for table in source}
    corrected = grown.query(
        "bronze.order_lines",
        "SELECT count(*) FROM (SELECT 1 FROM t GROUP BY order_number, line_item HAVING count(DISTINCT quantity) > 1)")[0][0]
    assert corrected > 0, "no line was corrected: the data proves too little"
    for layer in ("silver", "gold", "quarantine"):
        names = [table for table in fresh.tables() if table.startswith(layer + "/")]
        assert names, f"there are no tables in {layer}"
        expect_same(
            {table: grown.fingerprint(table) for table in names}, {table: fresh.fingerprint(table) for table in names},
            f"{layer} against that of a fresh run")
    grown.compare_warehouse()

    before = grown.fingerprints(), {t: v for t, v in grown.versions().items() if t.startswith("bronze/")}
    grown.succeed("sales")
    expect_same(grown.fingerprints(), before[0], "tables after a run with nothing new")
    expect_same({t: v for t, v in grown.versions().items() if t.startswith("bronze/")}, before[1], "bronze versions")
    return f"{corrected} corrected lines, {sum(gained.values()):,} rows gained"


def rows_of_source(project, mark):
    """Rows of the order system by bronze table: all, or those modified after a mark."""
    import sqlite3

    with sqlite3.connect(project.root / "erp.sqlite") as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'")]
        return {
            f"bronze/{name}": database.execute(
                f"SELECT count(*) FROM {name} WHERE modified_at > ?", ((mark or {}).get(f"bronze/{name}", ""),)).fetchone()[0]
            for name in names
        }
