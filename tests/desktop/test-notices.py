#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What else the owner is told by notifications: a long call has ended, a server has failed, tools wait, a login is
needed. Each with its setting on and off, before a stand-in of the notification daemon."""

import http.server
import json
import os
import struct
import threading

import desk as base
from desk import Desk, GLib, wait_for
from shell import Shell


def settle(desk, shell):
    """What the daemon had to say before is there: a failure that is told about comes behind it."""
    desk.run("call", "t__crash")
    shell.await_title("Server “t” has failed")


def failed_server_is_told(desk):
    shell = Shell(desk)
    desk.run("call", "t__crash")
    shell.await_title("Server “t” has failed")


def failed_server_is_not_told(desk):
    """A long call, which is told about, comes behind it."""
    shell = Shell(desk)
    desk.run("call", "t__crash")
    long_call(desk)
    shell.await_title("“t__wait” has ended")
    assert len(shell.all) == 1, shell.all


def put_clock_on(desk, seconds):
    with open(os.path.join(desk.top, "clock"), "r+b") as file:
        file.write(struct.pack("=q", seconds))


def long_call(desk, seconds=75):
    call = desk.command("call", "t__wait", "delay_ms=1000", "text=done")
    wait_for(lambda: "t__wait" in desk.run("history", "--state", "running"), "the call")
    put_clock_on(desk, seconds)
    assert "done" in call.communicate(timeout=base.PATIENCE)[0]
    put_clock_on(desk, 0)


def long_call_is_told(desk):
    shell = Shell(desk)
    assert "done" in desk.run("call", "t__wait", "delay_ms=1", "text=done")
    long_call(desk)
    _number, shown = shell.await_title("“t__wait” has ended")
    assert shown["body"] in ("It took 1 min 15 s.", "It took 1 min 16 s.", "It took 1 min 17 s."), shown
    assert len(shell.all) == 1, shell.all


def long_call_is_not_told(desk):
    shell = Shell(desk)
    long_call(desk)
    settle(desk, shell)
    assert len(shell.all) == 1, shell.all


def write_entry(desk, **more):
    with open(os.path.join(desk.top, "config", "mcp-sessiond", "mcp.json"), "w", encoding="utf-8") as file:
        json.dump({"mcpServers": {"t": {"command": os.environ["MCP_TEST_SERVER"], **more}}}, file)


def pinned_desk(settings=""):
    desk = Desk(settings=settings, daemon=False)
    write_entry(desk, pin=True)
    desk.start_daemon()
    return desk


def change_tools(desk):
    session = json.loads(desk.run("create", "--json"))["session_id"]
    assert "t__echo" in desk.run("tools", "--session", session)
    desk.run("call", "--session", session, "t__change-tools")
    wait_for(lambda: "changing" in desk.run("server", "accept", "t", "--show"), "the tool that waits")


def tools_that_wait_are_told(desk):
    shell = Shell(desk)
    change_tools(desk)
    _number, shown = shell.await_title("Server “t” has changed its tools")
    assert "mcp-session server accept t" in shown["body"], shown
    assert "t__changing" not in desk.run("tools")


def tools_that_wait_are_not_told(desk):
    shell = Shell(desk)
    change_tools(desk)
    settle(desk, shell)
    assert len(shell.all) == 1, shell.all


def login_of_an_unknown_server_is_refused(desk):
    desk.call(base.NAME, "/org/mcpsessiond/Daemon", "org.freedesktop.Application", "ActivateAction",
              GLib.Variant("(sava{sv})", ("login", [GLib.Variant("s", "nobody")], {})))
    desk.await_log("The login cannot begin")
    assert '"sessions"' in desk.run("list", "--json")


class Guarded(http.server.BaseHTTPRequestHandler):
    """A server that wants a token, whose authorization server is not to be found."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(401)
        self.send_header("WWW-Authenticate",
                         'Bearer resource_metadata="http://127.0.0.1:%d/metadata"' % self.server.server_port)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        self.send_error(404)

    def log_message(self, *_arguments):
        pass


def want_login(desk):
    """Returns the server, whose tools a client wants."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Guarded)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with open(os.path.join(desk.top, "config", "mcp-sessiond", "mcp.json"), "w", encoding="utf-8") as file:
        json.dump({"mcpServers": {"guarded": {"url": "http://127.0.0.1:%d/mcp" % server.server_port}}}, file)
    wait_for(lambda: "t__" not in desk.run("tools"), "the server")
    desk.run("tools")
    return server


def needed_login_is_told_once(desk):
    shell = Shell(desk)
    server = want_login(desk)
    number, _shown = shell.await_title("Server “guarded” wants you to log in")
    desk.run("tools")
    assert [item["title"] for item in shell.all].count("Server “guarded” wants you to log in") == 1, shell.all
    shell.press(number, "Log in")
    desk.await_log("The login cannot begin")
    server.shutdown()


def needed_login_is_not_told(desk):
    shell = Shell(desk)
    server = want_login(desk)
    wait_for(lambda: "needs-login" in desk.run("server", "list", "--json"), "the state of the server")
    write_entry(desk)
    wait_for(lambda: "t__crash" in desk.run("tools"), "the other server")
    settle(desk, shell)
    assert len(shell.all) == 1, shell.all
    server.shutdown()


def with_clock(**more):
    desk = Desk(daemon=False, **more)
    clock = os.path.join(desk.top, "clock")
    with open(clock, "wb") as file:
        file.write(bytes(8))
    desk.env["MCP_TEST_CLOCK"] = clock
    shim = os.environ.get("MCP_TEST_TIME_SHIM")
    desk.start_daemon(variables={"LD_PRELOAD": shim} if shim else {})
    return desk


failed_server_is_told.desk = lambda: Desk(consent="allow")
failed_server_is_not_told.desk = lambda: with_clock(consent="allow",
                                                    settings="[Notifications]\nServerFailed=false\nLongCalls=true\n")
long_call_is_told.desk = lambda: with_clock(consent="allow", settings="[Notifications]\nLongCalls=true\n")
long_call_is_not_told.desk = lambda: with_clock(consent="allow")
tools_that_wait_are_told.desk = pinned_desk
tools_that_wait_are_not_told.desk = lambda: pinned_desk("[Notifications]\nToolsHeld=false\n")
needed_login_is_not_told.desk = lambda: Desk(consent="allow", settings="[Notifications]\nLogin=false\n")
WITH_CLOCK = [failed_server_is_not_told, long_call_is_told, long_call_is_not_told]
TESTS = [failed_server_is_told, tools_that_wait_are_told, tools_that_wait_are_not_told,
         login_of_an_unknown_server_is_refused, needed_login_is_told_once, needed_login_is_not_told]


if __name__ == "__main__":
    # The sanitizers do not let another library in.
    base.main(TESTS + (WITH_CLOCK if "MCP_TEST_TIME_SHIM" in os.environ else []))
