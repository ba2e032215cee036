#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""System calls of the daemon that fail, one after the other.

Whatever fails, the daemon ends with a word in its log before it serves, or it serves on: /health
answers, and what it acknowledged is there after its end, be that clean or SIGKILL. Sessions may be
lost only where the log said that the database cannot be written.
"""

import argparse
import asyncio
import errno
import json
import os
import pathlib
import sqlite3
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "soak"))

from daemon import Daemon, Refused  # noqa: E402
from wire import Broken, ask  # noqa: E402

# (call, what it fails with)
FAULTS = [
    ("accept4", errno.EMFILE), ("accept4", errno.EINTR), ("accept4", errno.ECONNABORTED),
    ("socket", errno.EMFILE), ("pipe2", errno.EMFILE),
    ("open", errno.EMFILE), ("open", errno.EIO), ("create", errno.ENOSPC),
    ("write", errno.EINTR), ("write", errno.ENOSPC),
    ("pwrite", errno.ENOSPC), ("pwrite", errno.EIO), ("pwrite", errno.EINTR),
    ("fsync", errno.EIO), ("rename", errno.ENOSPC), ("spawn", errno.EAGAIN),
]
# For the ordinary tests: (call, error, from the n-th on, times)
SHORT = [
    ("accept4", errno.EMFILE, 2, 3), ("socket", errno.EMFILE, 1, 1), ("pipe2", errno.EMFILE, 2, 1),
    ("open", errno.EMFILE, 20, 5), ("create", errno.ENOSPC, 2, 1), ("write", errno.EINTR, 5, 3),
    ("pwrite", errno.ENOSPC, 6, 1000), ("pwrite", errno.EIO, 9, 1), ("fsync", errno.EIO, 2, 1),
    ("rename", errno.ENOSPC, 1, 1), ("spawn", errno.EAGAIN, 1, 1),
]
FOREVER = 1_000_000
# If these fail from now on, nobody can be answered.
NO_ANSWER = {"accept4", "write"}
SAID_SO = ("cannot be written", "in memory", "cannot be opened", "set aside", "cannot be used")
ATTEMPTS = 10


class Wrong(Exception):
    """Something that was promised does not hold."""


async def try_ask(*arguments, **named):
    """An exchange that may fail on the way: (status or 0, body)."""
    try:
        return await asyncio.wait_for(ask(*arguments, **named), 3)
    except (OSError, Broken, asyncio.IncompleteReadError, asyncio.TimeoutError, ValueError):
        return 0, b""


async def check_health(daemon):
    # Each attempt uses up what still fails.
    for _ in range(ATTEMPTS):
        status, _ = await try_ask(daemon.socket, "GET", "/health")
        if status == 200:
            return
    raise Wrong(f"/health: {status}")


async def use(daemon):
    """What clients do: (acknowledged sessions, acknowledged ends)."""
    made, ended = [], []
    for address in (daemon.port, daemon.socket, daemon.port, daemon.port):
        status, body = await try_ask(address, "POST", "/session", body={"cwd": "/"})
        if status == 200:
            made.append(json.loads(body))
    for session in made[:2]:
        await try_ask(daemon.port, "POST", "/mcp", headers(session),
                      {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
                       "params": {"name": "test__echo", "arguments": {}}})
        await try_ask(daemon.port, "POST", f"/session/{session['session_id']}/progress",
                      headers(session), {"progress": 1})
    daemon.configure(lines=10)
    if made:
        status, _ = await try_ask(daemon.port, "DELETE", f"/session/{made[0]['session_id']}",
                                  headers(made[0]))
        session = made.pop(0)
        if status == 204:
            ended.append(session)
    return made, ended


def headers(session):
    return {"Authorization": f"Bearer {session['token']}"}


async def check_kept(daemon, made, ended):
    for session, wanted in [(session, 200) for session in made] + [(s, 401) for s in ended]:
        status, _ = await ask(daemon.port, "GET", f"/session/{session['session_id']}",
                              headers(session))
        if status != wanted:
            raise Wrong(f"a session: {status} instead of {wanted}")


def check_database(daemon):
    path = daemon.directory / "state/mcp-sessiond/sessions.db"
    if not path.exists():
        return
    database = sqlite3.connect(path)
    try:
        result = database.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        database.close()
    if result != "ok":
        raise Wrong(f"the database: {result}")


async def run_fault(options, fault, clean):
    """One daemon with one fault: how often it struck, and whether it refused."""
    call, number, first, times = fault
    daemon = Daemon(options.daemon, options.keeper, options.server, with_bus=False)
    hits = daemon.directory / "hits"
    try:
        made, ended, said, refused = [], [], False, False
        try:
            daemon.start({"LD_PRELOAD": options.shim, "MCP_FAULT_HITS": str(hits),
                          "MCP_FAULT": f"{call}:{first}:{number}:{times}"})
        except Refused as error:
            refused = True
            if daemon.process.wait(30) not in (0, 1) or not str(error).strip():
                raise Wrong(f"status {daemon.process.returncode}, said: {error}") from None
        if not refused:
            made, ended = await use(daemon)
            if times < FOREVER or call not in NO_ANSWER:
                await check_health(daemon)
            if daemon.process.poll() is not None:
                raise Wrong(f"it ended with {daemon.process.returncode}")
            if not clean:
                daemon.kill()
            elif daemon.stop()[0] != 0:
                raise Wrong(f"its end: {daemon.process.returncode}")
            log = daemon.log_path.read_text(errors="replace")
            said = any(text in log for text in SAID_SO)
        check_database(daemon)
        daemon.start()
        await check_health(daemon)
        if not said:
            await check_kept(daemon, made, ended)
        return hits.stat().st_size if hits.exists() else 0, refused
    except (Wrong, Refused) as error:
        log = daemon.log_path.read_text(errors="replace")
        raise Wrong(f"{error}\n{log[-2000:]}") from None
    finally:
        daemon.clean_up()


def name_of(fault):
    call, number, first, times = fault
    often = "-for-ever" if times >= FOREVER else f"-{times}-times" if times > 1 else ""
    return f"{call}-{errno.errorcode[number]}-at-{first}{often}"


def all_points(options):
    """Each fault at the 1st, 2nd, … call until none is reached any more; the answer comes back."""
    for call, number in FAULTS:
        if options.calls and call not in options.calls:
            continue
        for times in (1, FOREVER):
            first = 1
            while first <= options.points:
                struck = yield call, number, first, times
                if not struck:
                    break
                # from there on: at growing distances
                first += 1 if times == 1 else first


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("daemon", "keeper", "server", "shim"):
        parser.add_argument(f"--{name}", required=True, type=os.path.abspath)
    parser.add_argument("--all", action="store_true", help="every point, not only a few")
    parser.add_argument("--points", type=int, default=60, help="of each fault at most so many")
    parser.add_argument("--calls", nargs="+", help="with --all: only these")
    options = parser.parse_args()
    n, n_failed, n_struck, n_refused = 0, 0, 0, 0
    began = time.monotonic()
    points = all_points(options) if options.all else iter(SHORT)
    fault = next(points)
    while fault is not None:
        n += 1
        struck = 1
        try:
            struck, refused = asyncio.run(run_fault(options, fault, clean=n % 2 == 0))
            n_struck += struck > 0
            if not struck and not options.all:
                raise Wrong("the daemon does not come by here")
            n_refused += refused
            print(f"ok {n} /faults/{name_of(fault)} # struck {struck} times", flush=True)
        except Wrong as error:
            n_failed += 1
            print(f"not ok {n} /faults/{name_of(fault)}")
            print("".join(f"# {line}\n" for line in str(error).splitlines()), flush=True)
        try:
            fault = points.send(struck) if options.all else next(points)
        except StopIteration:
            fault = None
    print(f"1..{n}")
    print(f"# {n} points, {n_struck} struck, {n_refused} starts refused, {n_failed} failed, "
          f"{time.monotonic() - began:.0f} s")
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
