"""The machine: cores, processes, their time and memory, the servers behind the proxies."""

import contextlib
import functools
import json
import os
import pathlib
import platform
import signal
import socket
import ssl
import subprocess
import time

DEADLINE_SECONDS = 30
SETTLE_SECONDS = 0.05


class Process:
    """A program on one core, or on a range of them; ended with SIGTERM, and by force when that takes too long."""

    def __init__(self, command, core, environment=None, **streams):
        self.popen = subprocess.Popen(["taskset", "-c", str(core), *map(str, command)], env=environment, **streams)
        self.pid = self.popen.pid

    def cpu_seconds(self):
        """User and system time of all its threads, those that have ended included."""
        return time.clock_gettime((~self.pid << 3) | 2)  # the kernel's encoding of "that process's clock"

    def resident_bytes(self):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("the process has no memory any more")

    def settle(self):
        """Waits until it has done what it had to do: it uses less than 1 % of a core."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        before = self.cpu_seconds()
        while time.monotonic() < deadline:
            time.sleep(SETTLE_SECONDS)
            after = self.cpu_seconds()
            if after - before < SETTLE_SECONDS / 100:
                return
            before = after
        raise RuntimeError("a process doesn't come to rest")

    def stop(self):
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
            try:
                self.popen.wait(5)
            except subprocess.TimeoutExpired:
                self.popen.kill()
        self.popen.wait()


class Load(Process):
    """The load generator, connected and waiting."""

    def __init__(self, bench, kind, port, connections, size, count):
        command = [bench.folder / "load", kind, port, connections, size, count]
        super().__init__(
            command, bench.load_core, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.count = count
        if self.popen.stdout.readline() != "ready\n":
            raise RuntimeError("the load generator couldn't connect")

    def work(self):
        """Does the work and tells about it."""
        self.popen.stdin.write("go\n")
        self.popen.stdin.flush()
        line = self.popen.stdout.readline()
        if not line:
            raise RuntimeError("the load generator failed")
        return json.loads(line)

    def stop(self):
        self.popen.stdin.close()
        self.popen.wait(DEADLINE_SECONDS)


class Bench:
    """Where a benchmark takes place."""

    def __init__(self, folder, proxy_core, load_core):
        self.folder, self.proxy_core, self.load_core = folder, proxy_core, load_core
        self.cores = f"0-{os.cpu_count() - 1}"
        self.servers = Process(
            [folder / "load", "servers"], load_core, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        places = json.loads(self.servers.popen.stdout.readline())
        self.server_port, self.syslog_port = places["port"], places["syslog"]

    @functools.cached_property
    def certificate(self):
        """A certificate that signed itself and its key, in one file."""
        key, certificate, both = (self.folder / f"bench.{end}" for end in ("key", "crt", "pem"))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=bench", "-keyout", key, "-out", certificate], check=True, capture_output=True)
        both.write_text(certificate.read_text() + key.read_text())
        return both

    def counted(self):
        """What the servers and the syslog sink have counted so far."""
        self.servers.popen.stdin.write("?\n")
        self.servers.popen.stdin.flush()
        return json.loads(self.servers.popen.stdout.readline())

    def close(self):
        self.servers.popen.stdin.close()
        self.servers.stop()

    def description(self):
        model = next(
            (line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")), platform.machine())
        return {"processor": model, "cores": os.cpu_count(), "kernel": platform.release()}


def free_ports(count=1):
    """Ports that the kernel considers free, all different."""
    sockets = []
    for _ in range(count):
        held = socket.socket()
        held.bind(("127.0.0.1", 0))
        sockets.append(held)
    ports = [held.getsockname()[1] for held in sockets]
    for held in sockets:
        held.close()
    return ports


def wait_for(port, process, tls=False):
    """Waits until a proxy relays on a port: a byte goes there and comes back."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        if process.popen.poll() is not None:
            raise RuntimeError(f"the proxy ended with {process.popen.returncode}")
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as plain:
                with context.wrap_socket(plain) if tls else contextlib.nullcontext(plain) as connection:
                    connection.sendall(b"x")
                    if connection.recv(1) == b"x":
                        return
        except OSError:
            pass  # not there yet
        time.sleep(0.002)
    raise RuntimeError("the proxy doesn't relay")
