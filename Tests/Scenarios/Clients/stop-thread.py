"""Stops one thread of a process in the middle of what it does, as a debugger would, until the process ends.

Arguments: the process, the thread's name. Says "stopped" once it holds the thread outside of its wait for events; ends with
77 where the system allows no such thing.
"""
import ctypes
import os
import pathlib
import sys
import time

ATTACH, DETACH = 16, 17
ALL_KINDS = 0x40000000
# epoll_wait, epoll_pwait and epoll_pwait2 of x86-64 and ARM.
WAITS = {"232", "281", "441", "22"}

ptrace = ctypes.CDLL(None, use_errno=True).ptrace
ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
ptrace.restype = ctypes.c_long

process, name = sys.argv[1:]
tasks = pathlib.Path("/proc") / process / "task"
thread = next(int(task.name) for task in tasks.iterdir() if (task / "comm").read_text().strip() == name)
while True:
    if ptrace(ATTACH, thread, None, None) != 0:
        sys.exit(77)
    os.waitpid(thread, ALL_KINDS)
    try:
        call = (tasks / str(thread) / "syscall").read_text().split()[0]
    except OSError:
        sys.exit(77)
    if call not in WAITS:
        break
    ptrace(DETACH, thread, None, None)
    # The stop has interrupted the wait: looked at again at once, it would be on its way back into it.
    time.sleep(0.005)
print("stopped", flush=True)
os.waitpid(thread, ALL_KINDS)
