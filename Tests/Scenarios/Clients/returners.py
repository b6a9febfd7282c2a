"""Many AMQP connections that come back whenever they are lost.

Usage: returners.py PORT COUNT
Prints "connected" at each connection that is made and "lost REASON" at each that ends, and goes on until it is ended.
"""

import sys
import threading
import time

import pika
from pika import exceptions


def stay_connected(port):
    while True:
        try:
            connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", port))
            connection.channel()
            print("connected", flush=True)
            while True:
                connection.process_data_events(time_limit=5)
        except (exceptions.AMQPError, OSError) as error:
            print("lost", repr(error), flush=True)
            time.sleep(0.1)


def main():
    threads = [
        threading.Thread(target=stay_connected, args=(int(sys.argv[1]),), daemon=True)
        for _ in range(int(sys.argv[2]))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


main()
