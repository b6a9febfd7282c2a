"""Whether the cost of one stays the same when there are many: sessions, instances, servers."""

import statistics
import time

from .proxies import Haproxy, InstancePerPort, Setup, Supervise
from .workloads import Workload, connections_begun, one_load, say

SESSIONS = [10, 100, 1_000, 9_000]
INSTANCES = [1, 10, 50, 200]
SERVERS = [1, 10, 100, 1_000]


def measure(bench, proxies, rounds, quick):
    share = 8 if quick else 1
    proxies = [proxy for proxy in proxies if isinstance(proxy, (Haproxy, Supervise))]
    yield sessions(bench, proxies, rounds, share)
    yield servers(bench, proxies, rounds, share)
    yield checks(bench, proxies, 3 if quick else 10)
    yield from instances(bench, proxies, rounds, share)


def series(name, unit, over, steps, values):
    return {"form": "series", "name": name, "unit": unit, "over": over, "steps": steps, "proxies": values}


def sessions(bench, proxies, rounds, share):
    say("cost over sessions …")
    loads = [Workload(str(count), "echo", count, 256, 200_000 // share, 0) for count in SESSIONS]
    values = {proxy.name: [] for proxy in proxies}
    for proxy in proxies:
        setup = Setup(bench)
        with proxy.running(setup) as process:
            for load in loads:
                values[proxy.name].append(median_cost(bench, proxy, setup, process, rounds, load))
    return series("a 256-byte message", "µs of processor time", "sessions", SESSIONS, values)


def servers(bench, proxies, rounds, share):
    say("cost over servers …")
    load = Workload("short", "short", 32, 32, 10_000 // share, 0)
    values = {proxy.name: [] for proxy in proxies}
    for count in SERVERS:
        for proxy in proxies:
            setup = Setup(bench, servers=count)
            with proxy.running(setup) as process:
                values[proxy.name].append(median_cost(bench, proxy, setup, process, rounds, load))
    return series("connect, 32 bytes, close", "µs of processor time", "servers", SERVERS, values)


def checks(bench, proxies, seconds):
    say("cost over checked servers …")
    steps = SERVERS[1:]  # one check a second is lost in the program's own idle turns
    values = {proxy.name: [] for proxy in proxies}
    for count in steps:
        for proxy in proxies:
            with proxy.running(Setup(bench, servers=count, check_milliseconds=1_000)) as process:
                time.sleep(2)  # the first checks are spread over the first interval
                opened, before, began = connections_begun(), process.cpu_seconds(), time.monotonic()
                time.sleep(seconds)
                due = count * (time.monotonic() - began)
                if connections_begun() - opened < 0.8 * due:
                    raise RuntimeError(f"{proxy.name} left out checks of {count} servers")
                values[proxy.name].append((process.cpu_seconds() - before) / due * 1e6)
    return series("a check", "µs of processor time", "servers", steps, values)


def instances(bench, proxies, rounds, share):
    say("cost over instances …")
    load = Workload("short", "short", 32, 32, 10_000 // share, 0)
    costs, idle, memory = {}, {}, {}
    for proxy in proxies:
        if isinstance(proxy, Supervise):
            proxy = InstancePerPort(proxy.name, proxy.program)
        costs[proxy.name], idle[proxy.name], memory[proxy.name] = [], [], []
        for count in INSTANCES:
            setup = Setup(bench, listeners=count, servers=2, check_milliseconds=5_000)
            with proxy.running(setup) as process:
                before, began = process.cpu_seconds(), time.monotonic()
                time.sleep(20 / share)
                used = (process.cpu_seconds() - before) / (time.monotonic() - began)
                idle[proxy.name].append(used * 1e6 / count)
                memory[proxy.name].append(process.resident_bytes() / 1e6)
                costs[proxy.name].append(median_cost(bench, proxy, setup, process, rounds, load))
    over = "instances (haproxy: proxies)"
    return [
        series("connect, 32 bytes, close", "µs of processor time", over, INSTANCES, costs),
        series("an instance with two checked servers, at rest", "µs of processor time a second", over, INSTANCES, idle),
        series("the whole program's memory", "MB", over, INSTANCES, memory)]


def median_cost(bench, proxy, setup, process, rounds, load):
    return statistics.median(
        one_load(bench, proxy, setup.ports[0], process, load, load.count)["cost"] for _ in range(rounds))
