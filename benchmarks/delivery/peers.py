"""What other tools take for the same: which models a change reaches, what would be applied, applying it."""

import importlib.machinery
import importlib.util
import pathlib
import shutil
import subprocess

from area_maker import make_areas
from changes import change_sql
from make_dbt import make_dbt
from make_sqlmesh import make_sqlmesh
from rounds import Bench

VALIDATE = pathlib.Path(__file__).resolve().parent.parent / "validate"


def programs(name, targets):
    """The folder of dbt and SQLMesh, which benchmarks/validate installs; None where that fails."""
    loader = importlib.machinery.SourceFileLoader("validate_run", str(VALIDATE / "run"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("validate_run", loader))
    loader.exec_module(module)
    try:
        return module.peers()
    except subprocess.CalledProcessError as error:
        targets.leave_out(f"{name}: it cannot be installed: {error}")
        return None


def prepare(name, command, folder, targets, tells=""):
    """Whether a command that makes something ready has succeeded and told that; if not, its tool is left out."""
    try:
        done = subprocess.run([str(part) for part in command], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except OSError as error:
        targets.leave_out(f"{name}: {error}")
        return False
    if done.returncode != 0:
        lines = (done.stdout + done.stderr).strip().splitlines()
        targets.leave_out(f"{name}: `{' '.join(map(str, command[1:3]))}` failed: {lines[-1] if lines else done.returncode}")
    elif tells not in done.stdout:
        targets.leave_out(f"{name}: `{' '.join(map(str, command[1:3]))}` tells nothing of \"{tells}\"")
        return False
    return done.returncode == 0


def bench_dbt(arguments, work, small, targets):
    """Which models changed, and what is downstream of them, against the artefacts of the state before."""
    found = programs("dbt", targets)
    folder, count = work / "dbt", small.project.models
    if found is None:
        return
    make_dbt(folder, count)
    if not prepare("dbt", [found / "dbt", "-q", "parse"], folder, targets):
        return
    shutil.copytree(folder / "target", folder / "state")
    for round in range(5):
        change_sql(folder / "models", round)
    list_modified = [found / "dbt", "-q", "ls", "--select", "state:modified+", "--state", "state"]
    if not prepare("dbt", list_modified, folder, targets, tells="company.silver."):
        return
    bench = Bench()
    bench.add("dbt ls --select state:modified+", list_modified, folder)
    bench.run(arguments.peer_rounds)
    print(f"\n{count} models in dbt; 5 changed", flush=True)
    bench.show()
    targets.ratio(f"dbt ls --select state:modified+ / diff with impact, {count} models", bench.best("dbt ls --select state:modified+") / small.best("diff"))


def bench_sqlmesh(arguments, work, small, targets):
    """What a plan would do, with an environment in which all models are: made of empty tables."""
    found = programs("SQLMesh", targets)
    folder, count = work / "sqlmesh", small.project.models
    if found is None:
        return
    make_sqlmesh(folder, count, with_checks=False)
    tables = [table for area in make_areas(-(-count * 3 // 10), 1, count) for table in area.sources]
    statements = ["CREATE SCHEMA bronze"] + [
        f"CREATE TABLE bronze.{table.name} ({', '.join(f'{name} {type}' for name, type in table.columns.items())})" for table in tables
    ]
    # Too long for a command line.
    (folder / "tables.sql").write_text(";\n".join(statements))
    load = "import duckdb, pathlib\nwith duckdb.connect('company.duckdb') as database:\n    database.execute(pathlib.Path('tables.sql').read_text())\n"
    first = [found / "sqlmesh", "plan", "--no-prompts", "--auto-apply", "--empty-backfill", "--skip-tests", "--skip-linter"]
    if not prepare("SQLMesh", [found / "python", "-c", load], folder, targets) or not prepare("SQLMesh", first, folder, targets):
        return
    plan = [found / "sqlmesh", "plan", "--no-prompts", "--explain", "--no-diff", "--skip-tests", "--skip-linter"]
    bench = Bench()
    bench.add("sqlmesh plan, nothing changed", plan, folder)
    if not prepare("SQLMesh", plan, folder, targets):
        return
    bench.run(arguments.peer_rounds)
    for number in range(5):
        change_sql(folder / "models", number)
    changed = Bench()
    changed.add("sqlmesh plan, 5 models changed", plan, folder)
    if not prepare("SQLMesh", plan, folder, targets, tells="Directly Modified"):
        return
    changed.run(arguments.peer_rounds)
    print(f"\n{count} models in SQLMesh", flush=True)
    bench.show()
    changed.show()
    targets.ratio(f"sqlmesh plan / plan without a change, {count} models", bench.best("sqlmesh plan, nothing changed") / small.best("plan without a change"))
    targets.ratio(f"sqlmesh plan / diff with impact, 5 of {count} models changed", changed.best("sqlmesh plan, 5 models changed") / small.best("diff"))


def bench_terraform(arguments, work, small, targets):
    """As many resources as the project has files; `terraform_data` is part of Terraform and does nothing."""
    program = shutil.which("terraform")
    if program is None:
        targets.leave_out("Terraform: there is no terraform on the PATH")
        return
    folder, count = work / "terraform", small.project.count
    folder.mkdir()

    def write(changed):
        (folder / "main.tf").write_text("".join(
            f'resource "terraform_data" "r{number}" {{\n  input = "{changed if number < 5 else 0}"\n}}\n' for number in range(count)))

    def forget(round):
        for file in folder.glob("terraform.tfstate*"):
            file.unlink()
        write(0)

    apply = [program, "apply", "-auto-approve", "-input=false", "-no-color"]
    write(0)
    if not prepare("Terraform", [program, "init", "-input=false", "-no-color"], folder, targets):
        return
    bench = Bench()
    bench.add("terraform apply of all", apply, folder, forget)
    bench.add("terraform plan without a change", [program, "plan", "-input=false", "-no-color"], folder)
    bench.add("terraform apply of 5 changes", apply, folder, lambda round: write(round + 1))
    bench.run(arguments.peer_rounds)
    print(f"\n{count} resources in Terraform", flush=True)
    bench.show()
    for theirs, ours in (
        ("terraform apply of all", "first deploy, in a new clone"), ("terraform plan without a change", "plan without a change"),
        ("terraform apply of 5 changes", "deploy of a change"),
    ):
        targets.ratio(f"{theirs} / {ours}, {count}", bench.best(theirs) / small.best(ours))
