#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Apps of the desktop as providers of tools, with real processes on a bus of the test's own."""
import json
import os
import signal
import subprocess
import sys
import threading
import time

from gi.repository import Gio, GLib
from world import APP as APP_PATH
from world import DAEMON, SANDBOX, Session, Stream, UnixConnection, World, main

APP = {"type": "dbus", "busName": "org.example.App", "objectPath": "/org/example/App"}


def test_entry_is_an_app():
    """An entry of mcp.json names an app: its tools are listed and called, and it is told who calls."""
    with World({"app": APP}) as world:
        app = world.app("--own", "org.example.App", "--log", world.path("app-log"))
        session = Session(world, cwd="/")
        assert "app__echo" in session.tools()
        assert session.text("app__echo", text="hello") == "hello"
        context = json.loads(session.text("app__context"))
        assert context["session_id"] == session.id and context["cwd"] == "/", context
        assert context["timeout_seconds"] == 300, context
        history = world.http("GET", f"/session/{session.id}/calls", token=session.facts["token"])["calls"]
        assert history[0]["call_id"] == context["call_id"], history
        assert world.providers()["app"]["type"] == "dbus"
        assert app.process.poll() is None


def test_errors():
    """A D-Bus error is a result that a model reads; wrong arguments are the client's error; nonsense is named."""
    with World({"app": APP}) as world:
        world.app("--own", "org.example.App")
        session = Session(world)
        result = session.call("app__fail")["result"]
        assert result["isError"] and result["content"][0]["text"] == "The tool is out of ink", result
        error = session.call("app__refuse")["error"]
        assert error["code"] == -32602 and "page" in error["message"], error
        for text in ("[1, 2]", "", "{", "null", "{},\"id\":7", "{}}", "{} {}", "{},\"error\":{\"code\":1}"):
            error = session.call("app__nonsense", result=text)["error"]
            assert "no JSON object" in error["message"], (text, error)
        assert session.text("app__echo", text="still") == "still"


def test_progress():
    """The caller's progress, as an event stream and the bus see it."""
    with World({"app": APP}) as world:
        world.app("--own", "org.example.App")
        session = Session(world)
        stream = Stream(world, f"/session/{session.id}/events", session.facts["token"])
        assert session.text("app__count", steps=3) == "counted to 3"
        events = [stream.next() for _ in range(5)]
        assert [event["progress"] for event in events] == [0, 1, 2, 3, 3], events
        assert [event.get("total") for event in events] == [None, 3, 3, 3, 3], events
        assert events[2]["message"] == "step 2" and events[4]["state"] == "ok", events
        stream.close()


def test_call_over_the_bus():
    """CallTool on the bus runs a tool of an app."""
    with World({"app": APP}) as world:
        world.app("--own", "org.example.App")
        session = Session(world)
        reply = world.call("CallTool", "(ssa{sv})", "app__echo", '{"text": "hello"}', {}, path=session.object_path,
                           interface="org.mcpsessiond.Session1")
        assert json.loads(reply[0])["content"][0]["text"] == "hello"


def call_later(session, name, answers):
    thread = threading.Thread(target=lambda: answers.append(session.call(name)))
    thread.start()
    return thread


def test_cancelled():
    """A call that is withdrawn is cancelled in the app."""
    with World({"app": APP}) as world:
        world.app("--own", "org.example.App", "--log", world.path("app-log"))
        session = Session(world)
        stream = Stream(world, f"/session/{session.id}/events", session.facts["token"])
        answers = []
        thread = call_later(session, "app__hang", answers)
        stream.next()
        event = stream.next()
        world.call("CancelCall", "(s)", event["call_id"])
        thread.join()
        assert "error" in answers[0], answers
        world.until(lambda: f"CancelCall {event['call_id']}" in world.read("app-log"), "the app is told")
        stream.close()


def test_killed_in_a_call():
    """An app that dies in a call fails the call clearly; when it is back, so are its tools."""
    with World({"app": APP}) as world:
        world.app("--own", "org.example.App")
        session = Session(world)
        assert "app__die" in session.tools()
        error = session.call("app__die")["error"]
        assert "has left the session bus" in error["message"], error
        assert "app__die" in session.tools()
        error = session.call("app__echo", text="x")["error"]
        assert "is not on the session bus as org.example.App" in error["message"], error
        world.app("--own", "org.example.App")
        world.until(lambda: "result" in session.call("app__echo", text="x"), "the app is used again")


def test_tools_change():
    """An app that says that its tools have changed is listed again."""
    with World({"app": APP}) as world:
        world.app("--own", "org.example.App")
        session = Session(world)
        assert "app__grown" not in session.tools()
        session.text("app__grow")
        world.until(lambda: "app__grown" in session.tools(), "the new tool is listed")


class Client:
    """An MCP client that is told of changes, on the stream that it has opened."""

    def __init__(self, world):
        self.world = world
        self.connection = UnixConnection(world.socket)
        answer, self.id = self.post("initialize", {"protocolVersion": "2025-06-18", "capabilities": {},
                                                   "clientInfo": {"name": "test", "version": "1"}}, 1)
        assert answer["result"]["capabilities"]["tools"]["listChanged"], answer
        self.post("notifications/initialized", {}, None)
        self.connection.request("GET", "/mcp", headers={"Mcp-Session-Id": self.id, "Accept": "text/event-stream"})
        self.response = self.connection.getresponse()
        assert self.response.status == 200, self.response.status

    def post(self, method, params, number):
        connection = UnixConnection(self.world.socket)
        body = {"jsonrpc": "2.0", "method": method, "params": params}
        headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        if number is not None:
            body["id"] = number
        if method != "initialize":
            headers["Mcp-Session-Id"] = self.id
        connection.request("POST", "/mcp", json.dumps(body), headers)
        response = connection.getresponse()
        text = response.read().decode()
        lines = [line[6:] for line in text.splitlines() if line.startswith("data: ")] or [text]
        return (json.loads(lines[-1]) if lines[-1] else None), response.getheader("Mcp-Session-Id")

    def tools(self):
        return [tool["name"] for tool in self.post("tools/list", {}, 2)[0]["result"]["tools"]]

    def next(self):
        while True:
            line = self.response.readline().decode()
            assert line != "", "the stream has ended"
            if line.startswith("data: ") and len(line) > 8:
                return json.loads(line[6:])["method"]

    def close(self):
        self.connection.close()


def test_registers_and_leaves():
    """An app that registers shows its tools to clients that are there; when it dies, they leave at once."""
    with World() as world:
        client = Client(world)
        session = Session(world)
        assert session.tools() == [] and client.tools() == []
        app = world.app("--register", "notes")
        assert app.said == ["ready"], app.said
        assert client.next() == "notifications/tools/list_changed"
        assert "notes__echo" in client.tools()
        assert session.text("notes__echo", text="hello") == "hello"
        facts = world.providers()["notes"]
        assert facts["origin"] == "registered" and facts["pid"] == app.process.pid, facts
        assert facts["uid"] == os.getuid() and "python" in facts["exe"], facts
        assert "sandbox" not in facts, facts
        owner = world.http("GET", "/servers/notes")
        assert owner["pid"] == app.process.pid and owner["type"] == "dbus", owner
        error = session.call("notes__die")["error"]
        assert "has left the session bus" in error["message"], error
        assert client.next() == "notifications/tools/list_changed"
        assert session.tools() == [] and "notes" not in world.providers()
        assert "Unknown tool" in session.call("notes__echo", text="x")["error"]["message"]
        world.app("--register", "notes")
        assert client.next() == "notifications/tools/list_changed"
        assert session.text("notes__echo", text="again") == "again"
        client.close()


def test_flood_of_changes():
    """An app that says again and again, under all its names, that its tools have changed keeps nobody waiting."""
    with World() as world:
        for number in range(32):
            world.call("RegisterProvider", "(soa{sv})", f"app{number}", "/app", {})
        # each name is attached, though the app has no tools
        Session(world).tools()

        def flood(signal_name):
            for _ in range(20000):
                world.connection.emit_signal(None, "/app", "org.mcpsessiond.ToolProvider1", signal_name, None)
            world.connection.flush_sync(None)
            # the bus hands it over behind the signals
            world.providers()
            connection = UnixConnection(world.socket)
            connection.request("GET", "/metrics")
            lines = connection.getresponse().read().decode().splitlines()
            connection.close()
            return max([float(line.split()[-1]) for line in lines if "longest_dispatch" in line and "emit_signal" in line],
                       default=0)

        # what any signal costs on this machine, then the same many with a meaning
        unknown = flood("Unknown")
        changed = flood("ToolsChanged")
        assert changed < max(4 * unknown, 0.2), (unknown, changed)


def expect_error(function, name, text):
    try:
        function()
    except GLib.Error as error:
        assert Gio.dbus_error_get_remote_error(error) == "org.mcpsessiond.Error." + name, error
        assert text in error.message, error
        return
    raise AssertionError(f"no error {name}")


def test_names():
    """A name that cannot be one, or that somebody has, is refused; a registration is its maker's alone."""
    with World({"mine": APP}, "[Limits]\nProvidersPerSender=2\nProviders=3\n") as world:
        world.app("--register", "notes")
        register = lambda name, path="/a": world.call("RegisterProvider", "(soa{sv})", name, path, {})  # noqa: E731
        for name in ("", "Notes", "-notes", "no_tes", "n" * 33, "nötes"):
            expect_error(lambda: register(name), "InvalidArguments", "must match")
        expect_error(lambda: register("mine"), "InvalidArguments", "taken by a server in mcp.json")
        expect_error(lambda: register("notes"), "InvalidArguments", "taken by a provider")
        expect_error(lambda: world.call("UnregisterProvider", "(s)", "notes"), "NotFound", "has not registered")
        register("one")
        register("two")
        expect_error(lambda: register("three"), "LimitExceeded", "ProvidersPerSender")
        app = world.app("--register", "three")
        assert "refused: " in app.said[0] and "limit Providers" in app.said[0], app.said
        world.call("UnregisterProvider", "(s)", "one")
        assert sorted(world.providers()) == ["mine", "notes", "two"], world.providers()


def test_one_of_twenty_is_frozen():
    """The lists and calls of 19 apps are not delayed by one that answers nothing."""
    with World() as world:
        session = Session(world)
        world.app("--register", "frozen", "--frozen")
        world.app(*[word for number in range(19) for word in ("--register", f"app{number}")])
        begin = time.monotonic()
        tools = session.tools()
        assert time.monotonic() - begin < 2, time.monotonic() - begin
        assert sum(tool.endswith("__echo") for tool in tools) == 19, tools
        begin = time.monotonic()
        assert session.tools() == tools
        for number in range(19):
            assert session.text(f"app{number}__echo", text="x") == "x"
        assert time.monotonic() - begin < 2, time.monotonic() - begin
        assert world.providers()["frozen"]["tools"] == 0


def test_lies():
    """Signals count from the app that the call was made to alone, and for calls that it has."""
    with World({"app": APP}) as world:
        world.app("--own", "org.example.App")
        session = Session(world)
        stream = Stream(world, f"/session/{session.id}/events", session.facts["token"])
        answers = []
        thread = call_later(session, "app__hang", answers)
        stream.next()
        call_id = stream.next()["call_id"]
        liar = world.app("--register", "liar", "--lies", call_id)
        stranger = Gio.DBusConnection.new_for_address_sync(
            world.env["DBUS_SESSION_BUS_ADDRESS"],
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        lie = GLib.Variant("(sa{sv})", (call_id, {"progress": GLib.Variant("u", 99)}))
        stranger.emit_signal(None, "/org/example/App", "org.mcpsessiond.ToolProvider1", "Progress", lie)
        stranger.emit_signal(DAEMON, "/org/example/App", "org.mcpsessiond.ToolProvider1", "Progress", lie)
        stranger.flush_sync(None)
        assert session.text("liar__echo", text="x") == "x"
        world.call("CancelCall", "(s)", call_id)
        thread.join()
        events = []
        while not (events and events[-1]["call_id"] == call_id and events[-1]["state"] != "running"):
            events.append(stream.next())
        assert all(event["progress"] != 99 for event in events), events
        assert "progress of a call that it has not" in world.read("log")
        assert liar.process.poll() is None
        stranger.close_sync(None)
        stream.close()


def test_names_of_others_tools():
    """An app that lists tools in the names of another one has them under its own name alone."""
    with World() as world:
        session = Session(world)
        world.app("--register", "notes")
        world.write("tools", json.dumps([{"name": "notes__echo", "inputSchema": {"type": "object"}},
                                         {"name": "echo", "inputSchema": {"type": "object"}}]))
        world.app("--register", "thief", "--tools", world.path("tools"))
        tools = session.tools()
        assert tools.count("notes__echo") == 1 and "thief__echo" in tools, tools
        assert session.text("notes__echo", text="mine") == "mine"
        names = [name for name in tools if name.startswith("thief__")]
        assert len(names) == 2, names


def test_arguments_are_checked():
    """Arguments that do not fit the tool's schema never reach the app."""
    with World({"app": APP}) as world:
        world.app("--own", "org.example.App", "--log", world.path("app-log"))
        session = Session(world)
        for arguments, text in (({}, "needs “text”"), ({"text": 1}, "“text” must be of type")):
            error = session.call("app__echo", **arguments)["error"]
            assert error["code"] == -32602 and text in error["message"], error
        expect_error(lambda: world.call("CallTool", "(ssa{sv})", "app__count", '{"steps": -1}', {},
                                        path=session.object_path, interface="org.mcpsessiond.Session1"),
                     "InvalidArguments", "“steps” must be at least 0")
        assert "CallTool" not in world.read("app-log")


SERVICE = {"type": "dbus-methods", "busName": "org.example.Service", "objectPath": "/org/example/Service",
           "methods": ["org.example.Service." + name for name in ("Echo", "Sum", "Open", "Fail", "Slow", "Gone")]
           + ["org.freedesktop.DBus.Properties.Get"],
           "readOnly": ["*.Echo", "*.Sum", "*.Get"]}


def test_methods_of_a_service():
    """Chosen methods of a service are tools: types from introspection, values both ways."""
    with World({"service": SERVICE}) as world:
        service = world.app("--service", "--log", world.path("app-log"))
        session = Session(world)
        listed = {tool["name"]: tool for tool in session.rpc("tools/list")["result"]["tools"]}
        assert sorted(listed) == ["service__Echo", "service__Fail", "service__Get", "service__Slow", "service__Sum"], listed
        echo = listed["service__Echo"]
        assert echo["annotations"]["readOnlyHint"] is True and listed["service__Fail"]["annotations"][
            "readOnlyHint"] is False, listed
        properties = echo["inputSchema"]["properties"]
        assert properties["bytes"] == {"type": "string", "contentEncoding": "base64"}, properties
        assert properties["pair"]["prefixItems"] == [{"type": "string"}, {"type": "boolean"}], properties
        arguments = {"any": {"signature": "y", "value": 7}, "dict": {"a": 1, "b": "x", "c": [True, 2.5]}, "bytes": "AAEC",
                     "pair": ["x", True], "path": "/a/b", "big": 9223372036854775807, "texts": ["ä", "b"],
                     "numbers": {"5": "five"}}
        result = session.call("service__Echo", **arguments)["result"]
        assert result["structuredContent"] == {**arguments, "any": 7}, result
        assert json.loads(result["content"][0]["text"]) == result["structuredContent"], result
        answer = session.call("service__Sum", arg0=40, arg1=2)
        assert "result" in answer and answer["result"]["structuredContent"] == {"arg0": 42}, answer
        answer = session.call("service__Get", interface_name="org.example.Service", property_name="Color")["result"]
        assert answer["structuredContent"] == {"value": "red"}, answer
        assert world.http("GET", "/consent")["questions"] == []
        world.allow()
        result = session.call("service__Fail")["result"]
        assert result["isError"] and result["content"][0]["text"] == "No such page", result
        for bad in ({**arguments, "path": "a"}, {**arguments, "big": 1e30}, {**arguments, "pair": ["x"]},
                    {**arguments, "numbers": {"x": "y"}}, {"any": 1}):
            error = session.call("service__Echo", **bad)["error"]
            assert error["code"] == -32602, error
        answers = []
        thread = call_later(session, "service__Slow", answers)
        assert session.call("service__Sum", arg0=1, arg1=1)["result"]["structuredContent"] == {"arg0": 2}
        world.until(lambda: "Slow" in world.read("asked"), "it is asked about")
        world.until(lambda: "Slow" in world.read("app-log"), "it is called")
        service.end()
        thread.join()
        assert "has left the session bus" in str(answers[0]), answers


def test_service_that_describes_itself_without_end():
    """A description that GDBus would read for minutes is refused, and one method is no tool for its arguments."""
    with World({"service": SERVICE}) as world:
        world.write("xml", "<node>" * 80000 + "</node>" * 80000)
        service = world.app("--service", "--xml", world.path("xml"))
        assert Session(world).tools() == []
        assert "nested too deeply" in world.providers()["service"]["last-error"], world.providers()
        service.end()
    with World({"service": SERVICE}) as world:
        world.write("xml", "<node><interface name='org.example.Service'><method name='Slow'/><method name='Echo'>"
                    + "<arg type='s'/>" * 60000 + "</method></interface></node>")
        world.app("--service", "--xml", world.path("xml"))
        assert sorted(Session(world).tools()) == ["service__Get", "service__Slow"]


def test_added_by_the_command():
    """The command lists what a service offers, and writes the entry; an app with tools needs no choice."""
    with World() as world:
        world.app("--service")
        world.app("--own", "org.example.App")
        offer = world.command("server", "add", "--dbus", "org.example.Service")
        assert offer.returncode != 0 and "--method" in offer.stderr, offer
        assert "org.example.Service.Sum (i arg_0, i arg_1) → (i arg_2)" in offer.stdout, offer
        wrong = world.command("server", "add", "--dbus", "org.example.Service", "--method", "org.example.Service.None")
        assert wrong.returncode != 0 and "no method" in wrong.stderr, wrong
        added = world.command("server", "add", "--dbus", "org.example.Service", "--method", "org.example.Service.Sum",
                        "--read-only", "*.Sum", "sums")
        assert added.returncode == 0, added
        added = world.command("server", "add", "--dbus", "org.example.App")
        assert added.returncode == 0, added
        session = Session(world)
        world.until(lambda: {"sums__Sum", "app__echo"} <= set(session.tools()), "the tools are there")
        assert session.call("sums__Sum", arg0=1, arg1=2)["result"]["structuredContent"] == {"arg0": 3}
        tested = world.command("server", "test", "app")
        assert tested.returncode == 0 and "echo" in tested.stdout, tested


PROVIDER = """[Tool Provider]
Name=notes
BusName=org.example.Notes
ObjectPath=/org/example/App
Version=1
"""


def service(world_path):
    """A file by which the bus starts the app."""
    return ("[D-BUS Service]\nName=org.example.Notes\n"
            f"Exec={sys.executable} {APP_PATH} --own org.example.Notes --log {world_path('app-log')}\n")


def install(world):
    world.write("data/dbus-1/services/org.example.Notes.service", service(world.path))
    world.reload_bus()
    world.write("data/mcp-sessiond/providers/notes.provider", PROVIDER)


def kill_owner(world, name):
    pid = world.connection.call_sync(
        "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetConnectionUnixProcessID",
        GLib.Variant("(s)", (name,)), None, Gio.DBusCallFlags.NONE, 30000, None).unpack()[0]
    os.kill(pid, signal.SIGKILL)
    world.until(lambda: not world.has_owner(name), "the app has gone")


def test_installed():
    """A .provider file shows an app's tools: it is started once to be listed, and then for calls alone."""
    with World(files={"data/mcp-sessiond/providers/empty": ""}) as world:
        client = Client(world)
        assert client.tools() == []
        install(world)
        assert client.next() == "notifications/tools/list_changed"
        assert "notes__echo" in client.tools()
        facts = world.providers()["notes"]
        assert facts["origin"] == "installed" and facts["bus-name"] == "org.example.Notes", facts
        assert world.read("app-log") == "ListTools\n"
        client.close()
        kill_owner(world, "org.example.Notes")
        world.stop()
        world.start()
        session = Session(world)
        assert "notes__echo" in session.tools()
        assert not world.has_owner("org.example.Notes")
        assert world.read("app-log") == "ListTools\n"
        world.allow()
        assert session.text("notes__echo", text="hello") == "hello"
        assert "echo" in world.read("asked")
        assert world.has_owner("org.example.Notes")
        kill_owner(world, "org.example.Notes")
        assert session.text("notes__echo", text="again") == "again"
        os.remove(world.path("data/mcp-sessiond/providers/notes.provider"))
        world.until(lambda: session.tools() == [], "the tools leave with the file")


def can_sandbox(world):
    os.makedirs(world.path("root"), exist_ok=True)
    return subprocess.run([*SANDBOX, world.path("root"), "org.example.Try", "true"], env=world.env, stderr=subprocess.DEVNULL,
                          check=False).returncode == 0


def await_tools(world, session):
    world.until(lambda: "notes__echo" in session.tools(), "the app has told its tools")


def test_sandboxed_app_is_asked_about_once():
    """A Flatpak is known by the bus' and the kernel's word; after one yes for a session, all its tools run in it."""
    with World() as world:
        if not can_sandbox(world):
            return "no namespaces"
        session = Session(world)
        world.allow()
        app = world.sandboxed_app("org.example.Sandboxed", "--register", "notes")
        assert app.said == ["ready"], app.said
        facts = world.providers()["notes"]
        assert facts["sandbox"] == "org.example.Sandboxed" and facts["origin"] == "registered", facts
        assert world.http("GET", "/servers/notes")["sandbox"] == "org.example.Sandboxed"
        asked = ["notes__echo"]
        await_tools(world, session)
        assert session.text("notes__echo", text="x") == "x"
        assert session.text("notes__context") and world.read("asked").split() == asked
        app.end()
        world.until(lambda: "notes" not in world.providers(), "the app has gone")
        app = world.sandboxed_app("org.example.Sandboxed", "--register", "notes")
        await_tools(world, session)
        assert session.text("notes__count") == "counted to 3" and world.read("asked").split() == asked
        other = Session(world)
        assert other.text("notes__echo", text="y") == "y"
        asked.append("notes__echo")
        assert world.read("asked").split() == asked
        app.end()
        world.until(lambda: "notes" not in world.providers(), "the app has gone")
        world.sandboxed_app("org.example.Another", "--register", "notes")
        await_tools(world, session)
        assert session.text("notes__echo", text="z") == "z"
        asked.append("notes__echo")
        assert world.read("asked").split() == asked
        return None


def test_sandboxed_app_after_a_restart():
    """The word of the owner lasts as long as the session does."""
    with World() as world:
        if not can_sandbox(world):
            return "no namespaces"
        session = Session(world)
        world.allow()
        for _ in range(2):
            app = world.sandboxed_app("org.example.Sandboxed", "--register", "notes")
            await_tools(world, session)
            assert session.text("notes__echo", text="x") == "x"
            assert world.read("asked").split() == ["notes__echo"]
            app.end()
            world.stop()
            world.start()
        return None


def test_name_is_kept():
    """The name in a .provider file is kept for its bus name; mcp.json comes first."""
    with World(files={"data/mcp-sessiond/providers/notes.provider": PROVIDER}) as world:
        stranger = world.app("--register", "notes")
        assert "kept for the owner of org.example.Notes" in stranger.said[0], stranger.said
        app = world.app("--own", "org.example.Notes", "--register", "notes")
        assert app.said == ["ready"], app.said
        assert world.providers()["notes"]["origin"] == "registered"
        app.end()
        world.until(lambda: world.providers()["notes"]["origin"] == "installed", "the file counts again")
        world.write("config/mcp-sessiond/mcp.json", json.dumps({"mcpServers": {"notes": APP}}))
        world.until(lambda: world.providers()["notes"]["origin"] == "configured", "the owner's entry counts")


def test_broken_files():
    """A file that is wrong is named in the log, and spoils no other."""
    files = {"data/mcp-sessiond/providers/a.provider": "nonsense",
             "data/mcp-sessiond/providers/b.provider": PROVIDER.replace("notes", "Bad Name"),
             "data/mcp-sessiond/providers/c.provider": PROVIDER,
             "share/mcp-sessiond/providers/d.provider": PROVIDER.replace("Notes", "Thief"),
             "share/mcp-sessiond/providers/e.provider": PROVIDER.replace("notes", "other")}
    with World(files=files) as world:
        assert sorted(world.providers()) == ["notes", "other"]
        assert world.providers()["notes"]["bus-name"] == "org.example.Notes"
        log = world.read("log")
        for text in ("a.provider: ", "b.provider: “Name” must match", "d.provider: the name “notes” is taken"):
            assert text in log, (text, log)


if __name__ == "__main__":
    sys.exit(main(globals()))
