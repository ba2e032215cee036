#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Apps of the desktop as providers of tools, with real processes on a bus of the test's own."""
import json
import sys
import threading
import traceback

from world import DAEMON, Session, Stream, World

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


def main():
    tests = [(name, function) for name, function in globals().items() if name.startswith("test_")]
    tests = [pair for pair in tests if len(sys.argv) < 2 or pair[0] in sys.argv[1:]]
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for number, (name, function) in enumerate(tests, 1):
        try:
            function()
            print(f"ok {number} - {name}", flush=True)
        except Exception:
            failed += 1
            print("# " + traceback.format_exc().replace("\n", "\n# "))
            print(f"not ok {number} - {name}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
