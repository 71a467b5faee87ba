"""What happens to the files of a project: restyling, which means nothing, and edits, each of which tells what `diff` has to tell."""


def restyle(project):
    """Nothing of this changes what the project means. Returns what was done."""
    chance, files = project.chance, project.files
    done = ["layout"]
    for path in project.pipelines:
        document = files[path]
        if chance.random() < 0.3:
            chance.shuffle(document["activities"])
            done.append("order of activities")
        if chance.random() < 0.3:
            name = f"pipelines/{chance.choice(['', 'moved/'])}{document['name']}_{chance.randint(0, 99)}.yml"
            if name not in files and "moved" not in name:
                files[name] = files.pop(path)
                done.append("file renamed")
    for path in sorted(files):
        content = files[path]
        if path.endswith(".sql") and chance.random() < 0.4:
            words = {"select": chance.choice(["SELECT", "Select", "select"]), " from ": chance.choice(["\nFROM ", "  from\t", " from "]),
                     " as ": chance.choice([" AS ", " as ", " "])}
            for word, other in words.items():
                content = content.replace(word, other)
            files[path] = f"/* {chance.randint(0, 9)} */ " + content.rstrip("\n") + chance.choice(["\n", ";\n", "\n-- end\n"])
            done.append("SQL")
        elif path.endswith(".ipynb") and chance.random() < 0.5:
            for cell in content["cells"]:
                if cell["cell_type"] == "code":
                    cell["execution_count"] = chance.randint(1, 99)
                    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": [f"{chance.random()}\n"]}]
            content["metadata"]["language_info"]["version"] = f"3.{chance.randint(8, 14)}"
            done.append("notebook run")
    return ", ".join(sorted(set(done)))


def normal(sql):
    """SQL without what restyling did to it, so that an edit finds its place."""
    text = sql.split("*/ ", 1)[1] if sql.startswith("/*") else sql
    return text.replace(";", "").replace("-- end\n", "")


EDITS = []


def edit(function):
    EDITS.append(function)
    return function


def activity(document, name):
    return next(each for each in document["activities"] if each["name"] == name)


def pipeline(project, path):
    return [("pipeline", project.files[path]["name"])]


def sql_of(document, step):
    return f"pipelines/sql/{document['name']}/{step}.sql"


@edit
def a_filter(project, path):
    file = sql_of(project.files[path], "clean")
    project.files[file] = normal(project.files[file]).rstrip() + f" and amount < {project.chance.randint(100, 9999)}\n"
    return [file]


@edit
def a_column(project, path):
    document = project.files[path]
    file = sql_of(document, "total")
    project.files[file] = (
        f"select kind, sum(amount) as amount, count(*) as items, max(amount) + {project.chance.randint(1, 9999)} as most "
        f"from silver.{document['name']}_items group by kind\n")
    return [file]


@edit
def what_is_logged(project, path):
    document = project.files[path]
    file = sql_of(document, "log")
    project.files[file] = f"select count(*) as items, sum(amount) as amount, {project.chance.randint(2, 99999)} as mark from silver.{document['name']}_items\n"
    return [file]


@edit
def a_check(project, path):
    check = activity(project.files[path], "clean")["checks"][2]["range"]
    check["min"] = check["min"] - project.chance.randint(1, 9)
    return pipeline(project, path)


@edit
def a_schedule(project, path):
    # Never one that was there before.
    project.schedules += 1
    schedule = project.files[path]["triggers"][0]["schedule"]
    schedule["cron"] = f"{project.schedules % 60} {4 + project.schedules // 60} * * *"
    return pipeline(project, path)


@edit
def a_default(project, path):
    project.files[path]["parameters"]["least"]["default"] += project.chance.randint(1, 9)
    return pipeline(project, path)


@edit
def an_activity(project, path):
    project.files[path]["activities"].append({"name": f"pause{project.chance.randint(0, 10**6)}", "type": "wait", "seconds": 0})
    return pipeline(project, path)


@edit
def a_template(project, path):
    project.files["templates/read.yml"]["parameters"]["tries"]["default"] += 1
    return [("template", "read")]


@edit
def a_variable(project, path):
    project.files["environments/dev.yml"]["variables"]["region"] = f"region {project.chance.randint(0, 9999)}"
    return [("environment", "dev")]


@edit
def a_notebook(project, path):
    file = f"notebooks/{project.files[path]['name']}.ipynb"
    project.files[file]["cells"][1]["source"] = [f"x = {project.chance.randint(2, 99999)}\n", "print(x)"]
    return [file]


@edit
def a_new_pipeline(project, path):
    name = f"new{project.chance.randint(0, 9999)}"
    project.add_pipeline(name)
    return [("pipeline", name)]


@edit
def one_pipeline_less(project, path):
    if len(project.pipelines) < 3:
        return a_filter(project, path)
    name = project.files[path]["name"]
    del project.files[path]
    for step in ["clean", "total", "log"]:
        del project.files[f"pipelines/sql/{name}/{step}.sql"]
    del project.files[f"notebooks/{name}.ipynb"]
    return [("pipeline", name)]
