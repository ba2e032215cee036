#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An app of the desktop that offers tools: what it does is said by its options and by the names of its tools.

--own NAME       takes this name on the bus
--register NAME  registers with the daemon under this name (more than once: more than one name)
--path PATH      of its object (default: /org/example/App)
--log FILE       appends a line for each call that comes in
--frozen         answers nothing, not even ListTools
--tools FILE     what ListTools answers, read again at each call
--owner          is the owner of the desktop, who allows each tool that he is asked about for the session
--service        is an ordinary service, org.example.Service, in place of an app that offers tools
--xml FILE       what such a service says of itself, in place of the truth
--lies NAME      to the daemon, says that calls of NAME's tools have progress and are cancelled

Prints "ready" once everything of that is done.
"""
import argparse
import json
import os
import signal
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

DAEMON = "org.mcpsessiond.Daemon"
INTERFACE = "org.mcpsessiond.ToolProvider1"

TEXT = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
TOOLS = [
    {"name": "echo", "description": "Gives the text back.", "inputSchema": TEXT},
    {"name": "context", "description": "Tells who calls.", "inputSchema": {"type": "object"}},
    {"name": "count", "description": "Counts, with progress.",
     "inputSchema": {"type": "object", "properties": {"steps": {"type": "integer", "minimum": 0}}}},
    {"name": "hang", "description": "Answers when the call is cancelled.", "inputSchema": {"type": "object"}},
    {"name": "fail", "description": "Answers a D-Bus error.", "inputSchema": {"type": "object"}},
    {"name": "refuse", "description": "Finds the arguments wrong.", "inputSchema": {"type": "object"}},
    {"name": "nonsense", "description": "Answers what is no result.", "inputSchema": {"type": "object"}},
    {"name": "grow", "description": "Has one more tool from then on.", "inputSchema": {"type": "object"}},
    {"name": "die", "description": "Ends the app.", "inputSchema": {"type": "object"}},
]


SERVICE_XML = """<node><interface name='org.example.Service'>
<method name='Echo'>
  <arg name='any' type='v' direction='in'/><arg name='dict' type='a{sv}' direction='in'/>
  <arg name='bytes' type='ay' direction='in'/><arg name='pair' type='(sb)' direction='in'/>
  <arg name='path' type='o' direction='in'/><arg name='big' type='x' direction='in'/>
  <arg name='texts' type='as' direction='in'/><arg name='numbers' type='a{us}' direction='in'/>
  <arg name='any' type='v' direction='out'/><arg name='dict' type='a{sv}' direction='out'/>
  <arg name='bytes' type='ay' direction='out'/><arg name='pair' type='(sb)' direction='out'/>
  <arg name='path' type='o' direction='out'/><arg name='big' type='x' direction='out'/>
  <arg name='texts' type='as' direction='out'/><arg name='numbers' type='a{us}' direction='out'/>
</method>
<method name='Sum'><arg type='i' direction='in'/><arg type='i' direction='in'/><arg type='i' direction='out'/></method>
<method name='Open'><arg name='file' type='h' direction='in'/></method>
<method name='Fail'/><method name='Slow'/>
<property name='Color' type='s' access='read'/>
</interface></node>"""


INTROSPECTABLE_XML = """<node><interface name='org.freedesktop.DBus.Introspectable'>
<method name='Introspect'><arg type='s' direction='out'/></method>
</interface></node>"""


class Service:
    """A service that knows nothing of tools."""

    def __init__(self, options):
        self.log = options.log
        self.connection = Gio.bus_get_sync(Gio.BusType.SESSION, None)
        node = Gio.DBusNodeInfo.new_for_xml(SERVICE_XML)
        self.connection.register_object("/org/example/Service", node.interfaces[0], self.on_call, self.on_get, None)
        if options.xml:
            self.xml = open(options.xml, encoding="utf-8").read()
            node = Gio.DBusNodeInfo.new_for_xml(INTROSPECTABLE_XML)
            self.connection.register_object("/org/example/Service", node.interfaces[0], self.on_introspect, None, None)
        self.connection.call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
            GLib.Variant("(su)", ("org.example.Service", 4)), None, Gio.DBusCallFlags.NONE, -1, None)

    def on_introspect(self, connection, sender, path, interface, method, parameters, invocation):
        invocation.return_value(GLib.Variant("(s)", (self.xml,)))

    def on_get(self, connection, sender, path, interface, name):
        return GLib.Variant("s", "red")

    def on_call(self, connection, sender, path, interface, method, parameters, invocation):
        if method == "Echo":
            invocation.return_value(parameters)
        elif method == "Sum":
            invocation.return_value(GLib.Variant("(i)", (sum(parameters.unpack()),)))
        elif method == "Fail":
            invocation.return_dbus_error("org.example.Error", "No such page")
        elif method == "Slow":
            with open(self.log, "a", encoding="utf-8") as file:
                file.write("Slow\n")

    def run(self):
        print("ready", flush=True)
        GLib.MainLoop().run()


class Owner:
    """Answers the questions of the daemon."""

    def __init__(self, options):
        self.log = options.log
        self.connection = Gio.bus_get_sync(Gio.BusType.SESSION, None)
        self.connection.signal_subscribe(DAEMON, "org.mcpsessiond.Consent1", "QuestionAdded", "/org/mcpsessiond/Consent",
                                         None, Gio.DBusSignalFlags.NONE, self.on_question)
        # The bus takes messages in turn: with the answer, it knows what is subscribed to.
        self.connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetId",
                                  None, None, Gio.DBusCallFlags.NONE, -1, None)

    def on_question(self, connection, sender, path, interface, name, parameters):
        question = parameters.unpack()[0]
        with open(self.log, "a", encoding="utf-8") as file:
            file.write(question["tool"] + "\n")
        connection.call(DAEMON, path, interface, "Answer", GLib.Variant("(ss)", (question["id"], "session")), None,
                        Gio.DBusCallFlags.NONE, -1, None)

    def run(self):
        print("ready", flush=True)
        GLib.MainLoop().run()


class App:
    def __init__(self, options):
        self.options = options
        self.hanging = {}
        self.tools = list(TOOLS)
        self.connection = Gio.bus_get_sync(Gio.BusType.SESSION, None)
        with open(os.environ["MCP_TEST_PROVIDER_XML"], encoding="utf-8") as file:
            node = Gio.DBusNodeInfo.new_for_xml(file.read())
        self.connection.register_object(options.path, node.lookup_interface(INTERFACE), self.on_call, None, None)

    def log(self, line):
        if self.options.log:
            with open(self.options.log, "a", encoding="utf-8") as file:
                file.write(line + "\n")

    def on_call(self, connection, sender, path, interface, method, parameters, invocation):
        arguments = parameters.unpack()
        self.log(" ".join([method] + [a for a in arguments if isinstance(a, str)]))
        if self.options.frozen:
            return
        getattr(self, "on_" + method)(invocation, *arguments)

    def on_ListTools(self, invocation):
        text = json.dumps(self.tools)
        if self.options.tools:
            with open(self.options.tools, encoding="utf-8") as file:
                text = file.read()
        invocation.return_value(GLib.Variant("(s)", (text,)))

    def on_CancelCall(self, invocation, call_id):
        invocation.return_value(None)
        waiting = self.hanging.pop(call_id, None)
        if waiting is not None:
            self.answer(waiting, "cancelled")

    def on_CallTool(self, invocation, call_id, name, text, context):
        arguments = json.loads(text)
        for victim in self.options.lies or []:
            self.lie(victim)
        getattr(self, "tool_" + name, self.tool_unknown)(invocation, call_id, arguments, context)

    def answer(self, invocation, text, **more):
        result = {"content": [{"type": "text", "text": text}], **more}
        invocation.return_value(GLib.Variant("(s)", (json.dumps(result),)))

    def progress(self, call_id, progress, total=None, message=None):
        event = {"progress": progress}
        if total is not None:
            event["total"] = total
        if message is not None:
            event["message"] = GLib.Variant("s", message)
        self.emit("Progress", GLib.Variant("(sa{sv})", (call_id, event)))

    def emit(self, name, body):
        self.connection.emit_signal(None, self.options.path, INTERFACE, name, body)

    def lie(self, call_id):
        self.progress(call_id, GLib.Variant("u", 99), None, "a lie")

    def tool_unknown(self, invocation, call_id, arguments, context):
        invocation.return_dbus_error(INTERFACE + ".Unknown", "There is no such tool")

    def tool_echo(self, invocation, call_id, arguments, context):
        self.answer(invocation, arguments["text"])

    def tool_context(self, invocation, call_id, arguments, context):
        self.answer(invocation, json.dumps({"call_id": call_id, **context}))

    def tool_count(self, invocation, call_id, arguments, context):
        steps = arguments.get("steps", 3)
        for step in range(1, steps + 1):
            self.progress(call_id, GLib.Variant("u", step), GLib.Variant("d", steps), f"step {step}")
        self.answer(invocation, f"counted to {steps}", structuredContent={"steps": steps})

    def tool_hang(self, invocation, call_id, arguments, context):
        self.hanging[call_id] = invocation
        self.progress(call_id, GLib.Variant("i", 1))

    def tool_fail(self, invocation, call_id, arguments, context):
        invocation.return_dbus_error("org.example.App.Error.Broken", "The tool is out of ink")

    def tool_refuse(self, invocation, call_id, arguments, context):
        invocation.return_dbus_error("org.mcpsessiond.Error.InvalidArguments", "“page” is too high")

    def tool_nonsense(self, invocation, call_id, arguments, context):
        text = arguments.get("result", "[1, 2]")
        invocation.return_value(GLib.Variant("(s)", (text,)))

    def tool_grow(self, invocation, call_id, arguments, context):
        self.tools.append({"name": "grown", "inputSchema": {"type": "object"}})
        self.emit("ToolsChanged", None)
        self.answer(invocation, "grown")

    def tool_die(self, invocation, call_id, arguments, context):
        os.kill(os.getpid(), signal.SIGKILL)

    def take_name(self, name):
        reply = self.connection.call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
            GLib.Variant("(su)", (name, 4)), None, Gio.DBusCallFlags.NONE, -1, None)
        if reply.unpack()[0] != 1:
            sys.exit(f"{name} is taken")

    def registered(self, connection, result, left):
        try:
            connection.call_finish(result)
        except GLib.Error as error:
            print(f"refused: {error.message}", flush=True)
        left.pop()
        if not left:
            print("ready", flush=True)

    def run(self):
        for name in self.options.own or []:
            self.take_name(name)
        names = self.options.register or []
        left = list(names)
        for name in names:
            self.connection.call(
                DAEMON, "/org/mcpsessiond/Tools", "org.mcpsessiond.Tools1", "RegisterProvider",
                GLib.Variant("(soa{sv})", (name, self.options.path, {})), None, Gio.DBusCallFlags.NONE, -1, None,
                self.registered, left)
        if not names:
            print("ready", flush=True)
        GLib.MainLoop().run()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--own", action="append")
    parser.add_argument("--register", action="append")
    parser.add_argument("--lies", action="append")
    parser.add_argument("--path", default="/org/example/App")
    parser.add_argument("--log")
    parser.add_argument("--tools")
    parser.add_argument("--xml")
    parser.add_argument("--frozen", action="store_true")
    parser.add_argument("--service", action="store_true")
    parser.add_argument("--owner", action="store_true")
    options = parser.parse_args()
    (Service(options) if options.service else Owner(options) if options.owner else App(options)).run()


main()
