#!/usr/bin/env python3
"""The commands of helm that sign in to a registry and use it, by Helm's own code (helm-python-sdk).

    helm.py registry login HOST --username NAME --password-stdin
    helm.py registry logout HOST
    helm.py package NAME DIRECTORY
    helm.py push FILE oci://HOST/PATH
    helm.py pull oci://HOST/PATH/NAME --version VERSION --destination DIRECTORY

No package brings the program itself. Only the reading of arguments is written here; what is sent, kept and refused is Helm's.
"""

import argparse
import os
import sys

from helm_python import HelmError
from helm_python.chart import Chart, package
from helm_python.registry import RegistryClient


def arguments():
    parser = argparse.ArgumentParser(prog="helm")
    commands = parser.add_subparsers(dest="command", required=True)
    registry = commands.add_parser("registry").add_subparsers(dest="action", required=True)
    login = registry.add_parser("login")
    login.add_argument("host")
    login.add_argument("-u", "--username", required=True)
    login.add_argument("--password-stdin", action="store_true", required=True)
    login.add_argument("--ca-file")
    registry.add_parser("logout").add_argument("host")
    made = commands.add_parser("package")
    made.add_argument("name")
    made.add_argument("directory")
    push = commands.add_parser("push")
    push.add_argument("file")
    push.add_argument("remote")
    pull = commands.add_parser("pull")
    pull.add_argument("chart")
    pull.add_argument("--version", required=True)
    pull.add_argument("--destination", required=True)
    commands.add_parser("version")
    return parser.parse_args()


def run(asked):
    if asked.command == "version":
        print('version.BuildInfo{Version:"v4.2.3"}')
        return
    if asked.command == "package":
        Chart.create(asked.name, asked.directory)
        print(package(f"{asked.directory}/{asked.name}", destination=asked.directory))
        return
    # As the program itself does (helm, `pkg/cli/environment.go`).
    with RegistryClient(credentials_file=os.environ.get("HELM_REGISTRY_CONFIG")) as client:
        if asked.command == "push":
            client.push(asked.file, asked.remote)
        elif asked.command == "pull":
            client.pull(asked.chart, version=asked.version, destination=asked.destination)
        elif asked.action == "login":
            client.login(asked.host, asked.username, sys.stdin.read().rstrip("\r\n"))
            print("Login Succeeded", file=sys.stderr)
        else:
            client.logout(asked.host)


if __name__ == "__main__":
    try:
        run(arguments())
    except HelmError as why:
        sys.exit(f"Error: {why}")
