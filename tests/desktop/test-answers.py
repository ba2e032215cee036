#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Questions to the owner on the bus and over HTTP, side by side."""

import json
import subprocess

import desk as base
from desk import GLib, wait_for

PATH = "/org/mcpsessiond/Consent"
INTERFACE = "org.mcpsessiond.Consent1"


class Watcher:
    """What the bus says."""

    def __init__(self, desk):
        self.desk = desk
        self.heard = []
        desk.connection.signal_subscribe(base.NAME, INTERFACE, None, PATH, None, 0, self.take)
        self.questions()  # the subscription is there before the answer

    def take(self, _connection, _sender, _path, _interface, signal, arguments):
        self.heard.append((signal, arguments.unpack()))

    def await_signal(self, name):
        return wait_for(lambda: [arguments for signal, arguments in self.heard if signal == name], name)[-1]

    def questions(self):
        return self.desk.call(base.NAME, PATH, INTERFACE, "ListQuestions", None, "(aa{sv})").unpack()[0]

    def answer(self, identity, word):
        """Returns the name of the error, if there is one."""
        try:
            self.desk.call(base.NAME, PATH, INTERFACE, "Answer", GLib.Variant("(ss)", (identity, word)))
        except GLib.Error as error:
            return base.Gio.DBusError.get_remote_error(error).rsplit(".", 1)[1]
        return None


def http(desk, method, path, body=None):
    """Status and body."""
    command = ["curl", "-s", "-X", method, "-w", "\n%{http_code}", "--unix-socket", desk.socket, "http://localhost" + path]
    if body is not None:
        command += ["-H", "Content-Type: application/json", "-d", body]
    text = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, timeout=base.PATIENCE).stdout
    body, status = text.rsplit("\n", 1)
    return int(status), body


def ask(desk):
    return desk.command("call", "t__echo", "n=12345678901234567890.10")


def bus_and_http_show_the_same(desk):
    watcher = Watcher(desk)
    call = ask(desk)
    added = watcher.await_signal("QuestionAdded")[0]
    assert watcher.questions() == [added], watcher.questions()
    status, body = http(desk, "GET", "/consent")
    question = json.loads(body)["questions"][0]
    assert status == 200 and '"arguments":{"n":12345678901234567890.10}' in body, body
    assert added.pop("arguments") == '{"n":12345678901234567890.10}'
    question.pop("arguments")
    assert added == question, (added, question)
    assert sorted(question) == ["cwd", "expires_at", "id", "server", "session_id", "tool"], question
    assert watcher.answer(question["id"], "session") is None
    assert watcher.await_signal("QuestionRemoved") == (question["id"], "session")
    call.communicate(timeout=base.PATIENCE)
    assert call.returncode == 0
    call = json.loads(desk.run("history", "--json"))["calls"][0]
    assert (call["consent"], call["consent_by"]) == ("session", "bus"), call


def answers_that_do_not_count(desk):
    watcher = Watcher(desk)
    call = ask(desk)
    identity = watcher.await_signal("QuestionAdded")[0]["id"]
    path = "/consent/" + identity
    assert http(desk, "POST", path, '{"answer":"perhaps"}')[0] == 400
    assert http(desk, "POST", path, "{}")[0] == 400
    assert http(desk, "POST", path, '{"answer":"once","for":"ever"}')[0] == 400
    assert http(desk, "POST", "/consent/none", '{"answer":"once"}')[0] == 404
    assert http(desk, "GET", path)[0] == 405
    assert watcher.answer("none", "once") == "NotFound"
    assert watcher.answer(identity, "perhaps") == "InvalidArguments"
    assert watcher.answer(identity, "timeout") == "InvalidArguments"
    assert http(desk, "POST", path, '{"answer":"deny"}')[0] == 204
    assert http(desk, "POST", path, '{"answer":"once"}')[0] == 409
    assert watcher.answer(identity, "once") == "InvalidArguments"
    assert "did not allow" in call.communicate(timeout=base.PATIENCE)[0]


if __name__ == "__main__":
    base.main([bus_and_http_show_the_same, answers_that_do_not_count])
