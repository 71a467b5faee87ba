"""Control flow, each kind in a small project of its own."""

import time

from system import Project

ITEMS = "name,size\na,1\nb,2\nc,3\n"


def small(folder, pipeline, **others):
    files = {"pipelines/main.yml": pipeline, "data/items.csv": ITEMS}
    return Project.small(folder, files | {f"pipelines/{name}.yml": text for name, text in others.items()})


def expect_statuses(project, expected):
    found = project.statuses()
    assert found == expected, f"statuses {found}, expected {expected}"


DEPENDENCIES = """activities:
  - { name: good, type: wait, seconds: 0 }
  - { name: bad, type: fail, message: on purpose }
  - { name: afterGood, type: wait, seconds: 0, dependsOn: [ { activity: good } ] }
  - { name: afterBad, type: wait, seconds: 0, dependsOn: [ { activity: bad } ] }
  - { name: onFailure, type: wait, seconds: 0, dependsOn: [ { activity: bad, conditions: [failed] } ] }
  - { name: onSkip, type: wait, seconds: 0, dependsOn: [ { activity: afterBad, conditions: [skipped] } ] }
  - { name: always, type: wait, seconds: 0, dependsOn: [ { activity: bad, conditions: [completed] } ] }
  - { name: notOnFailure, type: wait, seconds: 0, dependsOn: [ { activity: good, conditions: [failed] } ] }
  - { name: both, type: wait, seconds: 0, dependsOn: [ { activity: good }, { activity: bad, conditions: [failed, skipped] } ] }
"""


def test_depends_on(folder):
    project = small(folder, DEPENDENCIES)
    # `afterBad` was skipped, but `onSkip` comes after it; `onFailure` handled the failure: nothing is left to fail for.
    project.run("main").expect(0)
    expect_statuses(project, {
        "good": "succeeded", "bad": "failed", "afterGood": "succeeded", "afterBad": "skipped", "onFailure": "succeeded",
        "onSkip": "succeeded", "always": "succeeded", "notOnFailure": "skipped", "both": "succeeded"})


def test_failure_fails_the_run(folder):
    project = small(folder, """activities:
  - { name: bad, type: fail, message: "out of ${{ 'stock' }}", errorCode: E42 }
  - { name: next, type: wait, seconds: 0, dependsOn: [ { activity: bad } ] }
  - { name: beside, type: wait, seconds: 0 }
""")
    project.run("main").expect(1, "out of stock")
    expect_statuses(project, {"bad": "failed", "next": "skipped", "beside": "succeeded"})
    assert project.runs()[0]["status"] == "failed"
    # An unhandled failure beside a handled one.
    project = small(folder / "second", """activities:
  - { name: bad, type: fail, message: one }
  - { name: handled, type: wait, seconds: 0, dependsOn: [ { activity: bad, conditions: [failed] } ] }
  - { name: worse, type: fail, message: two }
""")
    project.run("main").expect(1, "worse")


def test_error_is_seen_by_the_handler(folder):
    project = small(folder, """variables: { seen: { type: string } }
activities:
  - { name: bad, type: fail, message: broken pipe, errorCode: E7 }
  - name: note
    type: setVariable
    variable: seen
    value: ${{ concat(activity('bad').error.errorCode, ':', activity('bad').error.message, ':', activity('bad').status) }}
    dependsOn: [ { activity: bad, conditions: [failed] } ]
""")
    project.succeed("main")
    value = project.activities()["note"]["output"]["value"]
    assert value == "E7:broken pipe:Failed", value


def test_retry(folder):
    started = time.monotonic()
    project = small(folder, """activities:
  - { name: bad, type: fail, message: never, retry: { count: 2, intervalSeconds: 1, backoff: 2 } }
""")
    project.run("main").expect(1, "next in")
    took = time.monotonic() - started
    attempts = [entry["attempt"] for entry in project.log()["activities"] if entry["activity"] == "bad"]
    assert max(attempts) == 3, f"attempts: {attempts}"
    assert took >= 3, f"1 s and 2 s of pauses took {took:.1f} s"


def test_retry_succeeds_later(folder):
    project = Project.small(folder, {"pipelines/main.yml": """activities:
  - name: read
    type: lookup
    source: { connection: files, path: late.csv }
    retry: { count: 5, intervalSeconds: 1 }
""", "data/.keep": ""})
    process = project.start("run", "main")
    time.sleep(1.2)
    (project.folder / "data/late.csv").write_text(ITEMS)
    text, _ = process.communicate(timeout=60)
    assert process.returncode == 0, text
    entry = project.activities()["read"]
    assert entry["attempt"] > 1 and entry["output"]["firstRow"] == {"name": "a", "size": 1}, f"{entry}"


def test_timeout(folder):
    project = small(folder, """activities:
  - { name: slow, type: wait, seconds: 60, timeout: 1s }
  - name: query
    type: transform
    query: SELECT count(*) AS n FROM range(100000000) a(x), range(100000) b(y) WHERE x * y % 7 = 3
    into: silver.never
    timeout: 2s
""")
    started = time.monotonic()
    project.run("main").expect(1, "timeout of 1.00s", "timeout of 2.00s")
    assert time.monotonic() - started < 20, "the time limit did not end the work"
    assert project.version("silver.never") is None


def test_if(folder):
    project = small(folder, """parameters: { big: { type: bool } }
activities:
  - name: choose
    type: if
    condition: ${{ params.big }}
    then: [ { name: yes, type: wait, seconds: 0 } ]
    else: [ { name: no, type: fail, message: too small } ]
""")
    project.run("main", "--param", "big=true").expect(0)
    expect_statuses(project, {"choose": "succeeded", "choose/yes": "succeeded"})
    project.run("main", "--param", "big=false").expect(1, "too small")
    expect_statuses(project, {"choose": "failed", "choose/no": "failed"})


def test_lookup_and_for_each(folder):
    project = small(folder, """variables: { seen: { type: array, default: [] }, last: { type: string } }
activities:
  - name: names
    type: lookup
    source: { connection: files, path: items.csv }
    firstRowOnly: false
  - name: each
    type: forEach
    items: ${{ activity('names').output.value }}
    activities:
      - { name: note, type: appendVariable, variable: seen, value: "${{ item().name }}" }
      - name: odd
        type: if
        condition: ${{ equals(mod(item().size, 2), 1) }}
        then: [ { name: keep, type: setVariable, variable: last, value: "${{ concat(item().name, item().size) }}" } ]
    dependsOn: [ { activity: names } ]
  - name: result
    type: setVariable
    variable: last
    value: ${{ concat(join(variables('seen'), '+'), '/', variables('last'), '/', activity('names').output.count, '/', activity('each').output.itemsCount) }}
    dependsOn: [ { activity: each } ]
""")
    project.succeed("main")
    value = project.activities()["result"]["output"]["value"]
    assert value == "a+b+c/c3/3/3", value
    assert project.statuses()["each[2]/odd/keep"] == "succeeded"


def test_for_each_copies_tables(folder):
    """Tables named by data, several at a time, one of them broken."""
    project = Project.small(folder, {"pipelines/main.yml": """activities:
  - name: each
    type: forEach
    items: [one, two, three]
    batchCount: 3
    activities:
      - name: load
        type: copy
        source: { connection: files, path: "${{ item() }}.csv" }
        into: bronze.${{ item() }}
""", "data/one.csv": ITEMS, "data/three.csv": ITEMS})
    project.run("main").expect(1, "two.csv")
    assert project.statuses() == {
        "each": "failed", "each[0]/load": "succeeded", "each[1]/load": "failed", "each[2]/load": "succeeded"}, project.statuses()
    (project.folder / "data/two.csv").write_text(ITEMS)
    project.resume().expect(0)
    for name in ("one", "two", "three"):
        assert (project.rows(f"bronze.{name}"), project.version(f"bronze.{name}")) == (3, 0), f"bronze.{name}"


def test_pipeline(folder):
    child = """parameters: { size: { type: int } }
activities:
  - name: check
    type: if
    condition: ${{ greater(params.size, 5) }}
    then: [ { name: no, type: fail, message: "too big: ${{ params.size }}" } ]
"""
    parent = """parameters: { size: { type: int, default: 1 } }
activities:
  - { name: call, type: pipeline, pipeline: child, parameters: { size: "${{ params.size }}" } }
  - { name: after, type: wait, seconds: 0, dependsOn: [ { activity: call } ] }
"""
    project = small(folder, parent, child=child)
    project.succeed("main")
    newest = project.runs()
    inner = [run for run in newest if run["pipeline"] == "child"]
    outer = [run for run in newest if run["pipeline"] == "main"]
    assert inner and inner[0]["parent"] == outer[0]["run"] and inner[0]["parameters"] == {"size": 1}, f"{newest}"
    project.run("main", "--param", "size=9").expect(1, "too big: 9")
    expect_statuses(project, {"call": "failed", "after": "skipped"})


def test_delete(folder):
    project = small(folder, """activities:
  - name: load
    type: copy
    source: { connection: files, path: items.csv }
    into: bronze.items
  - { name: shrink, type: delete, table: bronze.items, where: "size >= 2", dependsOn: [ { activity: load } ] }
  - { name: clear, type: delete, connection: files, path: "old_*.csv" }
""")
    for name in ("old_1.csv", "old_2.csv", "new.csv"):
        (folder / "data" / name).write_text("x\n")
    project.succeed("main")
    assert project.query("bronze.items", "SELECT name FROM t") == [("a",)]
    left = sorted(path.name for path in (folder / "data").iterdir())
    assert left == ["items.csv", "new.csv"], left
    activities = project.activities()
    assert activities["shrink"]["output"] == {"rowsDeleted": 2} and activities["clear"]["output"] == {"filesDeleted": 2}


def test_parameters(folder):
    project = small(folder, """parameters:
  day: { type: date }
  count: { type: int, default: 3 }
activities: [ { name: rest, type: wait, seconds: 0 } ]
""")
    for words, part in [
        ([], '"day"'), (["--param", "day=yesterday"], "day"), (["--param", "day=2026-02-30"], "day"),
        (["--param", "day=2026-01-01", "--param", "count=many"], "count"), (["--param", "dya=2026-01-01"], 'did you mean "day"'),
        (["--param", "day"], "day"),
    ]:
        project.run("main", *words).expect(64, part)
    assert not project.root.exists() or project.runs() == [], "a run was recorded"
    project.run("main", "--param", "day=2026-01-31").expect(0)
    project.run("mian", "--param", "day=2026-01-31").expect(64, 'did you mean "main"')


def test_from(folder):
    project = small(folder, """activities:
  - { name: one, type: fail, message: not again }
  - { name: two, type: wait, seconds: 0, dependsOn: [ { activity: one } ] }
  - { name: three, type: wait, seconds: 0, dependsOn: [ { activity: two } ] }
  - { name: beside, type: fail, message: not this either }
""")
    project.run("main", "--from", "two").expect(0)
    expect_statuses(project, {"two": "succeeded", "three": "succeeded"})
    project.run("main", "--from", "tow").expect(64, 'did you mean "two"')
