"""Opens one connection and holds it; prints "held", and "lost REASON" when it ends.

Usage: holder.py PORT
Tries again until it is connected; "refused REASON" tells of each failure.
"""

import sys
import time

import pika
from pika import exceptions


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
    print("held", flush=True)
    try:
        while True:
            connection.process_data_events(time_limit=5)
    except (exceptions.AMQPError, OSError) as error:
        print("lost", repr(error), flush=True)


main()
