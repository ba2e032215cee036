#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The session bus goes away and comes back."""

import desk as base
from desk import Desk, wait_for


def make_session(desk):
    return desk.call(base.NAME, "/org/mcpsessiond/SessionStore", "org.mcpsessiond.SessionStore1", "CreateSession",
                     base.GLib.Variant("(sa{sv})", ("/", {})), "(oss)").unpack()


def count_sessions(desk):
    value = desk.call(base.NAME, "/org/mcpsessiond/SessionStore", "org.freedesktop.DBus.Properties", "Get",
                      base.GLib.Variant("(ss)", ("org.mcpsessiond.SessionStore1", "Count")), "(v)")
    return value.unpack()[0]


def bus_that_returns_is_joined(desk):
    path = make_session(desk)[0]
    for _ in range(2):
        desk.stop_bus()
        desk.await_log("session bus is gone")
        assert '"sessions"' in desk.run("list", "--json")
        desk.start_bus()
        wait_for(lambda: desk.has_owner(base.NAME), "the name")
        value = desk.call(base.NAME, path, "org.freedesktop.DBus.Properties", "Get",
                          base.GLib.Variant("(ss)", ("org.mcpsessiond.Session1", "Cwd")), "(v)")
        assert value.unpack()[0] == "/"
    make_session(desk)
    assert count_sessions(desk) == 2


def bus_that_comes_late_is_joined(desk):
    desk.stop_bus()
    desk.start_daemon(argv=["env"])
    desk.await_log("There is no session bus")
    desk.start_bus()
    wait_for(lambda: desk.has_owner(base.NAME), "the name")
    make_session(desk)


bus_that_comes_late_is_joined.desk = lambda: Desk(daemon=False)


if __name__ == "__main__":
    base.main([bus_that_returns_is_joined, bus_that_comes_late_is_joined])
