#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Questions to the owner as notifications, before a stand-in of the notification daemon."""

import http.server
import json
import os
import threading

import desk as base
from desk import Desk, Gio, GLib, wait_for

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
XML = """<node><interface name="org.freedesktop.Notifications">
<method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/><arg type="a{sv}" direction="in"/>
<arg type="i" direction="in"/><arg type="u" direction="out"/></method>
<method name="CloseNotification"><arg type="u" direction="in"/></method>
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
<signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
</interface></node>"""


class Shell:
    """Shows nothing, and presses what the test says."""

    def __init__(self, desk):
        self.desk = desk
        self.shown = {}
        self.all = []
        self.last = 0
        info = Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0]
        desk.connection.register_object(PATH, info, self.handle)
        desk.own(NAME)

    def handle(self, _connection, _sender, _path, _interface, method, arguments, invocation):
        if method == "Notify":
            _app, replaced, _icon, title, body, actions, hints, _timeout = arguments.unpack()
            number = replaced or self.last + 1
            self.last = max(self.last, number)
            self.shown[number] = {"title": title, "body": body, "hints": hints,
                                  "buttons": dict(zip(actions[1::2], actions[0::2]))}
            self.all.append(self.shown[number])
            invocation.return_value(GLib.Variant("(u)", (number,)))
        elif method == "CloseNotification":
            self.shown.pop(arguments.unpack()[0], None)
            invocation.return_value(None)
        else:
            invocation.return_value(GLib.Variant("(as)", (["actions", "body", "body-markup"],)))

    def await_title(self, title):
        return wait_for(lambda: [item for item in self.shown.items() if item[1]["title"] == title], title)[0]

    def await_shown(self):
        return wait_for(lambda: list(self.shown.items())[-1:] or None, "a notification")[0]

    def press(self, number, label):
        action = self.shown[number]["buttons"][label]
        self.desk.connection.emit_signal(None, PATH, NAME, "ActionInvoked", GLib.Variant("(us)", (number, action)))


def ask(desk, text="hello"):
    return desk.command("call", "t__echo", "text=" + text)


def button_allows_once(desk):
    shell = Shell(desk)
    call = ask(desk)
    number, shown = shell.await_shown()
    assert shown["title"] == "May “t__echo” run?", shown
    assert "Server: t" in shown["body"] and "{&quot;text&quot;:&quot;hello&quot;}" in shown["body"], shown
    assert sorted(shown["buttons"]) == ["", "Deny", "For this session", "Once"], shown
    assert shown["hints"]["desktop-entry"] == "org.mcpsessiond.Daemon", shown
    shell.press(number, "Once")
    assert "hello" in call.communicate(timeout=base.PATIENCE)[0]
    wait_for(lambda: not shell.shown, "the notification to go")
    call = json.loads(desk.run("history", "--json"))["calls"][0]
    assert (call["consent"], call["consent_by"]) == ("once", "notification"), call


def button_denies(desk):
    shell = Shell(desk)
    call = ask(desk)
    number, _shown = shell.await_shown()
    shell.press(number, "Deny")
    assert "did not allow" in call.communicate(timeout=base.PATIENCE)[0]


def two_answers_at_once(desk):
    shell = Shell(desk)
    call = ask(desk)
    number, _shown = shell.await_shown()
    shell.press(number, "Deny")
    shell.press(number, "Once")
    assert "did not allow" in call.communicate(timeout=base.PATIENCE)[0]


def client_that_vanishes_withdraws(desk):
    shell = Shell(desk)
    call = ask(desk)
    shell.await_shown()
    call.kill()
    wait_for(lambda: not shell.shown, "the notification to go")


def no_answer_is_no(desk):
    shell = Shell(desk)
    call = ask(desk)
    shell.await_shown()
    assert "did not answer in time" in call.communicate(timeout=base.PATIENCE)[0]
    wait_for(lambda: not shell.shown, "the notification to go")


no_answer_is_no.desk = lambda: Desk(settings="[Consent]\nWaitSeconds=1\n")


def markup_is_text(desk):
    shell = Shell(desk)
    ask(desk, "<b>&\u202eevil")
    _number, shown = shell.await_shown()
    assert "&lt;b&gt;&amp;\\u202eevil" in shown["body"], shown


def what_does_not_fit_cannot_be_allowed(desk):
    shell = Shell(desk)
    ask(desk, "x" * 300)
    _number, shown = shell.await_shown()
    assert sorted(shown["buttons"]) == ["", "Deny", "Show"], shown
    assert "too long" in shown["body"], shown


def stranger_cannot_press(desk):
    shell = Shell(desk)
    call = ask(desk)
    number, shown = shell.await_shown()
    for target in ("once", "", shown["buttons"]["Once"]):
        desk.call(base.NAME, "/org/mcpsessiond/Daemon", "org.freedesktop.Application", "ActivateAction",
                  GLib.Variant("(sava{sv})", ("answer", [GLib.Variant("s", target)], {})))
    assert json.loads(desk.run("consent", "list", "--json"))["questions"], "the question is gone"
    shell.press(number, "Deny")
    assert "did not allow" in call.communicate(timeout=base.PATIENCE)[0]


def silent_when_switched_off(desk):
    shell = Shell(desk)
    call = ask(desk)
    wait_for(lambda: "t__echo" in desk.run("consent", "list"), "the question")
    identity = json.loads(desk.run("consent", "list", "--json"))["questions"][0]["id"]
    desk.run("consent", "answer", identity, "deny")
    call.communicate(timeout=base.PATIENCE)
    assert not shell.shown


silent_when_switched_off.desk = lambda: Desk(settings="[Notifications]\nConsent=false\n")


def question_is_shown_again_on_a_new_bus(desk):
    shell = Shell(desk)
    call = ask(desk)
    shell.await_shown()
    desk.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetId")
    desk.run("consent", "list")
    desk.stop_bus()
    desk.await_log("session bus is gone")
    desk.start_bus()
    shell = Shell(desk)
    wait_for(lambda: desk.has_owner(base.NAME), "the name")
    number, _shown = shell.await_shown()
    shell.press(number, "Deny")
    assert "did not allow" in call.communicate(timeout=base.PATIENCE)[0]


def failed_server_is_told(desk):
    shell = Shell(desk)
    desk.run("call", "t__crash")
    _number, shown = shell.await_shown()
    assert "“t” has failed" in shown["title"], shown


failed_server_is_told.desk = lambda: Desk(consent="allow")


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


def needed_login_is_told_once(desk):
    shell = Shell(desk)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Guarded)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with open(os.path.join(desk.top, "config", "mcp-sessiond", "mcp.json"), "w", encoding="utf-8") as file:
        json.dump({"mcpServers": {"guarded": {"url": "http://127.0.0.1:%d/mcp" % server.server_port}}}, file)
    wait_for(lambda: "t__" not in desk.run("tools"), "the server")
    desk.run("tools")
    number, _shown = shell.await_title("Server “guarded” wants you to log in")
    desk.run("tools")
    assert [item["title"] for item in shell.all].count("Server “guarded” wants you to log in") == 1, shell.all
    shell.press(number, "Log in")
    desk.await_log("The login cannot begin")
    server.shutdown()


if __name__ == "__main__":
    base.main([button_allows_once, button_denies, two_answers_at_once, client_that_vanishes_withdraws, no_answer_is_no,
               markup_is_text, what_does_not_fit_cannot_be_allowed, stranger_cannot_press, silent_when_switched_off,
               question_is_shown_again_on_a_new_bus, failed_server_is_told,
               login_of_an_unknown_server_is_refused, needed_login_is_told_once])
