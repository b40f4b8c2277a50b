#!/usr/bin/env python3
"""Prints the figures of section 8 of docs/PRODUCT.md, each beside its aim.

    benches/figures.py CROSSPULL        the release build of the program

What takes time is told as a ratio within this run, or by its slope over the latency of the simulated cloud, so that the speed
of the machine cancels out. The wall time beside the critical path is `cargo bench --bench apply`; a key in a list of ten
thousand is `cargo bench --bench press`.
"""

import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

RUNS = 15
# Milliseconds that every answer is delayed, twice: the difference counts calls that wait for each other.
LATENCIES = (20, 80)


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
        keys = []
        for key in (b"\x1b[B", b"\x1b[A") * 3:
            os.write(screen, key)
            keys.append(len(read_until_quiet(screen)))
        row("a key press at 80x24", f"{statistics.median(keys):.0f} bytes", "under 100 bytes")
        before = switches(pid)
        told = read_until_quiet(screen, first=5.0)
        row("an idle screen, 5 s", f"{len(told)} bytes, {switches(pid) - before} runs", "none")
        row("memory, demo with the cloud inside", f"{resident(pid):.0f} MB", "40 MB")


@contextlib.contextmanager
def cloud(crosspull, folder, latency):
    """Serves the simulated cloud, whose own time runs so fast that only the latency is left; gives the environment."""
    command = [crosspull, "simulate", "--dir", folder, "--latency", str(latency), "--speed", "100"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        try:
            served.stdout.readline()
            lines = (line.removeprefix("export ").split("=", 1) for line in Path(folder, "env").read_text().splitlines() if "=" in line)
            yield {name: value.strip("'\"") for name, value in lines}
        finally:
            served.terminate()


def run(crosspull, environment, folder):
    """Runs `apply` and returns its seconds from the start to all checks, from the plan to the proved pull, and its memory."""
    command = [crosspull, "apply", "--answers", f"{folder}/answers.toml", "--yes", "--output", "json"]
    command += ["--secret-out", f"{folder}/secret"]
    begin = time.perf_counter()
    planned = proved = None
    proves, most = None, 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as applied:
        for line in applied.stdout:
            event = json.loads(line)
            now = time.perf_counter()
            if event["event"] == "planned":
                planned = now
                proves = next(step["id"] for step in event["plan"]["steps"] if step["op"] == "prove-pull")
            elif event["event"] == "step_ended" and event["step"] == proves:
                proved = now
            elif event["event"] != "run_ended":
                with contextlib.suppress(OSError, StopIteration):
                    most = max(most, resident(applied.pid))
    return planned - begin, proved - planned, most


def typical(crosspull, environment, latency):
    """Returns the median of some runs, each in a cloud of its own."""
    runs = []
    for _ in range(5):
        with tempfile.TemporaryDirectory() as folder, cloud(crosspull, folder, latency) as logins:
            state = {"XDG_STATE_HOME": f"{folder}/state"}
            runs.append(run(crosspull, {**environment, **logins, **state}, folder))
    return [statistics.median(figures) for figures in zip(*runs)]


def chains(crosspull, environment):
    measured = [typical(crosspull, environment, latency) for latency in LATENCIES]
    slope = [(high - low) * 1000 / (LATENCIES[1] - LATENCIES[0]) for low, high in zip(*measured)]
    row("calls one after the other, start to all checks", f"{slope[0]:.1f}", "7")
    row("calls one after the other, plan to proved pull", f"{slope[1]:.1f}", "9")
    row("memory, headless", f"{max(m[2] for m in measured):.0f} MB", "20 MB")


def main():
    crosspull = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as home:
        environment = {"PATH": os.environ["PATH"], "HOME": home, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        row("release binary", f"{os.stat(crosspull).st_size / 1e6:.1f} MB", "16 MB")
        screens(crosspull, environment)
        chains(crosspull, environment)


main()
