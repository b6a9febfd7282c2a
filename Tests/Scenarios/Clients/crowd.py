"""Many sessions at once.

Usage: crowd.py PORT COUNT
Opens COUNT connections to PORT from several source addresses, lets each have two echoes while all are open, prints
"echoed twice", and holds them until it is ended.
"""

import resource
import select
import socket
import sys
import time

SOURCES = ["127.0.0.21", "127.0.0.22", "127.0.0.23", "127.0.0.24"]
MESSAGE = b"0123456789abcdef0123456789abcdef"
OPENING_AT_ONCE = 200
SECONDS = 110
IP_BIND_ADDRESS_NO_PORT = 24


class Crowd:
    def __init__(self, port, count):
        self.port = port
        self.count = count
        self.poller = select.epoll()
        self.clients = {}
        self.received = {}
        self.opening = 0
        self.echoed = 0

    def open_one(self):
        client = socket.socket()
        client.setblocking(False)
        # The port is chosen at connect, so that each source address has all of them.
        client.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        client.bind((SOURCES[len(self.clients) % len(SOURCES)], 0))
        client.connect_ex(("127.0.0.1", self.port))
        self.clients[client.fileno()] = client
        self.received[client.fileno()] = b""
        self.poller.register(client, select.EPOLLOUT)
        self.opening += 1

    def turn(self):
        while len(self.clients) < self.count and self.opening < OPENING_AT_ONCE:
            self.open_one()
        for descriptor, events in self.poller.poll(1):
            if events & select.EPOLLOUT:
                self.opened(self.clients[descriptor])
            else:
                self.receive(descriptor)

    def opened(self, client):
        error = client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            sys.exit("a connection failed: errno %d" % error)
        self.opening -= 1
        self.poller.modify(client, select.EPOLLIN)
        client.sendall(MESSAGE)

    def receive(self, descriptor):
        data = self.clients[descriptor].recv(4096)
        if not data:
            sys.exit("a session ended early")
        self.received[descriptor] += data
        if len(self.received[descriptor]) >= len(MESSAGE):
            if self.received[descriptor] != MESSAGE:
                sys.exit("a session got other bytes back")
            self.received[descriptor] = b""
            self.echoed += 1

    def run_until(self, echoed):
        deadline = time.monotonic() + SECONDS
        while self.echoed < echoed:
            self.turn()
            if time.monotonic() > deadline:
                sys.exit("%d of %d echoes in time" % (self.echoed, echoed))


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    crowd = Crowd(int(sys.argv[1]), int(sys.argv[2]))
    crowd.run_until(crowd.count)
    for client in crowd.clients.values():
        client.sendall(MESSAGE)
    crowd.run_until(2 * crowd.count)
    print("echoed twice", flush=True)
    while True:
        crowd.turn()


main()
