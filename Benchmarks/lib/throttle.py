"""Threads that get only a part of a core each.

How much more two threads do than one can't be seen on a machine whose cores the load generator and the servers need, too. Where
each thread of a proxy may use a fifth of a core, the rest is enough for these, and what is measured is the proxy.
"""

import contextlib
import os
import pathlib

ROOT = pathlib.Path("/sys/fs/cgroup/cpu")
SHARE = 0.2
PERIOD_MICROSECONDS = 5_000  # short, so that nobody waits for long


def is_possible():
    """Whether this user may hold threads back here (control groups, version 1)."""
    return (ROOT / "cpu.cfs_quota_us").exists() and os.access(ROOT, os.W_OK)


@contextlib.contextmanager
def held_back(process):
    """Each of a process's threads, those that it has now, with its part of a core and no more."""
    groups = []
    try:
        for thread in os.listdir(f"/proc/{process.pid}/task"):
            group = ROOT / f"supervise-bench-{thread}"
            group.mkdir()
            groups.append(group)
            (group / "cpu.cfs_period_us").write_text(str(PERIOD_MICROSECONDS))
            (group / "cpu.cfs_quota_us").write_text(str(int(PERIOD_MICROSECONDS * SHARE)))
            (group / "tasks").write_text(thread)
        yield
    finally:
        for group in groups:
            # Whoever is left there, threads that have begun meanwhile among them, goes back.
            for thread in (group / "tasks").read_text().split():
                with contextlib.suppress(ProcessLookupError):
                    (ROOT / "tasks").write_text(thread)
            group.rmdir()
