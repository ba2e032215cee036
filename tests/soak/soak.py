#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Honest and hostile clients on one daemon, all at once, and what it holds meanwhile.

They come in rounds. After each all of them leave, the owner ends what sessions remain, and the
daemon is asked what it still holds: descriptors, threads, processes and sessions must be back
where they were, and memory must not grow from round to round.
"""

import argparse
import asyncio
import json
import os
import random
import re
import sys
import time

import hostile
import honest
import slopes
from daemon import Daemon
from wire import Broken, Connection, ask

# A visit that takes longer is stuck.
PATIENCE = 90
# Unused threads of a pool end after 15 s.
SETTLING = 25
# What memory may grow by in an hour even where that is certain, in kB: the bytes that are allocated,
# and those that are resident, which are pages.
MEMORY = {"heap_kb": 64, "memory_kb": 1024}


class World:
    """What the clients know, and what they tell."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.port = daemon.port
        self.socket = daemon.socket
        self.bus_environment = None
        if daemon.bus is not None:
            self.bus_environment = dict(os.environ, DBUS_SESSION_BUS_ADDRESS=daemon.bus_address)
        self.visits = {}
        self.failures = []
        self.longest_dispatch = (0, "none")

    async def visit(self, function, rng):
        try:
            await asyncio.wait_for(function(self, rng), PATIENCE)
        except asyncio.TimeoutError:
            self.failures.append(f"{function.__name__}: stuck for {PATIENCE} s")
        except (honest.Wrong, Broken) as error:
            self.failures.append(f"{function.__name__}: {error}")
        except (OSError, asyncio.IncompleteReadError, ValueError, KeyError) as error:
            # The hostile are cut off, as they deserve.
            if function.__module__ != "hostile":
                self.failures.append(f"{function.__name__}: {error!r}")
        self.visits[function.__name__] = self.visits.get(function.__name__, 0) + 1


async def client(world, seed, visits, deadline):
    rng = random.Random(seed)
    functions = [function for function, _ in visits]
    weights = [weight for _, weight in visits]
    while time.monotonic() < deadline and world.daemon.process.poll() is None:
        await world.visit(rng.choices(functions, weights)[0], rng)


async def settle(world, base):
    """Ends all sessions, then waits until nothing more goes: a sample."""
    _, body = await ask(world.socket, "GET", "/session")
    for session in json.loads(body)["sessions"]:
        await ask(world.socket, "DELETE", f"/session/{session['session_id']}")
    deadline = time.monotonic() + SETTLING
    while True:
        sample = world.daemon.sample()
        _, body = await ask(world.socket, "GET", "/session")
        sample["sessions"] = len(json.loads(body)["sessions"])
        wanted = base or {"processes": 0}
        if all(sample[name] <= wanted[name] for name in NAMES if name in wanted):
            return sample
        if time.monotonic() > deadline:
            return sample
        await asyncio.sleep(0.1)


NAMES = ["descriptors", "threads", "processes", "sessions"]


async def time_health(world):
    """How long the daemon takes to say that it is well, in ms."""
    began = time.monotonic()
    status, _ = await ask(world.port, "GET", "/health")
    if status != 200:
        world.failures.append(f"/health: {status}")
    return (time.monotonic() - began) * 1000


async def read_longest_dispatch(world):
    """The longest turn of the daemon's main loop by its own run time: (seconds, source)."""
    _, body = await ask(world.socket, "GET", "/metrics")
    turns = re.findall(rb'^mcp_sessiond_longest_dispatch_seconds\{source="([^"]*)"\} (\S+)$', body, re.M)
    return max(((float(seconds), source.decode()) for source, seconds in turns), default=(0, "none"))


async def run_round(world, seconds, n_clients, seed):
    """Load for so long; the most that was held during it."""
    deadline = time.monotonic() + seconds
    clients = [asyncio.ensure_future(
        client(world, f"{seed} {i}", hostile.VISITS if i % 3 == 2 else honest.VISITS, deadline))
        for i in range(n_clients)]
    most = {}
    while not all(task.done() for task in clients):
        await asyncio.wait(clients, timeout=1)
        if world.daemon.process.poll() is not None:
            break
        sample = world.daemon.sample()
        sample["health_ms"] = await time_health(world)
        for name, value in sample.items():
            most[name] = max(most.get(name, 0), value)
    await asyncio.gather(*clients)
    return most


async def run(world, options):
    """All rounds: (base, samples after each, the most during them)."""
    began = time.monotonic()
    base, samples, most, n = None, [], {}, 0
    warm = min(300, options.seconds / 5)
    while time.monotonic() - began < options.seconds:
        elapsed = time.monotonic() - began
        is_warm = elapsed >= warm
        seconds = min(options.round, (options.seconds if is_warm else warm) - elapsed)
        peak = await run_round(world, max(seconds, 0.5), options.clients, f"{options.seed} {n}")
        if world.daemon.process.poll() is not None:
            return base, samples, most
        sample = await asyncio.wait_for(settle(world, base if is_warm else None), PATIENCE)
        n += 1
        if not is_warm:
            base = sample
            continue
        world.longest_dispatch = await read_longest_dispatch(world)
        samples.append(sample)
        most = {name: max(most.get(name, 0), value) for name, value in peak.items()}
        if options.verbose:
            print(f"# {sample}, during load {peak}", file=sys.stderr, flush=True)
    return base, samples, most


def judge_memory(name, samples, bar):
    """(whether it does not grow, words): in kB an hour, over the samples after the warm-up."""
    points = [(sample["seconds"] / 3600, sample[name]) for sample in samples]
    slope, interval = slopes.fit_blocks(points)
    words = f"{slope:+.0f} ± {interval:.0f} kB/h at {points[-1][1]:.0f} kB"
    return slope - interval <= 0 or slope < bar, words


def judge_slope(name, samples):
    points = [(sample["seconds"] / 3600, sample[name]) for sample in samples]
    slope, _ = slopes.fit(points)
    return abs(slope) < 0.5, f"{name} {slope:+.1f}/h"


def judge(world, base, samples, most, ended, options):
    """Yields (name, whether it is well, words)."""
    status, seconds = ended
    yield "clients", not world.failures, (
        f"{sum(world.visits.values())} visits, {len(world.failures)} not as promised: "
        f"{world.failures[:5]}")
    yield "end", status == 0 and seconds < 5, f"status {status} after {seconds:.1f} s"
    if not samples:
        yield "rounds", False, "no round came to its end"
        return
    last = samples[-1]
    for name in NAMES:
        yield name, last[name] <= base[name], f"{base[name]} before, {last[name]} after"
    if options.slopes:
        for name in NAMES:
            well, words = judge_slope(name, samples)
            yield f"slope of {name}", well, words
        for name, bar in MEMORY.items():
            if name in last:
                well, words = judge_memory(name, samples, bar)
                yield f"slope of {name[:-3]}", well, f"{name[:-3]} {words}"


def write_figures(path, world, samples, most, verdicts):
    words = {name: text for name, _, text in verdicts}
    figures = [f"{sum(world.visits.values())} visits, {len(world.failures)} not as promised"]
    figures += [words[f"slope of {name}"] for name in ["heap", "memory", *NAMES] if f"slope of {name}" in words]
    if most:
        seconds, source = world.longest_dispatch
        figures.append(f"at most {most['memory_kb']} kB, {most['descriptors']} descriptors, "
                       f"{most['threads']} threads, {most['processes']} processes; "
                       f"/health within {most['health_ms']:.0f} ms; "
                       f"longest dispatch {seconds * 1000:.0f} ms ({source})")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"figures": "; ".join(figures), "samples": samples, "visits": world.visits,
                   "failures": world.failures[:100]}, file, indent=1, ensure_ascii=False)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--daemon", required=True, type=os.path.abspath)
    parser.add_argument("--keeper", required=True, type=os.path.abspath)
    parser.add_argument("--server", required=True, type=os.path.abspath, help="mcp-test-server")
    parser.add_argument("--heap-probe", type=os.path.abspath, help="libheap-probe.so")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--round", type=float, default=15, help="seconds of load in a round")
    parser.add_argument("--clients", type=int, default=24)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--slopes", action="store_true", help="judge slopes too")
    parser.add_argument("--figures", help="a file for the results")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


def main():
    options = parse_arguments()
    daemon = Daemon(options.daemon, options.keeper, options.server)
    try:
        daemon.start(daemon.probe_heap(options.heap_probe) if options.heap_probe else None)
        world = World(daemon)
        base, samples, most = asyncio.run(run(world, options))
        descriptors = daemon.describe_descriptors() if daemon.process.poll() is None else ""
        verdicts = list(judge(world, base, samples, most, daemon.stop(), options))
        if options.figures:
            write_figures(options.figures, world, samples, most, verdicts)
    finally:
        failed = sys.exc_info()[0] is not None or not all(well for _, well, _ in verdicts)
        if failed:
            print("\n".join(daemon.log_path.read_text(errors="replace").splitlines()[-40:]),
                  file=sys.stderr)
        daemon.clean_up()
    if failed:
        print(descriptors, file=sys.stderr)
    print(f"1..{len(verdicts)}")
    for i, (name, well, words) in enumerate(verdicts, 1):
        print(f"{'ok' if well else 'not ok'} {i} /soak/{name.replace(' ', '-')}")
        print(f"# {words}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
