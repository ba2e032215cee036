#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints what the tools of all clients are doing."""

import gi

gi.require_version("McpSession", "1.0")
from gi.repository import GLib, McpSession  # noqa: E402


def progress(_daemon, session, event):
    print(f"{session.dup_label()}: {event.get_tool()} {event.get_progress():g} {event.get_message() or ''}", flush=True)


def found(_source, result):
    global daemon
    daemon = McpSession.Daemon.new_finish(result)
    daemon.connect("progress", progress)
    print("watching", flush=True)


McpSession.Daemon.new_async(None, None, found)
GLib.MainLoop().run()
