# SPDX-License-Identifier: LGPL-2.1-or-later
"""The daemon, of this tree or of an earlier build, as one of the servers that are measured."""

import json
import os
import pathlib

from load_program import Lost, make_request
from servers import McpServer, ask

# What is measured meets no limit.
SETTINGS = """[Limits]
Connections=100000
Sessions=1000000
SessionsPerMinute=1000000
SubscribersPerSession=100000
CallsPerSession=10000
HeadSeconds=3600
BodySeconds=3600
KeepAliveSeconds=86400
"""


def write(path, text):
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o600)


class Daemon(McpServer):
    """The daemon on directories of its own, without a bus."""

    name = "daemon"

    def __init__(self, program, keeper, tool_server, servers=1, tools=2):
        super().__init__()
        self.program = program
        self.keeper = keeper
        self.token = None
        entries = {f"bench{i or ''}": {"command": str(tool_server), "args": [str(tools)]} for i in range(servers)}
        write(self.directory / "config/mcp-sessiond/mcp.json", json.dumps({"mcpServers": entries}))
        write(self.directory / "config/mcp-sessiond/mcp-sessiond.conf", SETTINGS)
        for name in ("run", "state", "cache", "data", "home"):
            (self.directory / name).mkdir(mode=0o700)

    def command(self):
        return [str(self.program), f"--port={self.port}", f"--keeper={self.keeper}"]

    def environment(self):
        environment = dict(os.environ, HOME=str(self.directory / "home"),
                           XDG_RUNTIME_DIR=str(self.directory / "run"),
                           DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent/bus")
        for kind in ("config", "state", "cache", "data"):
            environment[f"XDG_{kind.upper()}_HOME"] = str(self.directory / kind)
        # A daemon of a user has none of these.
        for name in ("G_DEBUG", "G_SLICE", "MALLOC_PERTURB_", "NOTIFY_SOCKET", "WATCHDOG_USEC"):
            environment.pop(name, None)
        return environment

    def read_discovery(self):
        return json.loads((self.directory / "run/mcp-sessiond/mcp.json").read_text())

    def new_session(self):
        status, _, body = ask(self.port, "POST", "/session", body={"cwd": "/"})
        if status != 200:
            raise Lost(f"no session: {status} {body}")
        return json.loads(body)

    def stage(self, n_events=1):
        session = self.new_session()
        path = f"/session/{session['session_id']}"
        token = {"Authorization": f"Bearer {session['token']}"}
        return self.watch_request(f"{path}/events", token), self.post_request(f"{path}/progress", n_events, token)

    def create(self):
        return make_request("POST", "/session", self.port, body={"cwd": "/"})

    def mcp_headers(self):
        return {"Authorization": f"Bearer {self.new_session()['token']}"}

    def tool_name(self, tool):
        return f"bench__{tool}"


def find(build, name):
    """A program of a build, wherever that version has it."""
    found = [path for path in pathlib.Path(build).resolve().glob(f"src/**/{name}") if path.is_file()]
    if len(found) != 1:
        raise Lost(f"{build} has no {name}")
    return found[0]


def maker(name, build, tool_server):
    """How to make a daemon of that build."""
    program, keeper = find(build, "mcp-sessiond"), find(build, "mcp-sessiond-keeper")

    def make(**options):
        daemon = Daemon(program, keeper, tool_server, **options)
        daemon.name = name
        return daemon
    return make
