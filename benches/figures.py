#!/usr/bin/env python3
"""Prints the figures of section 8 of docs/PRODUCT.md, each beside its aim and, where there is one, its peer.

    benches/figures.py CROSSPULL [--benches] [--tests]        the release build of the program

What takes time is told as a ratio within this run, or in calls by the events of a run, so that the speed of the machine
cancels out. AZ names the Azure CLI (default: az); without one its row says so. With --benches the two benches of cargo are built
and run too, with --tests `cargo test`: both take minutes.
"""

import contextlib
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
import tomllib
from datetime import datetime
from pathlib import Path

RUNS = 15
# Milliseconds that every answer of the simulated cloud is delayed.
LATENCY = 50
# The speed at which the simulated cloud's own waits take neither az nor apply a time worth naming.
NO_WAITS = 4000
PROJECT = Path(__file__).resolve().parent.parent
STATIC = PROJECT / "target/x86_64-unknown-linux-musl/release/crosspull"


def row(what, figure, aim, peer=""):
    print(f"{what:<50} {figure:>14}   aim {aim:<18} {peer}".rstrip(), flush=True)


@contextlib.contextmanager
def terminal(command, environment, size=(24, 80)):
    """Runs a command in a terminal of its own; gives its process and the terminal's other end."""
    pid, screen = pty.fork()
    if pid == 0:
        os.execvpe(command[0], command, environment)
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    try:
        yield pid, screen
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.close(screen)
        os.waitpid(pid, 0)


def read_until_quiet(screen, quiet=0.3, first=10.0):
    """Returns what a terminal is told until it is told nothing for so many seconds."""
    told, wait = b"", first
    while select.select([screen], [], [], wait)[0]:
        try:
            part = os.read(screen, 65536)
        except OSError:
            break
        if not part:
            break
        told, wait = told + part, quiet
    return told


def first_byte(command, environment):
    """Returns the seconds until a command shows something in a terminal."""
    begin = time.perf_counter()
    with terminal(command, environment) as (_, screen):
        select.select([screen], [], [], 10)
        return time.perf_counter() - begin


def resident(pid):
    """Returns the most memory that a process had, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


def switches(pid):
    """Returns how often the threads of a process have run so far."""
    lines = [line for task in Path(f"/proc/{pid}/task").iterdir() for line in (task / "status").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if "ctxt_switches" in line)


def screens(crosspull, environment):
    demo = [crosspull, "demo"]
    pairs = [(first_byte(demo, environment), first_byte(["git", "--version"], environment)) for _ in range(RUNS)]
    ours, git = (statistics.median(times) * 1000 for times in zip(*pairs))
    row("start to first frame, beside git --version", f"{ours / git:.1f} x", "2 x", f"{ours:.1f} ms, git {git:.1f} ms")
    with terminal(demo, environment) as (pid, screen):
        read_until_quiet(screen)
        moves = [pressed(screen, key) for key in (b"\x1b[B", b"\x1b[A") * 3]
        row("a key press at 80x24: a move on Home", f"{statistics.median(moves):.0f} bytes", "under 100 bytes")
        before = switches(pid)
        told = read_until_quiet(screen, first=5.0)
        row("an idle screen, 5 s", f"{len(told)} bytes, {switches(pid) - before} runs", "none")
        row("memory, demo with the cloud inside", f"{resident(pid):.0f} MB", "40 MB")
        # Route, tenant A, tenant B, and the form of the app, whose first field takes letters.
        for _ in range(4):
            pressed(screen, b"\r")
        pressed(screen, b"\x15")
        letters = [pressed(screen, letter) for letter in (b"s", b"h", b"o", b"p")]
        row("a key press at 80x24: a letter in a field", f"{statistics.median(letters):.0f} bytes", "under 100 bytes")
        row("a frame of a running screen", f"{statistics.median(running(screen)):.0f} bytes", "none is named")


def pressed(screen, key):
    """Returns the number of bytes that a key takes."""
    os.write(screen, key)
    return len(read_until_quiet(screen))


def running(screen):
    """Goes on to the screen of the run, and returns the bytes of each of its frames, as they come."""
    for _ in range(2):
        pressed(screen, b"\r")
    read_until_quiet(screen, quiet=3.0)
    os.write(screen, b"\r")
    ends = time.perf_counter() + 4
    pieces = []
    while time.perf_counter() < ends and select.select([screen], [], [], 0.5)[0]:
        pieces.append(len(os.read(screen, 65536)))
    return pieces


@contextlib.contextmanager
def cloud(crosspull, folder, latency, speed):
    """Serves the simulated cloud, whose own time runs so many times as fast as ours; gives the environment."""
    command = [crosspull, "simulate", "--dir", folder, "--latency", str(latency), "--speed", str(speed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        try:
            served.stdout.readline()
            lines = (line.removeprefix("export ").split("=", 1) for line in Path(folder, "env").read_text().splitlines() if "=" in line)
            yield {name: value.strip("'\"") for name, value in lines}
        finally:
            served.terminate()


def run(crosspull, environment, folder):
    """Runs `apply`; returns its events, its seconds and its memory."""
    command = [crosspull, "apply", "--answers", f"{folder}/answers.toml", "--yes", "--output", "json"]
    command += ["--secret-out", f"{folder}/secret"]
    begin = time.perf_counter()
    events, most = [], 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as applied:
        for line in applied.stdout:
            events.append(json.loads(line))
            with contextlib.suppress(OSError, StopIteration):
                most = max(most, resident(applied.pid))
    if applied.returncode != 0:
        raise SystemExit(f"apply ended with {applied.returncode}: {events[-1:]}")
    return events, time.perf_counter() - begin, most


def moment(event):
    return datetime.fromisoformat(event["at"].replace("Z", "+00:00")).timestamp()


def longest(events, since, until):
    """Returns the most calls between two moments of which each came after the answer to the one before."""
    begun = {event["call"]: moment(event) for event in events if event["event"] == "call_started"}
    ended = {event["call"]: moment(event) for event in events if event["event"] == "call_tried"}
    spans = sorted((begun[call], end) for call, end in ended.items() if begun[call] >= since and end <= until)
    chains = []
    for begin, end in spans:
        chains.append((end, 1 + max((length for before, length in chains if before <= begin), default=0)))
    return max(length for _, length in chains)


def chain(events):
    """Returns the length of the chain from the start to all checks, and from the plan to the proved pull."""
    planned = next(event for event in events if event["event"] == "planned")
    proves = next(step["id"] for step in planned["plan"]["steps"] if step["op"] == "prove-pull")
    proved = next(event for event in events if event["event"] == "step_ended" and event["step"] == proves)
    return longest(events, 0, moment(planned)), longest(events, moment(planned), moment(proved))


def chains(crosspull, environment):
    measured = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder, cloud(crosspull, folder, LATENCY, 100) as logins:
            events, _, most = run(crosspull, {**environment, **logins, "XDG_STATE_HOME": f"{folder}/state"}, folder)
            measured.append((*chain(events), most))
    # A machine that is busy makes a chain longer, and never shorter.
    checks, pull, most = (min(m[0] for m in measured), min(m[1] for m in measured), max(m[2] for m in measured))
    row("calls one after the other, start to all checks", str(checks), "7", "tests/stories/chain.rs names each")
    row("calls one after the other, plan to proved pull", str(pull), "9")
    row("memory, headless", f"{most:.0f} MB", "20 MB")


def az_commands(answers):
    """Returns the commands of Microsoft's documents for the same change, as functions of what the earlier ones answered."""
    group, name, registry = answers["cluster"].split("/")[4], answers["cluster"].split("/")[8], answers["registry"]
    sign_in = ["login", "--service-principal", "--tenant"]

    def operator(side):
        secret = answers[f"CROSSPULL_{side}_CLIENT_SECRET"]
        return [*sign_in, answers[f"tenant-{side.lower()}"], "--username", answers[f"CROSSPULL_{side}_CLIENT_ID"], f"--password={secret}"]

    def subscription(resource):
        return ["account", "set", "--subscription", resource.split("/")[2]]

    many = ["--sign-in-audience", "AzureADMultipleOrgs", "--web-redirect-uris", "https://www.microsoft.com"]
    role = ["--assignee-principal-type", "ServicePrincipal", "--role", "AcrPull", "--scope", registry]
    reset = ["aks", "update-credentials", "-g", group, "-n", name, "--reset-service-principal", "--service-principal"]
    return [
        lambda _: operator("A"),
        lambda _: operator("B"),
        lambda _: subscription(answers["cluster"]),
        lambda _: ["ad", "app", "create", "--display-name", "crosspull-az", *many],
        lambda said: ["ad", "sp", "create", "--id", said[3]["appId"]],
        lambda said: ["ad", "app", "credential", "reset", "--append", "--id", said[3]["appId"]],
        lambda _: subscription(registry),
        lambda said: ["ad", "sp", "create", "--id", said[3]["appId"]],
        lambda said: ["role", "assignment", "create", "--assignee-object-id", said[7]["id"], *role],
        lambda _: subscription(answers["cluster"]),
        lambda said: [*reset, said[3]["appId"], f"--client-secret={said[5]['password']}"],
    ]


def by_az(az, environment, answers, folder):
    """Walks the documented commands; returns the seconds of all of them."""
    quiet = {"COLLECT_TELEMETRY": "false", "INSTANCE_DISCOVERY": "false", "LOGIN_EXPERIENCE_V2": "off", "ONLY_SHOW_ERRORS": "true"}
    settings = {f"AZURE_CORE_{name}": value for name, value in quiet.items()}
    ours = {"AZURE_CONFIG_DIR": f"{folder}/az", "REQUESTS_CA_BUNDLE": answers["CROSSPULL_CA_FILE"], "AZURE_CORE_OUTPUT": "json"}

    def az_says(arguments):
        command = [az, *arguments]
        for _ in range(20):
            done = subprocess.run(command, capture_output=True, text=True, env={**environment, **settings, **ours})
            if done.returncode == 0:
                return json.loads(done.stdout or "null")
            # What was just made may not be known everywhere yet.
        raise SystemExit(f"az {' '.join(arguments[:3])}: {done.stderr}")

    az_says(["cloud", "register", "-n", "sim", "--endpoint-resource-manager", answers["CROSSPULL_CLOUD"]])
    az_says(["cloud", "set", "-n", "sim"])
    said, begin = [], time.perf_counter()
    for command in az_commands(answers):
        said.append(az_says(command(said)))
    return time.perf_counter() - begin


def beside_az(crosspull, environment):
    what, aim = "the documented az commands, beside apply", "at least 40 x"
    az = shutil.which(os.environ.get("AZ", "az"))
    if az is None:
        row(what, "-", aim, "no Azure CLI here (AZ names one)")
        return
    applied = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder, cloud(crosspull, folder, 0, NO_WAITS) as logins:
            applied.append(run(crosspull, {**environment, **logins, "XDG_STATE_HOME": f"{folder}/state"}, folder)[1])
    ours = statistics.median(applied)
    with tempfile.TemporaryDirectory() as folder, cloud(crosspull, folder, 0, NO_WAITS) as logins:
        theirs = by_az(az, environment, {**tomllib.loads(Path(folder, "answers.toml").read_text()), **logins}, folder)
    row(what, f"{theirs / ours:.0f} x", aim, f"az {theirs:.1f} s, apply {ours:.2f} s")


def size(path):
    return f"{os.stat(path).st_size / 1e6:.1f} MB"


def sizes(crosspull):
    row("release binary", size(crosspull), "16 MB")
    musl = size(STATIC) if STATIC.exists() else "-"
    row("release binary, static", musl, "16 MB", "" if STATIC.exists() else "not built: packaging/package.sh")


def cargo(*arguments):
    """Runs cargo in the project; returns what it printed, and its seconds."""
    begin = time.perf_counter()
    done = subprocess.run(["cargo", *arguments], cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout, time.perf_counter() - begin


def by_cargo(benches, tests):
    what = "apply, beside its critical path"
    if benches:
        told, _ = cargo("bench", "--locked", "--bench", "apply", "--bench", "press")
        for route, ratio in re.findall(r"^(.+):\n(?:wall .*\n)+median: .* = ([0-9.]+) ", told, re.MULTILINE):
            row(f"{what}: {route}", f"{ratio} x", "1.10 x")
        times = re.search(r"10,000: median ([^,]+), longest ([^ ]+) .*ratio ([0-9.]+)", told)
        row("a key press in a list of 10,000", times[1], "1 ms", f"longest {times[2]}; {times[3]} x one in a list of 10")
    else:
        row(what, "-", "1.10 x", "--benches")
        row("a key press in a list of 10,000", "-", "1 ms", "--benches")
    took = f"{cargo('test', '--locked')[1] / 60:.1f} min" if tests else "-"
    row("cargo test, once it is built", took, "3 min", "" if tests else "--tests")


def main():
    crosspull = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as home:
        environment = {"PATH": os.environ["PATH"], "HOME": home, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        sizes(crosspull)
        screens(crosspull, environment)
        chains(crosspull, environment)
        beside_az(crosspull, environment)
        by_cargo("--benches" in sys.argv, "--tests" in sys.argv)


main()
