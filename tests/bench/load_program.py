# SPDX-License-Identifier: LGPL-2.1-or-later
"""The load generator, and the bytes that it sends."""

import json
import pathlib
import subprocess
import tempfile

# What load-mark.h says; the load generator writes time and number over it.
MARK = "@" + "0" * 19 + ":" + "0" * 9 + "@"
PATIENCE_SECONDS = 600


class Lost(Exception):
    """Something was lost, or a server does not do what it should."""


def make_request(method, path, port, headers=None, body=None):
    """The bytes of a request."""
    fields = {"Host": f"127.0.0.1:{port}"} | (headers or {})
    if body is not None:
        body = body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()
        fields |= {"Content-Type": "application/json", "Content-Length": len(body)}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + (body or b"")


def make_event(length=200):
    """An event of that many bytes, as JSON, with a place for a mark."""
    event = {"token": 1, "progress": 1, "total": 100, "message": MARK}
    event["message"] += "x" * (length - len(json.dumps(event, separators=(",", ":"))))
    return json.dumps(event, separators=(",", ":"))


def make_events(n_events):
    """The body for one event, or an array of them on lines of their own."""
    if n_events == 1:
        return make_event().encode()
    return ("[" + "\n,".join([make_event()] * n_events) + "]").encode()


class Load:
    """Runs bench-load."""

    def __init__(self, program):
        self.program = program
        self._folder = tempfile.TemporaryDirectory(prefix="mcp-bench-")
        self._n_files = 0

    def close(self):
        self._folder.cleanup()

    def _write(self, requests):
        self._n_files += 1
        path = pathlib.Path(self._folder.name) / str(self._n_files)
        path.write_bytes(b"\0".join([requests] if isinstance(requests, bytes) else requests))
        return path

    def _arguments(self, mode, command, options):
        arguments = []
        for name, value in options.items():
            if name in ("requests", "watch"):
                value = self._write(value)
            elif name == "pids":
                value = ",".join(map(str, value))
            arguments.append(f"--{name}={value}")
        return [self.program, *arguments, mode, *command]

    def start(self, mode, command=(), env=None, **options):
        """The process; its output is awaited by finish()."""
        return subprocess.Popen(self._arguments(mode, command, options), env=env, text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    @staticmethod
    def finish(process):
        """What it measured."""
        try:
            out, err = process.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise Lost(f"{process.args[1:]} does not end") from None
        if process.returncode != 0:
            raise Lost(f"{' '.join(map(str, process.args[1:]))}: {err.strip()}")
        return json.loads(out)

    def run(self, mode, command=(), env=None, **options):
        return self.finish(self.start(mode, command, env, **options))
