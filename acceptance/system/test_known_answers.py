"""The retail files through the whole pipeline, compared with what is known about them."""

from system import Project, expect_same, test_data as data_folder


def test_dev(folder):
    project = Project.bundled(folder)
    project.succeed("source_system", "--param", f"from={data_folder()}")
    project.succeed("sales")
    project.known_answers()
    assert project.rows("gold.fact_sales") == 56046, "gold.fact_sales does not have 56,046 lines"
    project.compare_warehouse()

    bronze = {table: version for table, version in project.versions().items() if table.startswith("bronze/")}
    before = project.fingerprints()
    project.succeed("sales")
    again = {table: version for table, version in project.versions().items() if table.startswith("bronze/")}
    expect_same(again, bronze, "bronze versions after a second run")
    expect_same(project.fingerprints(), before, "tables after a second run")
    project.known_answers()
    return f"{len(before)} tables"
