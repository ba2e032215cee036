# SPDX-License-Identifier: LGPL-2.1-or-later
"""A session bus, the built daemon, and apps: what the tests of this folder are made of."""
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import traceback

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
APP = os.path.join(HERE, "app.py")
DAEMON = "org.mcpsessiond.Daemon"
TOOLS_PATH = "/org/mcpsessiond/Tools"
TOOLS = "org.mcpsessiond.Tools1"

# Where it is root who tests, no namespace of users is needed.
SANDBOX = ("unshare", "--mount", *([] if os.getuid() == 0 else ["--user", "--map-root-user"]), os.path.join(HERE, "sandbox"))

# Everything here is local: what takes longer is stuck.
PATIENCE = 30


# The desktop's own services, such as the one for notifications, are not started here.
BUS = """<busconfig>
<type>session</type>
<listen>unix:dir={directory}</listen>
<servicedir>{directory}/data/dbus-1/services</servicedir>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>"""


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self.path)


class Process:
    """A program whose output is read line by line."""

    def __init__(self, arguments, env, **more):
        self.process = subprocess.Popen(arguments, env=env, text=True, encoding="utf-8", **more)

    def await_line(self, text, stream=None):
        for line in stream or self.process.stdout:
            if text in line:
                return line.strip()
        raise AssertionError(f"“{text}” was not said")

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()


class Session:
    """A session of the daemon, used as curl would."""

    def __init__(self, world, **options):
        self.world = world
        self.facts = world.http("POST", "/session", options)
        self.id = self.facts["session_id"]
        self.object_path = "/org/mcpsessiond/Session/" + self.id.replace("-", "_")

    def rpc(self, method, **params):
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return self.world.http("POST", "/mcp", body, self.facts["token"])

    def tools(self):
        return [tool["name"] for tool in self.rpc("tools/list")["result"]["tools"]]

    def call(self, name, **arguments):
        return self.rpc("tools/call", name=name, arguments=arguments)

    def text(self, name, **arguments):
        answer = self.call(name, **arguments)
        assert "result" in answer, answer
        return answer["result"]["content"][0]["text"]

    def close(self):
        self.world.http("DELETE", "/session/" + self.id, token=self.facts["token"])


class Stream:
    """An SSE stream: its events, one after the other."""

    def __init__(self, world, path, token):
        self.connection = UnixConnection(world.socket)
        headers = {"Authorization": "Bearer " + token, "Accept": "text/event-stream, application/json"}
        self.connection.request("GET", path, headers=headers)
        self.response = self.connection.getresponse()
        assert self.response.status == 200, self.response.status

    def next(self):
        while True:
            line = self.response.readline().decode()
            if line.startswith("data: "):
                return json.loads(line[6:])
            assert line != "", "the stream has ended"

    def close(self):
        self.connection.close()


class World:
    def __init__(self, servers=None, settings="", files=None):
        self.dir = tempfile.mkdtemp(prefix="mcp-apps-")
        self.apps = []
        self.env = dict(os.environ, MCP_TEST_UID="" if os.getuid() == 0 else str(os.getuid()))
        for variable, name in (("XDG_CONFIG_HOME", "config"), ("XDG_STATE_HOME", "state"), ("XDG_CACHE_HOME", "cache"),
                               ("XDG_RUNTIME_DIR", "run"), ("XDG_DATA_HOME", "data")):
            os.makedirs(self.path(name), 0o700)
            self.env[variable] = self.path(name)
        self.env["XDG_DATA_DIRS"] = self.path("share")
        # Some tests make the daemon warn of what they do.
        self.env["G_DEBUG"] = "gc-friendly"
        self.write("config/mcp-sessiond/mcp.json", json.dumps({"mcpServers": servers or {}}))
        self.write("config/mcp-sessiond/mcp-sessiond.conf", settings)
        for name, text in (files or {}).items():
            self.write(name, text)
        self.socket = self.path("run/mcp-sessiond/http.sock")
        self.daemon = None
        self.start_bus()
        try:
            self.start()
        except Exception:
            self.__exit__(*sys.exc_info())
            raise

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), 0o700, exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, name):
        if not os.path.exists(self.path(name)):
            return ""
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def start_bus(self):
        os.makedirs(self.path("data/dbus-1/services"), 0o700, exist_ok=True)
        self.write("bus.conf", BUS.format(directory=self.dir))
        self.bus = Process(["dbus-daemon", "--config-file=" + self.path("bus.conf"), "--nofork", "--print-address=1"], self.env,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.env["DBUS_SESSION_BUS_ADDRESS"] = self.bus.process.stdout.readline().strip()
        self.connection = Gio.DBusConnection.new_for_address_sync(
            self.env["DBUS_SESSION_BUS_ADDRESS"],
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)

    def start(self):
        with open(self.path("log"), "a", encoding="utf-8") as log:
            self.daemon = subprocess.Popen(
                [os.environ["MCP_TEST_DAEMON"], "--port=0", "--verbose", "--keeper=" + os.environ["MCP_TEST_KEEPER"]],
                env=self.env, stderr=log, stdout=log)
        self.until(lambda: self.has_owner(DAEMON) and os.path.exists(self.socket), "the daemon is there")

    def stop(self):
        self.daemon.terminate()
        assert self.daemon.wait(PATIENCE) == 0
        self.daemon = None

    def reload_bus(self):
        """It reads its folder of services again."""
        self.connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ReloadConfig",
                                  None, None, Gio.DBusCallFlags.NONE, PATIENCE * 1000, None)

    def command(self, *words):
        return subprocess.run([os.environ["MCP_TEST_COMMAND"], *words], env=self.env, text=True, encoding="utf-8",
                              capture_output=True, timeout=100, check=False)

    def has_owner(self, name):
        reply = self.connection.call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
            GLib.Variant("(s)", (name,)), None, Gio.DBusCallFlags.NONE, PATIENCE * 1000, None)
        return reply.unpack()[0]

    def until(self, condition, what):
        """Asks again and again: for what no event tells of to a test that is one thread."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"{what}; the log is:\n{self.read('log')}"
            time.sleep(0.01)

    def app(self, *options, inside=()):
        app = Process([*inside, sys.executable, APP, *options], self.env, stdout=subprocess.PIPE)
        self.apps.append(app)
        app.said = [app.process.stdout.readline().strip()]
        while app.said[-1] not in ("ready", ""):
            app.said.append(app.process.stdout.readline().strip())
        return app

    def sandboxed_app(self, sandbox, *options):
        """As app(), in a sandbox as Flatpak makes one: a root of its own with /.flatpak-info in it."""
        os.makedirs(self.path("root"), exist_ok=True)
        return self.app(*options, inside=(*SANDBOX, self.path("root"), sandbox))

    def call(self, method, signature="()", *arguments, path=TOOLS_PATH, interface=TOOLS):
        return self.connection.call_sync(DAEMON, path, interface, method, GLib.Variant(signature, arguments), None,
                                         Gio.DBusCallFlags.NONE, PATIENCE * 1000, None).unpack()

    def providers(self):
        return {provider["name"]: provider for provider in self.call("ListProviders")[0]}

    def allow(self):
        """Has the questions of the daemon answered by an owner who allows everything for a session.

        A process below the one that asks may not answer: this one has left the family. It ends with its bus."""
        owner = Process(["setsid", "--fork", sys.executable, APP, "--owner", "--log", self.path("asked")], self.env,
                        stdout=subprocess.PIPE)
        self.apps.append(owner)
        owner.await_line("ready")

    def http(self, method, path, body=None, token=None):
        connection = UnixConnection(self.socket)
        headers = {"Accept": "application/json, text/event-stream"}
        if token:
            headers["Authorization"] = "Bearer " + token
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        if response.getheader("Content-Type", "").startswith("text/event-stream"):
            text = [line[6:] for line in text.splitlines() if line.startswith("data: ")][-1]
        return json.loads(text) if text else None

    def __enter__(self):
        return self

    def __exit__(self, kind, _value, _traceback):
        if kind is not None:
            print("# " + "\n# ".join(self.read("log").splitlines()[-30:]), flush=True)
        for app in self.apps:
            app.end()
        if self.daemon:
            self.daemon.terminate()
            status = self.daemon.wait(PATIENCE)
            if kind is None:
                assert status == 0, f"the daemon ended with {status}"
        self.connection.close_sync(None)
        self.bus.end()
        shutil.rmtree(self.dir)


def main(names):
    """Runs the functions that are tests, or those that the command line names; TAP on standard output. A test
    returns why it could not be made, or nothing."""
    tests = [(name, function) for name, function in names.items() if name.startswith("test_")]
    tests = [pair for pair in tests if len(sys.argv) < 2 or pair[0] in sys.argv[1:]]
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for number, (name, function) in enumerate(tests, 1):
        try:
            reason = function()
            print(f"ok {number} - {name}" + (f" # SKIP {reason}" if reason else ""), flush=True)
        except Exception:
            failed += 1
            print("# " + traceback.format_exc().replace("\n", "\n# "))
            print(f"not ok {number} - {name}", flush=True)
    return 1 if failed else 0
