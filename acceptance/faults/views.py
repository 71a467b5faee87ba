"""Deployments with views of the warehouse."""
import pathlib

from shop import KILLED, NO_SPACE, Shop, disturb

WORDS = ["deploy", "--env", "prod"]
# The warehouse is copied, and the engine writes to the copy.
FAULTS = [KILLED.at_also("pwrite64"), NO_SPACE.at_also("copy_file_range,sendfile,fallocate")]


def views(pipectl, scratch, every):
    shop = shop_with_other_views(pathlib.Path(scratch) / "views-shop", pipectl)
    shop.pipectl_("plan", "--env", "prod")
    done = shop.copy(pathlib.Path(scratch) / "views-done")
    done.pipectl_(*WORDS)
    contents = [views_of(shop), views_of(done)]
    assert "goes" in contents[0] and "goes" not in contents[1] and "comes" in contents[1] and "gold own [(7,)]" in contents[1], contents
    needed = ("ended by the next", "no fault fell between the release and its views") if every == 1 else None
    disturb(shop, WORDS, lambda copy, result: judged(copy, result, contents), scratch, every, name="deploy with views", faults=FAULTS, needed=needed)


def shop_with_other_views(folder, pipectl):
    """Its commit makes a view, replaces one and drops one of the release that is live."""
    shop = Shop.of_case("drift-views", folder, pipectl)
    pipeline = shop.folder / "pipelines/sales.yml"
    text = pipeline.read_text().replace("    dependsOn:", "      gold.goes: select half from gold.half\n    dependsOn:")
    pipeline.write_text(text)
    shop.commit(1)
    shop.pipectl_(*WORDS)
    shop.pipectl_("run", "sales", "--env", "prod")
    # Something of others, and one of ours that was changed by hand.
    shop.with_warehouse(
        "duckdb.connect(sys.argv[1]).execute('create table own as select 1 as x; create view gold.own as select 7 as x; "
        "create or replace view gold.double as select 9 as x')")
    pipeline.write_text(text.replace("gold.goes: select half", "gold.comes: select half").replace("total / 2", "total / 4"))
    shop.run("git", "commit", "-qam", "Other views")
    return shop


def views_of(shop):
    """All views of the warehouse with their rows, as DuckDB's own package sees them."""
    return shop.with_warehouse(
        "c = duckdb.connect(sys.argv[1], read_only=True)\n"
        "for s, n in c.execute('select schema_name, view_name from duckdb_views() where not internal order by all').fetchall():\n"
        "    print(s, n, c.execute(f'select * from {s}.{n} order by all').fetchall())\n"
        "print(c.execute('from gold.total').fetchall(), c.execute('from own').fetchall())")


def judged(copy, result, contents):
    """The old views are there or the new ones, and once the next command mended it, those of the release that is live."""
    found = views_of(copy)
    assert found in contents, f"views are neither the old ones nor the new ones: {found}"
    if result.returncode == 0:
        return "ended"
    state, told = copy.status()
    release = state["release"]["release"]
    assert not (copy.root / "deploy.json").exists() and not state["unappliedViews"], "the views are still to be made"
    assert views_of(copy) == contents[release - 1], f"release {release} is live, and not its views"
    copy.pipectl_(*WORDS)
    assert views_of(copy) == contents[1], "the command, given again, did not bring the views"
    drift = copy.answer("drift", "--env", "prod")
    assert not drift["drift"] and not drift["notChecked"], drift
    # What the next one begins with it takes away.
    copy.pipectl_("run", "sales", "--env", "prod", "--quiet")
    left = [path.name for path in copy.root.iterdir() if path.name.startswith("warehouse.duckdb.")]
    assert not left, left
    return "ended by the next" if "made live" in told else "undone" if "undone" in told else "untouched"
