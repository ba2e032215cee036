#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One call, from end to end: a client of the TypeScript SDK over HTTP, a tool in an app that is written in Python on
libmcpsession, a watcher of events over HTTP and one on the bus; and gdbus, which calls tools of a server from npm and of
that app alike."""
import json
import os
import shutil
import subprocess
import sys

from world import DAEMON, HERE, Process, Stream, World, main
from gi.repository import Gio, GLib

NPM = os.environ.get("MCP_TEST_NPM", "")
EVERYTHING = os.path.join(NPM, "node_modules/@modelcontextprotocol/server-everything/dist/index.js")
SERVERS = {"everything": {"command": shutil.which("node"), "args": [EVERYTHING, "stdio"]}}
NOTES = os.path.join(os.environ["MCP_TEST_EXAMPLES"], "notes.py")
STEPS = [[1, 2, "opening the notebook"], [2, 2, "writing"]]


def start_notes(world):
    folder = os.environ["MCP_TEST_LIBRARY"]
    app = Process([sys.executable, NOTES], dict(world.env, GI_TYPELIB_PATH=folder, LD_LIBRARY_PATH=folder),
                  stdout=subprocess.PIPE)
    world.apps.append(app)
    app.await_line("notes__add is there")
    # The command waits, however long the server from npm takes to start.
    listed = world.command("tools")
    assert "notes__add" in listed.stdout and "everything__echo" in listed.stdout, listed


def discovery(world):
    return json.loads(world.read("run/mcp-sessiond/mcp.json"))


class BusWatcher:
    """What the bus says of all sessions."""

    def __init__(self, world):
        self.heard = []
        self.subscription = world.connection.signal_subscribe(
            DAEMON, "org.mcpsessiond.SessionStore1", "Progress", "/org/mcpsessiond/SessionStore", None,
            Gio.DBusSignalFlags.NONE, lambda *arguments: self.heard.append(arguments[5].unpack()[1]))
        # The subscription is there before the answer.
        world.call("ListProviders")

    def await_end(self):
        context = GLib.MainContext.default()
        timeout = GLib.timeout_add_seconds(30, context.wakeup)
        while not self.heard or self.heard[-1]["state"] == "running":
            assert context.find_source_by_id(timeout), self.heard
            context.iteration(True)
        GLib.source_remove(timeout)
        return self.heard


def test_everybody_sees_one_call():
    with World(SERVERS) as world:
        start_notes(world)
        bus = BusWatcher(world)
        stream = Stream(world, "/events", discovery(world)["owner_key"])
        client = Process(["node", os.path.join(HERE, "sdk-client.cjs"), discovery(world)["url"], "notes__add",
                          '{"text": "milk"}'], world.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        world.apps.append(client)
        assert "notes__add" in json.loads(client.process.stdout.readline())
        client.process.stdin.write("go\n")
        client.process.stdin.close()
        said = json.loads(client.process.stdout.readline())
        assert said == {"progress": STEPS, "text": "Noted: milk"}, said
        events = []
        while not events or events[-1].get("state", "running") == "running":
            events.append(stream.next())
        events = [event for event in events if "tool" in event]
        heard = bus.await_end()
        for seen in (events, heard):
            assert [event["tool"] for event in seen] == ["notes__add"] * 4, seen
            assert [event["progress"] for event in seen] == [0, 1, 2, 2], seen
            assert [event.get("message") for event in seen[1:3]] == [step[2] for step in STEPS], seen
            assert [event["state"] for event in seen] == ["running"] * 3 + ["ok"], seen
        assert {event["call_id"] for event in events} == {event["call_id"] for event in heard}, (events, heard)
        assert {event["session_id"] for event in events} == {session["session_id"] for session in
                                                             world.http("GET", "/session")["sessions"]}
        stream.close()


def gdbus(world, path, interface, method, *arguments):
    return subprocess.run(["gdbus", "call", "--session", "--timeout", "60", "--dest", DAEMON, "--object-path", path,
                           "--method", f"{interface}.{method}", *arguments], env=world.env, text=True, encoding="utf-8",
                          capture_output=True, timeout=90, check=False)


def test_gdbus_calls_both_alike():
    with World(SERVERS) as world:
        start_notes(world)
        made = gdbus(world, "/org/mcpsessiond/SessionStore", "org.mcpsessiond.SessionStore1", "CreateSession", "/", "{}")
        path = GLib.Variant.parse(None, made.stdout.strip(), None, None).unpack()[0]
        for tool, arguments, text in (("everything__echo", '{"message": "milk"}', "Echo: milk"),
                                      ("notes__add", '{"text": "milk"}', "Noted: milk")):
            called = gdbus(world, path, "org.mcpsessiond.Session1", "CallTool", tool, arguments, "{}")
            assert called.returncode == 0, called
            result = json.loads(GLib.Variant.parse(None, called.stdout.strip(), None, None).unpack()[0])
            assert result["content"][0]["text"] == text, result
            wrong = gdbus(world, path, "org.mcpsessiond.Session1", "CallTool", tool, '{"txt": 1}', "{}")
            assert wrong.returncode != 0 or '"isError":true' in wrong.stdout.replace(" ", ""), wrong
        unknown = gdbus(world, path, "org.mcpsessiond.Session1", "CallTool", "notes__none", "{}", "{}")
        assert "org.mcpsessiond.Error.NotFound" in unknown.stderr or "Unknown tool" in unknown.stderr, unknown


if __name__ == "__main__":
    missing = [program for program in ("node", "gdbus") if shutil.which(program) is None]
    if missing or not os.path.exists(EVERYTHING):
        print(f"1..0 # SKIP {', '.join(missing) or 'server-everything'} missing")
    else:
        sys.exit(main(globals()))
