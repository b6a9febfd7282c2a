#!/usr/bin/env python3
"""Measures what the history's writer takes in, what it costs, and for how long it keeps others waiting. See README.md here.

    Benchmarks/history-writing.py [--state DIRECTORY] [--scratch DIRECTORY] [--supervise PATH] [--writer PATH] [--seconds N]
"""

import argparse
import contextlib
import pathlib
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
LEAST_PER_SECOND = 50_000
MOST_HELD_MS = 50
MOST_OF_A_CORE = 0.01
MOST_BYTES = 2_000_000_000
SERVERS = 200
# After so many days all samples, all minutes and a month of hours are too old.
DAYS_LATER = 30


def report(name, value, is_missed):
    print(f"{name:58} {value}{'  MISSED' if is_missed else ''}", flush=True)
    return is_missed


def run(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout


def measure_transitions(writer, name, state, count):
    done, seconds, work = map(float, run(writer, "transitions", state, count).split())
    rate = done / seconds
    words = f"{rate:9,.0f} a second, {work / done * 1e6:.1f} µs of the writer's processor time each"
    return report(f"transitions {name}", words, rate < LEAST_PER_SECOND)


@contextlib.contextmanager
def copied(state, scratch):
    with tempfile.TemporaryDirectory(prefix="supervise-bench-", dir=scratch) as folder:
        shutil.copy(state / "history.sqlite", folder)
        yield pathlib.Path(folder)


def measure_pruning(writer, state, seconds):
    def rows():
        with contextlib.closing(sqlite3.connect(state / "history.sqlite")) as database:
            tables = ("samples", "samples_by_minute", "samples_by_hour")
            return sum(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)

    size, before = (state / "history.sqlite").stat().st_size, rows()
    process = subprocess.Popen(
        [str(word) for word in (writer, "pruning", state, DAYS_LATER, seconds)], stdout=subprocess.PIPE, text=True)
    waits = []
    other = threading.Thread(target=wait_for_the_lock, args=(state, seconds - 5, process, waits))
    other.start()
    times = sorted(float(line) for line in process.stdout)
    other.join()
    if process.wait() != 0 or not waits:
        sys.exit("history-writing: nothing was measured")
    left = (state / "history.sqlite").stat().st_size
    print(f"removed {before - rows():,} of {before:,} session counts, gave back {(size - left) / 1e6:,.0f} MB of {size / 1e6:,.0f}")
    report("a record's way into the database meanwhile", spread(times), False)
    report("another writer's wait meanwhile", spread(sorted(wait for wait, _ in waits)), False)
    # On a busy machine the rest of a wait is time in which neither had a core, or the disk was busy.
    worked = sorted(work for _, work in waits)
    return report("what the history's writer worked during such a wait", spread(worked), worked[-1] > MOST_HELD_MS)


def spread(times):
    return f"{times[-1]:9.1f} ms at most, 99 % {times[len(times) * 99 // 100]:.1f}, median {statistics.median(times):.2f}; {len(times):,} times"


def wait_for_the_lock(state, seconds, process, waits):
    """A program that wants to write every now and then: how many milliseconds it waited each time, and the writer worked meanwhile."""
    time.sleep(1)
    database = sqlite3.connect(state / "history.sqlite", isolation_level=None, timeout=0)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        work, begin = writers_time(process), time.perf_counter()
        while True:
            try:
                database.execute("BEGIN IMMEDIATE")
                break
            except sqlite3.OperationalError:
                time.sleep(0.0003)
        wait = time.perf_counter() - begin
        waits.append((wait * 1000, (writers_time(process) - work) * 1000))
        database.execute("ROLLBACK")
        time.sleep(0.004)
    database.close()


class Listeners:
    """Servers that accept, so that checks succeed."""

    def __init__(self, count):
        self.sockets = [socket.create_server(("127.0.0.1", 0), backlog=64) for _ in range(count)]
        for listener in self.sockets:
            threading.Thread(target=self.serve, args=(listener,), daemon=True).start()

    @staticmethod
    def serve(listener):
        while True:
            listener.accept()[0].close()

    @property
    def ports(self):
        return [listener.getsockname()[1] for listener in self.sockets]


def writers_time(process):
    """The processor time of the thread that writes the history, in seconds."""
    for task in pathlib.Path(f"/proc/{process.pid}/task").iterdir():
        if (task / "comm").read_text() == "history\n":
            return int((task / "schedstat").read_text().split()[0]) / 1e9
    raise RuntimeError("the supervisor has no thread of that name")


def measure_cost(supervise, name, state, seconds):
    """A supervisor with all of its servers up and checked, as it is nearly always."""
    ports = Listeners(20).ports
    with tempfile.TemporaryDirectory(prefix="supervise-bench-") as folder:
        for instance in range(SERVERS // 10):
            lines = [f" server server{n} 127.0.0.1:{ports[n]} check inter 2s" for n in range(10)]
            (pathlib.Path(folder) / f"instance{instance}.cfg").write_text("\n".join([
                "defaults", " mode tcp", " timeout connect 5s", " timeout client 5s", " timeout server 5s",
                f"listen proxy{instance}", f" bind 127.0.0.1:{21000 + instance}", *lines, ""]))
        command = [supervise, "up", "--no-guardian", "--instances", folder, "--state", state, "--dashboard", "off"]
        process = subprocess.Popen([str(word) for word in command], stderr=subprocess.PIPE, text=True)
        try:
            for line in process.stderr:
                if "control " in line:
                    break
            threading.Thread(target=process.stderr.read, daemon=True).start()
            time.sleep(15)
            begin, work = time.monotonic(), writers_time(process)
            time.sleep(seconds)
            share = (writers_time(process) - work) / (time.monotonic() - begin)
        finally:
            process.terminate()
            process.wait()
    return report(f"the writer's share of a core, {SERVERS} servers, {name}", f"{share * 100:9.2f} %", share > MOST_OF_A_CORE)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--supervise", default=ROOT / ".build/static/release/supervise", type=pathlib.Path)
    parser.add_argument("--writer", type=pathlib.Path, help="the measuring program; built in release when left out")
    parser.add_argument("--state", type=pathlib.Path, help="a generated history, which stays as it is; made and removed when left out")
    parser.add_argument("--scratch", type=pathlib.Path, help="where copies are written to: /dev/shm leaves the disk out")
    parser.add_argument("--seconds", type=int, default=120, help="how long each of the long measurements lasts")
    parser.add_argument("--count", type=int, default=500_000, help="transitions")
    options = parser.parse_args()
    writer = options.writer
    if not writer:
        subprocess.run(
            ["swift", "build", "--package-path", ROOT, "-c", "release", "--product", "HistoryWriter"], check=True, stdout=sys.stderr)
        writer = ROOT / ".build/release/HistoryWriter"
    missed = 0
    with tempfile.TemporaryDirectory(prefix="supervise-bench-") as folder:
        state = options.state or pathlib.Path(folder)
        if not (state / "history.sqlite").exists():
            subprocess.run([sys.executable, HERE / "history-generate.py", state], check=True, stdout=subprocess.DEVNULL)
        size = (state / "history.sqlite").stat().st_size
        missed += report("the file after two years", f"{size / 1e9:9.2f} GB", size > MOST_BYTES)
        with tempfile.TemporaryDirectory(prefix="supervise-bench-", dir=options.scratch) as empty:
            missed += measure_transitions(writer, "into a new database", empty, options.count)
        with copied(state, options.scratch) as copy:
            missed += measure_transitions(writer, "into that of two years", copy, options.count)
        with copied(state, options.scratch) as copy:
            missed += measure_pruning(writer, copy, options.seconds)
        with copied(state, options.scratch) as copy:
            missed += measure_cost(options.supervise, "two years", copy, options.seconds)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
