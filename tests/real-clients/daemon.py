"""Stands in for docker's daemon where docker signs in: it asks the registry whether name and password are right, as the
real one does, and knows nothing else.

    daemon.py SOCKET

SSL_CERT_FILE names the authorities.
"""

import base64
import http.server
import json
import os
import socketserver
import sys
import urllib.error
import urllib.request


class Daemon(http.server.BaseHTTPRequestHandler):
    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Api-Version", "1.49")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def do_GET(self):
        self.answer(200, {})

    do_HEAD = do_GET

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
        if not self.path.endswith("/auth"):
            self.answer(404, {"message": "this is no daemon"})
            return
        pair = base64.b64encode(f"{asked['username']}:{asked['password']}".encode()).decode()
        request = urllib.request.Request(f"https://{asked['serveraddress']}/v2/", headers={"Authorization": f"Basic {pair}"})
        try:
            urllib.request.urlopen(request, timeout=20)
        except urllib.error.HTTPError as refused:
            self.answer(401, {"message": f"the registry answered {refused.code}"})
        else:
            self.answer(200, {"Status": "Login Succeeded", "IdentityToken": ""})

    def address_string(self):
        return "docker"

    def log_message(self, *_):
        pass


if os.path.exists(sys.argv[1]):
    os.remove(sys.argv[1])
with socketserver.ThreadingUnixStreamServer(sys.argv[1], Daemon) as server:
    print("ready", flush=True)
    server.serve_forever()
