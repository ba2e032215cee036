#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example app with a window, docs/examples/bars, as the person at the desk sees it: on an X server without a screen,
by what a screen reader hears."""

import json
import os
import shutil
import subprocess

import desk as base
from desk import Desk, wait_for
from screen import BUS_LAUNCHER, Reader, Screen

SIZE = (480, 560)


def start(desk):
    """The app with its window; returns the reader of the window."""
    desk.screen = Screen(desk, SIZE)
    reader = Reader(desk)
    desk.env.update(GDK_BACKEND="x11", GSK_RENDERER="cairo", LIBGL_ALWAYS_SOFTWARE="1")
    app = subprocess.Popen([os.environ["MCP_TEST_BARS"]], env=dict(desk.env, G_DEBUG="fatal-warnings"))
    desk.children.insert(0, app)
    wait_for(lambda: app.poll() is not None or "Tools at Work" in reader.texts(), "the window")
    assert app.poll() is None, "the app has ended"
    wait_for(lambda: "bars__tell" in desk.run("tools"), "the tool")
    return reader


def make_session(desk, label, cwd="/"):
    return json.loads(desk.run("create", "--label", label, "--cwd", cwd, "--json"))["session_id"]


def publish(desk, session, *words):
    desk.run("publish", "--session", session, *words)


def session_and_its_bar(desk):
    reader = start(desk)
    session = make_session(desk, "codex")
    reader.await_text("codex")
    call = ("--tool", "wiki__import", "--call-id", "c-1")
    publish(desk, session, "0", *call, "--state", "running")
    publish(desk, session, "1", "--total", "4", "--message", "page 1", *call, "--state", "running")
    reader.await_text("1 / 4")
    assert {"codex", "wiki__import", "page 1"} <= set(reader.texts()), reader.texts()
    assert reader.find("wiki__import", "progress bar").get("Value", "CurrentValue") == 0.25
    publish(desk, session, "4", "--total", "4", *call, "--state", "ok")
    reader.await_no_text("1 / 4")
    reader.await_no_text("wiki__import")
    desk.run("close", session)
    reader.await_no_text("codex")


def tool_waits_for_the_person(desk):
    reader = start(desk)
    call = desk.command("call", "bars__tell", "text=The tests <pass>.")
    reader.await_text("The tests <pass>.")
    assert call.poll() is None
    reader.find("Got it", "button", "push button").press()
    assert "The user has read the message." in call.communicate(timeout=base.PATIENCE)[0]
    reader.await_no_text("The tests <pass>.")


def caller_that_goes_takes_its_message_along(desk):
    reader = start(desk)
    call = desk.command("call", "bars__tell", "text=Never mind.")
    reader.await_text("Never mind.")
    call.kill()
    reader.await_no_text("Never mind.")


def shows(desk, *color):
    pixel = bytes(reversed(color))
    return any(pixel in row for row in desk.screen.pixels()[2])


def window_is_painted(desk):
    """What the picture of the documents shows; with MCP_TEST_PICTURE, the picture is made."""
    reader = start(desk)
    codex, claude, gemini = (make_session(desk, label, cwd)
                             for label, cwd in (("codex", "/usr/share/doc"), ("claude", "/usr/include"), ("gemini", "/usr/src")))
    publish(desk, codex, "0", "--tool", "wiki__search", "--call-id", "c-1", "--state", "running")
    publish(desk, codex, "17", "--message", "page 17", "--tool", "wiki__import", "--call-id", "c-2", "--state", "running")
    publish(desk, claude, "412", "--total", "1280", "--message", "src/gateway", "--tool", "files__search_files",
            "--call-id", "c-3", "--state", "running")
    publish(desk, gemini, "61", "--total", "74", "--message", "Linking the daemon", "--tool", "build__compile",
            "--call-id", "c-4", "--state", "running")
    desk.command("call", "--session", claude, "bars__tell", "text=All tests pass. Shall I land the change?")
    reader.await_text("All tests pass. Shall I land the change?")
    assert "claude says" in reader.texts()
    # The color of Adwaita's bars, and that of a call that has ended, which can be seen for a while.
    wait_for(lambda: shows(desk, 0x35, 0x84, 0xe4), "a bar that is not yet full")
    desk.command("publish", "--session", codex, "8", "--total", "8", "--message", "8 results", "--tool", "wiki__search",
                 "--call-id", "c-1", "--state", "ok")
    wait_for(lambda: shows(desk, 0x2e, 0xa0, 0x43), "a bar that is green")
    picture = os.environ.get("MCP_TEST_PICTURE")
    if picture:
        desk.screen.picture(picture)


TESTS = [session_and_its_bar, tool_waits_for_the_person, caller_that_goes_takes_its_message_along, window_is_painted]
for test in TESTS:
    test.desk = lambda: Desk(consent="allow")


if __name__ == "__main__":
    missing = [program for program in ("Xvfb", BUS_LAUNCHER) if shutil.which(program) is None]
    if missing:
        print("1..0 # SKIP %s missing" % ", ".join(missing))
    else:
        base.main(TESTS[-1:] if "MCP_TEST_PICTURE" in os.environ else TESTS)
