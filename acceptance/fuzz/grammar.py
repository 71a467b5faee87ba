"""Damage that knows the languages: YAML's lines and keys, expressions, SQL."""
import re

KEYS = """apiVersion kind name description type activities source into mode key checks query table connection path format columns template parameters
dependsOn activity conditions retry count timeout items batchCount condition then else variable value seconds message errorCode pipeline tables where triggers
schedule cron timezone concurrency variables default layers defaultEnvironment root engine threads memory warehouse branch promotion from require onViolation
notNull unique accepted relationship range expression rowCount freshness schema sql min max within to incremental column lookback audit onSchemaChange
sources firstRowOnly schemas connections protected secrets store""".split()
VALUES = """null ~ true 0 -1 1e400 0x7fffffffffffffff 9223372036854775808 "" '' [] {} [[]] [~] {a:b} {{a}} !!str !!int 999999999999999999999999h -5m 1.5 2024-02-30
"${{ }}" "${{ params.x }}" "${{ item().a.b }}" "${{ secret('x') }}" "$${{ x }}" bronze.a.b.c silver. .x ../x /abs /dev/zero *.sql sql/ copy transform forEach if
"\\0" "\\uFFFF" Europe/Nowhere "* * * * *" "*/0 * * * *" "99 99 99 99 99" "0-99999999999 * * * *" select 1 wait script until""".split() + ["select 1", "0 0 * * 0"]
FUNCTIONS = """concat substring replace guid toLower toUpper indexOf lastIndexOf startsWith endsWith split trim contains empty first last length skip take union
intersection join equals and or not greater less greaterOrEquals lessOrEquals if coalesce createArray json string int float bool array base64 base64ToString
base64ToBinary dataUri dataUriToString uriComponent uriComponentToString xml xpath decodeBase64 encodeUriComponent add sub mul div mod min max rand range
utcNow ticks formatDateTime addDays addHours addMinutes addSeconds addToTime subtractFromTime convertTimeZone convertFromUtc convertToUtc dayOfWeek dayOfMonth
dayOfYear startOfDay startOfMonth getFutureTime getPastTime params env environment variables activity item run pipeline secret trigger""".split()
ATOMS = ["1", "-1", "1.5", "9223372036854775807", "9223372036854775808", "1e308", "0", "'x'", "''", "''''", "'it''s'", "null", "true", "item()", "params.since", "params.table",
         "variables('x')", "pipeline().parameters.x", "activity('x').output.firstRow.a", "activity('x')?.output?[0]", "environment().name", "run().id", "'2024-02-30'",
         "'" + "x" * 3000 + "'", "'é👩‍👩‍👧'", "'}}'", "'${{'", "@{x}", "createArray()"]
SQL_ATOMS = ["1", "NULL", "'x'", "x", "t.*", "*", "count(*)", "DATE '2024-02-30'", "1e400", "9" * 50, "-" * 50 + "1", "[1,2]", "{'a': 1}", "MAP {1: 2}", "$1", "?", "$a", ":a",
             "(SELECT 1)", "x'00'", "E'\\0'", "$$a$$", "U&'\\0041'", "INTERVAL 1 YEAR", "'\U0001F469'::VARCHAR", "COLUMNS(*)", "COLUMNS('(')", "row(1,2)", "lambda x: x", "x -> x"]
# What could take long, touch files or leave the SELECT, if it were run instead of described.
STATEMENTS = [
    "COPY (SELECT 1) TO 'canary'", "EXPORT DATABASE 'canary'", "ATTACH 'canary' AS c", "CREATE TABLE t AS SELECT 1", "SELECT 1; COPY (SELECT 1) TO 'canary'", "INSTALL httpfs",
    "LOAD 'x'", "SET memory_limit='1MB'", "SET threads=1", "PRAGMA database_list", "CALL pragma_version()", "PREPARE p AS SELECT 1", "EXECUTE p", "USE memory", "DROP SCHEMA bronze CASCADE",
    "SELECT * FROM range(1000000000000)", "SELECT range(1000000000)", "SELECT repeat('x', 4000000000)", "SELECT unnest(range(1000000000))", "SELECT length(repeat(repeat('x', 100000), 100000))",
    "SELECT sum(a.range + b.range) FROM range(10000000) a, range(10000000) b", "PIVOT (FROM range(100000000)) ON range USING count(*)", "SELECT list_sum(list_transform(range(300000000), x -> x))",
    "SUMMARIZE SELECT * FROM range(100000000)", "DESCRIBE SELECT 1", "EXPLAIN ANALYZE SELECT 1", "FROM range(10)", "VALUES (1)", "TABLE bronze.x", "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM read_csv('/dev/zero')", "SELECT * FROM read_csv('**')", "SELECT * FROM '/etc/passwd'", "SELECT * FROM glob('/**')", "SELECT * FROM 'pipelines/*.yml'", "SELECT getenv('HOME')",
    "SELECT * FROM query('SELECT 1')", "SELECT * FROM query_table('x')", "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r", "SELECT * FROM duckdb_settings()",
    "SELECT regexp_matches(repeat('a', 100000), '(a*)*b')", "SELECT 1 FROM (SELECT 1) TABLESAMPLE 10%", "SELECT error('x')", "SELECT sleep_ms(100000)", "SELECT pg_sleep(100)",
    "SELECT CAST('x' AS INTEGER)", "SELECT 1/0", "SELECT hugeint '1'", "SELECT * FROM bronze.x AT (VERSION => 1)", "SELECT (SELECT (SELECT x))", "-- only a comment", "", ";", ";;",
    "UPDATE bronze.x SET a = 1", "DELETE FROM bronze.x", "INSERT INTO bronze.x VALUES (1)", "MERGE INTO bronze.x USING y ON true WHEN MATCHED THEN DELETE", "BEGIN", "COMMIT", "VACUUM", "CHECKPOINT",
    "SELECT * EXCLUDE (a) REPLACE (1 AS b) RENAME (c AS d) FROM x", "SELECT 1 AS a, 2 AS A, 3 AS \"a\"", "SELECT 1 AS \"\"", "SELECT 1 AS \"" + "x" * 70000 + "\"", "SELECT 1 AS \"a\nb\"",
]
DEPTHS = [2, 10, 40, 99, 101, 300, 1000, 5000, 50000]


def text_of(bytes):
    return bytes.decode("utf-8", "surrogateescape")


def bytes_of(text):
    return text.encode("utf-8", "surrogateescape")


def deep(chance):
    return chance.choice(DEPTHS[:6] if chance.random() < 0.7 else DEPTHS)


# YAML

def damage_yaml(chance, bytes):
    lines = text_of(bytes).split("\n")
    if len(lines) < 3:
        return bytes
    return bytes_of("\n".join(chance.choice(YAML)(chance, lines, chance.randrange(len(lines)))))


def block(lines, at):
    """The end of the block that begins with this line."""
    indent = len(lines[at]) - len(lines[at].lstrip())
    end = at + 1
    while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > indent):
        end += 1
    return end


def indent_of(line):
    return line[:len(line) - len(line.lstrip())]


def repeat_block(chance, lines, at):
    end = block(lines, at)
    return lines[:end] + lines[at:end] * chance.choice([1, 1, 2, 50, 500]) + lines[end:]


def delete_block(chance, lines, at):
    return lines[:at] + lines[block(lines, at):]


def move_block(chance, lines, at):
    end = block(lines, at)
    rest = lines[:at] + lines[end:]
    to = chance.randint(0, len(rest))
    return rest[:to] + lines[at:end] + rest[to:]


def indent_block(chance, lines, at):
    end, by = block(lines, at), chance.choice([-4, -2, -1, 1, 2, 4, 9])
    return lines[:at] + [" " * by + line if by > 0 else line[-by:] for line in lines[at:end]] + lines[end:]


def change_key(chance, lines, at):
    key = chance.choice(KEYS + ["", "<<", "? a", '"a"', "1", "name ", "${{ params.x }}", "é"])
    return lines[:at] + [re.sub(r"[A-Za-z]\w*(?=:)", lambda _: key, lines[at], count=1)] + lines[at + 1:]


def change_value(chance, lines, at):
    value = chance.choice(VALUES)
    return lines[:at] + [re.sub(r"(?<=: ).*$|(?<=- )[^:]*$", lambda _: value, lines[at], count=1)] + lines[at + 1:]


def add_key(chance, lines, at):
    key, value = chance.choice(KEYS), chance.choice(VALUES)
    return lines[:at] + [indent_of(lines[at]) + chance.choice(["", "  ", "- "]) + f"{key}: {value}"] + lines[at:]


def nest_activities(chance, lines, at):
    """The block inside lists of activities, many deep."""
    end, indent, depth = block(lines, at), indent_of(lines[at]), min(deep(chance), 1000)
    head, kind = [], chance.choice(["forEach", "if"])
    for level in range(depth):
        inner = indent + "    " * level
        head += [f"{inner}- name: n{level}", f"{inner}  type: {kind}"]
        head += [f"{inner}  items: [1]", f"{inner}  activities:"] if kind == "forEach" else [f"{inner}  condition: true", f"{inner}  then:"]
    return lines[:at] + head + ["    " * depth + line for line in lines[at:end]] + lines[end:]


def nest_flow(chance, lines, at):
    opening, closing = chance.choice([("[", "]"), ("{a: ", "}"), ("[{a: ", "}]"), ("[", ""), ("{", "")])
    depth = deep(chance)
    return lines[:at] + [indent_of(lines[at]) + chance.choice(KEYS) + ": " + opening * depth + "x" + closing * depth] + lines[at:]


def long_list(chance, lines, at):
    items = ", ".join(chance.choice(["a", "x{0}", "'${{{{ {0} }}}}'", "{{a: {0}}}"]).format(number) for number in range(chance.choice([10, 1000, 30000])))
    return lines[:at] + [f"{indent_of(lines[at])}{chance.choice(KEYS)}: [{items}]"] + lines[at:]


def aliases(chance, lines, at):
    """Anchors that multiply, or name themselves."""
    indent = indent_of(lines[at])
    if chance.random() < 0.3:
        return lines[:at] + [f"{indent}loop: &loop [*loop]", f"{indent}other: *missing"] + lines[at:]
    width, depth = chance.choice([2, 10]), chance.choice([3, 9, 30])
    bomb = [f"{indent}a0: &a0 [x]"] + [f"{indent}a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * width)}]" for level in range(1, depth)]
    return lines[:at] + bomb + lines[at:]


def anchor(chance, lines, at):
    """A value gets an anchor, another becomes its alias."""
    to = chance.randrange(len(lines))
    lines = list(lines)
    lines[at] = re.sub(r"(?<=: )", "&q ", lines[at], count=1)
    lines[to] = re.sub(r"(?<=: ).*$", "*q", lines[to], count=1)
    return lines


def tag(chance, lines, at):
    mark = chance.choice(["!!str ", "!!int ", "!!float ", "!!map ", "!!seq ", "!!null ", "!!bool ", "!!binary ", "!!timestamp ", "!own ", "!<tag:x> ", "! ", "!!"])
    return lines[:at] + [re.sub(r"(?<=: )|(?<=- )", mark, lines[at], count=1)] + lines[at + 1:]


def scalar_style(chance, lines, at):
    """A value in another style, perhaps with what that style does not take."""
    match = re.match(r"^(\s*(?:- )?[\w]+: )(\S.*)$", lines[at])
    if not match:
        return lines
    head, value = match.groups()
    pad = indent_of(lines[at]) + "      "
    changed = chance.choice([[head + "|", pad + value], [head + ">-", pad + value, "", pad + value], [head + f"'{value}'"], [head + f'"{value}'], [head + "|2-", " " + value],
                             [head + value, pad + value], [head + '"' + value, pad + '\\', pad + value + '"'], [head + "|+", pad + "\t" + value, "", ""]])
    return lines[:at] + changed + lines[at + 1:]


def long_line(chance, lines, at):
    filler = chance.choice(["x", "x ", "é", "👩", "${{ ", "\t", "'", "[", "- ", "x: ", "#"])
    return lines[:at] + [lines[at] + filler * ((1 << 20) // len(filler.encode()) >> chance.choice([0, 4, 8]))] + lines[at + 1:]


YAML = [repeat_block, delete_block, move_block, indent_block, change_key, change_key, change_value, change_value, change_value, add_key, nest_activities, nest_flow, long_list, aliases,
        anchor, tag, scalar_style, long_line]


# Expressions

def expression(chance, depth=3):
    kind = chance.randrange(6)
    if depth == 0 or kind == 0:
        return chance.choice(ATOMS)
    if kind == 1:
        return expression(chance, depth - 1) + chance.choice([".a", "?.a", "[0]", "?[0]", "['a']", ".a.b.c", "[-1]", "[item()]", ".", "["])
    arguments = ", ".join(expression(chance, depth - 1) for _ in range(chance.choice([0, 1, 1, 2, 2, 3, 9])))
    return f"{chance.choice(FUNCTIONS)}({arguments})"


def deep_expression(chance):
    depth = deep(chance)
    shape = chance.randrange(6)
    if shape == 0:
        return "not(" * depth + "true" + ")" * chance.choice([depth, depth, depth - 1])
    if shape == 1:
        return "item()" + chance.choice([".a", "?.a", "[0]", "?['a']"]) * depth
    if shape == 2:
        return "concat(" + ", ".join(["'x'"] * depth) + ")"
    if shape == 3:
        return "add(1, " * depth + "1" + ")" * depth
    if shape == 4:
        return "item()[" * depth + "0" + "]" * depth
    return "(" * depth + "1" + ")" * depth


def expressions_in(text):
    """Where the first expressions start and end. A regular expression would look through the whole text for each that is not closed."""
    found, at = [], 0
    while len(found) < 1000:
        start = text.find("${{", at)
        end = text.find("}}", start)
        if start < 0 or end < 0:
            break
        found.append((start, at := end + 2))
    return found


def damage_expression(chance, bytes):
    text = text_of(bytes)
    found = expressions_in(text)
    new = expression(chance) if chance.random() < 0.8 else deep_expression(chance)
    if not found or chance.random() < 0.3:
        places = [match.end() for match in re.finditer(r": (?=\S)|(?<=[ (,=])", text)] or [0]
        at = chance.choice(places)
        whole = re.compile(r"[^\n]*").match(text, at).end() if chance.random() < 0.5 else at
        return bytes_of(text[:at] + chance.choice(["", '"', "x-"]) + "${{ " + new + chance.choice([" }}", " }}", " }}", "", "}", ' }}"']) + text[whole:])
    start, end = chance.choice(found)
    inner = text[start + 3:end - 2]
    tokens = re.findall(r"\w+|\s+|.", inner, re.S)
    kind = chance.randrange(6)
    if kind == 0:
        inner = f" {new} "
    elif kind == 1:
        inner = f" {chance.choice(FUNCTIONS)}({inner}, {new}) "
    elif kind == 2 and tokens:
        tokens[chance.randrange(len(tokens))] = new
        inner = "".join(tokens)
    elif kind == 3 and tokens:
        del tokens[chance.randrange(len(tokens))]
        inner = "".join(tokens)
    elif kind == 4:
        inner = inner.replace("'", chance.choice(["''", "", "'''", '"']))
    else:
        inner += chance.choice([")", "(", "'", ",", "${{", "}", ".", "?", "[", "]", "@", "#", "\n", "\x00", "\\"])
    return bytes_of(text[:start] + "${{" + inner + "}}" + text[end:])


# SQL

def damage_sql(chance, bytes):
    return bytes_of(damaged_sql(chance, text_of(bytes)))


def damage_yaml_sql(chance, bytes):
    """SQL in a value of `query`, `sql` or `where`."""
    text = text_of(bytes)
    found = list(re.finditer(r"(?:query|sql|where): (.*)", text))
    if not found:
        return bytes
    match = chance.choice(found)
    sql = damaged_sql(chance, match[1].strip("\"'"))
    quoted = chance.choice(['"' + sql.replace("\\", "\\\\").replace('"', '\\"') + '"', "'" + sql.replace("'", "''") + "'", sql])
    if "\n" not in quoted and chance.random() < 0.3:
        quoted = "|\n" + " " * 12 + sql
    return bytes_of(text[:match.start(1)] + quoted + text[match.end(1):])


def damaged_sql(chance, sql):
    kind = chance.randrange(16)
    depth = deep(chance)
    if kind == 0:
        return chance.choice(STATEMENTS)
    if kind == 1:
        return "(" * depth + sql + ")" * depth
    if kind == 2:
        return "SELECT * FROM (" * min(depth, 1000) + sql + ")" * min(depth, 1000)
    if kind == 3:
        steps = min(depth, 1000)
        return "WITH c0 AS (" + sql + ")" + "".join(f", c{step} AS (SELECT * FROM c{step - 1})" for step in range(1, steps)) + f" SELECT * FROM c{steps - 1}"
    if kind == 4:
        return sql + chance.choice([" WHERE ", " AND ", " HAVING ", " QUALIFY "]) + "x IN (" + ", ".join(map(str, range(depth))) + ")"
    if kind == 5:
        operator = chance.choice(["1 + ", "NOT ", "- ", "'a' || ", "1::INT + ", "CASE WHEN x THEN "])
        # The engine takes a second to bind 300 of `||`, four times as long for twice as many: known, and not ours.
        return "SELECT " + operator * (min(depth, 60) if "||" in operator else depth) + "1"
    if kind == 6:
        return "\n UNION ALL ".join(["SELECT 1"] * min(depth, 5000))
    if kind == 7:
        return "SELECT " + ", ".join(f"{chance.choice(SQL_ATOMS)} AS c{number % 50}" for number in range(min(depth, 5000)))
    if kind == 8:
        return f"WITH x AS ({chance.choice(STATEMENTS)}) " + sql
    tokens = re.findall(r"\w+|\s+|'[^']*'|.", sql, re.S)
    if not tokens:
        return "SELECT 1"
    at = chance.randrange(len(tokens))
    if kind in (9, 10):
        tokens[at] = chance.choice(SQL_ATOMS + ["${{ " + expression(chance) + " }}"] * 8)
    elif kind == 11:
        tokens.insert(at, chance.choice(["/*", "*/", "--", "'", '"', "$$", "$x$", "${{", "}}", ";", "(", ")", ",", "::", "@", "#", "\\", "\x00", "\u202e", "\u00a0", "\u2028", "/* /*", "E'"]))
    elif kind == 12:
        del tokens[at:at + chance.randint(1, 6)]
    elif kind == 13:
        words = [index for index, token in enumerate(tokens) if re.fullmatch(r"\w+", token)] or [at]
        tokens[chance.choice(words)] = tokens[chance.choice(words)]
    elif kind == 14:
        tokens.insert(at, " /*" + "x" * 1000 + "*/ " + "-- é\n")
    else:
        tokens.insert(at, f" ({chance.choice(STATEMENTS)}) ")
    return "".join(tokens)
