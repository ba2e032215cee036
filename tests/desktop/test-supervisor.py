#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The daemon says to systemd that it is ready, that it lives, and that it ends."""

import os
import signal
import socket

import desk as base
from desk import Desk


def supervisor_hears_all(desk):
    path = os.path.join(desk.top, "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.settimeout(base.PATIENCE)
        heard.bind(path)
        desk.env.update(NOTIFY_SOCKET=path, WATCHDOG_USEC="200000")
        desk.start_daemon()
        messages = [heard.recv(100).decode() for _ in range(3)]
        assert messages == ["READY=1", "WATCHDOG=1", "WATCHDOG=1"], messages
        environment = desk.run("call", "t__env")
        assert "NOTIFY_SOCKET" not in environment and "WATCHDOG" not in environment, environment
        desk.daemon.send_signal(signal.SIGTERM)
        while heard.recv(100) != b"STOPPING=1":
            pass
        assert desk.daemon.wait(timeout=base.PATIENCE) == 0


supervisor_hears_all.desk = lambda: Desk(daemon=False, consent="allow")


if __name__ == "__main__":
    base.main([supervisor_hears_all])
