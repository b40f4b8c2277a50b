#!/usr/bin/env python3
"""Plays, for an API server that runs alone, the parts of a cluster that a pull needs.

A scheduler binds each pod to the node `node-1`. The kubelet of that node, who signs in as the node, pulls each image by
the pull secrets that the pod names, as containerd does: the registry's challenge, a token for the login, the manifest.
What became of it is in the pod's status and in events. The image holds no program, so a container cannot be started.
Controllers give each namespace its service account `default`, and empty the namespaces that are being deleted unless they
have the label `stuck`.

    node.py API_SERVER FOLDER REGISTRY_CA      FOLDER has ca.pem, admin.pem, admin.key, node.pem and node.key
"""

import base64
import json
import re
import ssl
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timezone

API, FOLDER, REGISTRY_CA = sys.argv[1:4]
NODE = "node-1"
# What a kubelet waits between two tries, made short: it begins with ten seconds.
BACK_OFF = 0.3
# The API server closes a watch after this, in seconds; then it is asked for anew.
WATCH = 300


def signed_in_as(name):
    """Returns a function that opens requests as who has that certificate."""
    context = ssl.create_default_context(cafile=f"{FOLDER}/ca.pem")
    context.load_cert_chain(f"{FOLDER}/{name}.pem", f"{FOLDER}/{name}.key")
    handlers = urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    return urllib.request.build_opener(*handlers).open


CONTROLLER, KUBELET = signed_in_as("admin"), signed_in_as("node")
REGISTRY = urllib.request.build_opener(
    urllib.request.ProxyHandler({}),
    urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=REGISTRY_CA)),
).open


def call(who, method, path, body=None, media="application/json"):
    """Returns the answer to a request, read as JSON."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(API + path, data, {"Content-Type": media}, method=method)
    with who(request, timeout=20) as answer:
        return json.load(answer)


def watched(path):
    """Yields the objects of a kind, and each again when it changes, for ever."""
    while True:
        try:
            with CONTROLLER(f"{API}{path}?watch=true&timeoutSeconds={WATCH}", timeout=WATCH + 10) as events:
                for line in events:
                    event = json.loads(line)
                    if event["type"] in ("ADDED", "MODIFIED"):
                        yield event["object"]
        except (OSError, ValueError):
            time.sleep(BACK_OFF)


def now():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def path_of(pod):
    return f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"


def says(pod, kind, reason, message):
    """Writes an event of a pod."""
    meta = pod["metadata"]
    about = {"apiVersion": "v1", "kind": "Pod", "name": meta["name"], "namespace": meta["namespace"], "uid": meta["uid"]}
    event = {
        "metadata": {"generateName": meta["name"] + ".", "namespace": meta["namespace"]},
        "involvedObject": about,
        "reason": reason,
        "message": message,
        "type": kind,
        "count": 1,
        "firstTimestamp": now(),
        "lastTimestamp": now(),
        "source": {"component": "kubelet", "host": NODE},
    }
    call(KUBELET, "POST", f"/api/v1/namespaces/{meta['namespace']}/events", event)


def has_state(pod, phase, state, image_id=""):
    """Sets the phase of a pod, and the state of its container. False where the pod is gone."""
    container = pod["spec"]["containers"][0]
    status = {
        "name": container["name"],
        "image": container["image"],
        "imageID": image_id,
        "ready": False,
        "restartCount": 0,
        "state": state,
    }
    patch = {"metadata": {"uid": pod["metadata"]["uid"]}, "status": {"phase": phase, "containerStatuses": [status]}}
    try:
        call(KUBELET, "PATCH", path_of(pod) + "/status", patch, "application/strategic-merge-patch+json")
        return True
    except urllib.error.HTTPError as refused:
        if refused.code in (404, 409):
            return False
        raise


def logins(pod, server):
    """Yields the logins to a registry that the pod's pull secrets have, as the node may read them."""
    for reference in pod["spec"].get("imagePullSecrets", []):
        path = f"/api/v1/namespaces/{pod['metadata']['namespace']}/secrets/{reference['name']}"
        try:
            secret = call(KUBELET, "GET", path)
        except urllib.error.HTTPError as refused:
            # 404: a kubelet goes on without it. 403: the authorizer has not seen yet that the pod is the node's.
            if refused.code in (403, 404):
                continue
            raise
        config = json.loads(base64.b64decode(secret["data"][".dockerconfigjson"]))
        if server in config["auths"]:
            yield config["auths"][server]["auth"]


def pull(image, login):
    """Returns the digest of an image, pulled by a login or by none."""
    server, rest = image.split("/", 1)
    repository, tag = rest.rsplit(":", 1)
    try:
        REGISTRY(f"https://{server}/v2/", timeout=20)
        raise OSError("the registry does not ask who it is")
    except urllib.error.HTTPError as challenge:
        parts = dict(re.findall(r'(\w+)="([^"]*)"', challenge.headers["WWW-Authenticate"]))
    query = urllib.parse.urlencode({"service": parts["service"], "scope": f"repository:{repository}:pull"})
    headers = {"Authorization": f"Basic {login}"} if login else {}
    with REGISTRY(urllib.request.Request(f"{parts['realm']}?{query}", None, headers), timeout=20) as answer:
        token = json.load(answer)
    headers = {
        "Authorization": f"Bearer {token.get('token') or token['access_token']}",
        "Accept": "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json",
    }
    manifest = urllib.request.Request(f"https://{server}/v2/{repository}/manifests/{tag}", None, headers)
    with REGISTRY(manifest, timeout=20) as answer:
        return f"{server}/{repository}@{answer.headers['Docker-Content-Digest']}"


def run(pod):
    """Does what scheduler and kubelet do with a pod, until its image is there or the pod is gone."""
    meta, container = pod["metadata"], pod["spec"]["containers"][0]
    image = container["image"]
    target = {"apiVersion": "v1", "kind": "Node", "name": NODE}
    binding = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": meta["name"]}, "target": target}
    try:
        call(CONTROLLER, "POST", path_of(pod) + "/binding", binding)
    except urllib.error.HTTPError as refused:
        if refused.code in (404, 409):
            return
        raise
    waits = {"reason": "ContainerCreating"}
    while has_state(pod, "Pending", {"waiting": waits}):
        says(pod, "Normal", "Pulling", f'Pulling image "{image}"')
        refusal = None
        for login in [*logins(pod, image.split("/", 1)[0]), None]:
            try:
                image_id = pull(image, login)
            except urllib.error.HTTPError as refused:
                refusal = refusal or f"{refused.code} {refused.reason}"
                continue
            says(pod, "Normal", "Pulled", f'Successfully pulled image "{image}"')
            error = "runc create failed: unable to start container process: no such file or directory: unknown"
            ended = {"reason": "StartError", "exitCode": 128, "message": error, "startedAt": now(), "finishedAt": now()}
            has_state(pod, "Failed", {"terminated": ended}, image_id)
            return
        error = f'failed to pull and unpack image "{image}": failed to authorize: unexpected status: {refusal}'
        says(pod, "Warning", "Failed", f'Failed to pull image "{image}": {error}')
        says(pod, "Warning", "Failed", "Error: ErrImagePull")
        waits = {"reason": "ErrImagePull", "message": error}
        time.sleep(BACK_OFF)


def keep_namespace(namespace):
    """Does what the controllers do with a namespace: its account `default`, and its end."""
    name = namespace["metadata"]["name"]
    if namespace["status"]["phase"] == "Active":
        account = {"metadata": {"name": "default"}}
        path = f"/api/v1/namespaces/{name}/serviceaccounts"
        try:
            call(CONTROLLER, "POST", path, account)
        except urllib.error.HTTPError as refused:
            if refused.code != 409:
                raise
    elif "stuck" not in namespace["metadata"].get("labels", {}):
        for kind in ("pods", "secrets", "serviceaccounts"):
            call(CONTROLLER, "DELETE", f"/api/v1/namespaces/{name}/{kind}")
        namespace["spec"]["finalizers"] = []
        call(CONTROLLER, "PUT", f"/api/v1/namespaces/{name}/finalize", namespace)


def each(path, is_wanted, act):
    """Acts upon each object that is wanted, once, beside the others."""
    seen = set()
    for found in watched(path):
        mark = (found["metadata"]["uid"], found["status"]["phase"] if path.endswith("namespaces") else "")
        if is_wanted(found) and mark not in seen:
            seen.add(mark)
            threading.Thread(target=act, args=(found,), daemon=True).start()


threading.Thread(target=each, args=("/api/v1/namespaces", lambda _: True, keep_namespace), daemon=True).start()
each("/api/v1/pods", lambda pod: not pod["spec"].get("nodeName"), run)
