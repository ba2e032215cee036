#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Measures what the daemon's work costs as there is more of it, and draws a curve of each.

Watchers, sessions, tools, servers and rows of the history. The figures belong to the machine; how the curves
bend does not."""

import argparse
import json
import os
import pathlib
import sqlite3
import statistics
import sys
import time
import types

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import daemons  # noqa: E402
import plot  # noqa: E402
import servers  # noqa: E402
from load_program import Load, Lost  # noqa: E402

N_TRIES = 3
SETTINGS = daemons.SETTINGS + "\n[History]\nMaxCalls=10000000\nDays=3650\n"


class Growth:
    """What all of it is measured with."""

    def __init__(self, arguments):
        folder = pathlib.Path(arguments.build).resolve() / "tests/bench"
        self.tool_server = folder / "reference/bench-tool-server"
        self.paths = types.SimpleNamespace(epoll=folder / "reference/reference-epoll", tool_server=self.tool_server)
        self.load = Load(folder / "load/bench-load")
        self.make = daemons.maker("daemon", arguments.build, self.tool_server)
        self.seconds = arguments.seconds
        self.most = arguments.most

    def counts(self, *counts):
        return [count for count in counts if count <= self.most]

    def daemon(self, **options):
        daemon = self.make(**options)
        daemons.write(daemon.directory / "config/mcp-sessiond/mcp-sessiond.conf", SETTINGS)
        return daemon.start()

    def requests(self, server, text, connections=1, **options):
        """The median of some tries, by processor time."""
        options = {"seconds": self.seconds} | options
        tries = [self.load.run("requests", port=server.port, requests=text, connections=connections,
                               pids=server.pids(), **options) for _ in range(N_TRIES)]
        return sorted(tries, key=lambda one: one["cpu_seconds"] / one["answers"])[N_TRIES // 2]

    def cpu_us(self, server, text, **options):
        result = self.requests(server, text, **options)
        return result["cpu_seconds"] / result["answers"] * 1e6

    def fan_out(self, server, n_watchers):
        tries = []
        for _ in range(N_TRIES):
            watch, post = server.stage()
            tries.append(self.load.run("fan-out", port=server.port, watch=watch, requests=post, watchers=n_watchers,
                                       connections=8, pids=server.pids(), seconds=self.seconds, least=20))
        return statistics.median(one["cpu_seconds"] / one["deliveries"] * 1e6 for one in tries)


def restart_ms(daemon):
    """Ends it, starts it again; how long that takes until the first answer."""
    daemon.process.terminate()
    daemon.process.wait()
    began = time.monotonic()
    daemon.start()
    return (time.monotonic() - began) * 1000


def watchers(growth):
    """What one event costs for each watcher."""
    curves = {}
    makers = servers.available(growth.paths, None, ("epoll", "nchan"))
    for name, start in [("daemon", growth.daemon)] + [(name, makers[name]().start) for name in makers]:
        server = start()
        try:
            curves[f"{name}, µs"] = [(n, growth.fan_out(server, n)) for n in growth.counts(1, 10, 100, 1000, 10000)]
        finally:
            server.stop()
    return curves


def create_sessions(growth, daemon, n_sessions):
    """Makes so many; the processor time of one, in µs."""
    n_connections = min(64, n_sessions // 2)
    result = growth.load.run("requests", port=daemon.port, requests=daemon.create(), connections=n_connections,
                             pids=daemon.pids(), seconds=0, least=n_sessions - n_connections)
    return result["cpu_seconds"] / result["answers"] * 1e6


def sessions(growth):
    curves = {name: [] for name in ("a create, µs", "an event, µs", "a list, ms", "start, ms", "memory, MiB")}
    daemon = growth.daemon()
    made = 0
    try:
        for count in growth.counts(10, 100, 1000, 10000, 100000):
            curves["a create, µs"].append((count, create_sessions(growth, daemon, count - made)))
            curves["start, ms"].append((count, restart_ms(daemon)))
            curves["memory, MiB"].append((count, servers.memory_kib(daemon.pids()) / 1024))
            _, post = daemon.stage()
            made = count + 1
            curves["an event, µs"].append((count, growth.cpu_us(daemon, post)))
            owner = {"Authorization": f"Bearer {daemon.read_discovery()['owner_key']}"}
            listing = servers.make_request("GET", "/session", daemon.port, owner)
            curves["a list, ms"].append((count, growth.cpu_us(daemon, listing, seconds=0, least=3) / 1000))
    finally:
        daemon.stop()
    return curves


def tools(growth):
    curves = {name: [] for name in ("tools/list, µs", "tools/call, µs", "memory, MiB")}
    for count in growth.counts(10, 100, 1000, 5000):
        daemon = growth.daemon(tools=count)
        try:
            headers = daemon.client()
            call = daemon.call(headers, "quick")
            curves["tools/list, µs"].append((count, growth.cpu_us(daemon, daemon.mcp_request(headers, "tools/list"))))
            curves["tools/call, µs"].append((count, growth.cpu_us(daemon, call)))
            curves["memory, MiB"].append((count, servers.memory_kib(daemon.pids()) / 1024))
        finally:
            daemon.stop()
    return curves


def many_servers(growth):
    curves = {name: [] for name in ("first list, ms", "tools/list, µs", "tools/call, µs", "memory, MiB")}
    for count in growth.counts(1, 2, 5, 10, 20, 50):
        daemon = growth.daemon(servers=count)
        try:
            began = time.monotonic()
            headers = daemon.client()
            servers.ask(daemon.port, "POST", "/mcp", headers, {"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
            curves["first list, ms"].append((count, (time.monotonic() - began) * 1000))
            listing = daemon.mcp_request(headers, "tools/list")
            call = daemon.call(headers, "quick")
            curves["tools/list, µs"].append((count, growth.cpu_us(daemon, listing)))
            curves["tools/call, µs"].append((count, growth.cpu_us(daemon, call)))
            curves["memory, MiB"].append((count, servers.memory_kib(daemon.pids()) / 1024))
        finally:
            daemon.stop()
    return curves


def add_rows(daemon, session, first, last):
    """Calls of a session that are in the history; the daemon does not run."""
    now = int(time.time() * 1e6)
    path = next((daemon.directory / "state").rglob("*.db"))
    with sqlite3.connect(path) as database:
        rows = ((number, session, "bench__quick", "bench", now, 1, "ok") for number in range(first, last))
        database.executemany("INSERT INTO call (number, session_id, tool, provider, started_at, duration_ms, state) "
                             "VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        database.execute("INSERT OR REPLACE INTO mark (name, value) VALUES ('call', ?)", (last,))
    database.close()


def history(growth):
    curves = {name: [] for name in ("tools/call, µs", "a page of it, µs", "start, ms", "memory, MiB")}
    daemon = growth.daemon()
    session = daemon.new_session()
    token = {"Authorization": f"Bearer {session['token']}"}
    made = 1
    try:
        for count in growth.counts(0, 1000, 10000, 100000, 1000000):
            daemon.process.terminate()
            daemon.process.wait()
            add_rows(daemon, session["session_id"], made, max(made, count))
            daemon.start()
            curves["start, ms"].append((count, restart_ms(daemon)))
            page = servers.make_request("GET", f"/session/{session['session_id']}/calls", daemon.port, token)
            curves["a page of it, µs"].append((count, growth.cpu_us(daemon, page)))
            curves["tools/call, µs"].append((count, growth.cpu_us(daemon, daemon.call(daemon.client(), "quick"))))
            curves["memory, MiB"].append((count, servers.memory_kib(daemon.pids()) / 1024))
            made = last_number(daemon) + 1
    finally:
        daemon.stop()
    return curves


def last_number(daemon):
    """Of all calls, by the mark that no call is above."""
    path = next((daemon.directory / "state").rglob("*.db"))
    database = sqlite3.connect(path)
    try:
        mark = database.execute("SELECT value FROM mark WHERE name = 'call'").fetchone()[0]
        return max(mark, database.execute("SELECT max(number) FROM call").fetchone()[0] or 0)
    finally:
        database.close()


PLOTS = {
    "watchers": (watchers, "Processor time of a delivery", "watchers of the session"),
    "sessions": (sessions, "What sessions cost", "sessions"),
    "tools": (tools, "What tools cost", "tools of one server"),
    "servers": (many_servers, "What servers cost", "servers of two tools each"),
    "history": (history, "What the history costs", "calls in the history"),
}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="_build/plain", help="default: %(default)s")
    parser.add_argument("--output", default=".", type=pathlib.Path, help="the pictures' directory")
    parser.add_argument("--json", metavar="FILE", type=pathlib.Path, help="write the points there as well")
    parser.add_argument("--seconds", type=float, default=0.5, help="of one measure (default: %(default)s)")
    parser.add_argument("--most", type=float, default=1e9, help="leave larger counts out")
    parser.add_argument("plots", nargs="*", metavar="PLOT", help="only these: " + " ".join(PLOTS))
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    growth = Growth(arguments)
    found = {}
    try:
        for name in arguments.plots or PLOTS:
            measure, title, x_name = PLOTS[name]
            found[name] = measure(growth)
            (arguments.output / f"cost-{name}.svg").write_text(plot.draw(title, x_name, found[name]))
            for curve, points in found[name].items():
                print(f"{name}: {curve}:", ", ".join(f"{plot.short(x)}: {y:.3g}" for x, y in points), flush=True)
    except Lost as lost:
        print(f"FAIL: {lost}", file=sys.stderr)
        return 1
    finally:
        growth.load.close()
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
