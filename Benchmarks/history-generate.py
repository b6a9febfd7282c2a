#!/usr/bin/env python3
"""Writes a history as a busy site would have it: 200 servers, two years, five million transitions, and all session counts.

    Benchmarks/history-generate.py STATE_DIRECTORY [--transitions N] [--servers N] [--days N]

The same arguments make the same file, but for the present, at which it ends. The schema comes from Migrations/.
"""

import argparse
import pathlib
import random
import sqlite3
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
DAY = 86_400_000
CAUSES = [
    ("L4CON", None, "Connection refused"), ("L4TOUT", None, None), ("L7STS", 503, "Service Unavailable"),
    ("L7TOUT", None, None),
]


def open_database(directory):
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "history.sqlite"
    for old in directory.glob("history.sqlite*"):
        old.unlink()
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA auto_vacuum = INCREMENTAL")
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA cache_size = -200000")
    steps = sorted((ROOT / "Migrations").glob("v*.sql"))
    for step in steps:
        db.executescript(step.read_text())
    db.execute(f"PRAGMA user_version = {len(steps)}")
    return db


def add_subjects(db, servers, begin):
    """Ten instances with proxies of five servers, the last of which is a backup."""
    proxies = servers // 5
    numbers = []
    for instance in range(10):
        db.execute("INSERT INTO instances VALUES (?, ?, ?)", (instance + 1, f"instance{instance + 1}", begin))
    for proxy in range(proxies):
        names = [f"server{index + 1}" for index in range(4)] + ["spare"]
        for index, name in enumerate(names + ["FRONTEND", "BACKEND"]):
            cursor = db.execute(
                "INSERT INTO servers (instance_id, proxy, name, first_seen_at) VALUES (?, ?, ?, ?)",
                (proxy % 10 + 1, f"proxy{proxy + 1}", name, begin))
            if index < 5:
                numbers.append(cursor.lastrowid)
    return numbers


def changes_of(server, number, begin, end, count, chance):
    """One server's changes: mostly up, seldom down, now and then in maintenance."""
    gap = (end - begin) / count
    at, state = begin, "UNKNOWN"
    while True:
        following = "UP"
        if state == "UP":
            following = "MAINT" if chance.random() < 0.02 else "DOWN"
        length = gap * (1.9 if state == "UP" else 0.1) * (0.5 + chance.random())
        at += 1 if state == "UNKNOWN" else max(1, int(length))
        if at >= end:
            return
        yield at, state, following
        state = following


def add_transitions(db, servers, begin, end, total, chance):
    events, days = [], {}
    for server in servers:
        last_at, last_state = begin, None
        for at, before, after in changes_of(server, server, begin, end, total / len(servers), chance):
            events.append((at, server, before, after, at - last_at))
            add_days(days, server, last_state, last_at, at, end)
            days.setdefault((server, at // DAY * DAY), [0, 0, 0, 0])[3] += 1
            last_at, last_state = at, after
        add_days(days, server, last_state, last_at, end, end)
    events.sort()
    print(f"{len(events)} transitions", flush=True)

    def rows():
        for at, server, before, after, lasted in events:
            status, code, detail = chance.choice(CAUSES) if after == "DOWN" else ("L4OK", None, None)
            active = 3 if after != "UP" else 4
            turning = 4000 if "DOWN" in (before, after) else None
            yield (1, server, at, before, after, status, code, detail, 3, lasted, 12, active, 1, turning)

    db.execute("BEGIN")
    db.executemany(
        "INSERT INTO transitions (run_id, server_id, at, from_state, to_state, status, code, detail, check_ms, lasted_ms, "
        "sessions, active_servers, backup_servers, turning_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows())
    last_day = end // DAY * DAY
    db.executemany(
        "INSERT INTO states_by_day VALUES (?, ?, ?, ?, ?, ?)",
        ((server, day, *sums) for (server, day), sums in sorted(days.items()) if day < last_day))
    db.execute("UPDATE marks SET at = ? WHERE name = 'states_by_day'", (last_day,))
    db.execute("COMMIT")


def add_days(days, server, state, start, stop, end):
    place = {"UP": 0, "DOWN": 1, "MAINT": 2}.get(state)
    while place is not None and start < stop:
        day = start // DAY * DAY
        until = min(stop, day + DAY)
        days.setdefault((server, day), [0, 0, 0, 0])[place] += until - start
        start = until


def add_samples(db, end):
    hour, minute = 3_600_000, 60_000
    kept = {
        "samples": (end - 2 * DAY) // hour * hour, "samples_by_minute": (end - 14 * DAY) // DAY * DAY,
        "samples_by_hour": (end - 400 * DAY) // DAY * DAY, "samples_by_day": 0,
    }
    units = {"samples_by_minute": minute, "samples_by_hour": hour, "samples_by_day": DAY}
    series = "WITH RECURSIVE moment(at) AS (SELECT ? UNION ALL SELECT at + ? FROM moment WHERE at + ? < ?)"
    db.execute("BEGIN")
    db.execute(
        "INSERT INTO samples (server_id, at, interval_ms, current, most, new, bytes_in, bytes_out, checks, check_us, "
        f"slowest_check_us) {series} SELECT servers.id, moment.at, 10000, moment.at / 10000 % 40, "
        "moment.at / 10000 % 40 + 3, 7, 12345, 67890, 2, 1700, 1200 FROM servers, moment", (kept["samples"], 10_000, 10_000, end))
    db.execute("UPDATE sample_levels SET kept_from = ? WHERE name = 'samples'", (kept["samples"],))
    for table, unit in units.items():
        first = kept[table] or (end - 730 * DAY) // DAY * DAY
        rolled = end // unit * unit
        db.execute(
            f"INSERT INTO {table} (server_id, at, samples, covered_ms, current, least, most, session_ms, new, bytes_in, "
            f"bytes_out, checks, check_us, slowest_check_us) {series} SELECT servers.id, moment.at, {unit // 10_000}, "
            f"{unit}, 20, 0, 42, 20 * {unit}, {7 * unit // 10_000}, 12345, 67890, {unit // 5000}, {unit // 6}, 1200 "
            "FROM servers, moment", (first, unit, unit, rolled))
        db.execute(
            "UPDATE sample_levels SET kept_from = ?, rolled_until = ? WHERE name = ?", (kept[table], rolled, table))
        print(table, flush=True)
    db.execute("COMMIT")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--transitions", type=int, default=5_000_000)
    parser.add_argument("--servers", type=int, default=200)
    parser.add_argument("--days", type=int, default=730)
    options = parser.parse_args()
    end = int(time.time() * 1000)
    begin = end - options.days * DAY
    db = open_database(options.directory)
    db.execute("BEGIN")
    db.execute("INSERT INTO runs VALUES (1, 1, 'generated', ?, ?, ?, 0)", (begin, end, end))
    servers = add_subjects(db, options.servers, begin)
    db.execute("COMMIT")
    add_transitions(db, servers, begin, end, options.transitions, random.Random(1))
    add_samples(db, end)
    db.execute("PRAGMA journal_mode = WAL")
    db.close()


if __name__ == "__main__":
    main()
