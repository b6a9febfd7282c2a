"""What a second thread costs and gives: the same work done by one thread and by two, on all cores."""

import contextlib
import copy

from . import throttle
from .machine import Bench
from .proxies import Haproxy, Setup, Supervise
from .workloads import LOADS, medians, one_load, say

NAMES = {"64 connections, 256-byte echo", "connect, 32 bytes, close"}
COUNTS = {1: "one thread", 2: "two threads"}
COST = "processor time; two threads are to cost at most 1.10"
SPEED = (
    f"each thread has {throttle.SHARE:.0%} of a core, so that nobody but the proxy holds the work up; "
    "two threads are to do at least 1.80 times as much")


def measure(bench, proxies, rounds, quick):
    """The workloads of which two threads may halve the time."""
    proxies = [proxy for proxy in proxies if isinstance(proxy, (Haproxy, Supervise))]
    everywhere = Bench(bench.folder, bench.cores, bench.cores)
    try:
        for load in (load for load in LOADS if load.name in NAMES):
            count = load.count // 4 if quick else load.count
            yield measure_load(everywhere, proxies, rounds, load, count, COST)
            if throttle.is_possible():
                yield measure_load(everywhere, proxies, rounds, load, count, SPEED, throttle.held_back)
            else:
                say("how much more two threads do is left out: threads can't be held back here")
    finally:
        everywhere.close()


def measure_load(bench, proxies, rounds, load, count, what, manner=lambda process: contextlib.nullcontext()):
    say(f"{load.name}, one and two threads …")
    samples, bases = {}, {}
    with contextlib.ExitStack() as stack:
        running = []
        for proxy in proxies:
            for threads, words in COUNTS.items():
                own = copy.copy(proxy)
                own.name = f"{proxy.name}, {words}"
                setup = Setup(bench, threads=threads)
                process = stack.enter_context(own.running(setup))
                stack.enter_context(manner(process))
                running.append((own, setup.ports[0], process))
                samples[own.name], bases[own.name] = [], f"{proxy.name}, {COUNTS[1]}"
        for _ in range(rounds):
            for proxy, port, process in running:
                samples[proxy.name].append(one_load(bench, proxy, port, process, load, count))
    return {
        "form": "threads", "name": load.name, "unit": "µs", "what": what, "samples": samples, "bases": bases,
        "proxies": medians(samples)}
