#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The daemon tells the portal who it is, and has its page opened, before a stand-in of the portal."""

import desk as base
from desk import Gio, GLib, wait_for

NAME = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
XML = """<node>
<interface name="org.freedesktop.host.portal.Registry">
<method name="Register"><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/></method></interface>
<interface name="org.freedesktop.portal.OpenURI">
<method name="OpenURI"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/>
<arg type="o" direction="out"/></method></interface></node>"""


class Portal:
    """Remembers what it is told."""

    def __init__(self, desk):
        self.desk = desk
        self.connection = desk.connect()
        self.registered = []
        self.opened = []
        for interface in Gio.DBusNodeInfo.new_for_xml(XML).interfaces:
            self.connection.register_object(PATH, interface, self.handle)
        self.connection.call_sync("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "RequestName",
                                  GLib.Variant("(su)", (NAME, 4)), None, 0, -1, None)

    def handle(self, _connection, sender, _path, _interface, method, arguments, invocation):
        if method == "Register":
            self.registered.append((sender, arguments.unpack()[0]))
            invocation.return_value(None)
        else:
            self.opened.append(arguments.unpack()[1])
            invocation.return_value(GLib.Variant("(o)", ("/request",)))


def owner_of(desk, name):
    return desk.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetNameOwner", GLib.Variant("(s)", (name,)),
                     "(s)").unpack()[0]


def portal_is_told_again_when_it_restarts(desk):
    first = Portal(desk)
    wait_for(lambda: first.registered, "the registration")
    assert first.registered == [(owner_of(desk, base.NAME), base.NAME)], first.registered
    first.connection.close_sync(None)
    second = Portal(desk)
    wait_for(lambda: second.registered, "the registration with the second portal")


def activation_opens_the_page(desk):
    portal = Portal(desk)
    desk.call(base.NAME, "/org/mcpsessiond/Daemon", "org.freedesktop.Application", "Activate",
              GLib.Variant("(a{sv})", ({},)))
    wait_for(lambda: portal.opened, "the page")
    address, code = portal.opened[0].split("#code=")
    assert address.startswith("http://127.0.0.1:") and code, portal.opened


if __name__ == "__main__":
    base.main([portal_is_told_again_when_it_restarts, activation_opens_the_page])
