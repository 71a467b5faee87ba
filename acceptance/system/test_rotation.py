"""A password of a real PostgreSQL role, rotated: by hand, under a run, with failures, and killed on the way."""

import json
import os
import signal
import subprocess
import time

from postgres import Server
from system import REPOSITORY, Project, pipectl

PROJECT = {
    "environments/dev.yml": """apiVersion: pipectl/v1
kind: Environment
name: dev
root: .pipectl/dev
engine: { type: duckdb, threads: 4 }
secrets:
  store: secrets/dev.yml
  rotation:
    erp-password:
      policy: { length: 40, characters: printable }
      onRotate: { type: sql, connection: erp, sql: "ALTER ROLE erp PASSWORD ${{ scramSha256(secret('erp-password')) }}" }
connections:
  erp: { type: postgres, host: 127.0.0.1, port: "${{ int(env('PIPECTL_ERP_PORT')) }}", database: erp, user: erp, password: "${{ secret('erp-password') }}" }
""",
    "pipelines/load.yml": """activities:
  - { name: first, type: copy, source: { connection: erp, table: numbers }, into: bronze.first }
  - { name: pause, type: wait, seconds: 4, dependsOn: [first] }
""" + "".join(
        f"  - {{ name: later_{i}, type: copy, source: {{ connection: erp, table: numbers }}, into: bronze.later_{i}, dependsOn: [pause] }}\n"
        for i in range(6)),
}


def make(folder, server, files=PROJECT):
    """A project whose store has the role's password."""
    project = Project.small(folder / "project", files, {"PIPECTL_ERP_PORT": str(server.port), "HOME": str(folder)})
    project("secrets", "keygen").expect(0)
    project("secrets", "init").expect(0)
    put(project, "erp-password", server.password)
    server.psql("CREATE TABLE numbers AS SELECT i AS id, md5(i::text) AS name FROM generate_series(1, 200000) i", user="erp")
    return project


def put(project, name, value):
    done = subprocess.run(
        [str(pipectl()), "secrets", "set", name], cwd=project.folder, env=project.variables, input=value, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr


def get(project, name):
    return project("secrets", "get", name).expect(0).text


def entry(project, name="erp-password"):
    return next(item for item in json.loads(project("secrets", "list", "--output", "json").expect(0).text) if item["name"] == name)


def opens(server, password):
    found = subprocess.run(
        [*server.command("erp"), "-c", "SELECT 1"], env={**os.environ, "PGPASSWORD": password}, capture_output=True, text=True, cwd="/")
    return found.returncode == 0


def test_under_a_run(folder):
    with Server(folder / "server") as server:
        project = make(folder, server)
        run = project.start("run", "load")
        time.sleep(2)
        rotated = project("secrets", "rotate", "erp-password").expect(0, "erp opens with it")
        new = get(project, "erp-password")
        assert new != server.password and len(new) == 40
        assert opens(server, new) and not opens(server, server.password)
        text, _ = run.communicate(timeout=120)
        assert run.returncode == 0, text
        for secret in (new, server.password):
            assert secret not in text + rotated.text, "a password was shown"
        for i in range(6):
            assert project.rows(f"bronze/later_{i}") == 200000
        log = (folder / "server" / "server.log").read_text()
        assert new not in log, "the server's log shows the password"


def test_versions(folder):
    with Server(folder / "server") as server:
        project = make(folder, server)
        project("secrets", "rotate", "erp-password", "--overlap", "2h").expect(0)
        found = entry(project)
        old, new = found["versions"]
        assert new["id"] == found["current"] and new["state"] == "enabled", found
        assert old["state"] == "enabled" and old["expires"], found
        project("secrets", "rotate", "erp-password").expect(0)
        states = [version["state"] for version in entry(project)["versions"]]
        assert states == ["enabled", "disabled", "enabled"], states
        plan = project("secrets", "rotate", "erp-password", "--plan").expect(0, "ALTER ROLE erp PASSWORD ***", "connection erp of environment dev", "pipelines    load")
        assert get(project, "erp-password") not in plan.text


def test_step_that_fails(folder):
    with Server(folder / "server") as server:
        files = {**PROJECT, "environments/dev.yml": PROJECT["environments/dev.yml"].replace("ALTER ROLE erp", "ALTER ROLE nobody")}
        project = make(folder, server, files)
        before = (project.folder / "secrets/dev.yml").read_text()
        project("secrets", "rotate", "erp-password").expect(1, 'role "nobody" does not exist', "the old value is in force")
        assert get(project, "erp-password") == server.password and opens(server, server.password)
        assert [v["id"] for v in entry(project)["versions"]] == [entry(project)["current"]]
        assert before != "" and len(entry(project)["versions"]) == 1


def test_test_that_fails(folder):
    """The statement changes another role than the one the connection uses: the new value does not open it."""
    with Server(folder / "server") as server:
        server.psql("CREATE ROLE other LOGIN", user="postgres", database="postgres")
        server.psql("GRANT other TO erp WITH ADMIN OPTION; ALTER ROLE erp CREATEROLE", user="postgres", database="postgres")
        files = {**PROJECT, "environments/dev.yml": PROJECT["environments/dev.yml"].replace("ALTER ROLE erp", "ALTER ROLE other")}
        project = make(folder, server, files)
        project("secrets", "rotate", "erp-password").expect(1, "authentication failed", "the old value is in force")
        assert get(project, "erp-password") == server.password and opens(server, server.password)


def test_piped_value(folder):
    """Somebody changed the password by hand: a value that does not open the database is not taken, the right one is."""
    files = {**PROJECT, "environments/dev.yml": PROJECT["environments/dev.yml"].replace("rotation:", "x-rotation:").split("  x-rotation:")[0]
             + PROJECT["environments/dev.yml"][PROJECT["environments/dev.yml"].index("connections:"):]}
    with Server(folder / "server") as server:
        project = make(folder, server, files)

        def rotate(value):
            return subprocess.run(
                [str(pipectl()), "secrets", "rotate", "erp-password", "--file", "-"], cwd=project.folder, env=project.variables, input=value, text=True,
                capture_output=True)

        done = rotate("wrong-one")
        assert done.returncode == 1 and "authentication failed" in done.stderr, done
        assert get(project, "erp-password") == server.password
        server.psql("ALTER ROLE erp PASSWORD 'right: \\one'", user="postgres", database="postgres")
        done = rotate("right: \\one")
        assert done.returncode == 0, done
        project.succeed("load")


def test_bundled_project(folder):
    """The environment prod: its password comes from secrets/prod.yml, and its role changes it itself."""
    with Server(folder / "server") as server:
        project = Project.bundled(folder / "project", "prod", server.variables | {"PIPECTL_ERP_PASSWORD": "not this one"})
        project.variables["SOPS_AGE_KEY_FILE"] = str(REPOSITORY / ".tools/age/identity.txt")
        # Here it runs the files of the folder: what is protected runs releases only.
        settings = project.folder / "environments/prod.yml"
        settings.write_text(settings.read_text().replace("protected: true\n", ""))
        password = project("secrets", "get", "erp-password", "--env", "prod").expect(0).text
        server.psql(f"ALTER ROLE erp PASSWORD '{password}'", user="postgres", database="postgres")
        project.succeed("source_system", "--param", "through=2016-12-31")
        run = project.start("run", "sales", "--env", "prod")
        project("secrets", "rotate", "erp-password", "--env", "prod").expect(0, "erp opens with it")
        text, _ = run.communicate(timeout=120)
        assert run.returncode == 0, text
        assert not opens(server, password)
        project.succeed("sales")


PROGRAM = """#!/usr/bin/env python3
import json, os, subprocess, sys, time
given = json.load(sys.stdin)
print("told of", given["name"], "in", given["environment"], given["new"], flush=True)
if os.environ.get("PIECES"):
    os.write(1, b"x" * 5000 + given["new"][:12].encode())
    time.sleep(0.3)
    os.write(1, given["new"][12:].encode() + b" \\x1b[31m\\n")
for when in ("before", "after"):
    if when == "after":
        quoted = given["new"].replace("'", "''")
        subprocess.run([*json.loads(os.environ["PSQL"]), "-c", f"ALTER ROLE erp PASSWORD '{quoted}'"], check=True,
                       env={**os.environ, "PGPASSWORD": os.environ["ADMIN_PASSWORD"]}, cwd="/")
    if os.environ.get("WAIT") == when and not (os.environ.get("ONCE") and os.path.exists(os.environ["MARK"])):
        with open(os.environ["MARK"] + ".new", "w") as mark:
            mark.write(str(os.getpid()))
        os.rename(os.environ["MARK"] + ".new", os.environ["MARK"])
        time.sleep(int(os.environ.get("SECONDS", "60")))
if os.environ.get("FAIL"):
    sys.exit(f"no, and {given['new']} is what I was given")
"""


def with_program(folder, server):
    start, end = PROJECT["environments/dev.yml"].split("      onRotate:")
    text = start + "      onRotate: { type: program, command: [./rotate.py, --now] }\n" + end[end.index("connections:"):]
    project = make(folder, server, {**PROJECT, "environments/dev.yml": text, "rotate.py": PROGRAM})
    (project.folder / "rotate.py").chmod(0o755)
    project.variables |= {
        "PSQL": json.dumps(server.command("postgres")), "ADMIN_PASSWORD": server.password, "MARK": str(folder / "mark"),
        "PIPECTL_AGE_KEY": next(
            line for line in (folder / ".config/sops/age/keys.txt").read_text().splitlines() if line.startswith("AGE-SECRET-KEY")),
    }
    return project


def test_program(folder):
    with Server(folder / "server") as server:
        project = with_program(folder, server)
        done = project("secrets", "rotate", "erp-password").expect(0, "told of erp-password in dev ***", "erp opens with it")
        assert get(project, "erp-password") not in done.text
        assert opens(server, get(project, "erp-password"))
        project.variables["FAIL"] = "1"
        before = get(project, "erp-password")
        failed = project("secrets", "rotate", "erp-password")
        # The program fails in putting the old value back too, and has done it.
        failed.expect(1, "no, and *** is what I was given")
        project.variables.pop("FAIL")
        project("secrets", "rotate", "erp-password").expect(0)
        assert get(project, "erp-password") != before and opens(server, get(project, "erp-password"))


def test_killed(folder):
    """Killed before and after the database was told: the next rotation finds out which value it takes."""
    with Server(folder / "server") as server:
        project = with_program(folder, server)
        for when, resumed in (("before", "takes the old value"), ("after", "takes the new value")):
            old = get(project, "erp-password")
            (folder / "mark").unlink(missing_ok=True)
            project.variables["WAIT"] = when
            process = project.start("secrets", "rotate", "erp-password")
            while not (folder / "mark").exists():
                assert process.poll() is None, process.communicate()
                time.sleep(0.05)
            process.kill()
            process.wait()
            os.kill(int((folder / "mark").read_text()), signal.SIGKILL)
            assert get(project, "erp-password") == old, "a version that is under way is given out"
            assert entry(project)["versions"][-1]["state"] == "disabled"
            project.variables.pop("WAIT")
            project("secrets", "rotate", "erp-password").expect(0, "was interrupted", resumed)
            new = get(project, "erp-password")
            assert new != old and opens(server, new) and not opens(server, old)
            assert len([v for v in entry(project)["versions"] if v["state"] == "enabled"]) == 1


def pending(project, folder, when):
    """A rotation that is killed together with its program; then the program's way is quick again."""
    (folder / "mark").unlink(missing_ok=True)
    project.variables["WAIT"] = when
    process = project.start("secrets", "rotate", "erp-password")
    wait_for_mark(folder, process)
    process.kill()
    process.wait()
    project.variables.pop("WAIT")


def wait_for_mark(folder, process):
    while not (folder / "mark").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)


def test_statement_with_quotes_in_comments(folder):
    with Server(folder / "server") as server:
        statement = "ALTER ROLE erp PASSWORD ${{ scramSha256(secret('erp-password')) }}"
        files = {**PROJECT, "environments/dev.yml": PROJECT["environments/dev.yml"].replace(statement, f"/* don't */ {statement} -- isn't")}
        project = make(folder, server, files)
        project("secrets", "rotate", "erp-password").expect(0, "erp opens with it")
        assert opens(server, get(project, "erp-password"))


def test_set_while_a_rotation_is_interrupted(folder):
    """The value that was set is the old one of the next rotation, not what stands in its place once the pending one is out."""
    with Server(folder / "server") as server:
        project = with_program(folder, server)
        pending(project, folder, "before")
        os.kill(int((folder / "mark").read_text()), signal.SIGKILL)
        put(project, "erp-password", "set by hand")
        server.psql("ALTER ROLE erp PASSWORD 'set by hand'", user="postgres", database="postgres")
        (project.folder / "environments/dev.yml").write_text(PROJECT["environments/dev.yml"])
        project("secrets", "rotate", "erp-password").expect(0, "takes the old value", "erp opens with it")
        assert opens(server, get(project, "erp-password"))


def test_killed_between_two_systems(folder):
    """One role has the new value, the other the old one: neither value opens all connections, and the next rotation goes on."""
    with Server(folder / "server") as server:
        project = with_program(folder, server)
        server.psql(f"CREATE ROLE other LOGIN PASSWORD '{server.password}'", user="postgres", database="postgres")
        environment = project.folder / "environments/dev.yml"
        text = environment.read_text()
        line = text[text.index("  erp: {"):]
        environment.write_text(text + line.replace("  erp: {", "  other: {").replace("user: erp", "user: other"))
        program = (project.folder / "rotate.py").read_text()
        (project.folder / "rotate.py").write_text(program + program[program.index("quoted ="):program.index("    if os.environ.get(\"WAIT\")")]
                                                  .replace("ROLE erp", "ROLE other").replace("        subprocess", "subprocess").replace("\n                       env", "\n    env"))
        pending(project, folder, "after")
        os.kill(int((folder / "mark").read_text()), signal.SIGKILL)
        project("secrets", "rotate", "erp-password").expect(0, "told the old one", "other opens with it")
        assert opens(server, get(project, "erp-password"))


def test_program_that_outlives_the_rotation(folder):
    """The rotation is killed, its program goes on: the next one waits for it before it asks which value is in force."""
    with Server(folder / "server") as server:
        project = with_program(folder, server)
        project.variables["SECONDS"] = "3"
        pending(project, folder, "before")
        project("secrets", "rotate", "erp-password").expect(0, "was interrupted", "takes the new value")
        time.sleep(3)
        assert opens(server, get(project, "erp-password"))


def test_interrupted(folder):
    """Ctrl-C ends the program and puts the old value back."""
    with Server(folder / "server") as server:
        project = with_program(folder, server)
        project.variables |= {"WAIT": "after", "ONCE": "1"}
        process = project.start("secrets", "rotate", "erp-password")
        wait_for_mark(folder, process)
        process.send_signal(signal.SIGINT)
        text, _ = process.communicate(timeout=60)
        assert process.returncode == 130 and "the old value was put back" in text, text
        assert get(project, "erp-password") == server.password and opens(server, server.password)
        assert len(entry(project)["versions"]) == 1, entry(project)


def test_output_of_the_program_in_pieces(folder):
    """A value that is written in two pieces, in a long line, is taken out; control characters are shown as what they are."""
    with Server(folder / "server") as server:
        project = with_program(folder, server)
        project.variables["PIECES"] = "1"
        done = project("secrets", "rotate", "erp-password").expect(0, "told of", "***", "<U+001B>")
        new = get(project, "erp-password")
        assert new[:12] not in done.text and new[12:] not in done.text and "\x1b" not in done.text


def test_endless_overlap(folder):
    with Server(folder / "server") as server:
        project = make(folder, server)
        project("secrets", "rotate", "erp-password", "--overlap", "1000000000000d").expect(0)
        assert entry(project)["versions"][0]["state"] == "enabled" and opens(server, get(project, "erp-password"))


def test_password_of_the_process(folder):
    """PGPASSWORD is not tried in place of the secret: a wrong value would seem right, and a right one wrong."""
    with Server(folder / "server") as server:
        start, end = PROJECT["environments/dev.yml"].split("  rotation:")[0], PROJECT["environments/dev.yml"]
        project = make(folder, server, {**PROJECT, "environments/dev.yml": start + end[end.index("connections:"):]})
        project.variables["PGPASSWORD"] = server.password
        done = subprocess.run(
            [str(pipectl()), "secrets", "rotate", "erp-password", "--file", "-"], cwd=project.folder, env=project.variables, input="a wrong one",
            text=True, capture_output=True)
        assert done.returncode == 1 and "authentication failed" in done.stderr, done
        project.variables["PGPASSWORD"] = "not this one"
        project.succeed("load")


def test_server_quotes_what_it_was_sent(folder):
    """A value in the query of a source that the server refuses: of its message no piece of the value is shown or kept."""
    with Server(folder / "server") as server:
        load = "activities:\n  - name: a\n    type: copy\n    source: { connection: erp, query: \"select id from numbers where name <> ${{ secret('token') }}\" }\n    into: bronze.a\n"
        project = make(folder, server, {**PROJECT, "pipelines/load.yml": load})
        for value, part in (("Ab'Cd\"EfGhIjKlMn", "EfGhIjKlMn"), ("MixedCaseToken77", "mixedcasetoken77")):
            put(project, "token", value)
            text = project("run", "load").expect(1, '"***"').text + project("logs", "last").text
            assert part not in text and part.encode() not in (project.root / "state.db").read_bytes(), text
