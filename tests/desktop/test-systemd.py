#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The units under a real user manager of systemd, which has namespaces and a control group of its own: what it starts
ends with the test, and nobody else on the machine sees it. Wants root, or what is as good, for the namespaces.

The units are those that are installed, but for the paths of the programs, and times that a test can wait for."""

import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

PATIENCE = 30
MANAGER = "/lib/systemd/systemd"
UNITS = ["mcp-sessiond.service", "mcp-sessiond.socket", "mcp-sessiond-tcp.socket"]
# cgroups(7): version 2 alone, or beside version 1.
CGROUPS = [pathlib.Path("/sys/fs/cgroup"), pathlib.Path("/sys/fs/cgroup/unified")]
LOG = "/run/manager.log"
# Linux's ioctl(2) for the flags of an interface, and up | running
SIOCSIFFLAGS, IFF_UP_RUNNING = 0x8914, 0x41
NAMESPACES = ["unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"]
# Times that a test can wait for.
DROP_IN = """[Service]
WatchdogSec=2
TimeoutAbortSec=5
ExecStart=
ExecStart=%s --keeper=%s
Environment=LC_ALL=C.UTF-8
"""


def until(condition, what):
    end = time.monotonic() + PATIENCE
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError("waited in vain for " + what)
        time.sleep(0.05)
    return value


class Manager:
    """A home, a user manager and our units."""

    def __init__(self):
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
        # Of control groups, systemd delegates those of version 2 alone.
        if not os.path.exists(CGROUPS[0] / "cgroup.controllers"):
            subprocess.run(["umount", "--recursive", str(CGROUPS[0])], check=True)
            subprocess.run(["mount", "-t", "cgroup2", "cgroup2", str(CGROUPS[0])], check=True)
        # sd_booted(3): the manager wants a system that was booted with systemd.
        os.makedirs("/run/systemd/system")
        self.run_dir = "/run/user/%d" % os.getuid()
        self.home = "/run/home"
        for directory in (self.run_dir, self.home):
            os.makedirs(directory, mode=0o700)
        self.env = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": self.home, "LC_ALL": "C.UTF-8",
                    "XDG_RUNTIME_DIR": self.run_dir, "DBUS_SESSION_BUS_ADDRESS": "unix:path=%s/bus" % self.run_dir}
        # What else is installed on the machine for users is not started.
        self.units = pathlib.Path(self.home, "units")
        self.units.mkdir()
        for unit in UNITS:
            shutil.copy(self.find(unit), self.units)
        self.write(".config/mcp-sessiond/mcp.json", json.dumps({"mcpServers": {"t": {"command": os.environ["MCP_TEST_SERVER"]}}}))
        self.set_idle_exit(0)
        # dbus-daemon(1): services of this login alone
        services = os.path.join(self.run_dir, "dbus-1", "services")
        os.makedirs(services, mode=0o700)
        shutil.copy(self.find("org.mcpsessiond.Daemon.service"), services)
        self.write("units/mcp-sessiond.service.d/test.conf",
                   DROP_IN % (os.environ["MCP_TEST_DAEMON"], os.environ["MCP_TEST_KEEPER"]))
        lo_up()
        self.start()

    @staticmethod
    def find(name):
        folders = os.environ["MCP_TEST_DATA"].split(":")
        return next(os.path.join(folder, name) for folder in folders if os.path.exists(os.path.join(folder, name)))

    def write(self, name, text):
        path = pathlib.Path(self.home, name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(text)

    def set_idle_exit(self, seconds):
        """A daemon that runs takes it up."""
        self.write(".config/mcp-sessiond/mcp-sessiond.conf", "[Daemon]\nIdleExitSeconds=%d\n" % seconds)

    def start(self):
        system = "/usr/lib/systemd/user"
        for unit in ("dbus.socket", "dbus.service", "basic.target", "sockets.target", "default.target", "app.slice",
                     "session.slice", "paths.target", "timers.target", "shutdown.target", "exit.target", "systemd-exit.service"):
            if os.path.exists(os.path.join(system, unit)):
                shutil.copy(os.path.join(system, unit), self.units)
        environment = dict(self.env, SYSTEMD_UNIT_PATH=str(self.units), SYSTEMD_LOG_TARGET="console")
        with open(LOG, "w", encoding="utf-8") as log:
            self.manager = subprocess.Popen([MANAGER, "--user"], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until(lambda: self.manager.poll() is not None or os.path.exists(self.run_dir + "/systemd/private"), "the manager")
        until(lambda: self.control("is-active", "default.target") == "active", "the default target")
        self.control("start", "dbus.socket")

    def run(self, *words):
        return subprocess.run(words, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=3 * PATIENCE, check=False).stdout.strip()

    def control(self, *words):
        return self.run("systemctl", "--user", *words)

    def show(self, what):
        return self.control("show", "--value", "--property=" + what, "mcp-sessiond.service")

    def command(self, *words):
        return self.run(os.environ["MCP_TEST_COMMAND"], *words)

    def await_state(self, state):
        until(lambda: self.show("ActiveState") == state, "the state " + state)

    def explain(self):
        status = self.control("status", "--no-pager", "--full", *UNITS)
        return status + "\n" + pathlib.Path(LOG).read_text()


def lo_up():
    """A new network namespace has loopback, but it is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP_RUNNING))


def sessions(manager):
    return [session["session_id"] for session in json.loads(manager.command("list", "--json"))["sessions"]]


def cgroup_of(pid):
    lines = pathlib.Path("/proc/%d/cgroup" % pid).read_text().splitlines()
    return next(line.split("::", 1)[1] for line in lines if line.startswith("0::"))


def units_are_clean(manager):
    """systemd's own judge has nothing to say of the units and their slice."""
    paths = [str(manager.units / unit) for unit in UNITS]
    said = manager.run("systemd-analyze", "--user", "verify", "--man=no", *paths)
    assert said == "", said
    assert manager.show("Slice") == "app.slice", manager.show("Slice")


def first_connection_starts_the_daemon(manager):
    manager.control("start", "mcp-sessiond.socket", "mcp-sessiond-tcp.socket")
    assert manager.show("ActiveState") == "inactive"
    assert sessions(manager) == []
    manager.await_state("active")
    pid = int(manager.show("MainPID"))
    assert cgroup_of(pid).endswith("/app.slice/mcp-sessiond.service/daemon"), cgroup_of(pid)
    discovery = json.loads(pathlib.Path(manager.run_dir, "mcp-sessiond", "mcp.json").read_text())
    assert discovery["url"] == "http://127.0.0.1:16270/mcp" and discovery["pid"] == pid, discovery


def server_has_a_control_group_of_its_own(manager):
    session = json.loads(manager.command("create", "--json"))["session_id"]
    pid = int(manager.command("call", "--session", session, "t__pid"))
    group = cgroup_of(pid)
    assert "/app.slice/mcp-sessiond.service/" in group and not group.endswith("/daemon"), group
    manager.command("close", session)
    until(lambda: not os.path.exists("/proc/%d" % pid), "the end of the server")


def idle_daemon_ends_and_sessions_survive(manager):
    session = json.loads(manager.command("create", "--json"))["session_id"]
    pid = manager.show("MainPID")
    manager.set_idle_exit(1)
    manager.await_state("inactive")
    manager.set_idle_exit(0)
    assert manager.show("Result") == "success", manager.show("Result")
    assert manager.control("is-active", "mcp-sessiond.socket") == "active"
    assert sessions(manager) == [session]
    manager.await_state("active")
    assert manager.show("MainPID") != pid
    manager.command("close", session)


def bus_starts_the_unit(manager):
    manager.control("stop", "mcp-sessiond.service")
    said = manager.run("gdbus", "call", "--session", "--dest", "org.mcpsessiond.Daemon", "--object-path", "/org/mcpsessiond/SessionStore",
                       "--method", "org.mcpsessiond.SessionStore1.CreateSession", "/", "{}")
    assert "/org/mcpsessiond/Session/" in said, said
    manager.await_state("active")
    assert sessions(manager)[0].replace("-", "_") in said


def killed_daemon_comes_back_and_leaves_nothing(manager):
    session = json.loads(manager.command("create", "--json"))["session_id"]
    server = int(manager.command("call", "--session", session, "t__pid"))
    daemon = int(manager.show("MainPID"))
    os.kill(daemon, signal.SIGKILL)
    until(lambda: manager.show("MainPID") not in ("0", str(daemon)), "another daemon")
    until(lambda: not os.path.exists("/proc/%d" % server), "the end of the server")
    assert session in sessions(manager)
    assert manager.show("NRestarts") == "1", manager.show("NRestarts")


def frozen_daemon_is_replaced(manager):
    """Which says nothing to its watchdog."""
    session = json.loads(manager.command("create", "--json"))["session_id"]
    daemon = int(manager.show("MainPID"))
    os.kill(daemon, signal.SIGSTOP)
    until(lambda: manager.show("MainPID") not in ("0", str(daemon)), "another daemon")
    assert session in sessions(manager)


def stop_leaves_nothing(manager):
    session = json.loads(manager.command("create", "--json"))["session_id"]
    server = int(manager.command("call", "--session", session, "t__pid"))
    manager.control("stop", "mcp-sessiond.service", "mcp-sessiond.socket", "mcp-sessiond-tcp.socket")
    assert manager.show("ActiveState") == "inactive" and manager.show("Result") == "success", manager.explain()
    assert not os.path.exists("/proc/%d" % server)
    assert not os.path.exists(os.path.join(manager.run_dir, "mcp-sessiond", "http.sock"))


TESTS = [units_are_clean, first_connection_starts_the_daemon, server_has_a_control_group_of_its_own,
         idle_daemon_ends_and_sessions_survive, bus_starts_the_unit, killed_daemon_comes_back_and_leaves_nothing,
         frozen_daemon_is_replaced, stop_leaves_nothing]


def inside():
    manager = Manager()
    print("1..%d" % len(TESTS), flush=True)
    for number, test in enumerate(TESTS, 1):
        try:
            test(manager)
            print("ok %d %s" % (number, test.__name__), flush=True)
        except Exception as error:  # pylint: disable=broad-except
            print("# " + (repr(error) + "\n" + manager.explain()).replace("\n", "\n# "), flush=True)
            print("not ok %d %s" % (number, test.__name__), flush=True)
            return 1
    return 0


def find_group():
    """For the test, in the hierarchy of version 2; None where there is none."""
    folders = [folder for folder in CGROUPS if (folder / "cgroup.controllers").exists()]
    return folders[0] / ("mcp-test-%d" % os.getpid()) if folders else None


def remove(group):
    """The kernel takes a moment to let go of the processes that have ended."""
    def gone():
        for folder, _names, _files in os.walk(group, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(folder)
        return not group.exists()
    until(gone, "the end of the control group")


def why_not():
    if not os.path.exists(MANAGER) or not shutil.which("systemctl") or not shutil.which("systemd-analyze"):
        return "systemd is missing"
    if not shutil.which("gdbus") or not os.path.exists("/usr/lib/systemd/user/dbus.socket"):
        return "gdbus or the bus of users is missing"
    if os.getuid() != 0:
        return "only root may make the namespaces"
    group = find_group()
    if group is None:
        return "there are no control groups of version 2"
    try:
        group.mkdir()
        subprocess.run([*NAMESPACES, "true"], stderr=subprocess.PIPE, text=True, check=True)
    except OSError as error:
        return "no control group can be made: %s" % error
    except subprocess.CalledProcessError as error:
        return "no namespaces: " + error.stderr.strip()
    return None


def main():
    group = find_group()
    try:
        reason = why_not()
        if reason:
            print("1..0 # SKIP " + reason)
            return 0
        return subprocess.run([*NAMESPACES, sys.executable, __file__, "--inside"],
                              preexec_fn=lambda: (group / "cgroup.procs").write_text("0"), check=False).returncode
    finally:
        if group is not None and group.exists():
            remove(group)


if __name__ == "__main__":
    sys.exit(inside() if "--inside" in sys.argv else main())
