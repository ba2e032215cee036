# SPDX-License-Identifier: LGPL-2.1-or-later
"""spdx: each file has one licence line. length: no source in src/ is longer than 500 lines. sentence: each folder of
src/ has a meson.build that opens with a sentence about the folder, and docs/architecture.md has it too."""

import os
import re

from source_tree import Violation

LICENCE = "LGPL-2.1-or-later"
MAX_LINES = 500
ARCHITECTURE = "docs/architecture.md"
SENTENCE = re.compile(r"\A# SPDX[^\n]*\n#\n((?:# [^\n]+\n)+)")
# Data, texts of others, and lists of names, which have no place for a comment.
WITHOUT_LICENCE = re.compile(r"\.(json|png|svg|sql|supp)$|/corpus/|(^|/)(COPYING|LINGUAS|\.gitignore)$|/POTFILES\.in$|suppressions$")


def check_spdx(tree):
    mark = "SPDX-License-" + "Identifier:"
    for path in tree.files:
        if not WITHOUT_LICENCE.search(path):
            found = re.findall(mark + r" (\S+)", tree.text(path))
            if found != [LICENCE]:
                yield Violation("spdx", path, path, f"one line “{mark} {LICENCE}” is wanted, and there are {len(found)}")


def check_length(tree):
    for path in tree.sources(".c"):
        n_lines = tree.text(path).count("\n")
        if n_lines > MAX_LINES:
            yield Violation("length", path, path, f"{n_lines} lines; more than {MAX_LINES} want a reason")


def sentence_of(tree, path):
    match = SENTENCE.match(tree.text(path)) if path in tree.known else None
    if match is None:
        return None
    words = " ".join(line[2:] for line in match.group(1).splitlines())
    return re.match(r".*?[.](?= |$)|.*", words).group()


def check_sentence(tree):
    shown = tree.text(ARCHITECTURE) if ARCHITECTURE in tree.known else ""
    for room in sorted(tree.rooms()):
        path = f"src/{room}/meson.build"
        sentence = sentence_of(tree, path)
        if sentence is None:
            yield Violation("sentence", room, path, "wanted: the licence, a line “#”, and a sentence about the folder")
        elif f"| `{room}` | {sentence.rstrip('.')}" not in shown:
            yield Violation("sentence", room, ARCHITECTURE, f"wanted: “| `{room}` | {sentence.rstrip('.')}”, as {path} has it")


def check(tree):
    yield from check_spdx(tree)
    yield from check_length(tree)
    yield from check_sentence(tree)
