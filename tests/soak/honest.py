# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients that keep the rules, and are owed what the rules promise.

Each function is one visit: it makes what it needs, checks what it gets, and leaves.
"""

import asyncio
import contextlib
import json

from wire import Connection, ask

LEGACY = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
MODERN = "2026-07-28"
META = "io.modelcontextprotocol/"


class Wrong(Exception):
    """The daemon did not do what it owes."""


def check(condition, text):
    if not condition:
        raise Wrong(text)


def bearer(session):
    return {"Authorization": f"Bearer {session['token']}"}


async def make_session(world, rng, **facts):
    address = rng.choice([world.port, world.socket])
    status, body = await ask(address, "POST", "/session", body={"cwd": "/", **facts})
    check(status == 200, f"POST /session: {status} {body[:200]!r}")
    return json.loads(body)


async def end_session(world, session):
    status, body = await ask(world.port, "DELETE", f"/session/{session['session_id']}",
                             bearer(session))
    check(status == 204, f"DELETE: {status} {body[:200]!r}")


def count_call(rng, tool="test__count", meta=None):
    steps = rng.randint(0, 12)
    arguments = {"steps": steps, "delay_ms": rng.choice([0, 0, 1, 10])}
    return steps, {"jsonrpc": "2.0", "id": rng.randint(1, 10**6), "method": "tools/call",
                   "params": {"name": tool, "arguments": arguments,
                              "_meta": {"progressToken": "p", **(meta or {})}}}


def is_own_word(progress):
    """What the daemon says itself while a server takes long to start: it rises by 10⁻⁶."""
    return 0 < progress < 0.001


async def check_count(messages, steps, request_id):
    """Every step once, in order, then the result."""
    seen = []
    async for message in messages:
        if message.get("method") == "notifications/progress":
            progress = message["params"]["progress"]
            seen += [] if is_own_word(progress) else [progress]
        elif message.get("id") == request_id and "method" not in message:
            text = message.get("result", {}).get("content", [{}])[0].get("text")
            check(text == f"counted to {steps}", f"a result: {message}")
            check(seen == list(range(1, steps + 1)), f"progress of {steps}: {seen}")
            return
    raise Wrong(f"no result after progress {seen}")


async def call(world, headers, body, steps):
    async with await Connection.open(world.port) as connection:
        await connection.send("POST", "/mcp", headers, body)
        await connection.read_head()
        check(connection.status == 200, f"tools/call: {connection.status}")
        await check_count(connection.messages(), steps, body["id"])


async def lives(world, rng):
    """A session and everything one can ask of it."""
    session = await make_session(world, rng, label="lives")
    path = f"/session/{session['session_id']}"
    status, _ = await ask(world.port, "GET", path, bearer(session))
    check(status == 200, f"GET {path}: {status}")
    status, body = await ask(world.port, "POST", f"{path}/token", bearer(session))
    check(status == 200, f"a new token: {status}")
    old, session["token"] = session["token"], json.loads(body)["token"]
    status, _ = await ask(world.port, "GET", path, {"Authorization": f"Bearer {old}"})
    check(status == 401, f"the old token: {status}")
    await end_session(world, session)
    status, _ = await ask(world.port, "GET", path, bearer(session))
    check(status == 401, f"after its end: {status}")


async def calls_default(world, rng):
    """As curl does it: a token, no initialize; several calls on a connection."""
    session = await make_session(world, rng)
    for _ in range(rng.randint(1, 3)):
        steps, body = count_call(rng)
        await call(world, bearer(session), body, steps)
    status, body = await ask(world.port, "GET", f"/session/{session['session_id']}/calls?limit=5",
                             bearer(session))
    check(status == 200 and json.loads(body)["calls"][0]["state"] == "ok", f"calls: {body!r}")
    await end_session(world, session)


async def calls_legacy(world, rng):
    """initialize to DELETE, in a session of its own or one that exists."""
    session = await make_session(world, rng) if rng.random() < 0.5 else None
    headers = bearer(session) if session else {"X-Mcp-Cwd": "/"}
    initialize = {"jsonrpc": "2.0", "id": 1, "method": "initialize",
                  "params": {"protocolVersion": rng.choice(LEGACY), "capabilities": {},
                             "clientInfo": {"name": "soak", "version": "1"}}}
    async with await Connection.open(world.port) as connection:
        await connection.send("POST", "/mcp", headers, initialize)
        await connection.read_head()
        check(connection.status == 200, f"initialize: {connection.status}")
        answers = [message async for message in connection.messages()]
        check("result" in answers[-1], f"initialize: {answers}")
        headers = {**headers, "Mcp-Session-Id": connection.headers["mcp-session-id"],
                   "MCP-Protocol-Version": answers[-1]["result"]["protocolVersion"]}
    status, _ = await ask(world.port, "POST", "/mcp", headers,
                          {"jsonrpc": "2.0", "method": "notifications/initialized"})
    check(status == 202, f"initialized: {status}")
    for _ in range(rng.randint(1, 3)):
        steps, body = count_call(rng, rng.choice(["test__count", "shared__count"]))
        await call(world, headers, body, steps)
    status, _ = await ask(world.port, "DELETE", "/mcp", headers)
    check(status == 204, f"DELETE /mcp: {status}")
    if session:
        await end_session(world, session)


async def calls_modern(world, rng):
    """Each request stands alone, with and without a session that the client made."""
    session = await make_session(world, rng) if rng.random() < 0.7 else None
    headers = bearer(session) if session else {"X-Mcp-Cwd": "/"}
    meta = {f"{META}protocolVersion": MODERN, f"{META}clientCapabilities": {},
            f"{META}clientInfo": {"name": f"soak-{rng.randint(1, 8)}", "version": "1"}}
    for _ in range(rng.randint(1, 3)):
        steps, body = count_call(rng, meta=meta)
        await call(world, {**headers, "MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call",
                           "Mcp-Name": "test__count"}, body, steps)
    if session:
        await end_session(world, session)


async def calls_sse(world, rng):
    """The old pair: one stream for all answers, POSTs beside it."""
    session = await make_session(world, rng)
    async with await Connection.open(world.port) as stream:
        await stream.send("GET", "/sse", bearer(session))
        check(await stream.read_head() == 200, f"GET /sse: {stream.status}")
        events = stream.events()
        name, _, endpoint = await events.__anext__()
        check(name == "endpoint", f"first event: {name}")

        async def post(body):
            status, _ = await ask(world.port, "POST", endpoint, bearer(session), body)
            check(status == 202, f"POST {endpoint}: {status}")

        async def messages():
            async for _, _, data in events:
                yield json.loads(data)

        await post({"jsonrpc": "2.0", "id": 0, "method": "initialize",
                    "params": {"protocolVersion": LEGACY[0], "capabilities": {},
                               "clientInfo": {"name": "soak", "version": "1"}}})
        _, _, data = await events.__anext__()
        check("result" in json.loads(data), f"initialize: {data}")
        await post({"jsonrpc": "2.0", "method": "notifications/initialized"})
        steps, body = count_call(rng)
        await post(body)
        await check_count(messages(), steps, body["id"])
        await events.aclose()
    await end_session(world, session)


async def watches(world, rng):
    """Watchers count every event of a publisher, those they are told to have missed included."""
    session = await make_session(world, rng)
    path = f"/session/{session['session_id']}"
    n_events = rng.randint(1, 400)

    async def watch(ready):
        async with await Connection.open(world.port) as stream:
            await stream.send("GET", f"{path}/events", bearer(session))
            check(await stream.read_head() == 200, f"events: {stream.status}")
            ready.set()
            seen = 0
            async for name, _, data in stream.events():
                if name == "closed":
                    return seen
                seen += json.loads(data)["missed"] if name == "lagged" else 1
            raise Wrong("a stream without its last event")

    ready = [asyncio.Event() for _ in range(rng.randint(1, 4))]
    watchers = [asyncio.ensure_future(watch(event)) for event in ready]
    try:
        await asyncio.gather(*(event.wait() for event in ready))
        sent = 0
        while sent < n_events:
            n = min(n_events - sent, rng.randint(1, 100))
            status, body = await ask(world.socket, "POST", f"{path}/progress", bearer(session),
                                     [{"token": 1, "progress": sent + i} for i in range(n)])
            check(status == 202, f"progress: {status} {body[:200]!r}")
            sent += n
        await end_session(world, session)
        for seen in await asyncio.gather(*watchers):
            check(seen == n_events, f"a watcher saw {seen} of {n_events}")
    finally:
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)


async def owns(world, rng):
    """The owner looks at everything."""
    status, body = await ask(world.socket, "GET", "/session")
    check(status == 200 and "sessions" in json.loads(body), f"GET /session: {status}")
    status, body = await ask(world.socket, "GET", "/metrics")
    check(status == 200 and b"mcp_sessiond_sessions " in body, f"GET /metrics: {status}")
    async with await Connection.open(world.socket) as stream:
        await stream.send("GET", "/events")
        check(await stream.read_head() == 200, f"GET /events: {stream.status}")
        n_wanted = rng.randint(1, 200)
        try:
            await asyncio.wait_for(_read_some(stream.events(), n_wanted), 1)
        except asyncio.TimeoutError:
            pass


async def _read_some(events, n):
    async for _ in events:
        n -= 1
        if n == 0:
            return


async def healthy(world, rng):
    address = rng.choice([world.port, world.socket])
    async with await Connection.open(address) as connection:
        for _ in range(rng.randint(1, 20)):
            await connection.send("GET", "/health")
            check(await connection.read_head() == 200, f"/health: {connection.status}")
            await connection.read_body()


async def _gdbus(world, path, method, *arguments):
    process = await asyncio.create_subprocess_exec(
        "gdbus", "call", "--session", "--timeout", "60", "--dest", "org.mcpsessiond.Daemon",
        "--object-path", f"/org/mcpsessiond{path}", "--method", f"org.mcpsessiond.{method}",
        *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env=world.bus_environment)
    try:
        out, _ = await process.communicate()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        raise
    text = out.decode()
    check(process.returncode == 0, f"{method}: {text}")
    return text


async def uses_bus(world, rng):
    """A session made, used and ended on the bus."""
    if world.bus_environment is None:
        return
    made = await _gdbus(world, "/SessionStore", "SessionStore1.CreateSession", "/", "{}")
    session_id = made.split("'")[3]
    path = "/Session/" + session_id.replace("-", "_")
    answer = await _gdbus(world, path, "Session1.CallTool", "test__count", '{"steps": 3}', "{}")
    check("counted to 3" in answer, f"CallTool: {answer}")
    await _gdbus(world, "/SessionStore", "SessionStore1.PublishProgress", session_id,
                 "{'token': <1>, 'progress': <0.5>}")
    await _gdbus(world, "/Tools", "Tools1.ListProviders")
    await _gdbus(world, path, "Session1.Close")


async def configures(world, rng):
    """The files change under the daemon, into nonsense too."""
    world.daemon.configure(lines=rng.choice([10, 50]), extra=rng.random() < 0.5,
                           spoilt=rng.random() < 0.3)
    await asyncio.sleep(rng.random())
    world.daemon.configure()


# How often each comes, of all.
VISITS = [(lives, 6), (calls_default, 8), (calls_legacy, 8), (calls_modern, 8), (calls_sse, 5),
          (watches, 6), (owns, 2), (healthy, 4), (uses_bus, 1), (configures, 1)]
