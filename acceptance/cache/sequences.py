"""Small projects in which one text decides about what was kept of another: each a list of states to go through."""
import unicodedata

PROJECT = {
    "pipectl.yml": b"apiVersion: pipectl/v1\nkind: Project\nname: test\ndefaultEnvironment: dev\n",
    "environments/dev.yml": b"apiVersion: pipectl/v1\nkind: Environment\nname: dev\nconnections: { erp: { type: sqlite, path: e.db } }\n"}


def asset(kind, name, text):
    return f"apiVersion: pipectl/v1\nkind: {kind}\nname: {name}\n{text}\n".encode()


def pipeline(name, *activities):
    return asset("Pipeline", name, "activities:\n" + "\n".join(f"  - {{ {activity} }}" for activity in activities))


def transform(name, query, into):
    return f"name: {name}, type: transform, query: {query}, into: {into}"


def template(parameters):
    return asset("Template", "t", f"parameters: {{ {parameters} }}\nactivities:\n  - {{ name: a, type: wait, seconds: 1 }}")


def sequences():
    """Name and states of each."""
    def states(*changes):
        return [PROJECT | change for change in changes]

    use = {"pipelines/p.yml": pipeline("p", "name: u, template: t, parameters: { x: 1 }")}
    yield "a template takes the argument now", states(use, use | {"templates/t.yml": template("y: { type: int }")}, use | {"templates/t.yml": template("x: { type: int }")}, use)

    names = [unicodedata.normalize(form, "pipelines/é.yml") for form in ("NFC", "NFD")]
    one, other = pipeline("one", "name: a, type: wait, seconds: soon"), pipeline("other", "name: b, type: wait, seconds: late")
    yield "two forms of an accent", states({names[0]: one}, {names[0]: one, names[1]: other}, {names[1]: other}, {names[0]: other, names[1]: one})

    two = [transform("s", "select 1::UTINYINT as a", "silver.x"), transform("s", "select 1::UTINYINT as a", "erp.x")]
    reader = [transform("r", "select a.b from silver.x", "gold.r"), transform("q", "select a.b from erp.x", "gold.q")]
    yield "two steps of one name", states(*[{"pipelines/p.yml": pipeline("p", *two), "pipelines/r.yml": pipeline("r", *reader[:number])} for number in (1, 2, 1, 0, 2)])

    def writers(second, third):
        return {
            "pipelines/a.yml": pipeline("a", transform("first", "select 1 as a", "silver.t"), transform("base", "select 1 as c", "silver.base")),
            "pipelines/b.yml": pipeline("b", transform("second", second, "silver.t")), "pipelines/c.yml": pipeline("c", transform("third", third, "gold.t"))}

    grows = "select b.c as b from silver.base as b left join silver.t as t on true"
    yield "a table that its second writer reads", states(
        writers(grows, "select b from silver.t"), writers(grows, "select a + b as z from silver.t"), writers(grows, "select nothing from silver.t"))

    circle = {"pipelines/a.yml": pipeline("a", transform("x", "select a from silver.y", "silver.x"), transform("y", "select a from silver.x", "silver.y"))}
    yield "a circle", states(circle, circle | {"pipelines/b.yml": pipeline("b", transform("z", "select 1 as a", "silver.x"))}, circle)

    def checked(condition):
        check = f'checks: [{{ expression: {{ sql: "{condition}" }} }}]'
        return {
            "pipelines/a.yml": pipeline("a", transform("x", "select 1 as a", "silver.x") + f", {check}"),
            "pipelines/b.yml": pipeline("b", transform("y", "select 1 as b", "silver.y"), transform("z", "select b from silver.y", "gold.z"))}

    inside = checked("a in (select b from silver.y)")
    yield "a condition with a query of its own", states(inside, checked("a in (select b from silver.y) and true"), checked("a in (select c from silver.y)"), inside)

    def query(text):
        return {"pipelines/p.yml": pipeline("p", "name: q, type: transform, query: q.sql, into: silver.q"), "pipelines/q.sql": text}

    yield "a query that is no text, gone, and back", states(query(b"select 1 as a"), query(b"select \xff"), {"pipelines/p.yml": query(b"")["pipelines/p.yml"]}, query(b"select 1 as a"))
