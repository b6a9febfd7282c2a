"""A steady load: short connections at a rate, and sessions that last.

Usage: steady.py HOST:PORT RATE LONG [again]
Makes RATE connections a second, each of which sends a message, has its echo and closes; and keeps LONG sessions that have an
echo now and then; with "again" another one is begun for each that is cut. Prints "steady" once the long sessions have had
theirs. At SIGTERM it makes no more connections, waits for those under way, closes all, and prints its counts as JSON:
served, refused, reset (a short session that did not get its echo), long (sessions that lasted), cut (those that didn't), and
endings: when each of those refused, reset and cut began and ended, in seconds of the monotonic clock.
"""

import errno
import json
import resource
import select
import signal
import socket
import sys
import time

MESSAGE = b"0123456789abcdef"
SOURCES = ["127.0.0.31", "127.0.0.32", "127.0.0.33", "127.0.0.34"]
IP_BIND_ADDRESS_NO_PORT = 24
# How often a long session has an echo, and how long a session may wait for one at the most.
PERIOD = 0.5
PATIENCE = 20


class Client:
    def __init__(self, load, is_long):
        self.is_long = is_long
        self.received = b""
        self.awaits = True
        self.is_open = False
        self.began = self.said = time.monotonic()
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        self.socket.bind((SOURCES[load.begun % len(SOURCES)], 0))
        load.begun += 1
        self.socket.connect_ex(load.target)
        load.clients[self.socket.fileno()] = self
        load.poller.register(self.socket, select.EPOLLOUT)


class Load:
    def __init__(self, target, rate, long, again):
        self.target = target
        self.rate = rate
        self.long = long
        self.again = again
        self.endings = []
        self.begun = 0
        self.counts = dict(served=0, refused=0, reset=0, long=0, cut=0)
        self.clients = {}
        self.poller = select.epoll()
        self.is_over = False
        self.echoed = 0

    def drop(self, client, count=None):
        self.poller.unregister(client.socket)
        del self.clients[client.socket.fileno()]
        client.socket.close()
        if count:
            self.counts[count] += 1
            if count != "served":
                self.endings.append((client.began, time.monotonic()))
            if count == "cut" and self.again:
                Client(self, True)

    def ready(self, client, events):
        if not client.is_open:
            code = client.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                self.drop(client, "cut" if client.is_long else "refused" if code == errno.ECONNREFUSED else "reset")
                return
            client.is_open = True
            self.poller.modify(client.socket, select.EPOLLIN)
            client.socket.send(MESSAGE)
            return
        try:
            data = client.socket.recv(4096)
        except OSError:
            data = b""
        if not data:
            self.drop(client, "cut" if client.is_long else "reset")
            return
        client.received += data
        if client.received == MESSAGE:
            client.received = b""
            client.awaits = False
            if client.is_long:
                self.echoed += 1
            else:
                self.drop(client, "served")

    def look_after(self, now):
        """Lets long sessions speak, and gives up those that have waited for too long."""
        for client in list(self.clients.values()):
            if client.awaits:
                if now - client.said > PATIENCE:
                    self.drop(client, "cut" if client.is_long else "reset")
            elif now - client.said > PERIOD:
                client.said = now
                client.awaits = True
                try:
                    client.socket.send(MESSAGE)
                except OSError:
                    self.drop(client, "cut")

    def run(self):
        for _ in range(self.long):
            Client(self, True)
        begin = looked = time.monotonic()
        made = 0
        has_told = False
        while not (self.is_over and not any(client.awaits for client in self.clients.values())):
            now = time.monotonic()
            if self.is_over:
                due = 0
            else:
                # What could not be made in time is left out: a rate, and no burst after a pause.
                due = min(int((now - begin) * self.rate) - made, 50)
                if int((now - begin) * self.rate) - made > 50:
                    begin = now - (made + due) / self.rate
            for _ in range(due):
                Client(self, False)
            made += due
            for descriptor, events in self.poller.poll(0.002):
                if descriptor in self.clients:
                    self.ready(self.clients[descriptor], events)
            if now - looked > 0.1:
                looked = now
                self.look_after(now)
            if not has_told and self.echoed >= self.long:
                has_told = True
                print("steady", flush=True)
        self.counts["long"] = sum(1 for client in self.clients.values() if client.is_long)
        print(json.dumps(self.counts | {"endings": self.endings}), flush=True)


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    host, port = sys.argv[1].split(":")
    load = Load((host, int(port)), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:] == ["again"])

    def end(*_):
        load.is_over = True

    signal.signal(signal.SIGTERM, end)
    load.run()


main()
