#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Questions to the owner on the bus and over HTTP, side by side."""

import contextlib
import json
import os
import sqlite3
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


# A client that runs the bridge, and whose shell answers by itself as soon as it is told to.
CLIENT = """
"$MCP_TEST_COMMAND" stdio <in >out &
exec 3>in
printf '%s\\n' '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18",
 "capabilities":{},"clientInfo":{"name":"agent","version":"1"}}}' | tr -d '\\n' >&3
printf '\\n%s\\n' '{"jsonrpc":"2.0","method":"notifications/initialized"}' >&3
printf '%s\\n' '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"t__echo","arguments":{"n":2}}}' >&3
read -r question
"$MCP_TEST_COMMAND" consent answer "$question" once
echo "status $?"
read -r end
"""


def client_behind_the_bridge_cannot_answer(desk):
    watcher = Watcher(desk)
    os.mkfifo(os.path.join(desk.top, "in"))
    client = subprocess.Popen(["sh", "-c", CLIENT], env=desk.env, cwd=desk.top, text=True, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    desk.children.append(client)
    question = watcher.await_signal("QuestionAdded")[0]
    assert question["client"] == "agent", question
    client.stdin.write(question["id"] + "\n")
    client.stdin.flush()
    said = client.stdout.readline() + client.stdout.readline()
    assert "client that asks" in said and "status 1" in said, said
    assert watcher.answer(question["id"], "once") is None
    client.communicate("end\n", timeout=base.PATIENCE)


def grants(desk):
    with contextlib.closing(sqlite3.connect(os.path.join(desk.top, "state", "mcp-sessiond", "sessions.db"))) as database:
        return database.execute("SELECT count(*) FROM consent_grant").fetchone()[0]


def answer_for_a_session_outlives_the_daemon(desk):
    watcher = Watcher(desk)
    session, other = (json.loads(desk.run("create", "--json"))["session_id"] for _ in range(2))
    call = desk.command("call", "--session", session, "t__echo", "n=1")
    assert watcher.answer(watcher.await_signal("QuestionAdded")[0]["id"], "session") is None
    assert '"n":1' in call.communicate(timeout=base.PATIENCE)[0]
    for _ in range(2):
        desk.stop_daemon()
        desk.start_daemon()
        watcher.heard.clear()
        assert '"n":2' in desk.run("call", "--session", session, "t__echo", "n=2")
        assert not watcher.heard, watcher.heard
    call = desk.command("call", "--session", session, "t__count", "steps=1")
    assert watcher.await_signal("QuestionAdded")[0]["tool"] == "t__count"
    call.kill()
    watcher.await_signal("QuestionRemoved")
    watcher.heard.clear()
    call = desk.command("call", "--session", other, "t__echo", "n=3")
    assert watcher.await_signal("QuestionAdded")[0]["session_id"] == other
    call.kill()
    assert grants(desk) == 1
    desk.run("close", session)
    desk.stop_daemon()
    assert grants(desk) == 0


def browser_answers_over_tcp(desk):
    watcher = Watcher(desk)
    call = ask(desk)
    identity = watcher.await_signal("QuestionAdded")[0]["id"]
    with open(os.path.join(desk.run_dir, "mcp-sessiond", "mcp.json"), encoding="utf-8") as file:
        discovery = json.load(file)
    command = ["curl", "-s", "-o", os.devnull, "-w", "%{http_code}", "-H", "Authorization: Bearer " + discovery["owner_key"],
               "-H", "Content-Type: application/json", "-d", '{"answer":"deny"}',
               discovery["url"].removesuffix("/mcp") + "/consent/" + identity]
    assert subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout == "204"
    assert "did not allow" in call.communicate(timeout=base.PATIENCE)[0]


if __name__ == "__main__":
    base.main([bus_and_http_show_the_same, answers_that_do_not_count, client_behind_the_bridge_cannot_answer,
               answer_for_a_session_outlives_the_daemon, browser_answers_over_tcp])
