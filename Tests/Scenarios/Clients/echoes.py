"""Echo servers for many connections.

Usage: echoes.py HOST:PORT...
Prints "listening" when all of them do; runs until it is ended.
"""

import resource
import select
import socket
import sys

READ_SIZE = 65536


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    poller = select.epoll()
    listeners, clients = {}, {}
    for address in sys.argv[1:]:
        host, port = address.split(":")
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, int(port)))
        listener.listen(4096)
        listener.setblocking(False)
        listeners[listener.fileno()] = listener
        poller.register(listener, select.EPOLLIN)
    print("listening", flush=True)
    while True:
        for descriptor, _ in poller.poll():
            if descriptor in listeners:
                accept(listeners[descriptor], clients, poller)
            else:
                echo(descriptor, clients, poller)


def accept(listener, clients, poller):
    while True:
        try:
            client, _ = listener.accept()
        except BlockingIOError:
            return
        clients[client.fileno()] = client
        poller.register(client, select.EPOLLIN)


def echo(descriptor, clients, poller):
    try:
        data = clients[descriptor].recv(READ_SIZE)
    except ConnectionError:
        data = b""
    if data:
        clients[descriptor].sendall(data)
    else:
        poller.unregister(descriptor)
        clients.pop(descriptor).close()


main()
