#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What other processes do, awaited by the kernel's own events; for tests that are no C.

  events.py file PATH TEXT     until the file has TEXT
  events.py exit PID           until the process has ended
  events.py retry COMMAND...   until COMMAND succeeds

All give up after --seconds with status 1. “retry” is for what no event tells: COMMAND itself makes happen
what it looks for, or asks a program that only answers questions."""

import argparse
import ctypes
import os
import pathlib
import select
import struct
import subprocess
import sys
import time

PATIENCE_SECONDS = 20
RETRY_SECONDS = 0.05
# inotify(7)
IN_MODIFY, IN_CLOSE_WRITE, IN_MOVED_TO, IN_CREATE = 0x2, 0x8, 0x80, 0x100
IN_CLOEXEC = 0o2000000
EVENT = struct.Struct("iIII")


def _nearest_directory(path):
    directory = pathlib.Path(path).absolute().parent
    while not directory.is_dir():
        directory = directory.parent
    return directory


class FileWatch:
    """Tells of changes to a file, whose directories need not exist yet."""

    def __init__(self, path):
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._path = path
        self._fd = self._libc.inotify_init1(IN_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "inotify_init1")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._fd)

    def fileno(self):
        return self._fd

    def arm(self):
        """To be called before each look at the file."""
        watched = None
        # A directory that is made just before the watch begins is found by looking once more.
        while watched != (watched := _nearest_directory(self._path)):
            mask = IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE
            if self._libc.inotify_add_watch(self._fd, os.fsencode(watched), mask) < 0:
                raise OSError(ctypes.get_errno(), f"inotify_add_watch: {watched}")

    def take(self):
        """To be called when the descriptor is readable."""
        os.read(self._fd, 64 * (EVENT.size + 256))


def await_file(path, is_done, seconds=PATIENCE_SECONDS, pid=None):
    """Until is_done() says so, which looks at the file. Whether it did before the time was over, and before
    the process of that number ended."""
    deadline = time.monotonic() + seconds
    process = os.pidfd_open(pid) if pid is not None else None
    try:
        with FileWatch(path) as watch:
            has_ended = False
            while True:
                watch.arm()
                if is_done():
                    return True
                rest = deadline - time.monotonic()
                if has_ended or rest <= 0:
                    return False
                readable, _, _ = select.select([watch] + ([process] if process is not None else []), [], [], rest)
                if watch in readable:
                    watch.take()
                # The file is looked at once more: what the process did last counts.
                has_ended = process in readable
    finally:
        if process is not None:
            os.close(process)


def await_text(path, text, seconds=PATIENCE_SECONDS):
    path = pathlib.Path(path)
    return await_file(path, lambda: path.exists() and text in path.read_text(errors="replace"), seconds)


def await_exit(pid, seconds=PATIENCE_SECONDS):
    """Also of a process whose parent is another one."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], seconds)[0])
    finally:
        os.close(process)


def retry(command, seconds=PATIENCE_SECONDS):
    deadline = time.monotonic() + seconds
    while subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode != 0:
        if time.monotonic() > deadline:
            return False
        time.sleep(RETRY_SECONDS)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=PATIENCE_SECONDS)
    parser.add_argument("what", choices=["file", "exit", "retry"])
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    wanted = options.arguments
    if options.what == "file":
        came = await_text(wanted[0], wanted[1], options.seconds)
    elif options.what == "exit":
        came = await_exit(int(wanted[0]), options.seconds)
    else:
        came = retry(wanted, options.seconds)
    if not came:
        print(f"waited {options.seconds:g} s in vain for: {options.what} {' '.join(wanted)}", file=sys.stderr)
    return 0 if came else 1


if __name__ == "__main__":
    sys.exit(main())
