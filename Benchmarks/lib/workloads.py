"""The workloads, measured in rounds that take the proxies one after the other."""

import contextlib
import dataclasses
import statistics
import sys
import time

from .machine import Load
from .proxies import Haproxy, InstancePerPort, Setup, Supervise

IDLE_SESSIONS = 9_000  # each needs two descriptors of the proxy's; often 20,000 are all that a process may have
CHECKED_SERVERS = 1_000
CHECK_SECONDS = 10
IDLE_SECONDS = 30


@dataclasses.dataclass
class Workload:
    """A load: `count` units of work, `quick_count` for a first impression."""

    name: str
    kind: str
    connections: int
    size: int
    count: int
    target: float
    # Whether the proxy speaks TLS with its servers, which are a second listener of its own.
    is_secure_behind: bool = False

    @property
    def is_secure(self):
        return self.kind.startswith("tls-") or self.is_secure_behind

    @property
    def is_short(self):
        return self.kind.endswith(("short", "again"))


LOADS = [
    Workload("1 connection, 64-byte echo", "echo", 1, 64, 100_000, 0.90),
    Workload("64 connections, 256-byte echo", "echo", 64, 256, 250_000, 0.92),
    Workload("1,000 connections, 256-byte echo", "echo", 1_000, 256, 250_000, 0.92),
    Workload("32 connections, 16 KiB echo", "echo", 32, 16_384, 80_000, 0.84),
    Workload("8 connections, 1 MB echo", "echo", 8, 1_000_000, 2_000, 0.52),
    Workload("connect, 32 bytes, close", "short", 32, 32, 20_000, 0.83),
    Workload("TLS: 64 connections, 256-byte echo", "tls-echo", 64, 256, 100_000, 1.00),
    Workload("TLS: 8 connections, 1 MB echo", "tls-echo", 8, 1_000_000, 800, 1.00),
    Workload("TLS: connect, 32 bytes, close", "tls-short", 32, 32, 5_000, 1.00),
    Workload("TLS: connect again, 32 bytes, close", "tls-again", 32, 32, 5_000, 1.00),
    Workload("TLS on both sides: 8 connections, 1 MB echo", "echo", 8, 1_000_000, 400, 1.00, is_secure_behind=True),
    Workload("TLS on both sides: connect, 32 bytes, close", "short", 32, 32, 5_000, 1.00, is_secure_behind=True),
]
CHECKS_NAME = "1,000 servers checked every second"
MEMORY_NAME = "9,000 idle sessions: memory per session"
IDLE_NAME = "idle, two instances"
START_NAME = "start"


def measure(bench, proxies, rounds, quick, words):
    """All workloads whose names contain one of the words, one result after the other."""

    def is_wanted(name):
        return not words or any(word in name for word in words)

    for load in LOADS:
        if is_wanted(load.name):
            yield measure_load(bench, proxies, rounds, load, load.count // 8 if quick else load.count)
    if is_wanted(MEMORY_NAME):
        yield measure_memory(bench, proxies)
    if is_wanted(CHECKS_NAME):
        yield measure_checks(bench, proxies, 1 if quick else rounds, 3 if quick else CHECK_SECONDS)
    if is_wanted(IDLE_NAME):
        yield measure_idle(bench, proxies, 5 if quick else IDLE_SECONDS)
    if is_wanted(START_NAME):
        yield measure_start(bench, proxies, rounds)


def say(text):
    print(text, file=sys.stderr, flush=True)


def measure_load(bench, proxies, rounds, load, count):
    say(f"{load.name} …")
    proxies = [proxy for proxy in proxies if proxy.has_tls or not load.is_secure]
    samples = {proxy.name: [] for proxy in proxies}
    with contextlib.ExitStack() as stack:
        running = []
        for proxy in proxies:
            setup = Setup(bench, tls=load.is_secure, is_secure_behind=load.is_secure_behind)
            running.append((proxy, setup.ports[0], stack.enter_context(proxy.running(setup))))
        for _ in range(rounds):
            for proxy, port, process in running:
                samples[proxy.name].append(one_load(bench, proxy, port, process, load, count))
    return {
        "name": load.name, "unit": "µs", "what": "processor time", "target": load.target, "samples": samples,
        "bytes_per_unit": load.size, "proxies": medians(samples)}


def one_load(bench, proxy, port, process, load, count):
    """Processor time of the proxy and the load's own view of one run."""
    generator = Load(bench, load.kind, port, load.connections, load.size, count)
    try:
        process.settle()
        lines = bench.counted()["lines"]
        before = process.cpu_seconds()
        seen = generator.work()
        if load.is_short:
            process.settle()  # what a session's end costs comes after its last byte
        used = process.cpu_seconds() - before
    finally:
        generator.stop()
    if load.is_short and proxy.has_logs:
        sessions = 2 * count if load.is_secure_behind else count
        missing = sessions - (bench.counted()["lines"] - lines)
        if missing > count // 100:
            raise RuntimeError(f"{proxy.name} left out {missing} of {sessions} log lines")
    process.settle()
    return {
        "cost": used / count * 1e6, "per_second": count / seen["seconds"], "p50_us": seen["p50_us"],
        "p99_us": seen["p99_us"]}


def medians(samples):
    return {
        name: {key: statistics.median(sample[key] for sample in list_) for key in list_[0]}
        for name, list_ in samples.items() if list_}


def measure_memory(bench, proxies):
    say(f"{MEMORY_NAME} …")
    samples = {}
    for proxy in proxies:
        setup = Setup(bench)
        with proxy.running(setup) as process:
            before = process.resident_bytes()
            # Connected, one byte there and back, then silent.
            generator = Load(bench, "echo", setup.ports[0], IDLE_SESSIONS, 32, IDLE_SESSIONS)
            try:
                process.settle()
                after = process.resident_bytes()
            finally:
                generator.stop()
        samples[proxy.name] = [{"cost": (after - before) / IDLE_SESSIONS, "resident_mb": after / 1e6}]
    return {
        "name": MEMORY_NAME, "unit": "bytes", "what": "memory", "target": 0.25, "samples": samples,
        "proxies": medians(samples)}


def measure_checks(bench, proxies, rounds, seconds):
    say(f"{CHECKS_NAME} …")
    samples = {proxy.name: [] for proxy in proxies if proxy.has_checks}
    for _ in range(rounds):
        for proxy in proxies:
            if not proxy.has_checks:
                continue
            with proxy.running(Setup(bench, servers=CHECKED_SERVERS, check_milliseconds=1_000)) as process:
                time.sleep(2)  # the first checks are spread over the first interval
                opened, before, began = connections_begun(), process.cpu_seconds(), time.monotonic()
                time.sleep(seconds)
                used, lasted = process.cpu_seconds() - before, time.monotonic() - began
                checks = connections_begun() - opened
            expected = CHECKED_SERVERS * lasted
            if checks < 0.9 * expected:
                raise RuntimeError(f"{proxy.name} made {checks} checks where {expected:.0f} were due")
            samples[proxy.name].append({"cost": used / expected * 1e6, "per_second": checks / lasted})
    return {
        "name": CHECKS_NAME, "unit": "µs", "what": "processor time per check", "target": 0.80, "samples": samples,
        "proxies": medians(samples)}


def connections_begun():
    """TCP connections that this machine has begun."""
    with open("/proc/net/snmp") as file:
        names, values = [line.split() for line in file if line.startswith("Tcp:")]
    return int(values[names.index("ActiveOpens")])


def measure_idle(bench, proxies, seconds):
    """The whole program with two instances of three checked servers each, and nothing to do."""
    say(f"{IDLE_NAME} …")
    samples = {}
    for proxy in proxies:
        if isinstance(proxy, Supervise):
            proxy = InstancePerPort(proxy.name, proxy.program)
        elif not isinstance(proxy, Haproxy):
            continue
        setup = Setup(bench, listeners=2, servers=3, check_milliseconds=5_000)
        with proxy.running(setup) as process:
            before = process.cpu_seconds()
            time.sleep(seconds)
            used = process.cpu_seconds() - before
            samples[proxy.name] = [
                {"cost": used / seconds * 100, "resident_mb": process.resident_bytes() / 1e6}]
    return {
        "name": IDLE_NAME, "unit": "% of a core", "what": "processor time", "target": None, "samples": samples,
        "proxies": medians(samples)}


def measure_start(bench, proxies, rounds):
    """From the program's start until a byte has gone through it and back."""
    say(f"{START_NAME} …")
    samples = {proxy.name: [] for proxy in proxies}
    for _ in range(rounds):
        for proxy in proxies:
            setup = Setup(bench)
            began = time.monotonic()
            with proxy.running(setup, settles=False) as process:
                samples[proxy.name].append(
                    {"cost": (time.monotonic() - began) * 1e3, "resident_mb": process.resident_bytes() / 1e6})
    return {
        "name": START_NAME, "unit": "ms", "what": "until the first byte is relayed", "target": None,
        "samples": samples, "proxies": medians(samples)}
