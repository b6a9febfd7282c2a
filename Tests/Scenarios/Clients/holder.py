"""Opens one connection and holds it; prints "from HOST PORT", its own end, then "held", and "lost REASON" when it ends.

Usage: holder.py PORT
Tries again until it is connected; "refused REASON" tells of each failure.
"""

import os
import socket
import sys
import time

import pika
from pika import exceptions


def own_address(port):
    """The local address of this process's connection to a port."""
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            with socket.socket(fileno=os.dup(int(descriptor))) as end:
                if end.getpeername()[1] == port:
                    return end.getsockname()
        except OSError:
            pass  # A file, or the folder's own descriptor, which is closed by now.
    sys.exit("no connection to port %d" % port)


def main():
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", int(sys.argv[1])))
            break
        except (exceptions.AMQPError, OSError) as error:
            print("refused", repr(error), flush=True)
            if time.monotonic() > deadline:
                sys.exit("never connected")
            time.sleep(0.1)
    connection.channel()
    print("from", *own_address(int(sys.argv[1])))
    print("held", flush=True)
    try:
        while True:
            connection.process_data_events(time_limit=5)
    except (exceptions.AMQPError, OSError) as error:
        print("lost", repr(error), flush=True)


main()
