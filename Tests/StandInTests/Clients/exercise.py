"""Drives a stand-in with a real client library, one step a function.

Usage: exercise.py STEP HOST PORT [PORT2]; ends with 0 when the step went as it should, with a traceback otherwise.
"""

import sys
import time

import pika
from pika import exceptions


def connect(port, **settings):
    parameters = pika.ConnectionParameters(
        host=HOST, port=port, connection_attempts=1, socket_timeout=5, blocked_connection_timeout=20, **settings
    )
    return pika.BlockingConnection(parameters)


def expect_channel_error(connection, code, words, act):
    channel = connection.channel()
    try:
        act(channel)
    except exceptions.ChannelClosedByBroker as error:
        assert error.reply_code == code, error
        assert words in error.reply_text, error
        return
    raise AssertionError("no channel error %d" % code)


def basics(port):
    """Queues, exchanges, confirms, returns, get, acks and recover."""
    connection = connect(port)
    channel = connection.channel()
    channel.confirm_delivery()
    name = channel.queue_declare("", exclusive=True).method.queue
    channel.basic_publish("", name, b"one", mandatory=True)
    channel.basic_publish("", name, b"x" * 400_000, pika.BasicProperties(headers={"n": 1}, delivery_mode=2))
    assert channel.queue_declare(name, passive=True).method.message_count == 2
    method, _, body = channel.basic_get(name)
    assert body == b"one" and not method.redelivered and method.message_count == 1
    channel.basic_nack(method.delivery_tag, requeue=True)
    method, _, body = channel.basic_get(name)
    assert body == b"one" and method.redelivered
    channel.basic_recover(requeue=True)
    method, _, body = channel.basic_get(name)
    assert body == b"one"
    channel.basic_ack(method.delivery_tag)
    method, properties, body = channel.basic_get(name, auto_ack=True)
    assert body == b"x" * 400_000 and properties.headers == {"n": 1} and properties.delivery_mode == 2
    assert channel.basic_get(name) == (None, None, None)
    try:
        channel.basic_publish("", "nowhere", b"lost", mandatory=True)
        raise AssertionError("an unroutable message was not returned")
    except exceptions.UnroutableError as error:
        assert error.messages[0].body == b"lost"
    for kind, key, routing, wanted in [
        ("direct", "k", "k", 1), ("direct", "k", "l", 0), ("fanout", "", "any", 1), ("topic", "a.#", "a.b.c", 1),
        ("topic", "a.*", "a.b.c", 0),
    ]:
        channel.exchange_declare("e", kind)
        channel.queue_bind(name, "e", key)
        channel.basic_publish("e", routing, b"m")
        assert channel.queue_purge(name).method.message_count == wanted, kind
        channel.queue_unbind(name, "e", key)
        channel.exchange_delete("e")
    channel.queue_delete(name)
    connection.close()


def refusals(port):
    """Each mistake gets the reply code that RabbitMQ gives."""
    connection = connect(port)
    channel = connection.channel()
    channel.queue_declare("refusals")
    channel.queue_declare("mine", exclusive=True)
    expect_channel_error(connection, 404, "no queue 'nowhere' in vhost '/'", lambda c: c.queue_declare("nowhere", passive=True))
    expect_channel_error(
        connection, 406,
        "inequivalent arg 'durable' for queue 'refusals' in vhost '/': received 'true' but current is 'false'",
        lambda c: c.queue_declare("refusals", durable=True))
    expect_channel_error(connection, 403, "reserved prefix", lambda c: c.queue_declare("amq.mine"))
    expect_channel_error(connection, 403, "default exchange", lambda c: c.queue_bind("refusals", "", "k"))

    def unknown_tag(c):
        c.basic_ack(99)
        c.queue_declare("refusals")

    expect_channel_error(connection, 406, "unknown delivery tag 99", unknown_tag)
    other = connect(port)
    expect_channel_error(other, 405, "locked queue 'mine'", lambda c: c.queue_declare("mine", passive=True))
    other.close()
    channel.queue_delete("refusals")
    try:
        connection.channel().tx_select()
        raise AssertionError("tx.select was taken")
    except exceptions.ConnectionClosedByBroker as error:
        assert error.reply_code == 540, error
    try:
        connect(port, credentials=pika.PlainCredentials("guest", "wrong"))
        raise AssertionError("a wrong password was taken")
    except exceptions.ProbableAuthenticationError as error:
        assert "ACCESS_REFUSED" in str(error), error
    try:
        connect(port, virtual_host="elsewhere")
        raise AssertionError("an unknown virtual host was taken")
    except exceptions.ProbableAccessDeniedError as error:
        assert "NOT_ALLOWED - vhost elsewhere not found" in str(error), error


def consume(port):
    """A slow consumer with a prefetch gets every message once; what it didn't acknowledge goes to the next one."""
    connection = connect(port)
    channel = connection.channel()
    channel.confirm_delivery()
    channel.queue_declare("work", durable=True)
    for number in range(500):
        channel.basic_publish("", "work", str(number).encode(), mandatory=True)
    seen = []
    reader = connect(port)
    source = reader.channel()
    source.basic_qos(prefetch_count=10)
    for method, _, body in source.consume("work"):
        seen.append(int(body))
        if len(seen) == 200:
            break
        source.basic_ack(method.delivery_tag)
    reader.close()
    last = connect(port)
    source = last.channel()
    source.basic_qos(prefetch_count=1)
    redelivered = 0
    for method, _, body in source.consume("work", inactivity_timeout=5):
        if method is None:
            break
        redelivered += method.redelivered
        seen.append(int(body))
        source.basic_ack(method.delivery_tag)
        if len(seen) == 501:
            break
    assert seen == list(range(200)) + list(range(199, 500)), seen
    assert redelivered >= 1
    last.close()
    cancelled = []
    watcher = connect(port)
    source = watcher.channel()
    source.add_on_cancel_callback(lambda frame: cancelled.append(frame.method.consumer_tag))
    tag = source.basic_consume("work", lambda *_: None)
    channel.queue_delete("work")
    deadline = time.monotonic() + 10
    while not cancelled and time.monotonic() < deadline:
        watcher.process_data_events(time_limit=0.1)
    assert cancelled == [tag], cancelled
    watcher.close()
    connection.close()


def heartbeat(port):
    """Heartbeats keep a connection on which nothing else goes on, and silence ends it."""
    connection = connect(port, heartbeat=1)
    end = time.monotonic() + 4
    while time.monotonic() < end:
        connection.process_data_events(time_limit=0.2)
    assert connection.is_open
    connection.close()
    silent = connect(port, heartbeat=1)
    sock = silent._impl._transport._sock
    deadline = time.monotonic() + 20
    sock.setblocking(True)
    sock.settimeout(20)
    while sock.recv(65536):
        assert time.monotonic() < deadline, "the stand-in never gave a silent client up"


def cut(port, second_port):
    """Says READY, is cut off with code 320, and finds what was confirmed on the other stand-in."""
    connection = connect(port)
    channel = connection.channel()
    channel.confirm_delivery()
    channel.queue_declare("kept", durable=True)
    for number in range(100):
        channel.basic_publish("", "kept", str(number).encode(), mandatory=True)
    print("READY", flush=True)
    try:
        while True:
            connection.process_data_events(time_limit=20)
    except exceptions.ConnectionClosedByBroker as error:
        assert error.reply_code == 320, error
        assert error.reply_text == "CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'", error
    try:
        connect(port)
        raise AssertionError("a stopped stand-in was connected to")
    except exceptions.AMQPConnectionError:
        pass
    other = connect(second_port)
    channel = other.channel()
    bodies = [channel.basic_get("kept", auto_ack=True)[2] for _ in range(100)]
    assert bodies == [str(number).encode() for number in range(100)], bodies
    channel.queue_delete("kept")
    other.close()


if __name__ == "__main__":
    HOST = sys.argv[2]
    globals()[sys.argv[1]](*[int(port) for port in sys.argv[3:]])
