# SPDX-License-Identifier: LGPL-2.1-or-later
"""A stand-in of the notification daemon."""

from desk import Gio, GLib, wait_for

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
