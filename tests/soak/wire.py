# SPDX-License-Identifier: LGPL-2.1-or-later
"""HTTP/1.1 and server-sent events as far as the soak's clients need them.

By hand, so that a client can also stop in the middle, or say what no library says.
"""

import asyncio
import json
import socket
import struct


class Broken(Exception):
    """The connection ended where more was owed."""


class Connection:
    """One connection to the daemon."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer
        self.status = 0
        self.headers = {}

    @classmethod
    async def open(cls, address, receive_buffer=None):
        """address: a port on loopback, or the path of a Unix socket."""
        if isinstance(address, str):
            return cls(*await asyncio.open_unix_connection(address))
        raw = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        raw.setblocking(False)
        if receive_buffer:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        try:
            await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", address))
        except OSError:
            raw.close()
            raise
        return cls(*await asyncio.open_connection(sock=raw, limit=receive_buffer or 2**16))

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        self.close()

    def close(self):
        self.writer.transport.abort()

    def reset(self):
        """Ends the connection as a crash of the client's machine would."""
        raw = self.writer.get_extra_info("socket")
        if raw is not None and raw.family != socket.AF_UNIX:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def send_raw(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def send(self, method, path, headers=None, body=None):
        """body: anything that JSON can say, or bytes."""
        fields = {"Host": "localhost", "Accept": "application/json, text/event-stream"}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            fields["Content-Type"] = "application/json"
        if body is not None:
            fields["Content-Length"] = str(len(body))
        fields.update(headers or {})
        head = f"{method} {path} HTTP/1.1\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        await self.send_raw(head.encode() + b"\r\n" + (body or b""))

    async def read_head(self):
        line = await self.reader.readline()
        if not line.startswith(b"HTTP/1.1 "):
            raise Broken(f"no status line: {line[:80]!r}")
        self.status = int(line[9:12])
        self.headers = {}
        while True:
            line = await self.reader.readline()
            if line == b"\r\n":
                return self.status
            if not line:
                raise Broken("the head ends early")
            name, _, value = line.decode().partition(":")
            self.headers[name.lower()] = value.strip()

    @property
    def is_stream(self):
        return self.headers.get("content-type", "").startswith("text/event-stream")

    async def pieces(self):
        """The body, as it comes."""
        if self.headers.get("transfer-encoding") == "chunked":
            while True:
                length = int((await self.reader.readline() or b"x").split(b";")[0], 16)
                if length:
                    yield await self.reader.readexactly(length)
                await self.reader.readline()
                if not length:
                    return
        elif "content-length" in self.headers:
            yield await self.reader.readexactly(int(self.headers["content-length"]))
        elif self.status != 204 and self.status != 202:
            while piece := await self.reader.read(2**16):
                yield piece

    async def read_body(self):
        return b"".join([piece async for piece in self.pieces()])

    async def events(self):
        """Yields (name, id, data) until the stream ends."""
        rest = b""
        name = identity = data = None
        async for piece in self.pieces():
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                field, _, value = line.decode().partition(":")
                value = value.strip()
                if field == "data":
                    data = value
                elif field == "event":
                    name = value
                elif field == "id":
                    identity = value
                elif not line.strip():
                    if data is not None:
                        yield name, identity, data
                    name = identity = data = None

    async def messages(self):
        """JSON-RPC messages of an answer, in either of its forms."""
        if self.is_stream:
            async for _, _, data in self.events():
                if data:
                    yield json.loads(data)
        else:
            body = await self.read_body()
            if body:
                yield json.loads(body)


async def ask(address, method, path, headers=None, body=None):
    """One exchange on a connection of its own: (status, body)."""
    async with await Connection.open(address) as connection:
        await connection.send(method, path, headers, body)
        await connection.read_head()
        return connection.status, await connection.read_body()
