#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who starts the browser of a login: the portal, else systemd, else the daemon; before stand-ins of these. What such a
browser may do afterwards depends on it."""

import json
import os
import subprocess

import desk as base
from authority import Authority
from desk import Gio, GLib, wait_for

PORTAL = ("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", """<node>
<interface name="org.freedesktop.portal.OpenURI"><method name="OpenURI">
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/>
</method></interface></node>""")
SYSTEMD = ("org.freedesktop.systemd1", "/org/freedesktop/systemd1", """<node>
<interface name="org.freedesktop.systemd1.Manager"><method name="StartTransientUnit">
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="a(sv)" direction="in"/><arg type="a(sa(sv))" direction="in"/>
<arg type="o" direction="out"/></method></interface></node>""")

# A browser: goes where it is sent, and answers the question that it finds, as the page would.
BROWSER = """#!/bin/sh
cd "$(dirname "$0")"
curl -sL "$1" -o page -w '%{http_code}' >page-status
curl -s -X POST -H 'Content-Type: application/json' -d '{"answer":"once"}' -o answer -w '%{http_code}' \\
  --unix-socket run/mcp-sessiond/http.sock "http://localhost/consent/$(cat question)" >status.new
mv status.new status
"""


class StandIn:
    """A service of the desktop, which starts the browser itself."""

    def __init__(self, desk, service, find):
        name, path, xml = service
        self.find = find
        self.asked = []
        self.connection = desk.connect()
        self.desk = desk
        self.connection.register_object(path, Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0], self.handle)
        self.connection.call_sync("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "RequestName",
                                  GLib.Variant("(su)", (name, 4)), None, 0, -1, None)

    def handle(self, _connection, _sender, _path, _interface, _method, arguments, invocation):
        argv = self.find(arguments.unpack())
        self.asked.append(argv)
        self.desk.children.append(subprocess.Popen(argv, env=self.desk.env))
        invocation.return_value(GLib.Variant("(o)", ("/request",)))


def argv_of_unit(arguments):
    program, argv, _ignore = dict(arguments[2])["ExecStart"][0]
    assert program == argv[0], argv
    return argv


def begin(desk, opener=None):
    """Starts the daemon with a server that wants a login, and a question to its owner."""
    browser = os.path.join(desk.top, "browser")
    config = os.path.join(desk.top, "config", "mcp-sessiond")
    with open(browser, "w", encoding="utf-8") as file:
        file.write(BROWSER)
    os.chmod(browser, 0o755)
    desk.authority = Authority()
    with open(os.path.join(config, "mcp.json"), encoding="utf-8") as file:
        servers = json.load(file)
    servers["mcpServers"]["guarded"] = {"type": "http", "url": desk.authority.url}
    with open(os.path.join(config, "mcp.json"), "w", encoding="utf-8") as file:
        json.dump(servers, file)
    if opener is not None:
        with open(os.path.join(config, "mcp-sessiond.conf"), "w", encoding="utf-8") as file:
            file.write("[OAuth]\nOpener=%s\n" % opener)
    desk.start_daemon()
    call = desk.command("call", "t__echo", "n=1")
    question = wait_for(lambda: request(desk, "GET", "/consent")["questions"], "the question")[0]
    with open(os.path.join(desk.top, "question"), "w", encoding="utf-8") as file:
        file.write(question["id"])
    return browser, call


def request(desk, method, path, body=None):
    """Runs the main context meanwhile: the daemon may ask a stand-in before it answers."""
    command = ["curl", "-s", "-X", method, "--unix-socket", desk.socket, "http://localhost" + path]
    if body is not None:
        command += ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    wait_for(lambda: child.poll() is not None, path)
    return json.loads(child.stdout.read())


def read(desk, name):
    try:
        with open(os.path.join(desk.top, name), encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def finish(desk):
    """What became of the answer of the browser."""
    wait_for(lambda: read(desk, "status"), "the browser")
    assert read(desk, "page-status") == "200" and "Logged in to guarded" in read(desk, "page"), read(desk, "page")
    desk.authority.close()
    return read(desk, "status")


def by_the_portal(desk):
    browser, call = begin(desk)
    portal = StandIn(desk, PORTAL, lambda arguments: [browser, arguments[1]])
    answer = request(desk, "POST", "/servers/guarded/login", {"browser": True})
    assert answer["opened"] is True, answer
    assert [argv[1] for argv in portal.asked] == [answer["authorization_url"]], portal.asked
    assert finish(desk) == "204", read(desk, "answer")
    call.communicate(timeout=base.PATIENCE)
    assert call.returncode == 0


def by_systemd(desk):
    browser, call = begin(desk, os.path.join(desk.top, "browser"))
    systemd = StandIn(desk, SYSTEMD, argv_of_unit)
    StandIn(desk, PORTAL, None)  # is not asked: the owner has said what opens browsers
    answer = request(desk, "POST", "/servers/guarded/login", {"browser": True})
    assert answer["opened"] is True, answer
    assert systemd.asked == [[browser, answer["authorization_url"]]], systemd.asked
    assert finish(desk) == "204", read(desk, "answer")
    call.communicate(timeout=base.PATIENCE)
    assert call.returncode == 0


def by_the_daemon_itself(desk):
    """The page is shown; what else the browser says is not the owner's word."""
    _browser, call = begin(desk, os.path.join(desk.top, "browser"))
    answer = request(desk, "POST", "/servers/guarded/login", {"browser": True})
    assert answer["opened"] is True, answer
    assert finish(desk) == "403", read(desk, "answer")
    request(desk, "GET", "/consent")
    call.kill()
    call.wait()


def opens_nothing(desk, opener):
    _browser, call = begin(desk, opener)
    answer = request(desk, "POST", "/servers/guarded/login", {"browser": True})
    assert answer["opened"] is False and answer["authorization_url"].startswith("http://127.0.0.1:"), answer
    call.kill()
    call.wait()
    desk.authority.close()


def by_nobody(desk):
    opens_nothing(desk, "")


def by_a_program_that_is_not_there(desk):
    opens_nothing(desk, "/no/such/program")


def without_daemon():
    return base.Desk(daemon=False)


TESTS = [by_the_portal, by_systemd, by_the_daemon_itself, by_nobody, by_a_program_that_is_not_there]
for test in TESTS:
    test.desk = without_daemon

if __name__ == "__main__":
    base.main(TESTS)
