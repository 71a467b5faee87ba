"""The whole way of changes to the retailer's project: proven in dev, promoted, released, run, and taken back with their data."""

import json
import os
import subprocess

import duckdb

from postgres import Server
from system import REPOSITORY, Project

NOBODY = {
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com",
}


KPI = "pipelines/sql/gold/kpi_sales.sql"
FACTS = "pipelines/sql/gold/fact_sales.sql"
REVENUE = "(quantity * list_price)::DECIMAL(18, 4) AS revenue"


class Team:
    """One clone, in which develop is checked out, and the environments dev and prod."""

    def __init__(self, folder, server):
        variables = server.variables | NOBODY | {"SOPS_AGE_KEY_FILE": str(REPOSITORY / ".tools/age/identity.txt")}
        self.prod = Project.bundled(folder / "retail", "prod", variables)
        self.dev = Project(self.prod.folder, "dev", self.prod.variables)
        (self.folder / ".gitignore").write_text(".pipectl/\nerp.sqlite\nwarehouse.duckdb\nidentity.txt\n")
        self.git("init", "-q", "-b", "main")
        # What is there before anybody has a pipeline.
        self.git("add", ".gitignore", "pipectl.yml", "environments", "schemas", "secrets")
        self.git("commit", "-qm", "An empty project")
        self.git("switch", "-qc", "develop")
        self.commit("The retailer's pipelines")

    @property
    def folder(self):
        return self.prod.folder

    def git(self, *words):
        result = subprocess.run(["git", *words], cwd=self.folder, env=self.prod.variables, capture_output=True, text=True)
        assert result.returncode == 0, f"git {' '.join(words)}: {result.stderr}"
        return result.stdout.strip()

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-qm", message)

    def edit(self, path, old, new, message):
        file = self.folder / path
        text = file.read_text()
        assert text.count(old) == 1, f"{path} has {text.count(old)} times {old!r}"
        file.write_text(text.replace(old, new))
        self.commit(message)

    def prove(self):
        """Deploys develop to dev and runs it there."""
        self.dev("deploy", "--env", "dev").expect(0)
        return self.dev.run("sales")

    def release(self):
        """What ran green in dev goes to prod, and runs there."""
        self.dev("promote", "dev", "prod").expect(0)
        self.prod("deploy", "--env", "prod", "--ref", "main").expect(0)
        self.prod.succeed("sales")

    def live_files(self):
        top = (self.prod.root / "live").resolve()
        return {str(path.relative_to(top)): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}

    def warehouse(self):
        with duckdb.connect(str(self.prod.warehouse), read_only=True) as connection:
            tables = connection.execute("select schema_name, table_name from duckdb_tables() where table_name <> '_pipectl_views' order by all").fetchall()
            return {name: connection.execute(f"select * from {name[0]}.{name[1]} order by all").fetchall() for name in tables}

    def status(self):
        return json.loads(self.prod("status", "--env", "prod", "--output", "json").expect(0).text)["environments"][0]


def test_from_develop_to_prod_and_back(folder):
    with Server(folder / "server") as server:
        team = Team(folder, server)
        password = team.prod("secrets", "get", "erp-password", "--env", "prod").expect(0).text
        server.psql(f"ALTER ROLE erp PASSWORD '{password}'", user="postgres", database="postgres")

        # What dev has proven goes to prod.
        team.dev("deploy", "--env", "dev").expect(0, "release 1 of dev")
        team.dev.succeed("source_system")
        team.dev("promote", "dev", "prod").expect(1, "sales")
        team.dev.succeed("sales")
        team.dev("promote", "dev", "prod").expect(0)
        team.prod("deploy", "--env", "prod", "--ref", "develop").expect(1, "not promoted")
        team.prod("deploy", "--env", "prod", "--ref", "main").expect(0, "release 1 of prod")
        team.prod("run", "source_system", "--env", "prod", "--param", "through=2016-12-31").expect(0)
        team.prod.succeed("sales")
        first = team.prod.fingerprints()

        # A good change.
        team.edit(KPI, "    count(DISTINCT order_number) AS orders,", "    count(DISTINCT order_number) AS orders,\n    count(*) AS lines,", "Sales have the number of lines")
        team.prove().expect(0)
        team.release()
        assert ("lines",) in [row[:1] for row in team.prod.query("gold.kpi_sales", "DESCRIBE t")]
        assert team.prod.fingerprints() != first
        before, files, served = team.prod.fingerprints(), team.live_files(), team.warehouse()

        # A bad one, which a check stops in dev: nobody sees its rows, and it goes nowhere.
        kept = team.dev.fingerprint("gold.fact_sales")
        team.edit(FACTS, REVENUE, REVENUE.replace("(quantity", "(-quantity"), "Revenue, wrongly signed")
        team.prove().expect(1, "revenue")
        assert team.dev.fingerprint("gold.fact_sales") == kept
        main = team.git("rev-parse", "main")
        team.dev("promote", "dev", "prod").expect(1, "sales")
        assert team.git("rev-parse", "main") == main
        team.git("revert", "--no-edit", "HEAD")

        # Another bad one, which no check knows, reaches prod while the order system has gone on.
        team.edit(FACTS, REVENUE, REVENUE.replace("list_price", "list_price * 100"), "Revenue in another currency")
        team.prove().expect(0)
        team.prod("run", "source_system", "--env", "prod", "--param", "through=2017-03-31").expect(0)
        team.release()
        assert team.prod.fingerprint("gold.kpi_sales") != before["gold/kpi_sales"]
        bad = team.prod.fingerprints()

        # Back, code and data.
        team.prod("rollback", "--env", "prod", "--data", "--dry-run").expect(0, "gold.kpi_sales", "bronze.order_lines")
        assert team.prod.fingerprints() == bad and team.status()["release"]["release"] == 3
        team.prod("rollback", "--env", "prod", "--data").expect(0, "release 4 of prod")
        assert team.live_files() == files
        after = team.prod.fingerprints()
        assert after == before, {name for name in before if after.get(name) != before[name]}
        assert team.warehouse() == served
        team.prod("plan", "--env", "prod", "--offline", "--ref", team.status()["release"]["source"], "--exit-code").expect(0)

        # Automation would bring it again: it is kept away until develop is mended.
        team.prod("hold", "--env", "prod", "--reason", "wrong currency").expect(0)
        team.prod("deploy", "--env", "prod", "--ref", "main").expect(1, "held")
        team.git("revert", "--no-edit", "HEAD")
        team.prove().expect(0)
        team.prod("release-hold", "--env", "prod").expect(0)
        team.release()
        # The rows that came in with the bad release were read again.
        orders = server.psql("SELECT count(DISTINCT (order_number, line_item)) FROM order_lines", user="postgres", database="erp")[0][0]
        bronze = team.prod.query("bronze.order_lines", "SELECT count(DISTINCT (order_number, line_item)) FROM t")[0][0]
        assert bronze == int(orders), f"bronze has {bronze} order lines, the order system {orders}"

        log = team.git("log", "--format=%s %(trailers:key=Pipectl-Rollback-To,valueonly,separator=%x20)", "refs/pipectl/prod").splitlines()
        assert [line.split(" of ")[0] for line in log][-1] == "Release 1" and any(line.endswith(" 2") for line in log), log
        found = subprocess.run(["git", "fsck", "--full", "--strict", "--no-dangling"], cwd=team.folder, capture_output=True, text=True)
        assert found.returncode == 0 and not (found.stdout + found.stderr).strip(), found
        return f"{len(log)} releases of prod"
