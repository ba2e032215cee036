#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""build-aux/rules accepts a small tree, and names the rule that one changed line of this tree breaks.

Usage: test-rules.py RULES (the path of build-aux/rules); prints TAP.
"""

import os
import subprocess
import sys
import tempfile

MARK = "SPDX-License-" + "Identifier: LGPL-2.1-or-later"
C, SCRIPT, PAGE = f"/* {MARK} */\n", f"# {MARK}\n", f"<!-- {MARK} -->\n"

# Two sub-rooms: upper/ uses lower/. lower/ has two units, of which mcp-cup uses mcp-plate.
TREE = {
    "CHANGELOG.md": PAGE + "# Changes\n\n## [Unreleased]\n\n### Fixed\n\n## [0.2.0] - 2026-12-01\n\n### Added\n\n### Security\n\n## [0.1.0] - 2026-11-23\n",
    "meson.build": SCRIPT + "project('house', 'c',\n  version: '0.2.0',\n  license: 'LGPL-2.1-or-later')\n",
    "build-aux/packaging/PKGBUILD": SCRIPT + "pkgver=0.2.0\n",
    "build-aux/packaging/default.nix": SCRIPT + '{\n  version = "0.2.0";\n}\n',
    "build-aux/packaging/mcp-sessiond.spec": SCRIPT + "Version:        0.2.0\n",
    "data/org.house.Table1.xml": PAGE + '<node><interface name="org.house.Table1"><method name="Lay"/></interface></node>\n',
    "data/meson.build": SCRIPT + "app_config.set('date', '2026-12-01')\n",
    "docs/openapi.json": '{\n "info": {\n  "version": "0.2.0",\n  "title": "house"\n }\n}\n',
    "build-aux/rules.d/arrows": SCRIPT + "upper: lower\nlower:\n",
    "build-aux/rules.d/exceptions": SCRIPT,
    "docs/architecture.md": PAGE + "# Rooms\n\n| `upper` | What guests see\n| `lower` | Cups and plates\n",
    "docs/guide.md": PAGE + "# Guide\n\nSee [the rooms](architecture.md#rooms) and `src/upper/mcp-table.c`.\n\n```sh\nlay\n```\n",
    "docs/dbus.md": PAGE + "# Bus\n\n`Lay` lays the table.\n",
    "docs/README.md": PAGE + "# The documents\n\n[rooms](architecture.md), [bus](dbus.md), [guide](guide.md)\n",
    "tests/e2e/meson.build": SCRIPT + "documents = ['docs/guide.md']\n",
    "src/upper/meson.build": SCRIPT + "#\n# What guests see.\nupper_lib = static_library('upper', 'mcp-table.c',\n  dependencies: [lower_dep])\nupper_dep = declare_dependency(link_with: upper_lib)\n",
    "src/upper/mcp-table.h": C + "typedef struct _McpTable McpTable;\nvoid mcp_table_lay (McpTable *table);\n",
    "src/upper/mcp-table.c": C + '#include "upper/mcp-table.h"\n#include "lower/mcp-cup.h"\n\n/**\n * mcp_table_lay:\n * @table: the table\n */\nvoid\nmcp_table_lay (McpTable *table)\n{\n  mcp_cup_fill ();\n}\n',
    "src/lower/meson.build": SCRIPT + "#\n# Cups and plates.\nlower_lib = static_library('lower', 'mcp-cup.c', 'mcp-plate.c')\nlower_dep = declare_dependency(link_with: lower_lib)\n",
    "src/lower/mcp-cup.h": C + "void mcp_cup_fill (void);\n",
    "src/lower/mcp-cup-private.h": C + "typedef struct { int size; } McpCup;\n",
    "src/lower/mcp-cup.c": C + '#include "mcp-cup-private.h"\n#include "lower/mcp-cup.h"\n#include "lower/mcp-plate.h"\n\nvoid\nmcp_cup_fill (void)\n{\n  mcp_plate_wash ();\n}\n',
    "src/lower/mcp-plate.h": C + "void mcp_plate_wash (void);\n",
    "src/lower/mcp-plate.c": C + '#include "lower/mcp-plate.h"\n\nvoid\nmcp_plate_wash (void)\n{\n}\n',
}

# What is changed in which file, and the rule that this breaks. An empty old text means: add at the end.
BREAKS = [
    ("arrows", "an include upwards", "src/lower/mcp-cup.c", '"lower/mcp-plate.h"', '"upper/mcp-table.h"'),
    ("arrows", "a dependency upwards", "src/lower/meson.build", "'mcp-plate.c')", "'mcp-plate.c',\n  dependencies: [upper_dep])"),
    ("arrows", "a list that points upwards", "build-aux/rules.d/arrows", "lower:", "lower: upper"),
    ("arrows", "an arrow that nothing uses", "src/upper/mcp-table.c", '#include "lower/mcp-cup.h"\n', ""),
    ("arrows", "a sub-room that the list does not have", "build-aux/rules.d/arrows", "lower:\n", ""),
    ("circles", "two files that call each other", "src/lower/mcp-plate.c", "{\n}", "{\n  mcp_cup_fill ();\n}"),
    ("circles", "two headers that include each other", "src/lower/mcp-plate.h", "void", '#include "lower/mcp-cup.h"\nvoid'),
    ("private", "a private header of another folder", "src/upper/mcp-table.c", "mcp-cup.h", "mcp-cup-private.h"),
    ("private", "a public header without its folder", "src/lower/mcp-cup.c", '"lower/mcp-plate.h"', '"mcp-plate.h"'),
    ("private", "a header that is not there", "src/lower/mcp-cup.c", '"lower/mcp-plate.h"', '"lower/mcp-dish.h"'),
    ("prefix", "a function with the name of another file", "src/lower/mcp-plate.c", "mcp_plate_wash (void)\n{", "mcp_dish_wash (void)\n{"),
    ("types", "one type in two files", "src/lower/mcp-plate.h", "void", "typedef struct _McpTable McpTable;\nvoid"),
    ("comments", "a parameter of another name", "src/upper/mcp-table.c", "@table:", "@desk:"),
    ("comments", "a comment of another function", "src/upper/mcp-table.c", " * mcp_table_lay:", " * mcp_table_set:"),
    ("spdx", "no licence", "src/lower/mcp-plate.c", C, ""),
    ("spdx", "two licences", "src/lower/mcp-plate.c", C, C + C),
    ("spdx", "another licence", "src/lower/mcp-plate.c", "LGPL-2.1-or-later", "MIT"),
    ("length", "a source of 501 lines", "src/lower/mcp-plate.c", "", "\n" * 495),
    ("sentence", "a folder without a sentence", "src/lower/meson.build", "# Cups and plates.\n", ""),
    ("sentence", "a page with another sentence", "docs/architecture.md", "Cups and plates", "Dishes"),
    ("docs", "a link to a page that is not there", "docs/guide.md", "(architecture.md#rooms)", "(house.md)"),
    ("docs", "a link to a heading that is not there", "docs/guide.md", "#rooms", "#floors"),
    ("docs", "a file that is not there", "docs/guide.md", "mcp-table.c", "mcp-chair.c"),
    ("versions", "another version in a spec", "build-aux/packaging/mcp-sessiond.spec", "0.2.0", "0.1.0"),
    ("versions", "another version in a PKGBUILD", "build-aux/packaging/PKGBUILD", "0.2.0", "0.2.0.1"),
    ("versions", "another version in a Nix expression", "build-aux/packaging/default.nix", "0.2.0", "0.3.0"),
    ("versions", "another version in the description of the routes", "docs/openapi.json", "0.2.0", "0.1.0"),
    ("versions", "a file without a version", "build-aux/packaging/PKGBUILD", "pkgver=0.2.0", "pkgrel=1"),
    ("versions", "another date in the metadata", "data/meson.build", "2026-12-01", "2026-12-02"),
    ("changelog", "a version without a section", "CHANGELOG.md", "## [0.2.0] - 2026-12-01\n\n", ""),
    ("changelog", "a version without a date", "CHANGELOG.md", "[0.1.0] - 2026-11-23", "0.1.0, not released yet"),
    ("changelog", "an older version above a newer one", "CHANGELOG.md", "[0.1.0]", "[0.10.0]"),
    ("changelog", "unreleased changes below a version", "CHANGELOG.md", "[0.1.0] - 2026-11-23", "[Unreleased]"),
    ("changelog", "parts in another order", "CHANGELOG.md", "### Added\n\n### Security", "### Security\n\n### Added"),
    ("changelog", "a change that stands there twice", "CHANGELOG.md", "### Added\n", "### Added\n\n- Cups.\n- Plates.\n- Cups.\n"),
    ("changelog", "a part of another name", "CHANGELOG.md", "### Security", "### Secrets"),
    ("docs", "a picture that is not there", "docs/guide.md", "See", '<img src="house.png"> See'),
    ("docs", "a row of a table that goes on in the next line", "docs/guide.md", "See", "| room | what\nguests see |\n\nSee"),
    ("docs", "a method on the bus that no page names", "docs/dbus.md", "`Lay`", "It"),
    ("docs", "a page that the index does not have", "docs/README.md", ", [guide](guide.md)", ""),
    ("docs", "a page whose commands nobody runs", "tests/e2e/meson.build", "docs/guide.md", ""),
    ("exceptions", "an exception that is no longer needed", "build-aux/rules.d/exceptions", "", "types McpTable: two tables\n"),
    ("exceptions", "an exception without a reason", "build-aux/rules.d/exceptions", "", "types McpTable:\n"),
]


def make_tree(root, tree):
    for path, text in tree.items():
        os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
        with open(os.path.join(root, path), "w", encoding="utf-8") as file:
            file.write(text)


def check(rules, tree):
    """The exit status and the output of build-aux/rules for @tree."""
    with tempfile.TemporaryDirectory() as root:
        make_tree(root, tree)
        result = subprocess.run([sys.executable, rules, "--root", root], capture_output=True, text=True)
        return result.returncode, result.stdout + result.stderr


def change(path, old, new):
    text = TREE[path]
    assert old in text, f"{path} has no {old!r}"
    return TREE | {path: text.replace(old, new) if old else text + new}


class Tap:
    def __init__(self, n_tests):
        self.number = self.n_failed = 0
        print(f"1..{n_tests}")

    def report(self, is_right, name, output):
        self.number += 1
        if not is_right:
            self.n_failed += 1
            print("".join(f"# {line}\n" for line in output.splitlines()), end="")
        print(f"{'ok' if is_right else 'not ok'} {self.number} {name}", flush=True)


def main():
    rules, tap = sys.argv[1], Tap(len(BREAKS) + 2)
    status, output = check(rules, TREE)
    tap.report(status == 0 and not output, "the tree is accepted", output)
    for rule, name, path, old, new in BREAKS:
        status, output = check(rules, change(path, old, new))
        broken = {line.rsplit("[", 1)[-1].rstrip("]") for line in output.splitlines()}
        tap.report(status == 1 and rule in broken, f"{rule}: {name}", output)
    excepted = change("src/lower/mcp-plate.h", "void", "typedef struct _McpTable McpTable;\nvoid")
    excepted["build-aux/rules.d/exceptions"] += "types McpTable: tables and plates share it\n"
    status, output = check(rules, excepted)
    tap.report(status == 0, "an exception with a reason is accepted", output)
    return 1 if tap.n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
