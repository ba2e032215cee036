# SPDX-License-Identifier: LGPL-2.1-or-later
"""versions: the version of the top meson.build, which owns it, is that of each file that must repeat it, and the
date of its section in CHANGELOG.md is that of the metadata. changelog: the sections of CHANGELOG.md are versions with a date, the
newest first, their parts are those of keep a changelog, in order, and no change stands in a version twice."""

import re

from source_tree import Violation, line_of

OWNER = "meson.build"
OWNED = re.compile(r"^project\('[^']+'.*?\n  version: '([^']+)',$", re.M | re.S)
# The formats of these files have no way to read the version from elsewhere.
COPIES = {
    "docs/openapi.json": re.compile(r'^  "version": "([^"]*)",$', re.M),
    "build-aux/packaging/PKGBUILD": re.compile(r"^pkgver=(.*)$", re.M),
    "build-aux/packaging/default.nix": re.compile(r'^  version = "([^"]*)";$', re.M),
    "build-aux/packaging/mcp-sessiond.spec": re.compile(r"^Version: *(.*)$", re.M),
}

# Read from CHANGELOG.md by meson, each change there would set up every build again.
DATED = "data/meson.build"
DATE = re.compile(r"^app_config\.set\('date', '([^']*)'\)$", re.M)

CHANGELOG = "CHANGELOG.md"
SECTION = re.compile(r"^## (.*)$", re.M)
RELEASE = re.compile(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d{2}-\d{2})$")
UNRELEASED = "[Unreleased]"
PART = re.compile(r"^### (.*)$", re.M)
# https://keepachangelog.com/en/1.1.0/
PARTS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]


def owned_version(tree):
    match = OWNED.search(tree.text(OWNER)) if OWNER in tree.known else None
    return match and match.group(1)


def check_versions(tree, version):
    for path, pattern in COPIES.items():
        if path not in tree.known:
            continue
        match = pattern.search(tree.text(path))
        if not match:
            yield Violation("versions", path, path, "there is no version")
        elif match.group(1) != version:
            place = f"{path}:{line_of(tree.text(path), match.start())}"
            yield Violation("versions", path, place, f"the version is {match.group(1)}, and {version} in {OWNER}")


def check_date(tree, date):
    match = DATE.search(tree.text(DATED)) if DATED in tree.known else None
    if match and match.group(1) != date:
        place = f"{DATED}:{line_of(tree.text(DATED), match.start())}"
        yield Violation("versions", DATED, place, f"the date is {match.group(1)}, and {date} in {CHANGELOG}")


def sections(text):
    """The title, position and text of each section."""
    matches = list(SECTION.finditer(text))
    ends = [match.start() for match in matches[1:]] + [len(text)]
    return [(match.group(1), match.start(), text[match.end():end]) for match, end in zip(matches, ends)]


def version_of(title):
    """The version that a section is about, as numbers; none of another section."""
    match = RELEASE.match(title)
    return match and tuple(map(int, match.groups()[:3]))


def check_section(title, section, before, is_first):
    """What is wrong with a section; @before is the version of the section above."""
    version = version_of(title)
    if not version and not (is_first and title == UNRELEASED):
        return "wanted: “## [VERSION] - YYYY-MM-DD”, or “## [Unreleased]” at the top"
    if version and before and version >= before:
        return "the section is not older than the one above"
    parts = PART.findall(section)
    if [part for part in PARTS if part in parts] != parts:
        return f"the parts are not those of {', '.join(PARTS)}, each once and in this order"
    return None


def doubled_changes(section):
    """First lines of changes that a section has more than once."""
    lines = re.findall(r"^- .*$", section, re.M)
    return sorted({line for line in lines if lines.count(line) > 1})


def check_changelog(tree):
    text = tree.text(CHANGELOG)
    before = None
    for number, (title, position, section) in enumerate(sections(text)):
        fault = check_section(title, section, before, number == 0)
        if fault:
            yield Violation("changelog", title, f"{CHANGELOG}:{line_of(text, position)}", fault)
        for line in doubled_changes(section):
            yield Violation("changelog", title, f"{CHANGELOG}:{line_of(text, text.rindex(line))}", f"“{line}” stands there twice")
        before = version_of(title) or before


def check_newest(tree, version):
    newest = next((title for title, _, _ in sections(tree.text(CHANGELOG)) if version_of(title)), None)
    if not newest or not newest.startswith(f"[{version}]"):
        yield Violation("changelog", version, CHANGELOG, f"the newest version is not {version}, which {OWNER} has")
    else:
        yield from check_date(tree, RELEASE.match(newest).group(4))


def check(tree):
    version = owned_version(tree)
    if version:
        yield from check_versions(tree, version)
    if version and CHANGELOG in tree.known:
        yield from check_changelog(tree)
        yield from check_newest(tree, version)
