#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What one tools/call makes in the daemon: tasks, cancellables, signal connections, large texts.

The calls come over one connection to a server over stdio that runs already. The bounds are those of
docs/architecture.md; whoever raises one says there why.
"""

import argparse
import asyncio
import json
import os
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "soak"))

from daemon import Daemon  # noqa: E402
from wire import Connection, ask  # noqa: E402

N_COUNTS = 4
N_CALLS = 50
LARGE_BYTES = 1024 * 1024
NAMES = ("GTasks", "GCancellables", "signal connections", "texts of the size of the params")
BOUNDS = (1, 1, 3, 3)


def read_counts(path):
    return struct.unpack(f"{N_COUNTS}Q", path.read_bytes())


async def call(connection, session, text):
    headers = {"Authorization": f"Bearer {session['token']}",
               "Accept": "application/json, text/event-stream"}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": {"name": "test__pid", "arguments": {"text": text}}}
    await connection.send("POST", "/mcp", headers, body)
    await connection.read_head()
    answer = await connection.read_body()
    assert connection.status == 200 and b'"error"' not in answer, (connection.status, answer)


async def measure(daemon, path, text):
    """What one call makes, on the average of many."""
    _, body = await ask(daemon.socket, "POST", "/session", body={"cwd": "/"})
    session = json.loads(body)
    async with await Connection.open(daemon.socket) as connection:
        for _ in range(3):
            await call(connection, session, text)
        before = read_counts(path)
        for _ in range(N_CALLS):
            await call(connection, session, text)
        after = read_counts(path)
    return [(b - a) / N_CALLS for a, b in zip(before, after)]


async def run(arguments):
    # A command that is not absolute is not run: it would lie in the directory of the session.
    keeper, server = os.path.abspath(arguments.keeper), os.path.abspath(arguments.server)
    daemon = Daemon(arguments.daemon, keeper, server, with_bus=False)
    path = daemon.directory / "counts"
    path.write_bytes(bytes(8 * N_COUNTS))
    daemon.start({"LD_PRELOAD": arguments.shim, "MCP_COST_FILE": str(path),
                  "MCP_COST_BYTES": str(LARGE_BYTES)})
    try:
        small = await measure(daemon, path, "")
        large = await measure(daemon, path, "x" * LARGE_BYTES)
    finally:
        daemon.stop()
    return small[:3] + large[3:]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("daemon", "keeper", "server", "shim"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--no-bounds", action="store_true")
    arguments = parser.parse_args()

    print(f"1..{N_COUNTS}")
    for i, cost in enumerate(asyncio.run(run(arguments))):
        good = arguments.no_bounds or cost <= BOUNDS[i]
        print(f"{'ok' if good else 'not ok'} {i + 1} - {NAMES[i]} of one tools/call: {cost:g}, "
              f"at most {BOUNDS[i]}")


if __name__ == "__main__":
    main()
