# SPDX-License-Identifier: LGPL-2.1-or-later
"""prefix: a public function begins with the name of its file, or with that of the header that declares
the function, if the file's name begins with the header's. types: no type is defined in two files.
comments: the parameters in a function's comment are those that it has."""

import collections
import os
import re

from source_tree import Violation, line_of, unit_of

INLINE = re.compile(r"^static inline [^\n]*\n([a-z_][a-z0-9_]*) \(", re.M)
TYPE = re.compile(
    r"^typedef (?:struct|enum|union)\b[^;{]*\{.*?^\}\s*(?P<braced>\w+);"
    r"|^typedef (?:struct|enum|union) _(?P<forward>\w+) (?P=forward);"
    r"|^typedef [^;{}]*\(\*(?P<function>\w+)\)"
    r"|^G_DECLARE_\w+ \((?P<declared>\w+),",
    re.M | re.S,
)
COMMENT = re.compile(
    r"^/\*\*\n \* (?P<name>[a-z_][a-z0-9_]*):\n(?P<body>(?:(?!\*/).)*)\*/\n(?:[A-Za-z_][^\n]*\n)?(?P<defined>[a-z_][a-z0-9_]*) \((?P<parameters>[^{;]*?)\)\n\{",
    re.M | re.S,
)


def prefix_of(unit):
    return unit.replace("-", "_")


def begins(name, unit):
    return name == prefix_of(unit) or name.startswith(prefix_of(unit) + "_")


def check_prefix(tree):
    for room, files in tree.rooms().items():
        declared = collections.defaultdict(set)
        for path in files:
            if path.endswith(".h"):
                for word in tree.words(path):
                    declared[word].add(unit_of(path))
        for path in files:
            unit = unit_of(path)
            if path.endswith(".h"):
                code = tree.code(path)
                functions = [(match.group(1), line_of(code, match.start(1))) for match in INLINE.finditer(code)]
            else:
                functions = tree.functions(path)
            for name, line in functions:
                units = {unit} | {other for other in declared[name] if unit.startswith(other)}
                if name != "main" and not any(begins(name, other) for other in units):
                    message = f"{name}() does not begin with the name of its file, “{prefix_of(unit)}”"
                    yield Violation("prefix", f"{path}:{name}", f"{path}:{line}", message)


def check_types(tree):
    places = collections.defaultdict(dict)
    for path in tree.sources(".c", ".h"):
        code = tree.code(path)
        for match in TYPE.finditer(code):
            name = next(group for group in match.groups() if group)
            places[name].setdefault(path, line_of(code, match.start()))
    for name, found in sorted(places.items()):
        units = {(os.path.dirname(path), unit_of(path)) for path in found}
        if len(units) > 1 and (name.startswith("Mcp") or any(path.endswith(".h") for path in found)):
            where = ", ".join(f"{path}:{line}" for path, line in found.items())
            yield Violation("types", name, where, f"the type {name} is defined in {len(found)} files")


def check_comments(tree):
    for path in tree.sources(".c"):
        text = tree.text(path)
        for match in COMMENT.finditer(text):
            line = line_of(text, match.start())
            if match["name"] != match["defined"]:
                message = f"the comment of {match['name']}() stands above {match['defined']}()"
                yield Violation("comments", f"{path}:{match['defined']}", f"{path}:{line}", message)
                continue
            described = re.findall(r"^ \* @(\w+):", match["body"], re.M)
            having = [re.sub(r"\[.*\]", "", part).split()[-1].lstrip("*") for part in split(match["parameters"])]
            having = [name for name in having if name not in ("void", "...")]
            if described != having:
                message = f"the comment of {match['name']}() describes ({', '.join(described)}); it has ({', '.join(having)})"
                yield Violation("comments", f"{path}:{match['name']}", f"{path}:{line}", message)


def split(parameters):
    return [part for part in re.split(r",\s*(?![^(]*\))", parameters) if part.strip()]


def check(tree):
    yield from check_prefix(tree)
    yield from check_types(tree)
    yield from check_comments(tree)
