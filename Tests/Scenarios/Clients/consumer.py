"""Consumes numbered messages slowly until it has seen every number; reconnects after a lost connection.

Usage: consumer.py PORT QUEUE COUNT DELAY
Prints "connected", "lost REASON", "unique N" now and then, and "complete N again M" at the end (M: seen more than once).
"""

import sys
import time

import pika
from pika import exceptions

RETRY_SECONDS = 0.1
GIVE_UP_SECONDS = 120
PROGRESS_EVERY = 20


def consume(port, queue, count, delay, seen, again):
    connection = pika.BlockingConnection(
        pika.ConnectionParameters("127.0.0.1", port, socket_timeout=10, blocked_connection_timeout=30)
    )
    channel = connection.channel()
    channel.basic_qos(prefetch_count=5)
    channel.queue_declare(queue, durable=True)
    print("connected", flush=True)
    for method, _, body in channel.consume(queue, inactivity_timeout=1):
        if method is None:
            if len(seen) == count:
                break
            continue
        number = int(body)
        if number in seen:
            again.append(number)
        seen.add(number)
        connection.sleep(delay)
        channel.basic_ack(method.delivery_tag)
        if len(seen) % PROGRESS_EVERY == 0:
            print("unique", len(seen), flush=True)
        if len(seen) == count:
            break
    channel.cancel()
    connection.close()


def main():
    port, queue, count, delay = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    seen, again = set(), []
    left, last_success = count, time.monotonic()
    while len(seen) < count:
        try:
            consume(port, queue, count, delay, seen, again)
        except (exceptions.AMQPError, OSError) as error:
            print("lost", repr(error), flush=True)
            time.sleep(RETRY_SECONDS)
        if count - len(seen) < left:
            left, last_success = count - len(seen), time.monotonic()
        if time.monotonic() - last_success > GIVE_UP_SECONDS:
            sys.exit("gave up with %d of %d numbers seen" % (len(seen), count))
    print("complete", len(seen), "again", len(again), flush=True)


main()
