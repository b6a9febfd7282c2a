#!/usr/bin/env python3
"""Measures how long nobody serves after the supervisor is killed (kill -9) under its guardian. See README.md here.

    Benchmarks/recovery.py [--supervise PATH] [--rounds N] [--instances N] [--limit MS]

Each round starts a guardian of its own, opens a connection every 2 ms and has an echo on each. The time is that from the kill
to the first echo on a connection that was opened after it; none may be refused. Ends with 1 when the median is over the limit.
"""

import argparse
import json
import os
import pathlib
import select
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PERIOD = 0.002
PATIENCE = 20


def listener():
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    return bound


def configure(folder, count, target):
    """An instance before the echo server, and others that listen and check a server, as more that has to come up."""
    port = None
    for number in range(count):
        with listener() as bound:
            port = port or bound.getsockname()[1]
            address = bound.getsockname()[1]
        (folder / f"i{number:02}.cfg").write_text(
            "defaults\n mode tcp\n timeout connect 5s\n timeout client 60s\n timeout server 60s\n"
            f"listen l{number}\n bind 127.0.0.1:{address}\n server s 127.0.0.1:{target} check inter 2s\n")
    return port


def serve(server):
    """Echoes in a process of its own."""
    process = os.fork()
    if process:
        return process
    poller, clients = select.epoll(), {}
    poller.register(server, select.EPOLLIN)
    while True:
        for descriptor, _ in poller.poll():
            if descriptor == server.fileno():
                client, _ = server.accept()
                clients[client.fileno()] = client
                poller.register(client, select.EPOLLIN)
                continue
            try:
                data = clients[descriptor].recv(4096)
            except ConnectionError:
                data = b""  # It was a session of the killed process.
            if data:
                clients[descriptor].sendall(data)
            else:
                poller.unregister(descriptor)
                clients.pop(descriptor).close()


def status(supervise, state):
    answer = subprocess.run([supervise, "status", "--json", "--state", state], capture_output=True, text=True)
    return [json.loads(line)["pid"] for line in answer.stdout.splitlines()]


def echo_after(port, kill):
    """Kills after some echoes; gives milliseconds to the first echo of a connection that was opened later."""
    poller, opened, killed, begin = select.epoll(), {}, None, time.monotonic()
    following = begin
    while time.monotonic() < begin + PATIENCE:
        if time.monotonic() >= following:
            following += PERIOD
            client = socket.socket()
            client.setblocking(False)
            opened[client.fileno()] = (client, time.monotonic())
            client.connect_ex(("127.0.0.1", port))
            poller.register(client, select.EPOLLOUT)
        if killed is None and time.monotonic() > begin + 0.2:
            killed = time.monotonic()
            kill()
        for descriptor, event in poller.poll(max(0, following - time.monotonic())):
            client, since = opened[descriptor]
            if event == select.EPOLLOUT:
                client.send(b"x")
                poller.modify(client, select.EPOLLIN)
                continue
            del opened[descriptor]
            poller.unregister(descriptor)
            try:
                has_echo = client.recv(1) == b"x"
            except ConnectionRefusedError:
                sys.exit("a connection was refused")
            except ConnectionError:
                has_echo = False
            client.close()
            if has_echo and killed is not None and since > killed:
                return 1000 * (time.monotonic() - killed)
    sys.exit(f"nobody serves {PATIENCE} s after the kill")


def measure(supervise, count, target):
    with tempfile.TemporaryDirectory() as folder:
        state, instances = pathlib.Path(folder) / "state", pathlib.Path(folder) / "instances"
        instances.mkdir()
        port = configure(instances, count, target)
        guardian = subprocess.Popen(
            [supervise, "up", "--instances", instances, "--state", state, "--dashboard", "off"],
            stderr=subprocess.PIPE, text=True)
        for line in guardian.stderr:
            if "control " in line:
                break
        processes = status(supervise, state)
        if not processes or processes[0] == guardian.pid:
            sys.exit("there is no guardian beside the program")
        try:
            return echo_after(port, lambda: os.kill(processes[0], signal.SIGKILL))
        finally:
            guardian.terminate()
            guardian.stderr.read()
            guardian.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--supervise", default=ROOT / ".build/static/release/supervise")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--instances", type=int, default=1)
    parser.add_argument("--limit", type=float, default=500, help="milliseconds")
    options = parser.parse_args()
    server = listener()
    server.listen(4096)
    process = serve(server)
    try:
        times = [
            measure(os.fspath(options.supervise), options.instances, server.getsockname()[1])
            for _ in range(options.rounds)]
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    median = statistics.median(times)
    print(f"{options.instances} instances, {options.rounds} kills: {median:.0f} ms ({min(times):.0f} to {max(times):.0f}), "
          f"load {os.getloadavg()[0]:.0f}")
    sys.exit(median > options.limit)


main()
