"""Publishes numbered messages with confirms; after a lost connection it publishes again what was not confirmed.

Usage: publisher.py PORT QUEUE COUNT DELAY
Prints "connected" after each connection, "lost REASON" after each loss, "confirmed N" at the end.
"""

import sys
import time

import pika
from pika import exceptions

RETRY_SECONDS = 0.1
GIVE_UP_SECONDS = 120


def publish(port, queue, unconfirmed, delay):
    connection = pika.BlockingConnection(
        pika.ConnectionParameters("127.0.0.1", port, socket_timeout=10, blocked_connection_timeout=30)
    )
    channel = connection.channel()
    channel.confirm_delivery()
    channel.queue_declare(queue, durable=True)
    print("connected", flush=True)
    while unconfirmed:
        body = str(unconfirmed[0]).encode()
        channel.basic_publish("", queue, body, pika.BasicProperties(delivery_mode=2), mandatory=True)
        unconfirmed.pop(0)
        connection.sleep(delay)
    connection.close()


def main():
    port, queue, count, delay = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    unconfirmed = list(range(count))
    last_success = time.monotonic()
    left = len(unconfirmed)
    while unconfirmed:
        try:
            publish(port, queue, unconfirmed, delay)
        except (exceptions.AMQPError, OSError) as error:
            print("lost", repr(error), flush=True)
            time.sleep(RETRY_SECONDS)
        if len(unconfirmed) < left:
            left, last_success = len(unconfirmed), time.monotonic()
        if time.monotonic() - last_success > GIVE_UP_SECONDS:
            sys.exit("gave up with %d messages unconfirmed" % len(unconfirmed))
    print("confirmed", count, flush=True)


main()
