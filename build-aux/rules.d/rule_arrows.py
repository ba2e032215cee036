# SPDX-License-Identifier: LGPL-2.1-or-later
"""arrows: a sub-room includes only headers of those that build-aux/rules.d/arrows lets it see, and its
meson.build depends on no others. private: -private.h stays in its folder, -inner.h in its room."""

import os
import re

from source_tree import Violation

LIST = "build-aux/rules.d/arrows"
DEPENDENCY = re.compile(r"^(\w+_dep) = declare_dependency", re.M)
TARGET = re.compile(r"^\w+ = (?:static_library|executable)\(.*?\)$", re.M | re.S)
# Headers that the build makes.
GENERATED = ("config.h", "mcp-lib-dbus.h", "mcp-gen.h")


class Arrows:
    """The list: each line a sub-room and those that it sees, all of which come on later lines."""

    def __init__(self, tree):
        self.sees, self.place, self.floor, self.faults = {}, {}, {}, []
        lines = tree.text(LIST).splitlines() if LIST in tree.known else []
        for number, line in enumerate(lines, 1):
            if line.strip() and not line.startswith("#"):
                room, _, seen = line.partition(":")
                self.sees[room.strip()] = seen.split()
                self.place[room.strip()] = f"{LIST}:{number}"
                self.floor[room.strip()] = number
        for room, seen in self.sees.items():
            for other in seen:
                if self.floor.get(other, 0) <= self.floor[room]:
                    message = f"“{room}” sees “{other}”, which is not further down in the list"
                    self.faults.append(Violation("arrows", f"{room}:{other}", self.place[room], message))

    def reachable(self, room):
        found, todo = set(), [room]
        while todo:
            for other in self.sees.get(todo.pop(), ()):
                if other not in found:
                    found.add(other)
                    todo.append(other)
        return found


def check_rooms(tree, arrows):
    for room, files in tree.rooms().items():
        if room not in arrows.sees:
            yield Violation("arrows", room, files[0], f"the sub-room “{room}” is not in {LIST}")
    for room in arrows.sees:
        if room not in tree.rooms():
            yield Violation("arrows", room, arrows.place[room], f"there is no sub-room “{room}”")


def is_published(tree, room):
    """Whether other sub-rooms include headers of this one by its folder: a program has none for them, and the
    headers of an installed library lie side by side, in a folder of another name."""
    build = f"src/{room}/meson.build"
    text = tree.text(build) if build in tree.known else ""
    return "declare_dependency" in text and "install_headers" not in text


def check_include(tree, arrows, room, path, include):
    place, folder = f"{path}:{include.line}", os.path.dirname(include.name)
    if include.name in GENERATED:
        return
    if not folder:
        if f"src/{room}/{include.name}" not in tree.known:
            yield Violation("private", path, place, f"“{include.name}” is not in this folder; name the folder")
        elif not include.name.endswith("-private.h") and is_published(tree, room):
            message = f"a header that is not private is included with its folder: “{room}/{include.name}”"
            yield Violation("private", path, place, message)
        return
    if f"src/{include.name}" not in tree.known:
        yield Violation("private", path, place, f"there is no “src/{include.name}”")
    elif include.name.endswith("-private.h"):
        yield Violation("private", path, place, f"“{include.name}” is private to its folder, and included there without it")
    elif include.name.endswith("-inner.h") and folder.split("/")[0] != room.split("/")[0]:
        yield Violation("private", path, place, f"“{include.name}” is for the sub-rooms of the same room")
    elif folder != room and folder not in arrows.sees.get(room, ()):
        message = f"“{room}” includes “{include.name}”, and {LIST} does not let it"
        yield Violation("arrows", f"{room}:{folder}", place, message)


def check_use(tree, arrows):
    """Each arrow of the list is there for an include."""
    for room, seen in arrows.sees.items():
        used = {os.path.dirname(include.name) for path in tree.rooms().get(room, ()) for include in tree.includes(path)}
        for other in seen:
            if other not in used:
                message = f"“{room}” may see “{other}”, but includes nothing of it"
                yield Violation("arrows", f"{room}:{other}", arrows.place[room], message)


def check_meson(tree, arrows):
    """The build files show no more than the list, whose arrows also reach what the headers include."""
    builds = [path for path in tree.files if path.startswith("src/") and path.endswith("/meson.build")]
    owner = {name: os.path.dirname(path)[len("src/"):] for path in builds for name in DEPENDENCY.findall(tree.text(path))}
    for path in builds:
        room = os.path.dirname(path)[len("src/"):]
        for target in TARGET.findall(tree.text(path)):
            for name in re.findall(r"\b\w+_dep\b", target):
                other = owner.get(name)
                if other in tree.rooms() and other != room and other not in arrows.reachable(room):
                    message = f"“{room}” depends on {name}, and {LIST} has no way from “{room}” to “{other}”"
                    yield Violation("arrows", f"{room}:{other}", path, message)


def check(tree):
    arrows = Arrows(tree)
    yield from arrows.faults
    yield from check_rooms(tree, arrows)
    for room, files in tree.rooms().items():
        for path in files:
            for include in tree.includes(path):
                yield from check_include(tree, arrows, room, path, include)
    yield from check_use(tree, arrows)
    yield from check_meson(tree, arrows)
