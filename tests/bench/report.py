# SPDX-License-Identifier: LGPL-2.1-or-later
"""The targets, and the table."""

import statistics

# How far two that are equal are apart by chance.
TOLERANCE = 0.03

# (measure, unit, [(server compared with, "<=" or ">=", bound)]): a ratio to that server; with None as the
# server: the value itself; with "pipe": the value beyond that of the pipe. No bound: no target.
ROWS = [
    ("p50, 1 watcher, paced", "µs", [("nchan", "<=", 1.5), ("today", None, None), ("epoll", None, None)]),
    ("CPU a delivery, 1 watcher, paced", "µs", [("nchan", "<=", 1.5), ("today", None, None)]),
    ("CPU a delivery, 100 watchers, paced", "µs", [("nchan", "<=", 0.7), ("today", None, None)]),
    ("deliveries/s, 1 watcher", "", [("nchan", ">=", 1.25), ("today", None, None), ("node", None, None), ("epoll", None, None)]),
    ("deliveries/s, 10 watchers", "", [("nchan", ">=", 2), ("today", None, None), ("epoll", None, None)]),
    ("deliveries/s, 100 watchers", "", [("nchan", ">=", 4), ("today", ">=", 1), ("epoll", None, None)]),
    ("deliveries/s, 1000 watchers", "", [("nchan", ">=", 6), ("today", ">=", 1), ("epoll", None, None)]),
    ("deliveries/s, 100 watchers, arrays of 20", "", [("today", None, None), ("node", None, None), ("epoll", None, None)]),
    ("CPU a delivery, 100 watchers", "µs", [("nchan", None, None), ("today", None, None)]),
    ("CPU a delivery, 1000 watchers", "µs", [("nchan", None, None), ("today", None, None)]),
    ("GET /health", "/s", [("node", ">=", 3), ("today", None, None), ("nchan", None, None), ("epoll", None, None)]),
    ("tools/list", "/s", [("today", None, None)]),
    ("session creates", "/s", [("today", ">=", 3), ("node", ">=", 0.5)]),
    ("start to the first /health", "ms", [("nchan", "<=", 1), ("today", None, None), ("node", None, None)]),
    ("memory of an idle watcher", "KiB", [(None, "<=", 1.2), ("nchan", None, None), ("today", None, None)]),
    ("p50 of tools/call, 1 client", "µs", [("pipe", "<=", 100), ("today", None, None)]),
    ("p50 of tools/call, 8 clients", "µs", [("pipe", "<=", 100), ("today", None, None)]),
    ("tools/call, 1 client", "/s", [("supergateway", ">=", 5), ("mcp-proxy", ">=", 5), ("today", None, None)]),
    ("tools/call, 8 clients", "/s", [("supergateway", ">=", 5), ("mcp-proxy", ">=", 5), ("today", None, None)]),
    ("CPU of tools/call, 1 client", "µs", [("supergateway", "<=", 0.15), ("mcp-proxy", "<=", 0.15), ("today", None, None)]),
    ("CPU of tools/call, 8 clients", "µs", [("supergateway", "<=", 0.15), ("mcp-proxy", "<=", 0.15), ("today", None, None)]),
    ("10 MB result", "MB/s", [(None, ">=", 150), ("today", None, None)]),
    ("peak of a 10 MB result", "× its size", [(None, "<=", 3), ("today", None, None)]),
    ("an event meanwhile, at most", "ms", [(None, "<=", 20), ("today", None, None)]),
    ("idle memory", "MiB", [(None, "<=", 10), ("today", None, None)]),
    ("wake-ups a minute, nothing open", "", [(None, "<=", 0), ("today", None, None)]),
    ("wake-ups a minute, 100 watchers", "", [(None, "<=", 1), ("today", None, None)]),
]
# Around the table in docs/performance.md.
BEGIN, END = "<!-- bench.py --docs: begin -->", "<!-- bench.py --docs: end -->"
HEAD = ("measure", "daemon", "beside", "its", "ratio", "spread", "target", "")


def values(rounds, measure, server):
    return [one[measure, server] for one in rounds if (measure, server) in one]


def compare(rounds, measure, server):
    """What the target speaks of, of each round."""
    pairs = [(one[measure, "daemon"], one.get((measure, server))) for one in rounds if (measure, "daemon") in one]
    if server is None:
        return [own for own, _ in pairs]
    pairs = [(own, other) for own, other in pairs if other is not None]
    if server == "pipe":
        return [own - other for own, other in pairs]
    return [own / other for own, other in pairs if other > 0]


def is_reached(value, sign, bound):
    if sign == ">=":
        return value >= bound * (1 - TOLERANCE if bound == 1 else 1)
    return value <= bound


def short(value):
    if abs(value) >= 10000:
        return f"{value / 1000:.0f} k"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def make_row(rounds, measure, unit, server, sign, bound):
    """The cells, and whether the target is reached (None: there is none); None where nothing was measured."""
    compared = compare(rounds, measure, server)
    if not compared:
        return None
    middle = statistics.median(compared)
    reached = is_reached(middle, sign, bound) if sign else None
    other = short(statistics.median(values(rounds, measure, server))) if server else ""
    mark = {"pipe": "+ "}.get(server, "")
    cells = (f"{measure}{', ' if unit else ''}{unit}", short(statistics.median(values(rounds, measure, "daemon"))),
             server or "", other, mark + short(middle) if server else "",
             f"{short(min(compared))} … {short(max(compared))}" if len(compared) > 1 else "",
             f"{'≤' if sign == '<=' else '≥'} {mark}{bound:g}" if sign else "",
             {None: "", True: "reached", False: "MISSED"}[reached])
    return cells, reached


def make_rows(rounds):
    for measure, unit, comparisons in ROWS:
        for server, sign, bound in comparisons:
            row = make_row(rounds, measure, unit, server, sign, bound)
            if row is not None:
                yield row


def print_table(rounds):
    """Prints it; returns how many targets were missed."""
    rows = list(make_rows(rounds))
    lines = [HEAD] + [cells for cells, _ in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEAD))]
    previous = None
    for cells in lines:
        shown = ("", "") + cells[2:] if cells[0] == previous else cells
        previous = cells[0]
        print("  ".join(cell.ljust(width) if i in (0, 2, 7) else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(shown, widths))).rstrip())
    n_targets = sum(reached is not None for _, reached in rows)
    n_missed = sum(reached is False for _, reached in rows)
    print(f"\n{n_targets - n_missed} of {n_targets} targets reached; medians of {len(rounds)} rounds, "
          "spread: the least and the most of a round; nothing was lost")
    return n_missed


def as_markdown(rounds):
    """The rows that have a target, with what an earlier version does as “before”."""
    yield "| measure | before | now | beside | ratio | spread | target | reached |"
    yield "| --- | --: | --: | --- | --: | --: | --: | --- |"
    for measure, unit, comparisons in ROWS:
        before = values(rounds, measure, "today")
        for server, sign, bound in comparisons:
            row = make_row(rounds, measure, unit, server, sign, bound)
            if row is None or row[1] is None:
                continue
            name, now, beside, other, ratio, spread, target, _ = row[0]
            beside = f"{'before' if server == 'today' else beside} {other}" if server else ""
            reached = "yes" if row[1] else "**no**"
            cells = (name, short(statistics.median(before)) if before else "–", now, beside, ratio, spread, target, reached)
            yield "| " + " | ".join(cells) + " |"


def put_markdown(path, rounds):
    """Puts the table into a page, between two comments."""
    text = path.read_text()
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    path.write_text("\n".join([text[:begin], *as_markdown(rounds), text[end:]]))


def as_json(rounds):
    """{measure: {server: [value of each round]}}."""
    result = {}
    for one in rounds:
        for (measure, server), value in one.items():
            result.setdefault(measure, {}).setdefault(server, []).append(value)
    return result
