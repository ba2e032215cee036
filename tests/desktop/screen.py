# SPDX-License-Identifier: LGPL-2.1-or-later
"""An X server without a screen, a picture of what it shows, and what a screen reader hears of a window."""

import os
import struct
import subprocess
import zlib

from desk import Gio, GLib, wait_for

BUS_LAUNCHER = "/usr/libexec/at-spi-bus-launcher"
PREFIX = "org.a11y.atspi."


class Screen:
    """Xvfb."""

    def __init__(self, desk, size):
        read, write = os.pipe()
        self.top = desk.top
        # Without -noreset, the server begins anew when its last client leaves, and drops whoever comes at that moment: the
        # accessibility bus comes and leaves before the first window is there.
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "%dx%dx24" % size, "-nolisten", "tcp", "-noreset",
                   "-fbdir", self.top]
        desk.children.append(subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL))
        os.close(write)
        with os.fdopen(read) as numbers:
            number = numbers.readline().strip()
        assert number, "Xvfb has ended"
        desk.env["DISPLAY"] = ":" + number

    def pixels(self):
        """Width, height, and rows of BGRX: Xvfb keeps its screen as an X window dump (XWDFile.h)."""
        with open(os.path.join(self.top, "Xvfb_screen0"), "rb") as file:
            dump = file.read()
        head = struct.unpack(">25I", dump[:100])
        size, width, height, stride, colors = head[0], head[4], head[5], head[12], head[19]
        begin = size + 12 * colors
        return width, height, [dump[begin + row * stride:][:4 * width] for row in range(height)]

    def picture(self, path):
        """Writes a PNG (W3C Portable Network Graphics, third edition)."""
        width, height, rows = self.pixels()
        lines = bytearray()
        for row in rows:
            line = bytearray(3 * width)
            line[0::3], line[1::3], line[2::3] = row[2::4], row[1::4], row[0::4]
            lines += b"\0" + line
        with open(path, "wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n")
            for kind, data in ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
                               (b"IDAT", zlib.compress(bytes(lines), 9)), (b"IEND", b"")):
                file.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))


class Node:
    """One thing in a window."""

    def __init__(self, bus, name, path):
        self.bus, self.name, self.path = bus, name, path

    def call(self, interface, method, arguments=None):
        return self.bus.call_sync(self.name, self.path, interface, method, arguments, None, 0, 10000, None).unpack()[0]

    def get(self, interface, prop):
        return self.call("org.freedesktop.DBus.Properties", "Get", GLib.Variant("(ss)", (PREFIX + interface, prop)))

    def text(self):
        return self.get("Accessible", "Name")

    def role(self):
        return self.call(PREFIX + "Accessible", "GetRoleName")

    def children(self):
        return [Node(self.bus, *child) for child in self.call(PREFIX + "Accessible", "GetChildren")]

    def walk(self):
        yield self
        for child in self.children():
            yield from child.walk()

    def press(self):
        assert self.call(PREFIX + "Action", "DoAction", GLib.Variant("(i)", (0,)))


class Reader:
    """A screen reader: the accessibility bus of the desk, and the programs on it. Made before the programs."""

    def __init__(self, desk):
        desk.env["GSETTINGS_BACKEND"] = "memory"
        desk.parents.append(subprocess.Popen([BUS_LAUNCHER, "--launch-immediately"], env=desk.env,
                                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        wait_for(lambda: desk.has_owner("org.a11y.Bus"), "the accessibility bus")
        address = desk.call("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", None, "(s)").unpack()[0]
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.bus = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
        self.bus.set_exit_on_close(False)
        self.root = Node(self.bus, PREFIX + "Registry", "/org/a11y/atspi/accessible/root")

    def nodes(self):
        """All there is now; nothing where something goes meanwhile."""
        try:
            return [(node.role(), node.text(), node) for node in self.root.walk()]
        except GLib.Error:
            return []

    def texts(self):
        return [text for _role, text, _node in self.nodes()]

    def await_text(self, text):
        wait_for(lambda: text in self.texts(), "“%s”" % text)

    def await_no_text(self, text):
        wait_for(lambda: text not in (self.texts() or [text]), "the end of “%s”" % text)

    def find(self, text, *roles):
        """One of that name in one of the roles, which versions of GTK call by different names."""
        return wait_for(lambda: [node for role, name, node in self.nodes() if name == text and role in roles], text)[0]
