"""What both recorders have in common: the servers, HAProxy's process, and the walk through all scenarios."""

import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time

DEADLINE = 10


class FakeServer:
    """Says its number, on a line, to everyone who connects."""

    def __init__(self, number):
        self.number = number
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(200)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            try:
                connection.sendall(b"%d\n" % self.number)
            except OSError:
                connection.close()
                continue
            threading.Thread(target=self.wait, args=(connection,), daemon=True).start()

    @staticmethod
    def wait(connection):
        try:
            while connection.recv(100):
                pass
        except OSError:
            pass
        connection.close()


class HAProxy:
    """haproxy with one thread, on the lines of a configuration after `global`."""

    def __init__(self, folder, lines, servers, refusing_port, descriptors=()):
        self.folder = folder
        self.servers = servers
        self.refusing_port = refusing_port
        self.socket = os.path.join(folder, "stats.sock")
        path = os.path.join(folder, "haproxy.cfg")
        head = ["global", "    nbthread 1", f"    stats socket {self.socket} level admin"]
        with open(path, "w") as file:
            file.write("\n".join(head + lines) + "\n")
        self.process = subprocess.Popen(["haproxy", "-db", "-f", path], pass_fds=descriptors)
        deadline = time.monotonic() + DEADLINE
        while not os.path.exists(self.socket):
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise SystemExit("haproxy did not start")
            time.sleep(0.05)

    def order(self, text):
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(self.socket)
            control.sendall(text.encode() + b"\n")
            answer = b""
            while data := control.recv(65536):
                answer += data
        return answer.decode()


def walk(scenarios, most_servers, make_haproxy):
    """Plays one scenario after the other before one HAProxy."""
    servers = [FakeServer(number) for number in range(most_servers)]
    # Bound, but not listening: connections are refused, and nobody else gets the port.
    refusing = socket.socket()
    refusing.bind(("127.0.0.1", 0))
    with tempfile.TemporaryDirectory() as folder:
        haproxy = make_haproxy(folder, scenarios, servers, refusing.getsockname()[1])
        try:
            for index, scenario in enumerate(scenarios):
                scenario.play(haproxy, index)
        finally:
            haproxy.process.terminate()
            haproxy.process.wait()


def numbers(seed, index):
    """The random numbers of one scenario."""
    return random.Random(f"{seed} {index}")


def arguments():
    """SEED, COUNT, and whatever follows them."""
    return int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
