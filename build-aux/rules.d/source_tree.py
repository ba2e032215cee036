# SPDX-License-Identifier: LGPL-2.1-or-later
"""The source tree as the rules see it: files, sub-rooms, units, and what the C in them defines.

A sub-room is a folder of src/ that holds C sources, named by its path below src/. A unit is a source
with the headers of its name: mcp-foo.c, mcp-foo.h, mcp-foo-private.h, mcp-foo-inner.h.
"""

import collections
import functools
import os
import re
import subprocess

Violation = collections.namedtuple("Violation", "rule subject place message")
Include = collections.namedtuple("Include", "line name")
Function = collections.namedtuple("Function", "name line")

COMMENT_OR_STRING = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)
# clang-format puts the name of a function that is defined at the start of a line, below its type.
DEFINITION = re.compile(r"^(?:[A-Za-z_].*\n)?([a-z_][a-z0-9_]*) \(", re.M)
WORD = re.compile(r"\b[a-z_][a-z0-9_]*\b")


def without_comments(text):
    """The C in @text, its comments and texts blank; the lines stay where they are."""

    def blank(match):
        if match.group().startswith('"') and text[: match.start()].endswith("#include "):
            return match.group()
        return "\n" * match.group().count("\n") or " "

    return COMMENT_OR_STRING.sub(blank, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def unit_of(path):
    """The unit that a source or header belongs to."""
    stem = os.path.splitext(os.path.basename(path))[0]
    return re.sub(r"-(private|inner)$", "", stem)


class Tree:
    def __init__(self, root):
        self.root = root
        self.files = sorted(self._list())
        self.known = set(self.files)

    def _list(self):
        if os.path.exists(os.path.join(self.root, ".git")):
            command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
            listed = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=True)
            names = set(listed.stdout.splitlines())
            return [name for name in names if os.path.isfile(os.path.join(self.root, name))]
        found = []
        for folder, folders, names in os.walk(self.root):
            folders[:] = [name for name in folders if not self._is_build(os.path.join(folder, name))]
            found += [os.path.relpath(os.path.join(folder, name), self.root) for name in names]
        return found

    @staticmethod
    def _is_build(folder):
        return os.path.basename(folder) in ("_build", "__pycache__") or os.path.isdir(os.path.join(folder, "meson-private"))

    @functools.lru_cache(maxsize=None)
    def text(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as file:
            return file.read()

    @functools.lru_cache(maxsize=None)
    def code(self, path):
        return without_comments(self.text(path))

    def sources(self, *endings):
        return [path for path in self.files if path.startswith("src/") and path.endswith(endings)]

    @functools.lru_cache(maxsize=None)
    def rooms(self):
        """The sub-rooms, each with its sources and headers."""
        rooms = collections.defaultdict(list)
        for path in self.sources(".c", ".h"):
            rooms[os.path.dirname(path)[len("src/"):]].append(path)
        return dict(rooms)

    def includes(self, path):
        code = self.code(path)
        return [Include(line_of(code, match.start()), match.group(1)) for match in INCLUDE.finditer(code)]

    @functools.lru_cache(maxsize=None)
    def functions(self, path):
        """The functions of a source that other sources can call."""
        code = self.code(path)
        return [
            Function(match.group(1), line_of(code, match.start(1)))
            for match in DEFINITION.finditer(code)
            if "static" not in match.group().split()
        ]

    @functools.lru_cache(maxsize=None)
    def words(self, path):
        return set(WORD.findall(self.code(path)))
