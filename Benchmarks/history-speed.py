#!/usr/bin/env python3
"""Measures the history's questions as whole processes, and the dashboard's pages, on a generated history. See README.md here.

    Benchmarks/history-speed.py [--supervise PATH] [--state DIRECTORY] [--rounds N]
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
LIMIT_MS = 100
PAGE_LIMIT_MS = 150
QUESTIONS = [
    ("history NAME --limit 50", ["history", "instance3/proxy3/server2", "--limit", "50"]),
    ("history --limit 50", ["history", "--limit", "50"]),
    ("uptime --since 90d", ["uptime", "--since", "90d"]),
    ("uptime --since 365d", ["uptime", "--since", "365d"]),
    ("incidents --since 90d", ["incidents", "--since", "90d"]),
    ("incidents --limit 50", ["incidents", "--limit", "50"]),
    ("sessions NAME --every 1h --since 7d", ["sessions", "instance3/proxy3/server2", "--every", "1h", "--since", "7d"]),
    ("sessions NAME --every 1d --since 365d", ["sessions", "instance3/proxy3/FRONTEND", "--every", "1d", "--since", "365d"]),
]


PAGES = [
    ("the overview at 90 d", "/?period=90d"), ("the overview at 30 d", "/?period=30d"),
    ("the overview at 24 h", "/?period=24h"),
    ("a server's page at 90 d", "/server/instance3/proxy3/server2?period=90d"),
]


def report(name, times, limit, size):
    # The first brings the pages into memory.
    median = statistics.median(times[1:])
    print(f"{name:40} {median:7.1f} ms  {size}{'  SLOW' if median > limit else ''}")
    return median > limit


def measure_pages(supervise, state, rounds):
    """Runs a supervisor with an instance of its own beside the generated ones."""
    slow = 0
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "own.cfg").write_text(
            "defaults\n mode tcp\n timeout connect 5s\n timeout client 5s\n timeout server 5s\n"
            "listen own\n bind 127.0.0.1:18198\n server a 127.0.0.1:9\n")
        address = "127.0.0.1:18199"
        process = subprocess.Popen(
            [supervise, "up", "--instances", folder, "--state", state, "--dashboard", address],
            stderr=subprocess.PIPE, text=True)
        try:
            for line in process.stderr:
                if "control " in line:
                    break
            for name, path in PAGES:
                times = []
                for _ in range(rounds + 1):
                    begin = time.perf_counter()
                    with urllib.request.urlopen(f"http://{address}{path}") as answer:
                        size = len(answer.read())
                    times.append((time.perf_counter() - begin) * 1000)
                slow += report(name, times, PAGE_LIMIT_MS, f"{size:6} bytes")
        finally:
            process.terminate()
            process.wait()
    return slow


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--supervise", default=HERE.parent / ".build/static/release/supervise", type=pathlib.Path)
    parser.add_argument("--state", type=pathlib.Path, help="a generated history; made and removed when left out")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        state = options.state or pathlib.Path(folder)
        if not (state / "history.sqlite").exists():
            subprocess.run([sys.executable, HERE / "history-generate.py", state], check=True)
        size = (state / "history.sqlite").stat().st_size
        print(f"database: {size / 1e9:.2f} GB")
        slow = 0
        for name, arguments in QUESTIONS:
            times = []
            for _ in range(options.rounds + 1):
                begin = time.perf_counter()
                answer = subprocess.run(
                    [options.supervise, *arguments, "--state", state], capture_output=True, check=True,
                    env={**os.environ, "TZ": "UTC"})
                times.append((time.perf_counter() - begin) * 1000)
            rows = max(0, answer.stdout.count(b"\n") - 1)
            slow += report(name, times, LIMIT_MS, f"{rows:6} rows")
        # Last, because a supervisor adds to the history.
        slow += measure_pages(options.supervise, state, options.rounds)
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main()
