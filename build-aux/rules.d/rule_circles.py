# SPDX-License-Identifier: LGPL-2.1-or-later
"""circles: no two units of a sub-room need each other, not even by way of others. A unit needs another
one if its source names a function that the other's source defines, or if it includes the other's header
without defining a function that this header declares."""

import collections
import os

from source_tree import Violation, unit_of


def needs(tree, files):
    """For each unit of a sub-room the units that it needs."""
    edges = collections.defaultdict(set)
    here = {unit_of(path) for path in files}
    owner = {function.name: unit_of(path) for path in files if path.endswith(".c") for function in tree.functions(path)}
    declares = collections.defaultdict(set)
    for path in files:
        if path.endswith(".h"):
            declares[unit_of(path)] |= tree.words(path)
    for path in files:
        unit, needed = unit_of(path), {unit_of(include.name) for include in tree.includes(path) if is_here(path, include)}
        if path.endswith(".c"):
            defines = {function.name for function in tree.functions(path)}
            needed = {other for other in needed if not declares[other] & defines}
            needed |= {owner[word] for word in tree.words(path) & owner.keys()}
        edges[unit] |= (needed & here) - {unit}
    return edges


def is_here(path, include):
    folder = os.path.dirname(include.name)
    return not folder or f"src/{folder}" == os.path.dirname(path)


def reachable(edges, start):
    found, todo = set(), [start]
    while todo:
        for other in edges.get(todo.pop(), ()):
            if other not in found:
                found.add(other)
                todo.append(other)
    return found


def circles(edges):
    """The largest sets of units that all reach each other."""
    reach = {unit: reachable(edges, unit) for unit in edges}
    found = {frozenset(other for other in reach[unit] if unit in reach[other]) for unit in edges if unit in reach[unit]}
    return sorted(sorted(circle) for circle in found)


def check(tree):
    for room, files in sorted(tree.rooms().items()):
        edges = needs(tree, files)
        for circle in circles(edges):
            arrows = "; ".join(f"{unit} needs {', '.join(sorted(edges[unit] & set(circle)))}" for unit in circle)
            yield Violation("circles", f"{room}:{circle[0]}", f"src/{room}", f"a circle of files: {arrows}")
