#!/usr/bin/env python3
"""Measures the history's questions as whole processes, on a generated history. See README.md here.

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

HERE = pathlib.Path(__file__).resolve().parent
LIMIT_MS = 100
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--supervise", default=HERE.parent / ".build/release/supervise", type=pathlib.Path)
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
            # The first brings the pages into memory.
            median = statistics.median(times[1:])
            rows = max(0, answer.stdout.count(b"\n") - 1)
            slow += median > LIMIT_MS
            print(f"{name:40} {median:7.1f} ms  {rows:6} rows{'  SLOW' if median > LIMIT_MS else ''}")
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main()
