#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A question before a real notification daemon, dunst, on an X server without a screen."""

import json
import os
import shutil
import subprocess

import desk as base
from desk import wait_for
from screen import Screen

# dunst hands its menu to a program that prints the chosen line.
CONFIG = """[global]
    dmenu = %s/choose
    font = Sans 11
    width = 520
    height = 300
    origin = top-left
    offset = 10x10
    markup = full
    format = "<b>%%s</b>\\n%%b"
    show_indicators = no
    frame_width = 1
    frame_color = "#4a7ab5"
    corner_radius = 8
[urgency_critical]
    background = "#fafafa"
    foreground = "#1a1a1a"
    frame_color = "#4a7ab5"
"""
CHOOSE = "#!/bin/sh\ngrep -m 1 -F \"$(cat '%s/choice')\"\n"


class Dunst:
    """dunst, on a screen."""

    def __init__(self, desk, size=(560, 200)):
        self.desk = desk
        self.screen = Screen(desk, size)
        self.write("dunstrc", CONFIG % desk.top)
        self.write("choose", CHOOSE % desk.top)
        os.chmod(os.path.join(desk.top, "choose"), 0o700)
        self.dunst = subprocess.Popen(["dunst", "-conf", os.path.join(desk.top, "dunstrc")], env=desk.env,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        desk.children.insert(0, self.dunst)
        wait_for(lambda: desk.has_owner("org.freedesktop.Notifications"), "dunst")

    def write(self, name, text):
        with open(os.path.join(self.desk.top, name), "w", encoding="utf-8") as file:
            file.write(text)

    def control(self, *words):
        return subprocess.run(["dunstctl", *words], env=self.desk.env, stdout=subprocess.PIPE, text=True,
                              timeout=base.PATIENCE, check=True).stdout.strip()

    def await_count(self, count):
        wait_for(lambda: self.control("count", "displayed") == count, count + " notifications")

    def choose(self, label):
        self.write("choice", label)
        self.control("context")


def question_is_shown_and_its_button_pressed(desk):
    dunst = Dunst(desk)
    call = desk.command("call", "t__echo", "text=<i>hello</i>")
    dunst.await_count("1")
    dunst.choose("Once")
    assert "<i>hello</i>" in call.communicate(timeout=base.PATIENCE)[0]
    dunst.await_count("0")
    call = json.loads(desk.run("history", "--json"))["calls"][0]
    assert (call["consent"], call["consent_by"]) == ("once", "notification"), call


def question_is_shown_and_denied(desk):
    dunst = Dunst(desk)
    call = desk.command("call", "t__echo", "text=hello")
    dunst.await_count("1")
    dunst.choose("Deny")
    assert "did not allow" in call.communicate(timeout=base.PATIENCE)[0]


def question_is_painted(desk):
    """Makes the picture of the documents."""
    dunst = Dunst(desk, (560, 130))
    session = json.loads(desk.run("create", "--label", "claude", "--cwd", "/usr/src", "--json"))["session_id"]
    call = desk.command("call", "--session", session, "t__echo", "path=report.md", "text=Ready")
    dunst.await_count("1")
    dunst.screen.picture(os.environ["MCP_TEST_PICTURE"])
    dunst.choose("Deny")
    call.communicate(timeout=base.PATIENCE)


if __name__ == "__main__":
    missing = [program for program in ("Xvfb", "dunst", "dunstctl") if shutil.which(program) is None]
    if missing:
        print("1..0 # SKIP %s missing" % ", ".join(missing))
    else:
        base.main([question_is_painted] if "MCP_TEST_PICTURE" in os.environ
                  else [question_is_shown_and_its_button_pressed, question_is_shown_and_denied])
