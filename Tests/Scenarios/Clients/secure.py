"""Publishes numbered messages over TLS with confirms, and takes them from the queue again.

Usage: secure.py PORT AUTHORITY NAME QUEUE COUNT
The server has to have a certificate for NAME, signed by AUTHORITY. Prints "received N" at the end.
"""

import ssl
import sys

import pika


def main():
    port, authority, name, queue, count = int(sys.argv[1]), *sys.argv[2:5], int(sys.argv[5])
    options = pika.SSLOptions(ssl.create_default_context(cafile=authority), name)
    connection = pika.BlockingConnection(
        pika.ConnectionParameters("127.0.0.1", port, ssl_options=options, socket_timeout=20)
    )
    channel = connection.channel()
    channel.confirm_delivery()
    channel.queue_declare(queue)
    for number in range(count):
        body = b"%d " % number + b"x" * 3000
        channel.basic_publish("", queue, body, mandatory=True)
    received = 0
    for method, _, body in channel.consume(queue, inactivity_timeout=20):
        if method is None or not body.startswith(b"%d " % received):
            sys.exit("message %d is missing" % received)
        channel.basic_ack(method.delivery_tag)
        received += 1
        if received == count:
            break
    channel.cancel()
    connection.close()
    print("received", received, flush=True)


main()
