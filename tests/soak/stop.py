#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""SIGTERM while much goes on: the end comes soon, watchers are told, and the next instance knows all.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import time

import hostile
import honest
from daemon import Daemon
from soak import World, client
from wire import Connection, ask

N_WATCHED = 40
STOP_SECONDS = 5


async def watch(world, session, ready):
    """The number of the last event, and the reason of the end."""
    async with await Connection.open(world.port) as stream:
        await stream.send("GET", f"/session/{session['session_id']}/events",
                          honest.bearer(session))
        honest.check(await stream.read_head() == 200, f"events: {stream.status}")
        ready.set()
        number = 0
        async for name, identity, data in stream.events():
            if name == "closed":
                return number, json.loads(data)["reason"]
            number = int(identity or number)
    raise honest.Wrong("a stream without its last event")


async def publish(world, session):
    path = f"/session/{session['session_id']}/progress"
    while True:
        status, _ = await ask(world.port, "POST", path, honest.bearer(session), {"progress": 1})
        honest.check(status in (202, 503), f"progress: {status}")


async def stop_under_load(world, rng_seed):
    """(sessions, what each watcher saw at last, status, seconds of the end)"""
    sessions = [await honest.make_session(world, random.Random(i))
                for i in range(N_WATCHED)]
    ready = [asyncio.Event() for _ in sessions]
    watchers = [asyncio.ensure_future(watch(world, session, event))
                for session, event in zip(sessions, ready)]
    await asyncio.gather(*(event.wait() for event in ready))
    others = [asyncio.ensure_future(publish(world, session)) for session in sessions[:8]]
    others += [asyncio.ensure_future(client(
        world, f"{rng_seed} {i}", hostile.VISITS if i % 3 == 2 else honest.VISITS,
        time.monotonic() + 60)) for i in range(12)]
    await asyncio.sleep(1.5)

    began = time.monotonic()
    world.daemon.process.terminate()
    seen = await asyncio.wait_for(asyncio.gather(*watchers), 30)
    while world.daemon.process.poll() is None:
        await asyncio.sleep(0.01)
    seconds = time.monotonic() - began
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    return sessions, seen, world.daemon.process.returncode, seconds


async def go_on(world, sessions, seen):
    """Clients with the sessions and tokens that they have: how many are not served as before."""
    n_wrong = 0
    for session, (number, _) in zip(sessions, seen):
        headers = {**honest.bearer(session), "Last-Event-ID": str(number)}
        path = f"/session/{session['session_id']}"
        async with await Connection.open(world.port) as stream:
            await stream.send("GET", f"{path}/events", headers)
            if await stream.read_head() != 200:
                n_wrong += 1
                continue
            status, _ = await ask(world.port, "POST", f"{path}/progress", honest.bearer(session),
                                  {"progress": 2})
            _, identity, _ = await stream.events().__anext__()
            n_wrong += status != 202 or (identity is not None and int(identity) <= number)
    return n_wrong


def judge(seen, status, seconds, n_wrong):
    reasons = {reason for _, reason in seen}
    yield "ends", status == 0 and seconds < STOP_SECONDS, f"status {status} after {seconds:.2f} s"
    yield "tells-watchers", reasons == {"shutdown"}, f"reasons {reasons}"
    yield "goes-on", n_wrong == 0, f"{n_wrong} of {len(seen)} sessions are not served as before"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("daemon", "keeper", "server"):
        parser.add_argument(f"--{name}", required=True, type=os.path.abspath)
    parser.add_argument("--seed", default="1")
    options = parser.parse_args()
    daemon = Daemon(options.daemon, options.keeper, options.server)
    try:
        daemon.start()
        sessions, seen, status, seconds = asyncio.run(stop_under_load(World(daemon), options.seed))
        daemon.start()
        n_wrong = asyncio.run(go_on(World(daemon), sessions, seen))
        verdicts = list(judge(seen, status, seconds, n_wrong))
    finally:
        if daemon.process is not None:
            daemon.stop()
        daemon.clean_up()
    print(f"1..{len(verdicts)}")
    for i, (name, well, words) in enumerate(verdicts, 1):
        print(f"{'ok' if well else 'not ok'} {i} /stop/{name}\n# {words}")
    return 0 if all(well for _, well, _ in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
