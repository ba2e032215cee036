#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Questions to the owner as notifications, before a stand-in of the notification daemon."""

import json

import desk as base
from desk import Desk, GLib, wait_for
from shell import Shell


def ask(desk, text="hello"):
    return desk.command("call", "t__echo", "text=" + text)


def button_allows_once(desk):
    shell = Shell(desk)
    call = ask(desk)
    number, shown = shell.await_shown()
    assert shown["title"] == "May “t__echo” run?", shown
    assert "Server: t" in shown["body"] and "{&quot;text&quot;:&quot;hello&quot;}" in shown["body"], shown
    assert sorted(shown["buttons"]) == ["", "Deny", "For this session", "Once"], shown
    assert shown["hints"]["desktop-entry"] == "org.mcpsessiond.Daemon", shown
    shell.press(number, "Once")
    assert "hello" in call.communicate(timeout=base.PATIENCE)[0]
    wait_for(lambda: not shell.shown, "the notification to go")
    call = json.loads(desk.run("history", "--json"))["calls"][0]
    assert (call["consent"], call["consent_by"]) == ("once", "notification"), call


def button_denies(desk):
    shell = Shell(desk)
    call = ask(desk)
    number, _shown = shell.await_shown()
    shell.press(number, "Deny")
    assert "did not allow" in call.communicate(timeout=base.PATIENCE)[0]


def two_answers_at_once(desk):
    shell = Shell(desk)
    call = ask(desk)
    number, _shown = shell.await_shown()
    shell.press(number, "Deny")
    shell.press(number, "Once")
    assert "did not allow" in call.communicate(timeout=base.PATIENCE)[0]


def client_that_vanishes_withdraws(desk):
    shell = Shell(desk)
    call = ask(desk)
    shell.await_shown()
    call.kill()
    wait_for(lambda: not shell.shown, "the notification to go")


def no_answer_is_no(desk):
    shell = Shell(desk)
    call = ask(desk)
    shell.await_shown()
    assert "did not answer in time" in call.communicate(timeout=base.PATIENCE)[0]
    wait_for(lambda: not shell.shown, "the notification to go")


no_answer_is_no.desk = lambda: Desk(settings="[Consent]\nWaitSeconds=1\n")


def markup_is_text(desk):
    shell = Shell(desk)
    ask(desk, "<b>&\u202eevil")
    _number, shown = shell.await_shown()
    assert "&lt;b&gt;&amp;\\u202eevil" in shown["body"], shown


def what_does_not_fit_cannot_be_allowed(desk):
    shell = Shell(desk)
    ask(desk, "x" * 300)
    _number, shown = shell.await_shown()
    assert sorted(shown["buttons"]) == ["", "Deny", "Show"], shown
    assert "too long" in shown["body"], shown


def stranger_cannot_press(desk):
    shell = Shell(desk)
    call = ask(desk)
    number, shown = shell.await_shown()
    for target in ("once", "", shown["buttons"]["Once"]):
        desk.call(base.NAME, "/org/mcpsessiond/Daemon", "org.freedesktop.Application", "ActivateAction",
                  GLib.Variant("(sava{sv})", ("answer", [GLib.Variant("s", target)], {})))
    assert json.loads(desk.run("consent", "list", "--json"))["questions"], "the question is gone"
    shell.press(number, "Deny")
    assert "did not allow" in call.communicate(timeout=base.PATIENCE)[0]


def silent_when_switched_off(desk):
    shell = Shell(desk)
    call = ask(desk)
    wait_for(lambda: "t__echo" in desk.run("consent", "list"), "the question")
    identity = json.loads(desk.run("consent", "list", "--json"))["questions"][0]["id"]
    desk.run("consent", "answer", identity, "deny")
    call.communicate(timeout=base.PATIENCE)
    assert not shell.shown


silent_when_switched_off.desk = lambda: Desk(settings="[Notifications]\nConsent=false\n")


def question_is_shown_again_on_a_new_bus(desk):
    shell = Shell(desk)
    call = ask(desk)
    shell.await_shown()
    desk.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetId")
    desk.run("consent", "list")
    desk.stop_bus()
    desk.await_log("session bus is gone")
    desk.start_bus()
    shell = Shell(desk)
    wait_for(lambda: desk.has_owner(base.NAME), "the name")
    number, _shown = shell.await_shown()
    shell.press(number, "Deny")
    assert "did not allow" in call.communicate(timeout=base.PATIENCE)[0]


if __name__ == "__main__":
    base.main([button_allows_once, button_denies, two_answers_at_once, client_that_vanishes_withdraws, no_answer_is_no,
               markup_is_text, what_does_not_fit_cannot_be_allowed, stranger_cannot_press, silent_when_switched_off,
               question_is_shown_again_on_a_new_bus])
