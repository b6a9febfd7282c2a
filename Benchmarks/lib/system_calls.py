"""How many system calls a unit of work takes, counted by strace."""

import contextlib
import shutil
import subprocess
import sys
import time

from .machine import DEADLINE_SECONDS, Load
from .proxies import Setup
from .workloads import CHECKED_SERVERS, connections_begun

CHECK_SECONDS = 3

# Short sessions one after the other and many at a time, and messages.
LOADS = [
    ("connect, 32 bytes, close; one at a time", "short", 1, 32, 1_000),
    ("connect, 32 bytes, close; 32 at a time", "short", 32, 32, 3_000),
    ("1 connection, 64-byte echo", "echo", 1, 64, 3_000),
    ("64 connections, 256-byte echo", "echo", 64, 256, 6_000),
    ("8 connections, 1 MB echo", "echo", 8, 1_000_000, 100),
]


def measure(bench, proxies):
    if not shutil.which("strace"):
        sys.exit("run: strace is not installed")
    for load in LOADS:
        per_proxy = {proxy.name: counts(bench, proxy, load) for proxy in proxies}
        yield {"form": "calls", "name": load[0], "proxies": per_proxy}
    per_proxy = {proxy.name: check_counts(bench, proxy) for proxy in proxies if proxy.has_checks}
    yield {"form": "calls", "name": f"a check; {CHECKED_SERVERS:,} servers every second", "proxies": per_proxy}


def counts(bench, proxy, load):
    _, kind, connections, size, count = load
    setup = Setup(bench)
    with proxy.running(setup) as process:
        generator = Load(bench, kind, setup.ports[0], connections, size, count)
        try:
            with traced(bench, process) as table:
                generator.work()
                process.settle()
        finally:
            generator.stop()
    return parsed(table.read_text(), count)


def check_counts(bench, proxy):
    with proxy.running(Setup(bench, servers=CHECKED_SERVERS, check_milliseconds=1_000)) as process:
        time.sleep(2)  # the first checks are spread over the first interval
        with traced(bench, process) as table:
            before = connections_begun()
            time.sleep(CHECK_SECONDS)
            checks = connections_begun() - before
    return parsed(table.read_text(), checks)


@contextlib.contextmanager
def traced(bench, process):
    """Counts a process's system calls meanwhile; they are in the table afterwards."""
    table = bench.folder / "strace"
    tracer = subprocess.Popen(
        ["strace", "-f", "-c", "-U", "calls,name", "-o", str(table), "-p", str(process.pid)],
        stderr=subprocess.PIPE, text=True)
    try:
        if "attached" not in tracer.stderr.readline():
            raise RuntimeError("strace couldn't attach")
        yield table
    finally:
        tracer.send_signal(2)
        tracer.communicate(timeout=DEADLINE_SECONDS)


def parsed(text, count):
    """Calls per unit; what is rarer than one in a hundred units belongs to the program's other affairs."""
    per_unit = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) == 2 and words[0].isdigit() and words[1] != "total" and int(words[0]) >= count / 100:
            per_unit[words[1]] = int(words[0]) / count
    return per_unit
