# SPDX-License-Identifier: LGPL-2.1-or-later
"""The daemon under load: started in directories of its own, and watched through /proc."""

import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from events import await_file  # noqa: E402

START_SECONDS = 30
PR_SET_PDEATHSIG = 1
SETTINGS = """[History]
MaxCalls=2000

[Limits]
StderrLinesPerSecond={lines}
"""


def _end_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Refused(Exception):
    """It did not start; what it said."""


class Daemon:
    """The built daemon, and a bus for it where dbus-daemon is installed."""

    def __init__(self, program, keeper, server, with_bus=True):
        self.program = program
        self.keeper = keeper
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="mcp-soak-"))
        self.server = server
        self.process = None
        self.start_seconds = START_SECONDS
        self.bus = None
        self.bus_address = "unix:path=/nonexistent/bus"
        for name in ("config/mcp-sessiond", "run", "state", "cache", "data", "home"):
            (self.directory / name).mkdir(mode=0o700, parents=True)
        (self.directory / "run").chmod(0o700)
        self.configure()
        if with_bus:
            self._start_bus()
        self.heap_fifo = None

    def _start_bus(self):
        if not shutil.which("dbus-daemon") or not shutil.which("gdbus"):
            return
        self.bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, preexec_fn=_end_with_parent)
        self.bus_address = self.bus.stdout.readline().decode().strip()

    def probe_heap(self, library):
        """To be started with that library, which says how much is allocated: the variables."""
        self.heap_fifo = self.directory / "heap"
        os.mkfifo(self.heap_fifo, 0o600)
        return {"LD_PRELOAD": library, "MCP_SOAK_HEAP": str(self.heap_fifo),
                "G_SLICE": "always-malloc",
                # What a thread has freed and keeps would count as allocated.
                "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}

    def start(self, variables=None, wrapper=()):
        """Starts it, also again, perhaps by another program; Refused when it ends before it serves."""
        environment = dict(os.environ, DBUS_SESSION_BUS_ADDRESS=self.bus_address,
                           HOME=str(self.directory / "home"),
                           # What misbehaves outside is a warning, and there is much of it here.
                           G_DEBUG="gc-friendly,fatal-criticals")
        for kind in ("config", "state", "cache", "data"):
            environment[f"XDG_{kind.upper()}_HOME"] = str(self.directory / kind)
        environment["XDG_RUNTIME_DIR"] = str(self.directory / "run")
        environment.update(variables or {})
        self.log_path = self.directory / "log"
        self.started = time.monotonic()
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [*wrapper, self.program, "--port=0", f"--keeper={self.keeper}"], env=environment,
                stdin=subprocess.DEVNULL, stderr=log, stdout=log, preexec_fn=_end_with_parent)
        self.pid = self.process.pid
        self._read_discovery()
        if self.bus is not None:
            self._await_bus()

    def _await(self, path, is_done):
        if not await_file(path, is_done, self.start_seconds, self.pid):
            raise Refused(self.log_path.read_text(errors="replace"))

    def _await_bus(self):
        """HTTP is served a moment before the bus knows the name."""
        self._await(self.log_path, lambda: "On the session bus" in self.log_path.read_text(errors="replace"))

    def _read_discovery(self):
        path = self.directory / "run/mcp-sessiond/mcp.json"
        # A daemon that was killed has left its own.
        self._await(path, lambda: path.exists() and json.loads(path.read_text()).get("pid") == self.pid)
        facts = json.loads(path.read_text())
        # Where one of the two could not be had, the other does.
        self.socket = facts.get("socket")
        self.port = int(facts["url"].split(":")[2].split("/")[0]) if "url" in facts else self.socket
        self.socket = self.socket or self.port
        self.owner_key = facts["owner_key"]

    def configure(self, lines=50, extra=False, spoilt=False):
        """Writes both files again; the entries that honest clients use stay the same."""
        servers = {
            "test": {"command": self.server},
            "shared": {"command": self.server, "scope": "shared", "idleSeconds": 1},
            "rogue": {"command": self.server, "args": ["--ignore-eof", "--stderr=5"]},
            "broken": {"command": self.server, "args": ["--die-at-start=3"]},
        }
        if extra:
            servers["extra"] = {"command": self.server, "args": ["--only=echo"]}
        text = json.dumps({"mcpServers": servers})
        folder = self.directory / "config/mcp-sessiond"
        self._write(folder / "mcp.json", text[:-7] if spoilt else text)
        self._write(folder / "mcp-sessiond.conf", SETTINGS.format(lines=lines))

    @staticmethod
    def _write(path, text):
        new = path.with_suffix(".new")
        new.write_text(text)
        new.chmod(0o600)
        new.rename(path)

    def sample(self):
        """What the kernel says that the daemon holds now."""
        proc = pathlib.Path(f"/proc/{self.pid}")
        sample = {}
        if self.heap_fifo:
            with open(self.heap_fifo, encoding="ascii") as fifo:
                sample["heap_kb"] = int(fifo.readline()) / 1024
        status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
        sample |= {
            "seconds": time.monotonic() - self.started,
            "memory_kb": int(status["VmRSS"].split()[0]),
            "descriptors": len(os.listdir(proc / "fd")),
            "threads": int(status["Threads"]),
            "processes": self.count_descendants(),
        }
        return sample

    def count_descendants(self):
        children = {}
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                stat = pathlib.Path(f"/proc/{entry}/stat").read_text()
            except OSError:
                continue
            parent = int(stat.rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry))
        found, queue = 0, [self.pid]
        while queue:
            below = children.get(queue.pop(), [])
            found += len(below)
            queue += below
        return found

    def describe_descriptors(self):
        """For the report of a failure."""
        folder = pathlib.Path(f"/proc/{self.pid}/fd")
        lines = []
        for name in sorted(os.listdir(folder), key=int):
            try:
                lines.append(f"{name} {os.readlink(folder / name)}")
            except OSError:
                pass
        return "\n".join(lines)

    def stop(self):
        """Ends it as its user does: (status, seconds that took)."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.terminate()
        try:
            status = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        return status, time.monotonic() - began

    def kill(self):
        self.process.kill()
        self.process.wait()

    def clean_up(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()
        if self.bus is not None:
            self.bus.terminate()
            self.bus.wait()
            self.bus.stdout.close()
        shutil.rmtree(self.directory, ignore_errors=True)
