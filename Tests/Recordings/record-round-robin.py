#!/usr/bin/env python3
"""Records which servers HAProxy's `balance roundrobin` chooses, connection by connection.

    record-round-robin.py SEED COUNT > round-robin.txt

One HAProxy runs COUNT proxies, one a scenario, before fake servers that say their number. Each scenario is a random walk
of orders; each line of the output is one of:

    scenario WEIGHT[b] ... [allbackups] [maxconn N]   the servers, b for a backup
    pick 0 1 2 ...        sessions that come one after the other, and where each one ended (- for nowhere)
    hold 0 1 ...          the same, and these sessions stay
    release 0             one of the held sessions of server 0 ends
    weight 0 5            server 0 gets weight 5
    down 0 / up 0         server 0 goes out of service and comes back
    drain 0 / ready 0     the same by draining
    refuse 0 / accept 0   server 0 refuses connections without being DOWN, and takes them again

Needs haproxy 2.6 and loopback only.
"""

import os
import socket
import sys
import time

sys.dont_write_bytecode = True

import recorder

MOST_SERVERS = 8


class HAProxy(recorder.HAProxy):
    def __init__(self, folder, scenarios, servers, refusing_port):
        self.paths = [os.path.join(folder, f"{index}.sock") for index in range(len(scenarios))]
        lines = [
            "defaults",
            "    mode tcp",
            "    balance roundrobin",
            "    retries 3",
            "    option redispatch",
            "    timeout connect 1s",
            "    timeout client 600s",
            "    timeout server 600s",
        ]
        for index, scenario in enumerate(scenarios):
            lines += [f"listen s{index}", f"    bind unix@{self.paths[index]}"]
            if scenario.all_backups:
                lines.append("    option allbackups")
            for number, weight in enumerate(scenario.weights):
                words = f"    server s{number} 127.0.0.1:{servers[number].port} weight {weight}"
                if number in scenario.backups:
                    words += " backup"
                if scenario.maxconn:
                    words += f" maxconn {scenario.maxconn}"
                lines.append(words)
        super().__init__(folder, lines, servers, refusing_port)

    def connect(self, index):
        """A session, and the number of the server that took it (None for nobody)."""
        session = socket.socket(socket.AF_UNIX)
        session.settimeout(10)
        session.connect(self.paths[index])
        try:
            session.sendall(b"x")
            answer = session.recv(1)
        except (BrokenPipeError, ConnectionResetError):
            answer = b""
        return session, int(answer) if answer else None

    def sessions(self, index, number):
        for line in self.order(f"show stat s{index} 4 -1").splitlines():
            fields = line.split(",")
            if fields[:2] == [f"s{index}", f"s{number}"]:
                return int(fields[4])
        raise SystemExit(f"no server {number} in scenario {index}")

    def wait_for_sessions(self, index, number, count):
        deadline = time.monotonic() + 5
        while self.sessions(index, number) != count:
            if time.monotonic() > deadline:
                raise SystemExit("a session did not end")


class Scenario:
    def __init__(self, random_numbers):
        pick = random_numbers
        count = pick.choice([1, 2, 2, 3, 3, 3, 4, 5, 6, 8])
        kind = pick.choice(["equal", "small", "any", "wide", "zeros"])
        weigh = {
            "equal": lambda: 1,
            "small": lambda: pick.randint(1, 5),
            "any": lambda: pick.randint(1, 256),
            "wide": lambda: pick.choice([1, 2, 100, 255, 256]),
            "zeros": lambda: pick.choice([0, 1, 2, 3]),
        }[kind]
        self.weigh = weigh
        self.weights = [weigh() for _ in range(count)]
        self.backups = set()
        if count > 1 and pick.random() < 0.3:
            self.backups = {number for number in range(count) if pick.random() < 0.5}
        self.all_backups = bool(self.backups) and pick.random() < 0.5
        self.maxconn = pick.choice([1, 2, 3]) if pick.random() < 0.4 else 0
        self.random = pick

    def title(self):
        servers = [f"{weight}{'b' if number in self.backups else ''}" for number, weight in enumerate(self.weights)]
        words = ["scenario", *servers]
        if self.all_backups:
            words.append("allbackups")
        if self.maxconn:
            words += ["maxconn", str(self.maxconn)]
        return " ".join(words)

    def play(self, haproxy, index):
        pick = self.random
        count = len(self.weights)
        weights = list(self.weights)
        out, refusing, held = {}, set(), []
        print(self.title())

        def takers():
            """The servers that take traffic now."""
            usable = [n for n in range(count) if n not in out and weights[n] > 0]
            actives = [n for n in usable if n not in self.backups]
            return actives or (usable if self.all_backups else usable[:1])

        def free():
            """How many sessions the servers take before one would have to wait."""
            if not self.maxconn:
                return 1000
            return sum(max(self.maxconn - sum(1 for _, n in held if n == server), 0) for server in takers())

        def picks(most):
            result = []
            for _ in range(pick.randint(1, most)):
                # Nobody is to wait in a queue, and nobody for a second try of the only server.
                if free() < 2 and takers():
                    break
                if refusing and len(takers()) < 2:
                    break
                session, server = haproxy.connect(index)
                session.close()
                if server is not None and self.maxconn:
                    haproxy.wait_for_sessions(index, server, sum(1 for _, n in held if n == server))
                result.append("-" if server is None else str(server))
            if result:
                print("pick", *result)

        picks(2 * count + 6)
        for _ in range(pick.randint(4, 14)):
            server = pick.randrange(count)
            name = f"s{index}/s{server}"
            action = pick.choice(["weight", "weight", "state", "state", "refuse", "hold", "release"])
            if action == "weight":
                weights[server] = pick.choice([weights[server], self.weigh(), self.weigh(), 0, 1])
                haproxy.order(f"set weight {name} {weights[server]}")
                print("weight", server, weights[server])
            elif action == "state":
                if server in out:
                    haproxy.order(f"set server {name} state ready")
                    print({"maint": "up", "drain": "ready"}[out.pop(server)], server)
                else:
                    out[server] = pick.choice(["maint", "drain"])
                    haproxy.order(f"set server {name} state {out[server]}")
                    print({"maint": "down", "drain": "drain"}[out[server]], server)
            elif action == "refuse":
                if server in refusing:
                    refusing.remove(server)
                    port = haproxy.servers[server].port
                    haproxy.order(f"set server {name} addr 127.0.0.1 port {port}")
                    print("accept", server)
                elif not refusing:
                    refusing.add(server)
                    haproxy.order(f"set server {name} addr 127.0.0.1 port {haproxy.refusing_port}")
                    print("refuse", server)
            elif action == "hold" and self.maxconn:
                result = []
                for _ in range(pick.randint(1, 4)):
                    if free() < 3 or (refusing and len(takers()) < 2):
                        break
                    session, taker = haproxy.connect(index)
                    if taker is None:
                        session.close()
                        break
                    held.append((session, taker))
                    result.append(taker)
                if result:
                    print("hold", *result)
            elif action == "release" and held:
                session, taker = held.pop(pick.randrange(len(held)))
                session.close()
                haproxy.wait_for_sessions(index, taker, sum(1 for _, n in held if n == taker))
                print("release", taker)
            picks(pick.choice([1, 2, 3, 10, 40]))
        for session, _ in held:
            session.close()


def main():
    seed, count, _ = recorder.arguments()
    recorder.walk([Scenario(recorder.numbers(seed, index)) for index in range(count)], MOST_SERVERS, HAProxy)


if __name__ == "__main__":
    main()
