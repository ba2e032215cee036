# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is measured: each function measures one server once, and returns values by their names."""

import contextlib
import time

from servers import count_wake_ups, memory_kib, read_switches

N_CONNECTIONS = 8
N_CREATES = 64
PACED_RATE = 100
# Enough for a first watcher's costs to be no part of the further ones'.
N_WATCHERS_BEFORE, N_WATCHERS = 100, 1000
LARGE_BYTES = 10_000_000


def requests(bench, server, text, connections=N_CONNECTIONS, **options):
    return bench.load.run("requests", port=server.port, requests=text, connections=connections,
                          pids=server.pids(), seconds=bench.seconds, **options)


def per_second(result):
    return result["answers"] / result["seconds"]


def cpu_us(result, what="answers"):
    return result["cpu_seconds"] / result[what] * 1e6


def fan_out(n_watchers, n_events=1, least=1000):
    """Events as fast as they go."""
    name = f"{n_watchers} watcher{'s' if n_watchers > 1 else ''}" + (f", arrays of {n_events}" if n_events > 1 else "")

    def measure(bench, server):
        watch, post = server.stage(n_events)
        result = bench.load.run("fan-out", port=server.port, watch=watch, requests=post, watchers=n_watchers,
                                connections=N_CONNECTIONS, pids=server.pids(), seconds=bench.seconds, least=least)
        return {f"deliveries/s, {name}": result["deliveries"] / result["seconds"],
                f"CPU a delivery, {name}": cpu_us(result, "deliveries")}
    return measure


def paced(n_watchers):
    """So many events a second."""
    name = f"{n_watchers} watcher{'s' if n_watchers > 1 else ''}, paced"

    def measure(bench, server):
        watch, post = server.stage()
        result = bench.load.run("fan-out", port=server.port, watch=watch, requests=post, watchers=n_watchers,
                                rate=PACED_RATE, pids=server.pids(), seconds=bench.paced_seconds)
        return {f"p50, {name}": result["p50_us"], f"p99, {name}": result["p99_us"],
                f"CPU a delivery, {name}": cpu_us(result, "deliveries")}
    return measure


def health(bench, server):
    result = requests(bench, server, server.health())
    return {"GET /health": per_second(result), "CPU of GET /health": cpu_us(result)}


def tools_list(bench, server):
    headers = server.client()
    server.call(headers, "quick")
    result = requests(bench, server, server.mcp_request(headers, "tools/list"))
    return {"tools/list": per_second(result)}


def create(bench, server):
    """On a server of its own: what was made before would be carried along."""
    with bench.fresh(server.name) as fresh:
        result = requests(bench, fresh, fresh.create(), N_CREATES)
    return {"session creates": per_second(result), "p50 of a create": result["p50_us"]}


def start(bench, server):
    with contextlib.closing(bench.unstarted(server.name)) as fresh:
        result = bench.load.run("start", fresh.command(), fresh.environment(), port=fresh.port,
                                requests=fresh.health())
    return {"start to the first /health": result["seconds"] * 1000}


def memory(bench, server):
    with bench.fresh(server.name) as fresh, contextlib.ExitStack() as stack:
        watch, _ = fresh.stage()
        stack.enter_context(bench.watchers(fresh, watch, N_WATCHERS_BEFORE))
        before = memory_kib(fresh.pids())
        stack.enter_context(bench.watchers(fresh, watch, N_WATCHERS))
        return {"memory of an idle watcher": (memory_kib(fresh.pids()) - before) / N_WATCHERS}


def calls(n_clients):
    """Each client has a session of its own."""
    name = f"{n_clients} client{'s' if n_clients > 1 else ''}"

    def measure(bench, server):
        if server is None:
            result = bench.pipe(n_clients)
            return {f"p50 of tools/call, {name}": result["p50_us"], f"tools/call, {name}": per_second(result)}
        text = bench.clients(server, n_clients)
        result = requests(bench, server, text, n_clients)
        return {f"p50 of tools/call, {name}": result["p50_us"], f"tools/call, {name}": per_second(result),
                f"CPU of tools/call, {name}": cpu_us(result)}
    return measure


def large(bench, server):
    """A result of 10 MB, and what an event of another session waits meanwhile."""
    watch, post = server.stage()
    text = server.call(server.client(), "large")
    before = bench.memory_before(server)
    for pid in server.pids():
        with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as file:
            file.write("5")
    other = bench.load.start("fan-out", port=server.port, watch=watch, requests=post, watchers=1,
                             rate=PACED_RATE, seconds=2 * bench.seconds)
    result = requests(bench, server, text, 1)
    peak = memory_kib(server.pids(), "VmHWM") - before
    return {"10 MB result": result["answers"] * LARGE_BYTES / result["seconds"] / 1e6,
            "peak of a 10 MB result": peak * 1024 / LARGE_BYTES,
            "an event meanwhile, at most": bench.load.finish(other)["max_us"] / 1000}


class Idle:
    """Daemons that nobody asks for anything while everything else is measured."""

    def __init__(self, bench, name):
        self.stack = contextlib.ExitStack()
        self.alone = self.stack.enter_context(bench.fresh(name))
        self.watched = self.stack.enter_context(bench.fresh(name))
        watch, _ = self.watched.stage()
        self.audience = self.stack.enter_context(bench.watchers(self.watched, watch, N_WATCHERS_BEFORE))

    def begin(self):
        """To be called when a round is over: threads that a start has needed have ended by then."""
        self.began = time.monotonic()
        self.before = read_switches(self.alone), read_switches(self.watched)
        self.n_before = self.audience.count()

    def end(self):
        minutes = (time.monotonic() - self.began) / 60
        alone, watched = (count_wake_ups(before, server)
                          for before, server in zip(self.before, (self.alone, self.watched)))
        beyond = watched - (self.audience.count() - self.n_before)
        return {"idle memory": memory_kib(self.alone.pids()) / 1024,
                "wake-ups a minute, nothing open": alone / minutes,
                "wake-ups a minute, 100 watchers": max(0, beyond) / minutes}

    def close(self):
        self.stack.close()
