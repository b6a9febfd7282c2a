#!/usr/bin/env python3
"""Records which servers HAProxy's algorithms of `balance` choose, session by session.

    record-choices.py SEED COUNT [ALGORITHM ...]

choices.txt holds the walks of `record-choices.py 21 70` and `record-choices.py 22 70`.

One HAProxy runs COUNT proxies, one a scenario, before fake servers that say their number. Each scenario is a random walk;
each line of the output is one of:

    scenario ALGORITHM WEIGHT[b][#ID] ... [allbackups] [maxconn N] [minconn N] [fullconn N] [maxqueue N]
                          the proxy; b for a backup, #ID for the keyword `id`; ALGORITHM is `balance`, then the words of
                          `hash-type` and, as factor=N, `hash-balance-factor`, joined by slashes
    come 0 w1 w* - -+3=0  sessions that come one after the other and stay: at server 0, waiting for server 1, waiting for
                          any server, refused, refused with the effect that session 3 leaves the queue for server 0.
                          With `source`, each is CLIENT=RESULT, and a client without address is called unix. They are
                          numbered from 0, also those refused
    pick 0 1 ...          the same for sessions that end at once and have no number
    end 3 [5=1 ...]       session 3 ends, or stops waiting; after it, those that got its place, and at which server
    weight 0 5            server 0 gets weight 5
    down 0 / up 0         server 0 goes out of service and comes back
    drain 0 / ready 0     the same by draining
    refuse 0 / accept 0   server 0 refuses connections without being DOWN, and takes them again

A session that is refused is dispatched anew up to three times (`option redispatch 1`). Servers change only while nobody
waits. Needs haproxy 2.6 and loopback only.
"""

import os
import socket
import sys
import time

sys.dont_write_bytecode = True

import recorder

MOST_SERVERS = 12
ALGORITHMS = [
    "roundrobin",
    "static-rr",
    "leastconn",
    "leastconn",
    "first",
    "source",
    "source/map-based/djb2",
    "source/map-based/wt6/avalanche",
    "source/map-based/crc32",
    "source/consistent",
    "source/consistent/sdbm",
    "source/consistent/crc32/avalanche",
    "source/consistent/factor=125",
    "source/consistent/wt6/factor=200",
]


class HAProxy(recorder.HAProxy):
    def __init__(self, folder, scenarios, servers, refusing_port):
        self.folder = folder
        # Bound here, so that the kernel chooses the ports and nobody else gets them.
        self.listeners = []
        for index in range(len(scenarios)):
            pair = []
            for family, address in [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]:
                listener = socket.socket(family)
                listener.bind((address, 0))
                pair.append(listener)
            self.listeners.append(pair)
        lines = [
            "defaults",
            "    mode tcp",
            "    retries 3",
            "    option redispatch 1",
            "    timeout connect 100ms",
            "    timeout queue 600s",
            "    timeout client 600s",
            "    timeout server 600s",
        ]
        for index, scenario in enumerate(scenarios):
            lines += [f"listen s{index}"]
            lines += [f"    bind fd@{listener.fileno()}" for listener in self.listeners[index]]
            lines += [f"    bind unix@{self.path(index)}"]
            lines += scenario.configuration(servers)
        descriptors = [listener.fileno() for pair in self.listeners for listener in pair]
        super().__init__(folder, lines, servers, refusing_port, descriptors)

    def path(self, index):
        return os.path.join(self.folder, f"{index}.sock")

    def connect(self, index, client):
        if client == "unix":
            session = socket.socket(socket.AF_UNIX)
            session.connect(self.path(index))
            session.setblocking(False)
            return session
        listener = self.listeners[index][1 if ":" in client else 0]
        session = socket.socket(listener.family)
        session.bind((client, 0))
        session.connect(listener.getsockname())
        session.setblocking(False)
        return session

    def load(self, index):
        """Sessions by server, and waiting ones by server and (under *) for any."""
        sessions, waiting = {}, {}
        for line in self.order(f"show stat s{index} 6 -1").splitlines():
            fields = line.split(",")
            if fields[0] != f"s{index}":
                continue
            name = "*" if fields[1] == "BACKEND" else fields[1][1:]
            waiting[name] = int(fields[2])
            if name != "*":
                sessions[name] = int(fields[4])
        return sessions, waiting


class Session:
    def __init__(self, connection):
        self.connection = connection
        self.server = None
        self.line = None

    def look(self):
        """Whether there is news: the server's number, or the end (server is - then)."""
        if self.server is not None:
            return
        try:
            answer = self.connection.recv(10)
        except BlockingIOError:
            return
        except ConnectionResetError:
            answer = b""
        self.server = answer.decode().strip() or "-"
        if self.server == "-":
            self.connection.close()

    @property
    def is_waiting(self):
        return self.server is None


class Scenario:
    def __init__(self, numbers, algorithm):
        self.random = pick = numbers
        self.algorithm = algorithm
        self.count = pick.choice([1, 2, 2, 3, 3, 3, 4, 5, 6, 8, 12])
        kind = pick.choice(["equal", "small", "any", "wide", "zeros"])
        self.weigh = {
            "equal": lambda: 1,
            "small": lambda: pick.randint(1, 5),
            "any": lambda: pick.randint(1, 256),
            "wide": lambda: pick.choice([1, 2, 100, 255, 256]),
            "zeros": lambda: pick.choice([0, 1, 2, 3]),
        }[kind]
        self.weights = [self.weigh() for _ in range(self.count)]
        self.backups = set()
        if self.count > 1 and pick.random() < 0.3:
            self.backups = {number for number in range(self.count) if pick.random() < 0.5}
        self.all_backups = bool(self.backups) and pick.random() < 0.5
        self.ids = [None] * self.count
        if pick.random() < 0.3:
            self.ids = pick.sample(range(1, 3 * self.count + 1), self.count)
        # How many clients of `source` have no address; on a ring, their turns aren't worth the trouble.
        self.unix = 0 if "consistent" in algorithm else pick.choice([0, 0, 0, 0.3, 1])
        self.limits = {}
        if "factor" not in algorithm and (algorithm == "first" or pick.random() < 0.5):
            self.limits["maxconn"] = pick.choice([1, 2, 3])
            if pick.random() < 0.3:
                self.limits["maxconn"] = pick.choice([4, 6])
                self.limits["minconn"] = pick.choice([1, 2])
                self.limits["fullconn"] = pick.choice([3, 8, 20])
            if pick.random() < 0.4:
                self.limits["maxqueue"] = pick.choice([1, 2])

    @property
    def is_dynamic(self):
        return self.algorithm in ("leastconn", "first") or "consistent" in self.algorithm

    def configuration(self, servers):
        words = self.algorithm.split("/")
        lines = [f"    balance {words[0]}"]
        hash_type = [word for word in words[1:] if not word.startswith("factor=")]
        if hash_type:
            lines.append("    hash-type " + " ".join(hash_type))
        if words[-1].startswith("factor="):
            lines.append("    hash-balance-factor " + words[-1][7:])
        if self.all_backups:
            lines.append("    option allbackups")
        if "fullconn" in self.limits:
            lines.append(f"    fullconn {self.limits['fullconn']}")
        for number, weight in enumerate(self.weights):
            words = f"    server s{number} 127.0.0.1:{servers[number].port} weight {weight}"
            if number in self.backups:
                words += " backup"
            if self.ids[number]:
                words += f" id {self.ids[number]}"
            for word in ("maxconn", "minconn", "maxqueue"):
                if word in self.limits:
                    words += f" {word} {self.limits[word]}"
            lines.append(words)
        return lines

    def title(self):
        words = ["scenario", self.algorithm]
        for number, weight in enumerate(self.weights):
            backup = "b" if number in self.backups else ""
            identifier = f"#{self.ids[number]}" if self.ids[number] else ""
            words.append(f"{weight}{backup}{identifier}")
        if self.all_backups:
            words.append("allbackups")
        for word, limit in self.limits.items():
            words += [word, str(limit)]
        return " ".join(words)

    def client(self):
        pick = self.random
        if pick.random() < 0.05:
            return "::1"
        if pick.random() < self.unix:
            return "unix"
        # Neighbours, and anything.
        if pick.random() < 0.4:
            return f"127.0.0.{pick.randint(1, 254)}"
        return f"127.{pick.randint(0, 255)}.{pick.randint(0, 255)}.{pick.randint(1, 254)}"

    def settle(self, haproxy, index, sessions):
        """Waits until HAProxy's numbers and ours agree, and says for what everybody waits."""
        deadline = time.monotonic() + recorder.DEADLINE
        while True:
            for session in sessions:
                session.look()
            here = [session for session in sessions if session.server != "-"]
            held, waiting = haproxy.load(index)
            for session in sessions:
                session.look()
            for session in here:
                if session.server == "-":
                    break
            ours = {}
            for session in here:
                if not session.is_waiting:
                    ours[session.server] = ours.get(session.server, 0) + 1
            unknown = sum(1 for session in here if session.is_waiting)
            agreed = all(ours.get(name, 0) == count for name, count in held.items())
            if agreed and sum(waiting.values()) == unknown:
                return {name: count for name, count in waiting.items() if count}
            if time.monotonic() > deadline:
                raise SystemExit(f"no agreement in {self.title()}: {held} {waiting}, ours {ours} and {unknown}")

    def play(self, haproxy, index):
        pick = self.random
        is_source = self.algorithm.startswith("source")
        weights = list(self.weights)
        out, refusing = {}, set()
        numbered, present = [], []
        waiting = {}
        print(self.title())

        def come():
            """One session, and where it is."""
            nonlocal waiting
            client = self.client() if is_source else "127.0.0.1"
            session = Session(haproxy.connect(index, client))
            waiters = [other for other in present if other.is_waiting]
            present.append(session)
            after = self.settle(haproxy, index, present)
            if session.is_waiting:
                # Who came first counts in milliseconds; in the same one, a server's own line goes before the backend's.
                time.sleep(0.002)
                [session.line] = [name for name in after if after[name] != waiting.get(name, 0)]
            waiting = after
            result = "w" + session.line if session.is_waiting else session.server
            for other in waiters:
                if not other.is_waiting:
                    result += f"+{numbered.index(other)}={other.server}"
            if session.server == "-":
                present.remove(session)
            return session, f"{client}={result}" if is_source else result

        def end(session):
            """Ends a session, and says who got its place."""
            nonlocal waiting
            waiters = [other for other in present if other.is_waiting and other is not session]
            present.remove(session)
            session.connection.close()
            # HAProxy counts a session until its server has closed, too.
            waiting = self.settle(haproxy, index, present)
            return [f"{numbered.index(other)}={other.server}" for other in waiters if not other.is_waiting]

        def coming(word, most):
            results = []
            for _ in range(pick.randint(1, most)):
                if len(present) > 40 or sum(waiting.values()) > 6:
                    break
                if word == "pick" and sum(waiting.values()):
                    break
                if refusing and (waiting or self.limits):
                    break
                session, result = come()
                results.append(result)
                if word == "come":
                    numbered.append(session)
                elif session in present:
                    end(session)
            if results:
                print(word, *results)

        coming("pick", 2 * self.count + 6)
        for _ in range(pick.randint(10, 30)):
            server = pick.randrange(self.count)
            name = f"s{index}/s{server}"
            action = pick.choice(["weight", "state", "refuse", "come", "come", "come", "end", "end", "end", "pick"])
            if action in ("weight", "state") and waiting:
                action = "end"
            if action == "weight":
                if self.is_dynamic:
                    weights[server] = pick.choice([weights[server], self.weigh(), self.weigh(), 0, 1])
                else:
                    weights[server] = pick.choice([0, self.weights[server], self.weights[server]])
                answer = haproxy.order(f"set weight {name} {weights[server]}").strip()
                if answer:
                    raise SystemExit(answer)
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
                    haproxy.order(f"set server {name} addr 127.0.0.1 port {haproxy.servers[server].port}")
                    print("accept", server)
                elif not refusing and not self.limits and not waiting:
                    refusing.add(server)
                    haproxy.order(f"set server {name} addr 127.0.0.1 port {haproxy.refusing_port}")
                    print("refuse", server)
            elif action == "end" and present:
                for _ in range(pick.choice([1, 1, 3])):
                    if present:
                        session = pick.choice(present)
                        number = numbered.index(session)
                        print("end", number, *end(session))
            elif action == "come":
                coming("come", 6)
            elif action == "pick":
                coming("pick", 20)
        for session in present:
            session.connection.close()


def main():
    seed, count, algorithms = recorder.arguments()
    algorithms = algorithms or ALGORITHMS
    scenarios = [
        Scenario(recorder.numbers(seed, index), algorithms[index % len(algorithms)]) for index in range(count)
    ]
    recorder.walk(scenarios, MOST_SERVERS, HAProxy)


if __name__ == "__main__":
    main()
