"""PostgreSQL as order system and as warehouse."""

import sys

from postgres import Server, Watcher
from system import Project, expect_same, REPOSITORY, test_data as data_folder

sys.path.insert(0, str(REPOSITORY / "acceptance"))
import known_answers  # noqa: E402

# Of several tables in one statement: what it sees must fit together.
TOGETHER = """SELECT (SELECT count(*) FROM gold.fact_sales), (SELECT sum(quantity) FROM gold.fact_sales),
(SELECT sum(quantity) FROM gold.kpi_sales), (SELECT count(*) FROM gold.dim_customer)""".replace("\n", " ")


def test_known_answers(folder):
    with Server(folder / "server") as server:
        project = Project.bundled(folder / "project", "postgres", server.variables)
        project.succeed("source_system", "--param", f"from={data_folder()}")
        lines = server.psql("SELECT count(*) FROM order_lines", user="erp")[0][0]
        assert lines == "56046", f"{lines} order lines in the order system"
        result = project.succeed("sales")
        assert server.password not in result.text, "the password is in the output"
        project.known_answers()
        expect_known_answers(server)

        versions = {table: version for table, version in project.versions().items() if table.startswith("bronze/")}
        columns = "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'gold' ORDER BY 1, 2"
        identity = "SELECT relname, oid FROM pg_class WHERE relnamespace = 'gold'::regnamespace AND relkind = 'r' ORDER BY 1"
        before = server.psql(columns), server.psql(identity)
        project.succeed("sales")
        expect_same({t: v for t, v in project.versions().items() if t.startswith("bronze/")}, versions, "bronze versions")
        expect_known_answers(server)
        # The same tables, with their grants and whatever was built on them.
        assert (server.psql(columns), server.psql(identity)) == before, f"the tables were made anew: {before[1]} {server.psql(identity)}"
        state = (project.root / "state.db").read_bytes()
        assert server.password.encode() not in state, "the password is in the state database"


def expect_known_answers(server):
    found = server.psql("SELECT category, gender, sum(quantity), sum(revenue) FROM gold.kpi_sales GROUP BY 1, 2")
    sales = {(category, gender): (int(quantity), revenue) for category, gender, quantity, revenue in found}
    expect_same(sales, known_answers.SALES, "gold.kpi_sales in the warehouse")
    for table in ("kpi_sales", "fact_sales"):
        revenue = server.psql(f"SELECT sum(revenue) FROM gold.{table}")[0][0]
        assert revenue == known_answers.TOTAL_REVENUE, f"{table}: revenue {revenue}"
    for table, rows in known_answers.ROWS.items():
        if table.startswith("gold/"):
            found = server.psql(f"SELECT count(*) FROM {table.replace('/', '.')}")[0][0]
            assert int(found) == rows, f"{table}: {found} rows in the warehouse, expected {rows}"


def test_readers_see_whole_tables(folder):
    with Server(folder / "server") as server:
        project = Project.bundled(folder / "project", "postgres", server.variables)
        project.succeed("source_system", "--param", "through=2016-12-31")
        project.succeed("sales")
        first = server.psql(TOGETHER)[0]
        watcher = Watcher(server, TOGETHER)
        project.succeed("source_system", "--param", "through=2017-06-30")
        for _ in range(3):
            project.succeed("sales")
        answers = watcher.stop()
        last = server.psql(TOGETHER)[0]
        assert first != last, "nothing was published"
        assert set(answers) == {first, last}, f"seen: {sorted(set(answers))}; before {first}, after {last}"
        changes = sum(one != other for one, other in zip(answers, answers[1:]))
        assert changes == 1, f"the answer changed {changes} times"
        assert first[1] == first[2] and last[1] == last[2], "facts and figures differ"
        return f"{len(answers)} answers, each of one publish"


def test_server_away(folder):
    with Server(folder / "server") as server:
        project = Project.bundled(folder / "project", "postgres", server.variables)
        project.succeed("source_system", "--param", f"from={data_folder()}")
        server.stop()
        result = project.run("sales").expect(1, "127.0.0.1")
        assert server.password not in result.text, "the password is in the output"
        assert not any(project.version(table) is not None for table in project.tables()), "tables without a source"
        server.start()  # on another port
        wrong = {**server.variables, "PIPECTL_ERP_PASSWORD": "mistaken-password"}
        refused = Project(project.folder, "postgres", wrong).run("sales").expect(1)
        assert "mistaken-password" not in refused.text, "the password is in the output"
        right = Project(project.folder, "postgres", server.variables)
        right.resume().expect(0)
        right.known_answers()
