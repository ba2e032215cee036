#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Measures the daemon beside other servers, all in turns in one run, and prints a table.

A ratio of two servers in the same round says the same on every machine, more or less; a figure alone says
little. Nothing may get lost: a load generator that misses an event or an answer fails, and so does this
program. A target that is missed is said, and no failure, but with --strict."""

import argparse
import contextlib
import json
import os
import pathlib
import sys
import types

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import daemons  # noqa: E402
import measures  # noqa: E402
import report  # noqa: E402
import servers  # noqa: E402
from load_program import Load, Lost  # noqa: E402

FRESH = ("create", "start", "memory")
# (pattern of --only, function, names of the servers)
GROUPS = [
    ("events-1", measures.fan_out(1), "daemon nchan epoll node today"),
    ("events-10", measures.fan_out(10), "daemon nchan epoll node today"),
    ("events-100", measures.fan_out(100), "daemon nchan epoll node today"),
    ("events-1000", measures.fan_out(1000, least=300), "daemon nchan epoll node today"),
    ("arrays", measures.fan_out(100, 20), "daemon epoll node today"),
    ("paced-1", measures.paced(1), "daemon nchan epoll node today"),
    ("paced-100", measures.paced(100), "daemon nchan today"),
    ("health", measures.health, "daemon node epoll nchan today"),
    ("list", measures.tools_list, "daemon today"),
    ("create", measures.create, "daemon node today"),
    ("start", measures.start, "daemon nchan node today"),
    ("memory", measures.memory, "daemon nchan epoll today"),
    ("calls-1", measures.calls(1), "daemon pipe supergateway mcp-proxy today"),
    ("calls-8", measures.calls(8), "daemon pipe supergateway mcp-proxy today"),
    ("large", measures.large, "daemon today"),
]


class Audience:
    """Watchers that stay until end()."""

    def __init__(self, load, server, watch, n_watchers):
        self.process = load.start("hold", port=server.port, watch=watch, watchers=n_watchers)
        if self.process.stdout.readline() != "{}\n":
            raise Lost(f"{n_watchers} watchers of {server.name}: {self.process.communicate()[1]}")

    def count(self):
        """How often something came for them so far."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())["bursts"]

    def end(self):
        self.process.communicate()


class Bench:
    """What the measures are made with."""

    def __init__(self, paths, makers, arguments):
        self.load = Load(paths.load)
        self.paths = paths
        self.makers = makers
        self.seconds = 0.25 if arguments.quick else arguments.seconds
        self.paced_seconds = 4 * self.seconds
        self.running = {}
        self._clients = {}
        self._before = {}

    def server(self, name):
        """One that runs as long as this program."""
        if name == "pipe":
            return None
        if name not in self.running:
            self.running[name] = self.makers[name]().start()
        return self.running[name]

    def unstarted(self, name):
        server = self.makers[name]()
        server.close = server.stop
        return server

    @contextlib.contextmanager
    def fresh(self, name):
        """One that has done nothing yet."""
        server = self.makers[name]()
        try:
            yield server.start()
        finally:
            server.stop()

    @contextlib.contextmanager
    def watchers(self, server, watch, n_watchers):
        audience = Audience(self.load, server, watch, n_watchers)
        try:
            yield audience
        finally:
            audience.end()

    def clients(self, server, n_clients):
        """A call for each of so many clients, which stay the same in all rounds."""
        known = self._clients.setdefault(server.name, [])
        while len(known) < n_clients:
            known.append(server.call(server.client(), "quick"))
        return known[:n_clients]

    def memory_before(self, server):
        """What it held before the first time that this was asked."""
        return self._before.setdefault(server.name, servers.memory_kib(server.pids()))

    def pipe(self, n_clients):
        """The same calls without anything between client and server."""
        line = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"quick","arguments":{}}}\n'
        return self.load.run("pipe", [self.paths.tool_server], requests=line, connections=n_clients,
                             seconds=self.seconds)

    def close(self):
        for server in self.running.values():
            server.stop()
        self.load.close()


def say(text):
    """What is going on, where somebody looks."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def run_round(bench, groups, names, number):
    """{(measure, server): value}."""
    found = {}
    for group, measure, wanted in groups:
        for name in filter(names.__contains__, wanted.split()):
            say(f"round {number}: {group} {name}")
            # Some are measured on a server of their own.
            server = types.SimpleNamespace(name=name) if group in FRESH else bench.server(name)
            found.update({(what, name): value for what, value in measure(bench, server).items()})
    say("")
    return found


def run(bench, groups, names, arguments):
    with contextlib.ExitStack() as stack:
        idle = {name: stack.enter_context(contextlib.closing(measures.Idle(bench, name)))
                for name in ("daemon", "today") if name in names and not arguments.only}
        rounds = [run_round(bench, groups, names, 1)]
        for one in idle.values():
            one.begin()
        rounds += [run_round(bench, groups, names, number) for number in range(2, arguments.rounds + 1)]
        for name, one in idle.items():
            rounds[0].update({(what, name): value for what, value in one.end().items()})
    return rounds


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="_build/plain", help="a build of this tree (default: %(default)s)")
    parser.add_argument("--today", metavar="BUILD", default=os.environ.get("MCP_BENCH_TODAY"),
                        help="a build of an earlier version, to be measured as well (default: $MCP_BENCH_TODAY)")
    parser.add_argument("--npm", default=os.environ.get("MCP_TEST_NPM"),
                        help="where the packages from npm are (default: $MCP_TEST_NPM)")
    parser.add_argument("--rounds", type=int, help="default: 5; 2 with --quick")
    parser.add_argument("--seconds", type=float, default=0.6, help="of one measure (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="shorter, and less exact")
    parser.add_argument("--only", metavar="A,B", help="only these: " + " ".join(group[0] for group in GROUPS))
    parser.add_argument("--servers", metavar="A,B", help="only these, beside the daemon")
    parser.add_argument("--json", metavar="FILE", help="write the values of all rounds there")
    parser.add_argument("--docs", metavar="FILE", help="put the table into that page, which is docs/performance.md")
    parser.add_argument("--strict", action="store_true", help="fail where a target is missed")
    arguments = parser.parse_args()
    arguments.rounds = arguments.rounds or (2 if arguments.quick else 5)
    return arguments


def make_makers(paths, arguments):
    makers = servers.available(paths, pathlib.Path(arguments.npm) if arguments.npm else None)
    makers["daemon"] = daemons.maker("daemon", arguments.build, paths.tool_server)
    if arguments.today:
        makers["today"] = daemons.maker("today", arguments.today, paths.tool_server)
    else:
        print("no earlier build is given: left out", file=sys.stderr)
    return makers


def main():
    arguments = parse_arguments()
    folder = pathlib.Path(arguments.build).resolve() / "tests/bench"
    paths = types.SimpleNamespace(load=folder / "load/bench-load", epoll=folder / "reference/reference-epoll",
                                  tool_server=folder / "reference/bench-tool-server")
    makers = make_makers(paths, arguments)
    names = makers.keys() | {"pipe"}
    if arguments.servers:
        names &= {"daemon", *arguments.servers.split(",")}
    groups = [group for group in GROUPS if not arguments.only or group[0] in arguments.only.split(",")]
    bench = Bench(paths, makers, arguments)
    try:
        rounds = run(bench, groups, names, arguments)
    except Lost as lost:
        print(f"\nFAIL: {lost}", file=sys.stderr)
        return 1
    finally:
        bench.close()
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(report.as_json(rounds), indent=1) + "\n")
    if arguments.docs:
        report.put_markdown(pathlib.Path(arguments.docs), rounds)
    missed = report.print_table(rounds)
    return 1 if missed and arguments.strict else 0


if __name__ == "__main__":
    sys.exit(main())
