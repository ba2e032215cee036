# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the desktop tests start from: a bus at a fixed address that can be ended and started again, the
built daemon beside it, and stand-ins for services of the desktop. A test awaits what it needs; it does
not sleep."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

PATIENCE = 30
NAME = "org.mcpsessiond.Daemon"

BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""


def wait_for(condition, what):
    """Runs the main context until the condition holds, and returns what it returned."""
    context = GLib.MainContext.default()
    until = time.monotonic() + PATIENCE
    tick = GLib.timeout_add(20, lambda: True)
    try:
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > until:
                raise AssertionError("waited in vain for " + what)
            context.iteration(True)
    finally:
        GLib.source_remove(tick)


class Desk:
    """Directories, a bus and a daemon."""

    def __init__(self, settings="", consent="ask", daemon=True):
        self.top = tempfile.mkdtemp(prefix="mcp-desk.")
        self.run_dir = os.path.join(self.top, "run")
        self.socket = os.path.join(self.run_dir, "mcp-sessiond", "http.sock")
        self.bus_path = os.path.join(self.top, "bus")
        self.bus = None
        self.daemon = None
        self.log_path = os.path.join(self.top, "log")
        self.children = []
        # Those that have children of their own, and end them when they are told to end.
        self.parents = []
        os.makedirs(self.run_dir, mode=0o700)
        self.env = dict(os.environ, HOME=self.top, XDG_RUNTIME_DIR=self.run_dir,
                        DBUS_SESSION_BUS_ADDRESS="unix:path=" + self.bus_path, LC_ALL="C.UTF-8",
                        XDG_DATA_HOME=os.path.join(self.top, "share"))
        self.env.pop("G_DEBUG", None)
        for name in ("config", "state", "cache"):
            self.env["XDG_%s_HOME" % name.upper()] = os.path.join(self.top, name)
        config = os.path.join(self.top, "config", "mcp-sessiond")
        os.makedirs(config, mode=0o700)
        with open(os.path.join(config, "mcp.json"), "w", encoding="utf-8") as file:
            json.dump({"mcpServers": {"t": {"command": os.environ["MCP_TEST_SERVER"], "consent": consent}}}, file)
        with open(os.path.join(config, "mcp-sessiond.conf"), "w", encoding="utf-8") as file:
            file.write(settings)
        self.start_bus()
        if daemon:
            self.start_daemon()

    def start_bus(self):
        config = os.path.join(self.top, "bus.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(BUS_CONFIG % self.bus_path)
        self.bus = subprocess.Popen(["dbus-daemon", "--nofork", "--config-file=" + config], stderr=subprocess.DEVNULL)
        self.connection = wait_for(self.connect, "the bus")

    def connect(self):
        """A connection to the bus, or None while the bus does not listen."""
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        try:
            connection = Gio.DBusConnection.new_for_address_sync("unix:path=" + self.bus_path, flags, None, None)
        except GLib.Error:
            return None
        connection.set_exit_on_close(False)
        return connection

    def stop_bus(self):
        self.bus.kill()
        self.bus.wait()
        os.unlink(self.bus_path)

    def start_daemon(self, argv=(), variables=None):
        with open(self.log_path, "ab") as log:
            self.daemon = subprocess.Popen(
                [*argv, os.environ["MCP_TEST_DAEMON"], "--port=0", "--keeper=" + os.environ["MCP_TEST_KEEPER"]],
                env=dict(self.env, **(variables or {})), stderr=log, stdout=subprocess.DEVNULL)
        if not argv:
            wait_for(lambda: os.path.exists(self.socket), "the daemon's socket")
            wait_for(lambda: self.has_owner(NAME), "the daemon's name")

    def stop_daemon(self):
        self.daemon.send_signal(signal.SIGTERM)
        assert self.daemon.wait(timeout=PATIENCE) == 0

    def log(self):
        with open(self.log_path, encoding="utf-8") as file:
            return file.read()

    def await_log(self, text):
        wait_for(lambda: text in self.log(), "“%s” in the log" % text)

    def call(self, name, path, interface, method, arguments=None, reply=None):
        return self.connection.call_sync(name, path, interface, method, arguments,
                                         GLib.VariantType(reply) if reply else None, Gio.DBusCallFlags.NONE, 10000, None)

    def has_owner(self, name):
        return self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
                         GLib.Variant("(s)", (name,)), "(b)").unpack()[0]

    def own(self, name):
        answer = self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                           GLib.Variant("(su)", (name, 4)), "(u)").unpack()[0]
        assert answer == 1, answer

    def command(self, *words):
        """Starts mcp-session; what it prints is read by communicate()."""
        child = subprocess.Popen([os.environ["MCP_TEST_COMMAND"], *words], env=self.env, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True, cwd=self.top)
        self.children.append(child)
        return child

    def run(self, *words):
        child = self.command(*words)
        return child.communicate(timeout=PATIENCE)[0]

    def close(self):
        for parent in self.parents:
            parent.terminate()
            parent.wait(timeout=PATIENCE)
        for child in self.children:
            if child.poll() is None:
                child.kill()
                child.wait()
        status = 0
        if self.daemon is not None and self.daemon.poll() is None:
            self.daemon.send_signal(signal.SIGTERM)
            status = self.daemon.wait(timeout=PATIENCE)
        if self.bus is not None and self.bus.poll() is None:
            self.bus.kill()
            self.bus.wait()
        log = self.log() if os.path.exists(self.log_path) else ""
        shutil.rmtree(self.top, ignore_errors=True)
        assert "CRITICAL" not in log and "WARNING" not in log.replace("sessiond-WARNING", ""), log
        assert status == 0, log


def main(tests):
    """Runs functions as TAP."""
    print("1..%d" % len(tests), flush=True)
    failed = False
    for number, test in enumerate(tests, 1):
        desk = None
        try:
            desk = test.desk() if hasattr(test, "desk") else Desk()
            reason = test(desk)
            desk.close()
            print("ok %d %s%s" % (number, test.__name__, " # SKIP " + reason if reason else ""), flush=True)
        except Exception:  # pylint: disable=broad-except
            failed = True
            print("# " + traceback.format_exc().replace("\n", "\n# "), flush=True)
            if desk is not None:
                if os.path.exists(desk.log_path):
                    print("# " + desk.log().replace("\n", "\n# "), flush=True)
                try:
                    desk.close()
                except Exception:  # pylint: disable=broad-except
                    pass
            print("not ok %d %s" % (number, test.__name__), flush=True)
    sys.exit(1 if failed else 0)
