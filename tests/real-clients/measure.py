"""Measures a command: prints the median time in milliseconds, the number of programs that it runs, and the most memory of any
of them in KB.

    measure.py RUNS INPUT COMMAND...
"""

import statistics
import subprocess
import sys
import tempfile
import time


def once(source, command):
    """Runs the command; returns seconds."""
    with open(source, "rb") as given:
        begin = time.perf_counter()
        subprocess.run(command, stdin=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        return time.perf_counter() - begin


def memory(source, command):
    """Returns the most KB of any of the programs. GNU time is small: what is started by Python counts Python's too."""
    with open(source, "rb") as given, tempfile.NamedTemporaryFile("r") as log:
        timed = ["time", "-f", "%M", "-o", log.name, *command]
        subprocess.run(timed, stdin=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        return log.read().strip()


def programs(source, command):
    """Returns how many programs are run, the command itself included."""
    with open(source, "rb") as given, tempfile.NamedTemporaryFile("r") as log:
        traced = ["strace", "-f", "-qq", "-e", "trace=execve", "-e", "signal=none", "-o", log.name, *command]
        subprocess.run(traced, stdin=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        return sum(line.rstrip().endswith("= 0") for line in log)


runs, source, *command = sys.argv[1:]
once(source, command)
median = statistics.median(once(source, command) for _ in range(int(runs))) * 1000
print(f"{median:.1f}", programs(source, command), memory(source, command))
