#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A daemon whose sockets systemd holds ends when nobody needs it, and is there again with all sessions."""

import json
import os
import shutil
import socket
import subprocess

import desk as base
from desk import Desk, wait_for

SETTINGS = "[Daemon]\nIdleExitSeconds=1\n"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listen(desk, *options):
    """systemd-socket-activate becomes the daemon with the first connection."""
    os.makedirs(os.path.dirname(desk.socket), mode=0o700, exist_ok=True)
    if os.path.exists(desk.socket):
        os.unlink(desk.socket)
    environment = ["--setenv=" + name for name in desk.env]
    desk.start_daemon(argv=["systemd-socket-activate", "--listen=" + desk.socket, *options, *environment])
    wait_for(lambda: os.path.exists(desk.socket), "the socket")


def sessions(desk):
    answer = subprocess.run(["curl", "-s", "--max-time", "20", "--unix-socket", desk.socket, "http://localhost/session"],
                            stdout=subprocess.PIPE, check=True).stdout
    return [session["session_id"] for session in json.loads(answer)["sessions"]]


def make_session(desk):
    subprocess.run(["curl", "-s", "--max-time", "20", "--unix-socket", desk.socket, "-X", "POST",
                    "http://localhost/session"], stdout=subprocess.DEVNULL, check=True)


def idle_daemon_ends_and_sessions_survive(desk):
    tcp = "--listen=127.0.0.1:%d" % free_port()
    listen(desk, tcp)
    make_session(desk)
    made = sessions(desk)
    assert len(made) == 1
    assert desk.daemon.wait(timeout=base.PATIENCE) == 0
    assert "Nobody needs the daemon" in desk.log()
    listen(desk, tcp)
    assert sessions(desk) == made
    assert desk.daemon.wait(timeout=base.PATIENCE) == 0


def busy_daemon_stays(desk):
    listen(desk, "--listen=127.0.0.1:%d" % free_port())
    with subprocess.Popen(["curl", "-siN", "--unix-socket", desk.socket, "http://localhost/events"],
                          stdout=subprocess.PIPE, text=True) as watcher:
        try:
            # From here on the daemon is there, and watched.
            assert watcher.stdout.readline().startswith("HTTP/1.1 200")
            desk.daemon.wait(timeout=3)
            raise AssertionError("the daemon has ended")
        except subprocess.TimeoutExpired:
            pass
        finally:
            watcher.kill()
    assert desk.daemon.wait(timeout=base.PATIENCE) == 0


def daemon_with_a_socket_of_its_own_stays(desk):
    listen(desk)
    sessions(desk)
    try:
        desk.daemon.wait(timeout=3)
        raise AssertionError("the daemon has ended, and nobody would start it for the TCP port")
    except subprocess.TimeoutExpired:
        pass


for test in (idle_daemon_ends_and_sessions_survive, busy_daemon_stays, daemon_with_a_socket_of_its_own_stays):
    test.desk = lambda: Desk(settings=SETTINGS, daemon=False)


if __name__ == "__main__":
    if shutil.which("systemd-socket-activate") and shutil.which("curl"):
        base.main([idle_daemon_ends_and_sessions_survive, busy_daemon_stays, daemon_with_a_socket_of_its_own_stays])
    else:
        print("1..0 # SKIP systemd-socket-activate or curl is missing")
