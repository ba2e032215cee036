# SPDX-License-Identifier: LGPL-2.1-or-later
"""The least that a login needs: an MCP server that wants a token, and the authorization server that gives one to
whoever comes. tests/oauth has one that lies; this one only sends browsers on their way."""

import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_arguments):  # pylint: disable=arguments-differ
        pass

    def reply(self, status, body=None, **headers):
        text = json.dumps(body or {}).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(text)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):  # pylint: disable=invalid-name
        base = self.server.base
        url = urllib.parse.urlsplit(self.path)
        if url.path.startswith("/.well-known/oauth-protected-resource"):
            self.reply(200, {"resource": base + "/mcp", "authorization_servers": [base]})
        elif url.path == "/.well-known/oauth-authorization-server":
            self.reply(200, {"issuer": base, "authorization_endpoint": base + "/authorize", "token_endpoint": base + "/token",
                             "registration_endpoint": base + "/register", "code_challenge_methods_supported": ["S256"]})
        elif url.path == "/authorize":
            asked = dict(urllib.parse.parse_qsl(url.query))
            back = urllib.parse.urlencode({"code": "c", "state": asked["state"], "iss": base})
            self.reply(302, Location=asked["redirect_uri"] + "?" + back)
        else:
            self.reply(404)

    def do_POST(self):  # pylint: disable=invalid-name
        text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/register":
            self.reply(201, dict(json.loads(text), client_id="client"))
        elif self.path == "/token":
            self.reply(200, {"access_token": "token", "token_type": "Bearer", "expires_in": 3600})
        else:
            self.reply(401, WWW_Authenticate="Bearer")


class Authority:
    def __init__(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.base = "http://127.0.0.1:%d" % self.server.server_port
        self.url = self.server.base + "/mcp"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
