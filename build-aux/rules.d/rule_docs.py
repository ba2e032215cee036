# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs: links between documents lead somewhere, and so do their pictures; the files of the tree that documents name
exist; docs/README.md leads to every page in docs/; a page with commands is among those whose commands a test runs;
a page names each member of the interfaces on the bus; and a row of a table stands on one line."""

import fnmatch
import os
import re

from source_tree import Violation, line_of

LINK = re.compile(r"\]\(([^)\s]+)\)")
PICTURE = re.compile(r"\b(?:src|srcset)=\"([^\"]+)\"")
INDEX = "docs/README.md"
TESTED = "tests/e2e/meson.build"
BUS_PAGES = ("docs/dbus.md", "docs/providers.md")
BUS_MEMBER = re.compile(r"<(?:method|signal|property) name=\"(\w+)\"")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```.*?^```", re.M | re.S)
TORN_ROW = re.compile(r"^(?!\|).*\S \|$", re.M)
TREE_PATH = re.compile(r"^(src|tests|docs|data|po|build-aux)/[\w./*-]+$")
PLACEHOLDER = re.compile(r"(^|[/-])[A-Z]+([/.-]|$)")
SOURCE_NAME = re.compile(r"^([\w*-]+/)*(mcpd?|test|fuzz|bench)-[\w*-]+\.[ch]$")


def anchor_of(heading):
    plain = re.sub(r"[^\w\s-]", "", heading.strip().lower())
    return re.sub(r"\s", "-", plain)


def blank(fence):
    """As many lines without text."""
    return "\n" * fence.group().count("\n")


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


def check_index(tree):
    """Pages that the index does not lead to. Decisions have an index of their own."""
    if INDEX not in tree.known:
        return
    leads_to = {os.path.normpath(os.path.join("docs", target.partition("#")[0])) for target in LINK.findall(tree.text(INDEX))}
    for path in tree.files:
        if path.startswith("docs/") and path.endswith(".md") and not path.startswith("docs/decisions/") and path != INDEX and path not in leads_to:
            yield Violation("docs", path, path, f"{INDEX} does not lead to this page")


def check_commands(tree):
    """Pages whose commands no test runs."""
    tested = tree.text(TESTED) if TESTED in tree.known else ""
    for path in tree.files:
        if path.endswith(".md") and path != "CHANGELOG.md" and re.search(r"^```sh$", tree.text(path), re.M) and f"'{path}'" not in tested:
            yield Violation("docs", path, path, f"the page has commands, and is not among the documents of {TESTED}")


def check_bus(tree):
    """Methods, signals and properties that no page names."""
    named = "".join(tree.text(page) for page in BUS_PAGES if page in tree.known)
    for path in tree.files:
        if not re.match(r"data/org\.[\w.]+\.xml$", path):
            continue
        text = tree.text(path)
        for match in BUS_MEMBER.finditer(text):
            if not re.search(rf"\b{match[1]}\b", named):
                yield Violation("docs", f"{path}:{match[1]}", f"{path}:{line_of(text, match.start())}", f"{BUS_PAGES[0]} does not name “{match[1]}”")


def check(tree):
    yield from check_index(tree)
    yield from check_commands(tree)
    yield from check_bus(tree)
    for path in tree.files:
        if not path.endswith(".md"):
            continue
        text = tree.text(path)
        for match in [*LINK.finditer(text), *PICTURE.finditer(text)]:
            fault = check_link(tree, path, match.group(1))
            if fault:
                yield Violation("docs", f"{path}:{match.group(1)}", f"{path}:{line_of(text, match.start())}", fault)
        for match in TORN_ROW.finditer(FENCE.sub(blank, text)):
            yield Violation("docs", f"{path}:row", f"{path}:{line_of(text, match.start())}", "a row of a table goes on here; put it on one line")
        if path == "CHANGELOG.md":
            continue
        for match in CODE.finditer(FENCE.sub(blank, text)):
            name = match.group(1)
            is_name = (TREE_PATH.match(name) or SOURCE_NAME.match(name)) and not PLACEHOLDER.search(name)
            if is_name and not exists(tree, name):
                yield Violation("docs", f"{path}:{name}", f"{path}:{line_of(text, match.start())}", f"there is no “{name}”")
