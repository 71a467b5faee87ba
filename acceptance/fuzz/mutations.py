"""Small and large damage to files of a project: bytes, YAML, expressions, SQL. Everything follows from the given `random.Random`."""
import re

import grammar

INTERESTING = [
    b"\x00", b"\xef\xbb\xbf", b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\xc2\x85", b"\xcc\x81" * 40,
    "é".encode(), "👩‍👩‍👧".encode(), b"\r", b"\r\n", b"\t", b"\x0b", b"\x1b[31m", b"\x7f", b" ", b"\n", b"\n\n---\n", b"\n...\n", b"%YAML 1.2\n---\n",
    b"'", b'"', b"\"\\u0000\"", b"\"\\uD800\"", b"`", b"${{", b"}}", b"${{ }}", b"$${{", b"{{", b"{", b"}", b"[", b"]", b"[[[[", b": ", b":", b"- ", b"? ", b"#", b" #",
    b"&a ", b"*a", b"*", b"&", b"!!binary ", b"!!set ", b"!x ", b"!!python/object:os.system ", b"<<: ", b"<<: *a", b"|", b">", b"|+9", b">-\n", b"|\n",
    b"~", b"null", b"true", b"yes", b".nan", b"-.inf", b"0x1F", b"0o17", b"1_000", b"1e999", b"-0", b"9223372036854775808", b"-9223372036854775809", b"9" * 400,
    b"1" + b"0" * 5000, b"2024-02-30", b"0001-01-01", b"9999999-12-31", b"PT1H", b"99999999999999999999h", b"* * * * *", b"@daily", b"0 0 31 2 *",
    b"..", b"/", b"../../../../etc/passwd", b"/dev/zero", b"sql/", b"%s%n", b"\\", b"\\x", b"$(touch canary)", b"--", b"/*", b"*/", b"$$", b"$a$", b";", b"::",
]


def mutate(chance, files, others):
    """Changes some of `files` (path: bytes) in place; `others` are files of other projects, to take pieces from. What was done, in words."""
    done = []
    for _ in range(chance.choice([1, 1, 1, 2, 2, 3, 6])):
        path = chance.choice(sorted(files))
        kinds = [damage_bytes, damage_tokens, splice]
        if path.endswith((".yml", ".yaml")):
            kinds += [grammar.damage_yaml, grammar.damage_yaml, grammar.damage_expression, grammar.damage_yaml_sql]
        if path.endswith(".sql"):
            kinds += [grammar.damage_sql, grammar.damage_sql, grammar.damage_sql, grammar.damage_expression]
        kind = chance.choice(kinds)
        before = files[path]
        after = kind(chance, before, others) if kind is splice else kind(chance, before)
        if len(after) < 20 << 20:
            files[path] = after
            done.append(f"{kind.__name__} {path}")
    return done


def somewhere(chance, text):
    """A range of the text, short ones more often."""
    start = chance.randint(0, len(text))
    return start, min(len(text), start + int(chance.expovariate(1 / chance.choice([1, 8, 60, 600]))))


def damage_bytes(chance, text):
    start, end = somewhere(chance, text)
    kind = chance.randrange(9)
    if kind == 0 and text:
        at = chance.randrange(len(text))
        return text[:at] + bytes([text[at] ^ 1 << chance.randrange(8)]) + text[at + 1:]
    if kind == 1:
        return text[:start] + text[end:]
    if kind == 2:
        return text[:end] + text[start:end] * chance.choice([1, 2, 10, 1000]) + text[end:]
    if kind == 3:
        return text[:start]
    if kind == 4:
        return text[:start] + chance.randbytes(chance.randint(1, 30)) + text[end:]
    if kind == 5:
        return text.replace(b"\n", b"\r\n") if chance.random() < 0.5 else text.replace(b"\n", b"\r")
    if kind == 6:
        return b"\xef\xbb\xbf" + text if chance.random() < 0.5 else text.decode("utf-8", "replace").encode(chance.choice(["utf-16", "utf-16-le", "latin-1"]), "replace")
    if kind == 7:
        return text[:start] + chance.choice(INTERESTING) * (1 << 20 >> chance.randint(0, 20)) + text[start:] if chance.random() < 0.1 else text[:start]
    return text[:start] + chance.choice(INTERESTING) + text[start:]


def damage_tokens(chance, text):
    """Swaps, repeats or replaces words and signs."""
    tokens = re.findall(rb"[A-Za-z_0-9]+|\s+|.", text, re.S)
    if len(tokens) < 2:
        return text
    a, b = chance.randrange(len(tokens)), chance.randrange(len(tokens))
    kind = chance.randrange(5)
    if kind == 0:
        tokens[a], tokens[b] = tokens[b], tokens[a]
    elif kind == 1:
        tokens[a] = tokens[b]
    elif kind == 2:
        tokens[a] = chance.choice(INTERESTING)
    elif kind == 3:
        tokens.insert(a, chance.choice(INTERESTING))
    else:
        del tokens[min(a, b):min(a, b) + chance.randint(1, 4)]
    return b"".join(tokens)


def splice(chance, text, others):
    """A piece of another file in the place of a piece of this one."""
    other = chance.choice(others)
    start, end = somewhere(chance, text)
    first, last = somewhere(chance, other)
    return text[:start] + other[first:last] + text[end:]
