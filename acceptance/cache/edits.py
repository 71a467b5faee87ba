"""Edits of a project as people, editors and git make them. Everything follows from the given `random.Random`.

An edit takes it, the files (path: bytes or `Link`) and the story, and returns what it did, in words, and the files it makes anew (None: removed).
It returns None where the project has nothing for it.
"""
import re
import sys
import unicodedata

from program import REPOSITORY, Link

sys.path.insert(0, str(REPOSITORY / "acceptance/fuzz"))
import grammar  # noqa: E402
import mutations  # noqa: E402

TYPES = ["VARCHAR", "INTEGER", "BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP", "DECIMAL(18,2)", "INTEGER[]", "STRUCT(a INTEGER)", "NOTYPE"]
CODES = ["absolute-path", "unused-parameter", "unused-variable", "unused-template", "schedule-overlap", "plaintext-credential", "duplicate-column", "no-such-code",
         "missing-argument", "retry-without-effect", "unknown-column"]
BREAKS = ["\t", "{", "]", ": :", "- -", "'", '"', "&a *a", "!x", "\x00", "...", "---\nkind: Pipeline", "%", "${{", "}}"]
CHECKS = ["notNull: [{0}]", "unique: [{0}]", "range: {{ column: {0}, min: 0 }}", "accepted: {{ column: {0}, values: [a, 1] }}", "rowCount: {{ min: 1 }}",
          "relationship: {{ column: {0}, to: {1}.{0} }}", 'expression: {{ sql: "{0} in (select {0} from {1})" }}', 'expression: {{ sql: "{0} > 1" }}']
ENVIRONMENT = b"apiVersion: pipectl/v1\nkind: Environment\nname: NAME\nroot: .pipectl/NAME\nengine: { threads: 2, memory: 1GB }\n"
TEMPLATE = b"apiVersion: pipectl/v1\nkind: Template\nname: NAME\nparameters:\n  p: { type: string }\nactivity: { type: wait, seconds: 1 }\n"


def edit(chance, files, story):
    """One edit, of whatever kind fits."""
    while True:
        kind = chance.choice(KINDS)
        made = kind(chance, files, story)
        if made:
            return f"{kind.__name__.replace('_', ' ')}: {made[0]}", made[1]


def one(chance, files, *endings):
    paths = sorted(path for path, content in files.items() if isinstance(content, bytes) and path.endswith(endings or (".yml", ".yaml", ".sql")))
    return chance.choice(paths) if paths else None


def texts(files):
    return b"\n".join(content for path, content in sorted(files.items()) if isinstance(content, bytes) and path.endswith((".yml", ".yaml", ".sql")))


def tables(files):
    return sorted(set(re.findall(rb"\b(?:bronze|silver|gold)\.\w+", texts(files)))) or [b"silver.x"]


def replaced(chance, text, pattern, replacement):
    """One match of the pattern as `replacement(match)`; None where there is none."""
    found = list(re.finditer(pattern, text))
    if not found:
        return None
    match = chance.choice(found)
    return text[:match.start()] + replacement(match) + text[match.end():]


def in_file(path, text, what):
    return None if text is None else (f"{what} in {path}", {path: text})


def rename_column(chance, files, story):
    path = one(chance, files, ".sql") or one(chance, files)
    words = sorted(set(re.findall(rb"\b[a-z_]{3,}\b", files[path]))) if path else []
    if not words:
        return None
    word = chance.choice(words)
    other = word + b"_x" if chance.random() < 0.6 else chance.choice(words)
    text, count = re.subn(rb"\b" + word + rb"\b", other, files[path], count=chance.choice([0, 1]))
    return in_file(path, text, f"{word.decode()} is {other.decode()}, {count} times,")


def change_type(chance, files, story):
    path = one(chance, {path: content for path, content in files.items() if path.startswith("schemas/")}, ".yml") or one(chance, files)
    pattern = rb"(?<=: )(?:VARCHAR|INTEGER|BIGINT|DOUBLE|BOOLEAN|DATE|TIMESTAMP|DECIMAL\([\d, ]+\)|NOTYPE)(?=\s)"
    return path and in_file(path, replaced(chance, files[path], pattern, lambda match: chance.choice(TYPES).encode()), "another type")


def change_table(chance, files, story):
    path = one(chance, files)
    return path and in_file(path, replaced(chance, files[path], rb"\b(?:bronze|silver|gold)\.\w+", lambda match: chance.choice(tables(files))), "another table")


def change_target(chance, files, story):
    path = one(chance, files, ".yml")
    return path and in_file(path, replaced(chance, files[path], rb"(?<=into: )[\w.]+", lambda match: chance.choice(tables(files))), "another target")


def change_name(chance, files, story):
    """Often to a name that is there already."""
    path = one(chance, files, ".yml")
    names = sorted(set(re.findall(rb"(?<=name: )\w+", texts(files))))
    return path and names and in_file(path, replaced(chance, files[path], rb"(?<=name: )\w+", lambda match: chance.choice(names + [match[0] + b"2"])), "another name") or None


def change_number(chance, files, story):
    path = one(chance, files)
    return path and in_file(path, replaced(chance, files[path], rb"\b\d+\b", lambda match: b"%d" % chance.choice([0, 1, 7, 100, 99999])), "another number")


def add_check(chance, files, story):
    path = one(chance, files, ".yml")
    columns = re.findall(rb"\b[a-z]+_[a-z]+\b", texts(files)) or [b"id"]

    def line(match):
        check = chance.choice(CHECKS).format(chance.choice(columns).decode(), chance.choice(tables(files)).decode())
        return match[0] + match[1] + b"  - " + check.encode() + b"\n"

    return path and in_file(path, replaced(chance, files[path], rb"(?m)^( *)checks:\n", line), "a check")


def add_waiver(chance, files, story):
    path = one(chance, files)
    if not path:
        return None
    lines = files[path].split(b"\n")
    at = chance.randrange(len(lines))
    sign = b"--" if path.endswith(".sql") else b"#"
    reason = chance.choice([b" - it is meant so", b"", b" - "])
    lines.insert(at, sign + b" pipectl: allow " + chance.choice(CODES).encode() + reason)
    return in_file(path, b"\n".join(lines), f"a waiver before line {at + 1}")


def change_severity(chance, files, story):
    path = "pipectl.yml"
    if not isinstance(files.get(path), bytes):
        return None
    rules = ", ".join(f"{code}: {chance.choice(['off', 'note', 'warning', 'error'])}" for code in sorted(set(chance.choices(CODES, k=2))))
    text = re.sub(rb"(?m)^validation:.*(?:\n[ ].*)*\n?", b"", files[path]).rstrip() + f"\nvalidation: {{ rules: {{ {rules} }} }}\n".encode()
    return in_file(path, text, f"severities {rules}")


def change_folders(chance, files, story):
    path = "pipectl.yml"
    if not isinstance(files.get(path), bytes):
        return None
    text = re.sub(rb"(?m)^folders:.*(?:\n[ ].*)*\n?", b"", files[path]).rstrip() + b"\n"
    if chance.random() < 0.5 and text != files[path]:
        return in_file(path, text, "the usual folders")
    names = ["pipelines", "environments", "templates", "schemas"]
    others = chance.sample(names + ["."], 4)
    return in_file(path, text + f"folders: {{ {', '.join(f'{name}: {other}' for name, other in zip(names, others))} }}\n".encode(), "other folders")


def break_yaml(chance, files, story):
    path = one(chance, files, ".yml")
    if not path:
        return None
    at = chance.randint(0, len(files[path]))
    return in_file(path, files[path][:at] + chance.choice(BREAKS).encode() + files[path][at:], "a break")


def drop_line(chance, files, story):
    path = one(chance, files)
    if not path:
        return None
    lines = files[path].split(b"\n")
    at = chance.randrange(len(lines))
    del lines[at:at + chance.choice([1, 1, 2, 5])]
    return in_file(path, b"\n".join(lines), f"without line {at + 1}")


def damage(chance, files, story):
    path = one(chance, files)
    if not path:
        return None
    kinds = [mutations.damage_tokens, grammar.damage_sql] if path.endswith(".sql") else [mutations.damage_tokens, grammar.damage_yaml, grammar.damage_expression]
    text = chance.choice(kinds)(chance, files[path])
    # Large files are slow to look at, and tell no more.
    return in_file(path, text, "damage") if len(text) < 100_000 else None


def change_line_ends(chance, files, story):
    path = one(chance, files)
    if not path:
        return None
    text = files[path]
    return in_file(path, text.replace(b"\r\n", b"\n") if b"\r\n" in text else text.replace(b"\n", b"\r\n"), "other line ends")


def add_byte_order_mark(chance, files, story):
    path = one(chance, files)
    return path and in_file(path, b"\xef\xbb\xbf" + files[path], "a byte order mark")


def make_binary(chance, files, story):
    path = one(chance, files)
    return path and in_file(path, files[path] + chance.choice([b"\x00", b"\xff", b"\xed\xa0\x80"]), "no text")


def delete(chance, files, story):
    path = chance.choice(sorted(files)) if files else None
    return path and (path, {path: None})


def rename(chance, files, story):
    path = one(chance, files)
    if not path:
        return None
    folder, _, name = path.rpartition("/")
    other = chance.choice([f"{folder}/new/{name}", f"{folder}/{chance.randrange(100)}-{name}", f"{path}.bak", f"schemas/{name}", f"templates/{name}", f"pipelines/{name}"]).lstrip("/")
    return (f"{path} to {other}", {path: None, other: files[path]}) if other != path else None


def copy(chance, files, story):
    path = one(chance, files)
    if not path:
        return None
    folder, _, name = path.rpartition("/")
    stem, _, ending = name.rpartition(".")
    # Two spellings of one name: the same to people, two to a file system.
    accented = unicodedata.normalize(chance.choice(["NFC", "NFD"]), "é")
    other = f"{folder}/{chance.choice([stem + '2', accented, stem + accented, '0'])}.{ending}".lstrip("/")
    return (f"{path} to {ascii(other)}", {other: files[path]}) if other != path else None


def swap(chance, files, story):
    path, other = one(chance, files), one(chance, files)
    return (f"{path} and {other}", {path: files[other], other: files[path]}) if path != other else None


def overwrite(chance, files, story):
    path, other = one(chance, files), one(chance, files)
    return (f"{path} by {other}", {path: files[other]}) if path != other else None


def link(chance, files, story):
    path, other = chance.choice(sorted(files)) if files else None, one(chance, files)
    up = "../" * path.count("/") if path else ""
    target = chance.choice([f"{up}{other}", f"{up}{other}", "/etc/hostname", "nowhere", path and path.rpartition("/")[2], f"{up}pipelines", "/dev/zero"])
    return (f"{path} to {target}", {path: Link(target)}) if path and other and path != other and path != "pipectl.yml" else None


def put_folder(chance, files, story):
    """A folder in the place of a file."""
    path = one(chance, files)
    return (path, {path: None, f"{path}/{chance.choice(['a.yml', 'a.txt', '.hidden'])}": files[path]}) if path and path != "pipectl.yml" else None


def add_environment(chance, files, story):
    paths = sorted(path for path in files if path.startswith("environments/") and isinstance(files[path], bytes))
    name = chance.choice(["dev", "test", "prod", "other"])
    text = files[chance.choice(paths)] if paths and chance.random() < 0.7 else ENVIRONMENT
    return f"{name}", {f"environments/{name}{chance.choice(['', '2'])}.yml": re.sub(rb"(?m)^name: .*$", b"name: " + name.encode(), text.replace(b"NAME", name.encode()))}


def add_template(chance, files, story):
    name = chance.choice(re.findall(rb"(?<=template: )\w+", texts(files)) + [b"spare"]).decode()
    return name, {f"templates/{name}{chance.choice(['', '2'])}.yml": TEMPLATE.replace(b"NAME", name.encode())}


def add_parameter(chance, files, story):
    path = one(chance, files, ".yml")
    line = chance.choice([b"  extra: { type: int, default: 1 }\n", b"  extra: { type: string }\n", b"  minimum: { type: string, default: x }\n"])
    return path and in_file(path, replaced(chance, files[path], rb"(?m)^(?:parameters|variables):\n", lambda match: match[0] + line), "a parameter")


def splice(chance, files, story):
    """A file of another project."""
    other = chance.choice(story.others)
    path = one(chance, other)
    return path and (path, {path: other[path]})


def revert(chance, files, story):
    """A file as it was once."""
    past = chance.choice(story.past)
    path = chance.choice(sorted(set(past) | set(files)))
    return (path, {path: past.get(path)}) if past.get(path) != files.get(path) else None


def revert_all(chance, files, story):
    past = chance.choice(story.past)
    changes = {path: past.get(path) for path in sorted(set(past) | set(files)) if past.get(path) != files.get(path)}
    return (f"{len(changes)} files", changes) if changes else None


def change_project(chance, files, story):
    """Another project in the same folder, where only small ones are."""
    if not story.is_chain:
        return None
    other = chance.choice(story.others)
    return f"{len(other)} files", {path: other.get(path) for path in sorted(set(other) | set(files))}


def touch(chance, files, story):
    path = one(chance, files)
    return path and (path, {path: files[path]})


KINDS = [rename_column, rename_column, change_type, change_type, change_table, change_table, change_target, change_name, change_name, change_number, add_check, add_waiver,
         change_severity, change_folders, break_yaml, drop_line, drop_line, damage, damage, change_line_ends, add_byte_order_mark, make_binary, delete, rename, copy, swap,
         overwrite, link, put_folder, add_environment, add_template, add_parameter, splice, revert, revert, revert, revert_all, revert_all, change_project, change_project,
         change_project, touch]
