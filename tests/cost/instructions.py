#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Instructions of the daemon's main thread for one request, by callgrind.

Time differs from machine to machine and from run to run; the number of instructions hardly does. What
one request takes is the difference between N and 2N of them, so that what happens once is not counted.
The budgets are for one version of GLib, in instructions.json; whoever raises one says there why.
"""

import argparse
import asyncio
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "soak"))

from daemon import Daemon  # noqa: E402
from wire import Connection, ask  # noqa: E402

N_REQUESTS = 40
N_WARM = 20
# Valgrind takes three seconds for a start, on a machine that has nothing else to do.
START_SECONDS = 150
EVENT = {"progress": 1, "total": 10, "message": "x" * 120}


class Callgrind:
    """Counts what the daemon's main thread does while it is asked to."""

    def __init__(self, directory):
        self.directory = directory
        self.pid = 0
        self.n_dumps = 0

    def build_wrapper(self):
        return ["valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no", "--separate-threads=yes",
                f"--callgrind-out-file={self.directory}/counted"]

    async def _control(self, *words):
        process = await asyncio.create_subprocess_exec(
            "callgrind_control", *words, str(self.pid), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert await process.wait() == 0, words

    async def count(self, work):
        """The instructions of the main thread while work() runs."""
        await self._control("--instr=on")
        await work()
        await self._control("--instr=off")
        await self._control("--dump")
        self.n_dumps += 1
        dump = self.directory / f"counted.{self.n_dumps}-01"
        return int(re.search(r"^totals: (\d+)", dump.read_text(), re.MULTILINE)[1])


async def measure(callgrind, request):
    async def work(n):
        for _ in range(n):
            await request()

    await work(N_WARM)
    once = await callgrind.count(lambda: work(N_REQUESTS))
    twice = await callgrind.count(lambda: work(2 * N_REQUESTS))
    return (twice - once) / N_REQUESTS


async def exchange(connection, *request):
    await connection.send(*request)
    await connection.read_head()
    answer = await connection.read_body()
    assert connection.status in (200, 202) and b'"error"' not in answer, (connection.status, answer)


async def measure_health(callgrind, daemon, session):
    async with await Connection.open(daemon.socket) as connection:
        return await measure(callgrind, lambda: exchange(connection, "GET", "/health"))


async def measure_call(callgrind, daemon, session):
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": {"name": "test__pid", "arguments": {"text": "hello"}}}
    async with await Connection.open(daemon.socket) as connection:
        return await measure(callgrind, lambda: exchange(connection, "POST", "/mcp", session["auth"], body))


async def measure_event(callgrind, daemon, session):
    path = f"/session/{session['session_id']}"
    async with await Connection.open(daemon.socket) as watcher, \
            await Connection.open(daemon.socket) as publisher:
        await watcher.send("GET", f"{path}/events", session["auth"])
        await watcher.read_head()
        events = watcher.events()

        async def publish():
            await exchange(publisher, "POST", f"{path}/progress", session["auth"], EVENT)
            await anext(events)

        return await measure(callgrind, publish)


MEASURES = {"health": measure_health, "call": measure_call, "event": measure_event}


async def run(arguments):
    # A command that is not absolute is not run: it would lie in the directory of the session.
    keeper, server = os.path.abspath(arguments.keeper), os.path.abspath(arguments.server)
    daemon = Daemon(arguments.daemon, keeper, server, with_bus=False)
    daemon.start_seconds = START_SECONDS
    callgrind = Callgrind(daemon.directory)
    daemon.start({"G_DEBUG": "fatal-criticals"}, callgrind.build_wrapper())
    callgrind.pid = daemon.pid
    try:
        _, body = await ask(daemon.socket, "POST", "/session", body={"cwd": "/"})
        session = json.loads(body)
        session["auth"] = {"Authorization": f"Bearer {session['token']}"}
        return {name: await measure_one(callgrind, daemon, session) for name, measure_one in MEASURES.items()}
    finally:
        daemon.stop()


def find_reason_to_skip(arguments, budgets):
    if not shutil.which("valgrind") or not shutil.which("callgrind_control"):
        return "valgrind is not installed"
    if arguments.buildtype not in ("release", "debugoptimized"):
        return f"the budgets are for optimised builds, this one is {arguments.buildtype}"
    if arguments.glib.rsplit(".", 1)[0] != budgets["glib"]:
        return f"the budgets are for GLib {budgets['glib']}, here is {arguments.glib}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("daemon", "keeper", "server", "budgets", "buildtype", "glib"):
        parser.add_argument(f"--{name}", required=True)
    arguments = parser.parse_args()
    budgets = json.loads(pathlib.Path(arguments.budgets).read_text(encoding="utf-8"))
    reason = find_reason_to_skip(arguments, budgets)
    if reason:
        print(f"1..0 # SKIP {reason}")
        return

    print(f"1..{len(MEASURES)}")
    for i, (name, n_instructions) in enumerate(asyncio.run(run(arguments)).items()):
        good = n_instructions <= budgets[name]
        print(f"{'ok' if good else 'not ok'} {i + 1} - {name}: {n_instructions:.0f} instructions, "
              f"at most {budgets[name]}")


if __name__ == "__main__":
    # Counted is the allocator that users have.
    for variable in ("G_SLICE", "MALLOC_PERTURB_"):
        os.environ.pop(variable, None)
    main()
