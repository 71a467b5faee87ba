"""Azure Pipelines, as far as the files that `pipectl init --ci azure` writes use them."""

import os
import re
import shutil

import yaml

from ci_services import Service


class Azure(Service):
    def jobs(self, event):
        self.top = self.folder.parent / "source"
        self.path = next(self.top.rglob("azure-pipelines.yml"))
        self.pipeline = yaml.safe_load(self.path.read_text())
        branches = self.pipeline["pr" if event.into else "trigger"]["branches"]["include"]
        if (event.into or event.branch) not in branches:
            return []
        self.runtime = {
            "Build.Reason": "PullRequest" if event.into else "IndividualCI",
            "Build.SourceBranch": "refs/pull/1/merge" if event.into else f"refs/heads/{event.branch}",
            "Build.RequestedFor": "Ada", "Build.RequestedForEmail": "ada@example.com",
        }
        return [(stage["stage"], stage) for stage in self.pipeline["stages"] if self.condition(stage["condition"])]

    def condition(self, text):
        name, inner = re.fullmatch(r"(\w+)\((.*)\)", text.strip()).groups()
        arguments = self.split(inner)
        if name == "and":
            return all(self.condition(argument) for argument in arguments)
        if name == "succeeded" or name == "succeededOrFailed":
            return True
        left, right = (self.operand(argument) for argument in arguments)
        return {"eq": left == right, "ne": left != right}[name]

    @staticmethod
    def split(text):
        parts, depth, start = [], 0, 0
        for position, character in enumerate(text):
            depth += {"(": 1, ")": -1}.get(character, 0)
            if character == "," and depth == 0:
                parts.append(text[start:position])
                start = position + 1
        return [part.strip() for part in [*parts, text[start:]] if part.strip()]

    def operand(self, text):
        if text.startswith("'"):
            return text[1:-1]
        return self.runtime[re.fullmatch(r"variables\['([\w.]+)'\]", text).group(1)]

    # Templates are expanded before anything runs.

    def expanded(self, value, names):
        if isinstance(value, str):
            whole = re.fullmatch(r"\$\{\{\s*([\w.]+)\s*\}\}", value)
            if whole:
                return names[whole.group(1)]
            joined = re.fullmatch(r"\$\{\{ join\('([^']*)', ([\w.]+)\) \}\}", value)
            if joined:
                return joined.group(1).join(names[joined.group(2)])
            return re.sub(r"\$\{\{\s*([\w.]+)\s*\}\}", lambda found: str(names[found.group(1)]), value)
        if isinstance(value, list):
            return [item for element in value for item in self.items(element, names)]
        if isinstance(value, dict):
            result = {}
            for key, inner in value.items():
                loop = re.fullmatch(r"\$\{\{ each (\w+) in ([\w.]+) \}\}", str(key))
                if loop:
                    for item in names[loop.group(2)]:
                        result |= self.expanded(inner, {**names, loop.group(1): item})
                else:
                    result[self.expanded(key, names)] = self.expanded(inner, names)
            return result
        return value

    def items(self, element, names):
        """What an element of a list becomes: nothing, itself, or several."""
        if isinstance(element, dict) and len(element) == 1:
            key, inner = next(iter(element.items()))
            choice = re.fullmatch(r"\$\{\{ if eq\(([\w.]+), '([^']*)'\) \}\}", str(key))
            if choice:
                return self.expanded(inner, names) if names[choice.group(1)] == choice.group(2) else []
            loop = re.fullmatch(r"\$\{\{ each (\w+) in ([\w.]+) \}\}", str(key))
            if loop:
                return [step for item in names[loop.group(2)] for step in self.expanded(inner, {**names, loop.group(1): item})]
        return [self.expanded(element, names)]

    def steps(self, steps, folder, names):
        for step in self.expanded(steps, names):
            if "template" not in step:
                yield step
                continue
            path = folder / step["template"]
            template = yaml.safe_load(path.read_text())
            given = dict(step.get("parameters", {}))
            inner = {}
            for parameter in template["parameters"]:
                value = given.pop(parameter["name"]) if parameter["name"] in given else parameter["default"]
                assert isinstance(value, {"string": str, "object": list}[parameter["type"]]), (parameter, value)
                inner["parameters." + parameter["name"]] = value
            assert not given, f"{path} has no parameters {given}"
            yield from self.steps(template["steps"], path.parent, inner)

    def run(self, event, name, stage):
        variables = {f"variables.{entry['name']}": entry["value"] for entry in self.pipeline["variables"]}
        job = stage["jobs"][0]
        assert ("pool" in job) == bool(event.into), "pull requests have agents of their own"
        written = job["strategy"]["runOnce"]["deploy"]["steps"] if "deployment" in job else job["steps"]
        steps = list(self.steps(written, self.path.parent, variables))
        checkout = steps.pop(0)
        assert checkout["checkout"] == "self" and checkout["fetchDepth"] == "0"
        pushes = checkout.get("persistCredentials") == "true"
        clone, temporary = self.workspace(event, may_push=pushes, may_fetch=pushes)
        runtime = {
            **self.runtime, "Build.SourcesDirectory": str(clone), "Build.ArtifactStagingDirectory": str(temporary / "staging"),
            "Agent.TempDirectory": str(temporary), "Pipeline.Workspace": str(temporary / "workspace"), **self.variables, **self.secrets,
        }
        environment = {
            "AGENT_TEMPDIRECTORY": str(temporary), "SYSTEM_PULLREQUEST_TARGETBRANCH": f"refs/heads/{event.into}" if event.into else "",
            **{key.upper(): value for key, value in self.variables.items()},
        }
        output, path = "", "/usr/local/bin:/usr/bin:/bin"

        def text(value):
            return re.sub(r"\$\(([\w.]+)\)", lambda found: runtime.get(found.group(1), found.group(0)), str(value))

        for step in steps:
            if "bash" in step:
                own = {key: text(value) for key, value in step.get("env", {}).items()}
                folder = text(step.get("workingDirectory", str(clone)))
                shown = self.shell(text(step["bash"]), folder, {**environment, **own, "PATH": path}, [])
                for added in re.findall(r"^##vso\[task\.prependpath\](.*)$", shown, re.M):
                    path = added + os.pathsep + path
                for summary in re.findall(r"^##vso\[task\.uploadsummary\](.*)$", shown, re.M):
                    shown += open(summary).read()
                output += shown
            elif "publish" in step:
                shutil.copytree(text(step["publish"]), self.artefacts / step["artifact"], dirs_exist_ok=True)
            elif "download" in step:
                shutil.copytree(self.artefacts / step["artifact"], temporary / "workspace" / step["artifact"])
            else:
                assert step.get("task") == "PublishTestResults@2", step
                assert "<testsuite" in open(text(step["inputs"]["testResultsFiles"])).read()
        return output
