# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs: links between documents lead somewhere, and the files of the tree that documents name exist."""

import fnmatch
import os
import re

from source_tree import Violation, line_of

LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```.*?^```", re.M | re.S)
TREE_PATH = re.compile(r"^(src|tests|docs|data|po|build-aux)/[\w./*-]+$")
PLACEHOLDER = re.compile(r"(^|[/-])[A-Z]+([/.-]|$)")
SOURCE_NAME = re.compile(r"^([\w*-]+/)*(mcpd?|test|fuzz|bench)-[\w*-]+\.[ch]$")


def anchor_of(heading):
    plain = re.sub(r"[^\w\s-]", "", heading.strip().lower())
    return re.sub(r"\s", "-", plain)


def anchors(tree, path):
    text = FENCE.sub("", tree.text(path))
    return {anchor_of(heading) for heading in re.findall(r"^#+ (.*)$", text, re.M)}


def check_link(tree, path, target):
    """What is wrong with a link, or None."""
    if re.match(r"[a-z]+:", target):
        return None
    name, _, anchor = target.partition("#")
    to = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
    if to not in tree.known and not any(known.startswith(to + "/") for known in tree.files):
        return f"the link “{target}” leads to nothing"
    if anchor and to.endswith(".md") and anchor not in anchors(tree, to):
        return f"{to} has no heading “#{anchor}”"
    return None


def exists(tree, name):
    name = name.rstrip("/")
    if TREE_PATH.match(name):
        return any(fnmatch.fnmatch(known, name) or fnmatch.fnmatch(known, name + "/*") or fnmatch.fnmatch(known, name + ".*") for known in tree.files)
    return any(fnmatch.fnmatch(known, "*/" + name) for known in tree.files)


def check(tree):
    for path in tree.files:
        if not path.endswith(".md"):
            continue
        text = tree.text(path)
        for match in LINK.finditer(text):
            fault = check_link(tree, path, match.group(1))
            if fault:
                yield Violation("docs", f"{path}:{match.group(1)}", f"{path}:{line_of(text, match.start())}", fault)
        if path == "CHANGELOG.md":
            continue
        for match in CODE.finditer(FENCE.sub(lambda fence: "\n" * fence.group().count("\n"), text)):
            name = match.group(1)
            is_name = (TREE_PATH.match(name) or SOURCE_NAME.match(name)) and not PLACEHOLDER.search(name)
            if is_name and not exists(tree, name):
                yield Violation("docs", f"{path}:{name}", f"{path}:{line_of(text, match.start())}", f"there is no “{name}”")
