"""A project made up by chance, written in some style."""
import json
import shutil

import yaml


def asset(kind, name, **fields):
    return {"apiVersion": "pipectl/v1", "kind": kind, "name": name, **fields}


class Project:
    """Files by path: dictionaries are YAML, texts are as they are."""

    def __init__(self, chance):
        self.chance = chance
        self.files = {
            "pipectl.yml": asset("Project", "made_up", defaultEnvironment="dev"),
            "environments/dev.yml": asset(
                "Environment", "dev", branch="main", connections={"local": {"type": "files", "root": "data"}}, variables={"region": "eu"},
                warehouse={"type": "duckdb", "path": "warehouse.duckdb"}),
            "environments/other.yml": asset("Environment", "other", connections={"local": {"type": "files", "root": "data"}}, variables={"region": "us"}),
            "templates/read.yml": asset(
                "Template", "read", parameters={"table": {"type": "string"}, "tries": {"type": "int", "default": 2}},
                activities=[{
                    "name": "read", "type": "copy",
                    "source": {"connection": "local", "path": "${{ params.table }}.csv",
                               "format": {"type": "csv", "header": True, "columns": {"id": "INTEGER", "kind": "VARCHAR", "amount": "INTEGER"}}},
                    "into": "bronze.${{ params.table }}", "retry": {"count": "${{ params.tries }}", "intervalSeconds": 1}}]),
        }
        self.data = {}
        self.schedules = 0
        for number in range(chance.randint(2, 4)):
            self.add_pipeline(f"area{number}")

    def add_pipeline(self, name):
        sql = f"pipelines/sql/{name}"
        self.data[f"data/{name}_items.csv"] = "id,kind,amount\n" + "".join(
            f"{row},{self.chance.choice('abc')},{self.chance.randint(1, 99)}\n" for row in range(20))
        self.files[f"pipelines/{name}.yml"] = asset(
            "Pipeline", name, parameters={"least": {"type": "int", "default": 0}},
            triggers=[{"schedule": {"cron": f"{self.chance.randint(0, 59)} 3 * * *", "timezone": "Europe/Berlin"}}],
            activities=[
                {"name": "items", "template": "read", "parameters": {"table": f"{name}_items"}},
                {"name": "clean", "type": "transform", "query": f"sql/{name}/clean.sql", "into": f"silver.{name}_items",
                 "mode": "overwrite", "checks": [{"notNull": ["id", "kind"]}, {"unique": ["id"]}, {"range": {"column": "amount", "min": 0, "onViolation": "warn"}}]},
                {"name": "total", "type": "transform", "query": f"sql/{name}/total.sql", "into": f"gold.{name}_total", "checks": [{"rowCount": {"min": 1}}]},
                {"name": "log", "type": "transform", "query": f"sql/{name}/log.sql", "into": f"gold.{name}_log", "mode": "append"},
                {"name": "publish", "type": "publish", "tables": [f"gold.{name}_total"]},
            ])
        self.files[f"{sql}/clean.sql"] = f"select id, kind, amount from bronze.{name}_items where amount >= 0\n"
        self.files[f"{sql}/total.sql"] = f"select kind, sum(amount) as amount, count(*) as items from silver.{name}_items group by kind\n"
        self.files[f"{sql}/log.sql"] = f"select count(*) as items, sum(amount) as amount, 1 as mark from silver.{name}_items\n"
        self.files[f"notebooks/{name}.ipynb"] = {
            "cells": [
                {"cell_type": "markdown", "id": f"m{name}", "metadata": {}, "source": [f"# {name}\n", "What there is."]},
                {"cell_type": "code", "id": f"c{name}", "execution_count": 1, "metadata": {}, "outputs": [], "source": ["x = 1\n", "print(x)"]}],
            "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}

    @property
    def pipelines(self):
        return [path for path in sorted(self.files) if path.startswith("pipelines/") and isinstance(self.files[path], dict)]

    def write(self, folder):
        """Replaces what is in the folder, in some style."""
        for name in ["pipelines", "environments", "templates", "notebooks"]:
            shutil.rmtree(folder / name, ignore_errors=True)
        for path, content in {**self.files, **self.data}.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                text = content
            elif path.endswith(".ipynb"):
                text = json.dumps(content, indent=self.chance.choice([None, 1, 4]), ensure_ascii=self.chance.random() < 0.5) + "\n"
            else:
                text = styled(content, self.chance)
            target.write_bytes(text.encode())


def styled(content, chance):
    """The same YAML in another layout."""
    class Style(yaml.SafeDumper):
        def ignore_aliases(self, data):
            return True

    def text(dumper, value):
        plain = yaml.SafeDumper.resolve(dumper, yaml.ScalarNode, value, (True, False)) == "tag:yaml.org,2002:str" and "${{" not in value
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=chance.choice([None, "'", '"']) if plain else chance.choice("'\""))

    def mapping(dumper, value):
        items = list(value.items())
        if chance.random() < 0.5:
            chance.shuffle(items)
        # Columns of a file are in its order.
        if "id" in value and "amount" in value:
            items = list(value.items())
        return dumper.represent_mapping("tag:yaml.org,2002:map", items, flow_style=chance.random() < 0.3)

    Style.add_representer(str, text)
    Style.add_representer(dict, mapping)
    out = yaml.dump(content, Dumper=Style, sort_keys=False, width=chance.choice([40, 80, 4000]), indent=chance.choice([2, 4]), allow_unicode=True)
    if chance.random() < 0.5:
        out = f"# {chance.randint(0, 999)}\n" + out + "\n# the end\n"
    return out.replace("\n", "\r\n") if chance.random() < 0.2 else out
