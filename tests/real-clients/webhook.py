#!/usr/bin/env python3
"""Admission webhooks for an API server that runs alone: policies that a cluster may have, and somebody who is quicker.

    /deny    lets nothing in, and says why
    /touch   changes the object by a label of its own before the first change of it is let in, so that this one is of a
             version that is no longer

    webhook.py API_SERVER FOLDER      prints its address, then serves; FOLDER has ca.pem, admin and webhook (.pem, .key)
"""

import json
import ssl
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

API, FOLDER = sys.argv[1:3]
touched = set()
lock = threading.Lock()


def touch(request):
    """Changes the object that a request is about, once. The change itself is let in."""
    path = f"/api/v1/namespaces/{request['namespace']}/{request['resource']['resource']}/{request['name']}"
    with lock:
        if path in touched:
            return
        touched.add(path)
    context = ssl.create_default_context(cafile=f"{FOLDER}/ca.pem")
    context.load_cert_chain(f"{FOLDER}/admin.pem", f"{FOLDER}/admin.key")
    handlers = urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    patch = json.dumps({"metadata": {"labels": {"touched": "yes"}}}).encode()
    media = {"Content-Type": "application/merge-patch+json"}
    change = urllib.request.Request(API + path, patch, media, method="PATCH")
    urllib.request.build_opener(*handlers).open(change, timeout=20).close()


class Webhook(BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["request"]
        verdict = {"uid": request["uid"], "allowed": True}
        if self.path.startswith("/touch"):
            touch(request)
        else:
            verdict = {"uid": request["uid"], "allowed": False, "status": {"code": 403, "message": "policy-17 keeps it out"}}
        answer = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": verdict}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(f"{FOLDER}/webhook.pem", f"{FOLDER}/webhook.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
print(f"https://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
