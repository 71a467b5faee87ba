"""Rows on their way into databases and out of files: none lost, doubled or changed."""

import sqlite3

from postgres import Server
from system import Project

ENVIRONMENT = """apiVersion: pipectl/v1
kind: Environment
name: dev
root: .pipectl/dev
connections:
  files: { type: files, root: data }
  sq: { type: sqlite, path: s.sqlite }
  dk: { type: duckdb, path: d.duckdb }
"""


def activities(*lines):
    return "activities:\n" + "".join(f"  - {{ {line} }}\n" for line in lines)


def project(folder, files):
    return Project.small(folder / "project", {"environments/dev.yml": ENVIRONMENT, **files})


def table(project, connection):
    result = project("sql", "--output", "json", f"select id, v from {connection}.t order by all")
    result.expect(0)
    return result.text


def test_the_first_append_is_not_done_again(folder):
    here = project(folder, {
        "data/rows.csv": "id,v\n1,a\n2,b\n",
        "pipelines/p.yml": activities(
            "name: a, type: copy, source: { connection: files, path: rows.csv }, into: { connection: sq, table: t }, mode: append",
            "name: b, type: copy, source: { connection: files, path: rows.csv }, into: { connection: dk, table: t }, mode: append",
            "name: stop, type: fail, message: stop, dependsOn: [{ activity: a }, { activity: b }]"),
    })
    here.run("p").expect(1, "stop")
    before = table(here, "sq"), table(here, "dk")
    # As a process leaves it that died between the database's commit and the journal's.
    with sqlite3.connect(here.root / "state.db") as journal:
        journal.execute("update activities set status = 'running', finished = null where path in ('a', 'b')")
        journal.execute("update runs set status = 'interrupted'")
    journal.close()
    here.resume().expect(1, "stop")
    after = table(here, "sq"), table(here, "dk")
    assert after == before, f"{before} became {after}"
    assert before[0].count('"id"') == 2, before[0]


def test_what_does_not_fit_is_refused(folder):
    here = project(folder, {
        "data/rows.csv": "id,v\n1,a\n", "data/fraction.csv": "id,v\n1.5,b\n", "data/twice.csv": "id,v\n3,c\n3,d\n",
        "pipelines/make.yml": activities(*(
            f"name: {c}, type: copy, source: {{ connection: files, path: rows.csv }}, into: {{ connection: {c}, table: t }}" for c in ("sq", "dk"))),
        **{f"pipelines/{name}_{c}.yml": activities(
            f"name: a, type: copy, source: {{ connection: files, path: {name}.csv }}, into: {{ connection: {c}, table: t }}, mode: merge, key: [id]")
           for name in ("fraction", "twice") for c in ("sq", "dk")},
    })
    here.succeed("make")
    before = table(here, "sq"), table(here, "dk")
    for connection in ("sq", "dk"):
        here.run(f"fraction_{connection}").expect(1, "is BIGINT, and the rows have DOUBLE")
        here.run(f"twice_{connection}").expect(1, "is there more than once")
    assert (table(here, "sq"), table(here, "dk")) == before


def test_uneven_lines_are_refused(folder):
    here = project(folder, {
        "data/more.csv": "id,name,note\n1,a,x\n2,b,y\n3,c,d,e\n", "data/less.csv": "1,2\n3,4,5\n6,7,8\n", "data/none.csv": "",
        **{f"pipelines/{name}.yml": activities(
            f"name: a, type: copy, source: {{ connection: files, path: {name}.csv }}, into: bronze.{name}") for name in ("more", "less", "none")},
    })
    for name in ("more", "less"):
        here.run(name).expect(1, "every line needs as many fields as the first")
    here.run("none").expect(1, "is empty")
    assert here.versions() == {}, here.versions()


def test_numbers_without_precision_are_told(folder):
    with Server(folder / "server") as server:
        server.psql("CREATE TABLE n (a numeric, b numeric(10, 2)); INSERT INTO n VALUES (12345678901234567.89, 1.25)", user="erp")
        here = Project.bundled(folder / "project", "postgres", server.variables)
        (folder / "project/pipelines/n.yml").write_text(
            "apiVersion: pipectl/v1\nkind: Pipeline\nname: n\n" + activities(
                "name: a, type: copy, source: { connection: erp, table: n }, into: bronze.n"))
        result = here.run("n")
        result.expect(0, 'column "a" is numeric without precision')
        assert 'column "b"' not in result.text, result.text
