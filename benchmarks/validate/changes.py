"""Small changes that mean something, another one each round: a column more in a SELECT, another default of a parameter."""

import re


def change_sql(project, round):
    """Adds a column to a silver model that others read: the clean things of an area in the first third."""
    files = sorted(path for path in project.rglob("*.sql") if "target" not in path.parts and is_thing(path))
    path = files[(len(files) // 3 + round) % len(files)]
    text = path.read_text()
    at = text.rindex("\nFROM ")
    path.write_text(f"{text[:at]},\n    r.modified_at::DATE AS changed_on_{round}{text[at:]}")


def is_thing(path):
    """Whether the file selects the newest version of each thing."""
    return re.search(r"\bFROM (ranked|.*bronze.*) AS r\n", path.read_text()) is not None


def change_yaml(project, round):
    """Gives a parameter, which SQL uses, another default."""
    files = sorted(path for path in (project / "pipelines").glob("*.yml") if "  minimum: {" in path.read_text())
    path = files[(len(files) // 3 + round) % len(files)]
    path.write_text(re.sub(r"(  minimum: \{ type: int, default: )\d+", rf"\g<1>{round + 2}", path.read_text()))
