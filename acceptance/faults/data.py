"""Rollbacks of data."""
import json
import pathlib
import sqlite3

from shop import Shop, disturb

WORDS = ["rollback", "--env", "prod", "--to", "1", "--data"]


class Data:
    """Tables by their logs, which are replayed here, and the warehouse as DuckDB's own package sees it."""

    def __init__(self, shop):
        self.tables, self.restored = {}, {}
        for log in sorted(shop.root.glob("lake/*/*/_delta_log")):
            name = f"{log.parent.parent.name}.{log.parent.name}"
            files, metadata, restored = set(), None, 0
            for entry in sorted(log.glob("*.json")):
                actions = [json.loads(line) for line in entry.read_text().splitlines()]
                files -= {action["remove"]["path"] for action in actions if "remove" in action}
                files |= {action["add"]["path"] for action in actions if "add" in action}
                metadata = next((action["metaData"] for action in actions if "metaData" in action), metadata)
                restored += any("rollback" in action.get("commitInfo", {}).get("pipectl", {}) for action in actions)
            for file in files:
                assert (log.parent / file).exists(), f"{name}: {file} is gone"
            self.tables[name] = (frozenset(files), metadata["schemaString"], tuple(sorted(metadata["configuration"].items())))
            self.restored[name] = restored
        self.warehouse = shop.with_warehouse(
            "c = duckdb.connect(sys.argv[1], read_only=True)\n"
            "for s, n in c.execute(\"select schema_name, table_name from duckdb_tables() where table_name <> '_pipectl_views' order by all\").fetchall():\n"
            "    print(s, n, c.execute(f'select * from {s}.{n} order by all').fetchall())")


def data_rollbacks(pipectl, scratch, every):
    shop = shop_of_two_releases(pathlib.Path(scratch) / "data-shop", pipectl)
    before = Data(shop)
    done = shop.copy(pathlib.Path(scratch) / "data-done")
    done.pipectl_(*WORDS)
    after = Data(done)
    assert before.tables.keys() == after.tables.keys() and all(before.tables[name] != after.tables[name] for name in before.tables), "a table stayed"
    assert before.warehouse != after.warehouse
    disturb(shop, WORDS, lambda copy, result: judged(copy, result, before, after), scratch, every,
            needed=("ended by the next", "no fault fell between the release and the last table"))


def shop_of_two_releases(folder, pipectl):
    """Both have run, the second with more rows and one more table."""
    shop = Shop.of_case("rollback-data", folder, pipectl)
    (shop.folder / ".gitignore").write_text("/.pipectl/\n*.sqlite\n")

    def source(sql):
        with sqlite3.connect(shop.folder / "erp.sqlite") as database:
            database.executescript(sql)

    source("create table orders (id integer, amount integer); insert into orders values (1, 10), (2, 20), (3, -1)")
    for number in (1, 2):
        shop.commit(number)
        shop.pipectl_("deploy", "--env", "prod")
        shop.pipectl_("run", "sales", "--env", "prod")
        if number == 1:
            source("insert into orders values (4, 40), (5, -2)")
            more = (shop.folder / "pipelines/sales.yml").read_text()
            more = more.replace("  - name: publish", "  - { name: extra, type: transform, query: select 1 as one, into: gold.extra }\n  - name: publish")
            (shop.folder / "pipelines/sales.yml").write_text(more.replace("[gold.total]", "[gold.total, gold.extra]"))
    return shop


def judged(copy, result, before, after):
    """Each table is as before or after, and once the next command mended it, all are."""
    found = Data(copy)
    for name, content in found.tables.items():
        assert content in (before.tables[name], after.tables[name]), f"{name} is neither as before nor as it was to be"
    assert found.warehouse in (before.warehouse, after.warehouse), found.warehouse
    if (copy.root / "rollback.json").exists():
        refused = copy.pipectl_("run", "sales", "--env", "prod", check=False)
        assert refused.returncode == 1 and "interrupted" in refused.stderr, refused
    state, told = copy.status()
    assert not (copy.root / "rollback.json").exists() and not (copy.root / "deploy.json").exists(), "a journal is still there"
    release = state["release"]["release"]
    wanted, mended = (before, after)[release - 2], Data(copy)
    assert mended.tables == wanted.tables, f"release {release}, and not its tables"
    assert mended.warehouse == wanted.warehouse, f"release {release}, and not its warehouse"
    copy.pipectl_(*WORDS)
    last = Data(copy)
    assert last.tables == after.tables and last.warehouse == after.warehouse, "the command, given again, did not bring the data"
    assert set(last.restored.values()) == {1}, f"done more than once: {last.restored}"
    copy.check_git()
    if result.returncode == 0:
        return "ended"
    return "ended by the next" if "interrupted rollback was ended" in told else "undone" if release == 2 else "done before"
