# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients and servers that keep no rules. They are owed nothing but an end."""

import asyncio

import honest
from honest import bearer, check
from wire import Connection, ask

HEADS = [
    b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 2\r\n\r\n{}",
    b"POST /session HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"2\r\n{}\r\n0\r\n\r\n",
]
REFUSED = [
    {"Host": "example.org"},
    {"Origin": "https://example.org"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Transfer-Encoding": "chunked", "Content-Length": "3"},
    {"Content-Length": "-1"},
    {"Content-Length": "3, 5"},
    {"X Space": "no"},
]


async def _read_to_end(connection, seconds):
    """Whatever comes, until the daemon ends it or we have had enough."""
    try:
        await asyncio.wait_for(connection.reader.read(-1), seconds)
    except asyncio.TimeoutError:
        pass


def _leave(connection, rng):
    if rng.random() < 0.5:
        connection.reset()
    else:
        connection.close()


async def talks_garbage(world, rng):
    data = bytearray(rng.choice(HEADS))
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(data))
        data[place:place + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 4))
    connection = await Connection.open(world.port)
    await connection.send_raw(bytes(data))
    await _read_to_end(connection, rng.random() / 2)
    _leave(connection, rng)


async def forges_heads(world, rng):
    fields = rng.choice(REFUSED)
    path = rng.choice(["/health", "/session", "/mcp", "/nowhere"])
    async with await Connection.open(world.port) as connection:
        await connection.send("GET", path, fields)
        await connection.read_head()
        check(connection.status in (400, 403), f"{fields} on {path}: {connection.status}")


async def is_slow(world, rng):
    """Half a head, or half a body, then nothing."""
    data = rng.choice(HEADS)
    connection = await Connection.open(world.port)
    await connection.send_raw(data[:rng.randrange(len(data))])
    await asyncio.sleep(rng.random() * 2)
    _leave(connection, rng)


async def sends_too_much(world, rng):
    session = await honest.make_session(world, rng)
    body = rng.choice([b"[" * 100_000, b"x" * (5 << 20), b'{"a":' * 500, b"[" + b"0," * 200_000])
    path = rng.choice(["/mcp", f"/session/{session['session_id']}/progress"])
    status, _ = await ask(world.port, "POST", path,
                          {**bearer(session), "Content-Type": "application/json"}, body)
    check(status in (400, 413), f"{len(body)} bytes: {status}")
    await honest.end_session(world, session)


async def guesses(world, rng):
    session = await honest.make_session(world, rng)
    for _ in range(10):
        status, _ = await ask(world.port, "GET", f"/session/{session['session_id']}",
                              {"Authorization": f"Bearer {rng.randbytes(16).hex()}"})
        check(status == 401, f"a guess: {status}")
    await honest.end_session(world, session)


async def vanishes(world, rng):
    """A call whose client goes in the middle, politely or not."""
    session = await honest.make_session(world, rng)
    _, body = honest.count_call(rng)
    body["params"]["arguments"] = {"steps": 1000, "delay_ms": 1}
    connection = await Connection.open(world.port)
    await connection.send("POST", "/mcp", bearer(session), body)
    await _read_to_end(connection, rng.random())
    _leave(connection, rng)
    if rng.random() < 0.5:
        await honest.end_session(world, session)


async def half_closes(world, rng):
    connection = await Connection.open(world.port)
    await connection.send("GET", rng.choice(["/health", "/session", "/events"]))
    connection.writer.write_eof()
    await _read_to_end(connection, 1)
    connection.close()


async def crowds(world, rng):
    """Many connections that say nothing."""
    crowd = await asyncio.gather(*(Connection.open(world.port) for _ in range(rng.randint(1, 200))))
    await asyncio.sleep(rng.random() / 2)
    for connection in crowd:
        _leave(connection, rng)


async def reads_slowly(world, rng):
    """A watcher that does not read while much is published."""
    session = await honest.make_session(world, rng)
    path = f"/session/{session['session_id']}"
    stalled = await Connection.open(world.port, receive_buffer=2048)
    await stalled.send("GET", f"{path}/events", bearer(session))
    for _ in range(rng.randint(1, 6)):
        message = "x" * rng.randint(1, 3000)
        status, _ = await ask(world.port, "POST", f"{path}/progress", bearer(session),
                              [{"progress": i, "message": message} for i in range(200)])
        check(status == 202, f"progress: {status}")
    if rng.random() < 0.5:
        await _read_to_end(stalled, 0.3)
    _leave(stalled, rng)
    if rng.random() < 0.8:
        await honest.end_session(world, session)


# (tool, arguments, whether an answer must come)
MISDEEDS = [
    ("crash", {"status": 3}, True),
    ("crash-after", {}, True),
    ("close-output", {}, True),
    ("garbage", {"lines": 50}, True),
    ("wrong-ids", {}, True),
    ("long-line", {"bytes": 300_000}, True),
    ("huge", {"bytes": 1_000_000}, True),
    ("flood", {"n": 3000}, True),
    ("stderr", {"lines": 500}, True),
    ("spawn-grandchild", {}, True),
    ("hang", {}, False),
    ("malformed", {}, False),
]


async def calls_rogues(world, rng):
    """Servers that crash, hang, flood and lie; what the client gets is an answer all the same."""
    session = await honest.make_session(world, rng)
    tool, arguments, answers = rng.choice(MISDEEDS)
    body = {"jsonrpc": "2.0", "id": 7, "method": "tools/call",
            "params": {"name": f"rogue__{tool}", "arguments": arguments,
                       "_meta": {"progressToken": 1}}}
    async with await Connection.open(world.port) as connection:
        await connection.send("POST", "/mcp", bearer(session), body)
        if answers:
            await connection.read_head()
            check(connection.status == 200, f"{tool}: {connection.status}")
            last = None
            async for last in connection.messages():
                pass
            check(last is not None and last.get("id") == 7, f"{tool}: the last is {last}")
        else:
            await _read_to_end(connection, rng.random())
    await honest.end_session(world, session)


async def calls_broken(world, rng):
    """A server that never starts."""
    session = await honest.make_session(world, rng)
    status, _ = await ask(world.port, "POST", "/mcp", bearer(session),
                          {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
                           "params": {"name": "broken__echo", "arguments": {}}})
    check(status == 200, f"broken__echo: {status}")
    await honest.end_session(world, session)


async def abandons(world, rng):
    """A session that nobody ends: the owner does, in the end."""
    await honest.make_session(world, rng, label="abandoned")


VISITS = [(talks_garbage, 10), (forges_heads, 4), (is_slow, 4), (sends_too_much, 2), (guesses, 2),
          (vanishes, 5), (half_closes, 3), (crowds, 2), (reads_slowly, 3), (calls_rogues, 6),
          (calls_broken, 1), (abandons, 1)]
