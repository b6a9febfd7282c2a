"""The proxies: how each is told the same thing, and started."""

import contextlib
import os
import shutil
import subprocess
import sys

from .machine import Process, free_ports, wait_for

NGINX_MODULE = "/usr/lib/nginx/modules/ngx_stream_module.so"


class Setup:
    """What a proxy is to do: listen on ports, each with the same servers behind it."""

    def __init__(self, bench, listeners=1, servers=1, check_milliseconds=None, tls=False, threads=1,
                 is_secure_behind=False):
        self.bench = bench
        self.certificate = bench.certificate if tls else None
        *self.ports, inner_port = free_ports(listeners + 1)
        # Clients speak without TLS to the first port, and the proxy with TLS to itself behind it.
        self.inner_port = inner_port if is_secure_behind else None
        self.check_milliseconds = check_milliseconds
        self.threads = threads
        # Every server has an address of its own; behind all of them is one process.
        self.servers = [f"127.{1 + n // 62500}.{n // 250 % 250}.{1 + n % 250}" for n in range(servers)]

    def haproxy_file(self, ports):
        check = f" check inter {self.check_milliseconds}ms" if self.check_milliseconds else ""
        tls = f" ssl crt {self.certificate}" if self.certificate else ""
        lines = [
            "global", f"    log 127.0.0.1:{self.bench.syslog_port} local0 info", "    maxconn 9200",
            f"    nbthread {self.threads}", "defaults", "    log global", "    mode tcp", "    option tcplog", "    maxconn 9200",
            "    timeout connect 5s", "    timeout client 10m", "    timeout server 10m"]
        if self.inner_port:
            lines += [
                "listen outer", f"    bind 127.0.0.1:{ports[0]}",
                f"    server inner 127.0.0.1:{self.inner_port} ssl verify none"]
            ports = [self.inner_port]
        for number, port in enumerate(ports):
            lines += [f"listen bench{number}", f"    bind 127.0.0.1:{port}{tls}", "    balance roundrobin"]
            lines += [
                f"    server s{index} {address}:{self.bench.server_port}{check}"
                for index, address in enumerate(self.servers)]
        return "\n".join(lines) + "\n"


class Proxy:
    """A program that relays."""

    has_checks = False
    has_logs = True
    has_tls = True

    def __init__(self, name, program):
        self.name, self.program = name, program

    @property
    def is_installed(self):
        return self.program is not None and shutil.which(str(self.program)) is not None

    @contextlib.contextmanager
    def running(self, setup, settles=True):
        """The proxy's process, relaying on all of the setup's ports."""
        folder = setup.bench.folder / f"{self.name}.files"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        process = Process(
            self.command(setup, folder), setup.bench.proxy_core, stdout=subprocess.DEVNULL,
            stderr=(folder / "errors").open("w"))
        try:
            for port in setup.ports:
                wait_for(port, process, tls=setup.certificate is not None and not setup.inner_port)
            if settles and not setup.check_milliseconds:
                process.settle()
            yield process
        except Exception:
            print(f"{self.name} said: {(folder / 'errors').read_text()}", file=sys.stderr)
            raise
        finally:
            process.stop()


class Haproxy(Proxy):
    """Debian's haproxy, in the foreground."""

    has_checks = True

    def __init__(self):
        super().__init__("haproxy", shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin"))

    def command(self, setup, folder):
        (folder / "bench.cfg").write_text(setup.haproxy_file(setup.ports))
        return [self.program, "-db", "-f", folder / "bench.cfg"]

    def version(self):
        return subprocess.run([self.program, "-v"], capture_output=True, text=True).stdout.split("\n")[0]


class Supervise(Proxy):
    """supervise, whole: instances, history, control."""

    has_checks = True

    def command(self, setup, folder):
        instances = folder / "instances"
        instances.mkdir()
        (instances / "bench.cfg").write_text(setup.haproxy_file(setup.ports))
        return self.up(folder, instances)

    def up(self, folder, instances):
        return [
            self.program, "up", "--no-guardian", "--instances", instances, "--state", folder / "state", "--dashboard", "off",
            "--drain", "0", "--no-guardian"]

    def version(self):
        return subprocess.run([self.program, "--version"], capture_output=True, text=True).stdout.strip()


class InstancePerPort(Supervise):
    """supervise with an instance for each port, instead of one for all."""

    def command(self, setup, folder):
        instances = folder / "instances"
        instances.mkdir()
        for number, port in enumerate(setup.ports):
            (instances / f"bench{number}.cfg").write_text(setup.haproxy_file([port]))
        return self.up(folder, instances)


class Relay(Proxy):
    """The bare relay: one port, one server, nothing else."""

    has_logs = False
    has_tls = False

    def __init__(self, program):
        super().__init__("relay", program)

    def command(self, setup, folder):
        return [self.program, setup.ports[0], setup.bench.server_port]

    def version(self):
        return "bare relay in C"


class Nginx(Proxy):
    """Debian's nginx with its stream module, one process."""

    def __init__(self):
        super().__init__("nginx", shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin"))

    @property
    def is_installed(self):
        return super().is_installed and os.path.exists(NGINX_MODULE)

    def command(self, setup, folder):
        servers = "\n".join(f"    server {address}:{setup.bench.server_port};" for address in setup.servers)
        versions = "ssl_protocols TLSv1.2 TLSv1.3;"  # what the others speak; by itself this nginx has no TLS 1.3
        tls = ""
        if setup.certificate:
            tls = f" ssl_certificate {setup.certificate}; ssl_certificate_key {setup.certificate}; {versions}"
        listeners = "\n".join(
            f"  server {{ listen 127.0.0.1:{port}{' ssl' if tls else ''} backlog=4096;{tls} proxy_pass behind; proxy_timeout 10m; }}"
            for port in ([setup.inner_port] if setup.inner_port else setup.ports))
        if setup.inner_port:
            listeners += (
                f"\n  server {{ listen 127.0.0.1:{setup.ports[0]} backlog=4096; proxy_pass 127.0.0.1:{setup.inner_port};"
                f" proxy_ssl on; proxy_{versions} proxy_timeout 10m; }}")
        (folder / "nginx.conf").write_text(f"""
load_module {NGINX_MODULE};
daemon off;
master_process off;
worker_processes 1;
pid {folder}/pid;
error_log stderr crit;
events {{ worker_connections 19500; }}
stream {{
  log_format session '$remote_addr [$time_local] $protocol $status $bytes_sent $bytes_received $session_time';
  access_log syslog:server=127.0.0.1:{setup.bench.syslog_port},nohostname session;
  upstream behind {{
{servers}
  }}
{listeners}
}}
""")
        return [self.program, "-c", folder / "nginx.conf", "-e", "stderr"]

    def version(self):
        return subprocess.run([self.program, "-v"], capture_output=True, text=True).stderr.strip()
