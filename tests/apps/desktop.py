#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Services that a desktop has, as far as the ready-made entries use them. They write down what they are asked.

desktop.py LOG KIND [NAME]    KIND: notifications, portal, player, search, silent-search; NAME: on the bus, for a search

Prints "ready" once the service is on the bus.
"""
import json
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

# Desktop Notifications Specification 1.2, without what nobody asks for here
NOTIFICATIONS = """<node><interface name='org.freedesktop.Notifications'>
<method name='Notify'><arg name='app_name' type='s' direction='in'/><arg name='replaces_id' type='u' direction='in'/>
<arg name='app_icon' type='s' direction='in'/><arg name='summary' type='s' direction='in'/>
<arg name='body' type='s' direction='in'/><arg name='actions' type='as' direction='in'/>
<arg name='hints' type='a{sv}' direction='in'/><arg name='expire_timeout' type='i' direction='in'/>
<arg name='id' type='u' direction='out'/></method>
<method name='CloseNotification'><arg name='id' type='u' direction='in'/></method>
<method name='GetCapabilities'><arg name='capabilities' type='as' direction='out'/></method>
</interface></node>"""
# xdg-desktop-portal
PORTAL = """<node><interface name='org.freedesktop.portal.OpenURI'>
<method name='OpenURI'><arg name='parent_window' type='s' direction='in'/><arg name='uri' type='s' direction='in'/>
<arg name='options' type='a{sv}' direction='in'/><arg name='handle' type='o' direction='out'/></method>
<method name='OpenFile'><arg name='parent_window' type='s' direction='in'/><arg name='fd' type='h' direction='in'/>
<arg name='options' type='a{sv}' direction='in'/><arg name='handle' type='o' direction='out'/></method>
</interface></node>"""
# MPRIS 2.2
PLAYER = """<node><interface name='org.mpris.MediaPlayer2.Player'>
<method name='Next'/><method name='Previous'/><method name='Pause'/><method name='Play'/><method name='Stop'/>
<property name='PlaybackStatus' type='s' access='read'/><property name='Metadata' type='a{sv}' access='read'/>
<property name='Volume' type='d' access='readwrite'/>
</interface></node>"""
# GNOME Shell
SEARCH = """<node><interface name='org.gnome.Shell.SearchProvider2'>
<method name='GetInitialResultSet'><arg name='terms' type='as' direction='in'/><arg name='results' type='as' direction='out'/></method>
<method name='GetSubsearchResultSet'><arg name='previous' type='as' direction='in'/><arg name='terms' type='as' direction='in'/>
<arg name='results' type='as' direction='out'/></method>
<method name='GetResultMetas'><arg name='ids' type='as' direction='in'/><arg name='metas' type='aa{sv}' direction='out'/></method>
<method name='ActivateResult'><arg name='id' type='s' direction='in'/><arg name='terms' type='as' direction='in'/>
<arg name='timestamp' type='u' direction='in'/></method>
</interface></node>"""


class Notifications:
    name, path, xml = "org.freedesktop.Notifications", "/org/freedesktop/Notifications", NOTIFICATIONS

    def Notify(self, *_arguments):
        return GLib.Variant("(u)", (7,))

    def CloseNotification(self, _number):
        return None

    def GetCapabilities(self):
        return GLib.Variant("(as)", (["body"],))


class Portal:
    name, path, xml = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", PORTAL

    def OpenURI(self, _window, _uri, _options):
        return GLib.Variant("(o)", ("/org/freedesktop/portal/desktop/request/1",))


class Player:
    name, path, xml = "org.mpris.MediaPlayer2.playerctld", "/org/mpris/MediaPlayer2", PLAYER
    properties = {"PlaybackStatus": GLib.Variant("s", "Playing"), "Volume": GLib.Variant("d", 0.5),
                  "Metadata": GLib.Variant("a{sv}", {"xesam:title": GLib.Variant("s", "So What"),
                                                     "mpris:length": GLib.Variant("x", 545000000)})}

    def __getattr__(self, _method):
        return lambda: None


class Search:
    path, xml = "/org/example/Search", SEARCH

    def __init__(self, name="org.example.Files"):
        self.name = name

    def GetInitialResultSet(self, terms):
        return GLib.Variant("(as)", ([f"{self.name}/{'+'.join(terms)}/{number}" for number in range(9)],))

    def GetResultMetas(self, ids):
        metas = [{"id": GLib.Variant("s", one), "name": GLib.Variant("s", one.rsplit("/", 1)[1]),
                  "gicon": GLib.Variant("s", "text-x-generic"), "description": GLib.Variant("s", "ä" * 3000)} for one in ids]
        return GLib.Variant("(aa{sv})", (metas,))


class SilentSearch(Search):
    GetInitialResultSet = None


KINDS = {"notifications": Notifications, "portal": Portal, "player": Player, "search": Search, "silent-search": SilentSearch}


class Desktop:
    def __init__(self, log, service):
        self.log, self.service = log, service
        self.connection = Gio.bus_get_sync(Gio.BusType.SESSION, None)
        for interface in Gio.DBusNodeInfo.new_for_xml(service.xml).interfaces:
            self.connection.register_object(service.path, interface, self.on_call, self.on_get, None)
        answer = self.connection.call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
            GLib.Variant("(su)", (service.name, 4)), None, Gio.DBusCallFlags.NONE, -1, None)
        assert answer.unpack()[0] == 1, service.name

    def on_get(self, _connection, _sender, _path, _interface, name):
        return self.service.properties[name]

    def on_call(self, _connection, _sender, _path, _interface, method, parameters, invocation):
        with open(self.log, "a", encoding="utf-8") as file:
            file.write(json.dumps([method, *parameters.unpack()]) + "\n")
        handler = getattr(self.service, method)
        if handler is not None:
            invocation.return_value(handler(*parameters.unpack()))


def main():
    Desktop(sys.argv[1], KINDS[sys.argv[2]](*sys.argv[3:]))
    print("ready", flush=True)
    GLib.MainLoop().run()


main()
